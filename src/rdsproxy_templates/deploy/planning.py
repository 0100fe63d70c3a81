"""A deployment in two parts: a plan that people review, and carrying it out."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..errors import DeploymentError, Problem
from ..rendering.stamp import installed
from .accounts import aws_errors_at
from .chosen_steps import outputs_of_others
from .drift import NO_DRIFT, StackDrift
from .guide import parameters_from_steps
from .plan import Step
from .plan_file import PlanFile, PlannedStep, described
from .review import RequestedChange
from .states import state_of

if TYPE_CHECKING:
    from .deployment import Deployment
    from .rendered_step import RenderedStep


def planned(deployment: Deployment, rendered: Mapping[str, RenderedStep]) -> PlanFile:
    """Request the change sets of all steps that can be known, and leave them unexecuted.

    A step that takes outputs of one that changes is not known before that is carried out. Nothing
    is left in the accounts where a step cannot be planned.
    """
    deployment.require_ready()
    outputs = outputs_of_others(deployment, rendered)
    templates = deployment.build(rendered)
    steps: list[PlannedStep] = []
    requested: list[RequestedChange] = []
    try:
        for step in deployment.steps:
            deployment.announce(step)
            root = rendered[step.variant].root
            sources = {
                source.name for _, source in parameters_from_steps(deployment.plan, step, root)
            }
            if missing := [name for name in sources if name not in outputs]:
                deployment.console.say(f"  waits for {' and '.join(sorted(missing))}")
                steps.append(_planned(deployment, step, waits_for=tuple(sorted(missing))))
                continue
            with aws_errors_at(step.name):
                _require_updatable(deployment, step)
                change = deployment.requested(
                    step, rendered[step.variant], templates[step.name], outputs
                )
                if change.change_set.empty:
                    change.stack.discard(change.change_set)
                    deployment.console.say("  nothing to change")
                    outputs[step.name] = change.stack.outputs()
                    steps.append(_planned(deployment, step, drift=change.drift))
                    continue
                requested.append(change)
                deployment.show(step, change)
            steps.append(_planned(deployment, step, change))
    except BaseException:  # Ctrl-C, too
        for change in requested:
            with suppress(Exception):
                change.stack.discard(change.change_set)
        raise
    now = datetime.now(UTC).replace(microsecond=0)
    return PlanFile(
        plan=deployment.plan.name, version=installed(), created=now.isoformat(), steps=tuple(steps)
    )


def carried_out(deployment: Deployment, plan: PlanFile) -> dict[str, str]:
    """Execute the change sets of *plan*; return the outputs of its last step.

    Raises :class:`DeploymentError`, with nothing changed, where a change set is gone, or the stack
    has changed since.
    """
    by_name = {one.step: one for one in plan.steps}
    _require_same_places(deployment, plan, by_name)
    changes = {
        step.name: _waiting(deployment, step, by_name[step.name]) for step in deployment.steps
    }
    outputs: dict[str, str] = {}
    for step in deployment.steps:
        deployment.announce(step)
        if waits_for := by_name[step.name].waits_for:
            deployment.console.say(
                f"  waits for {' and '.join(waits_for)}; make another plan for it, which has what "
                "comes from there"
            )
            continue
        with aws_errors_at(step.name):
            if (change := changes[step.name]) is None:
                deployment.console.say("  nothing to change")
                outputs = deployment.stack(step).outputs()
            else:
                outputs = deployment.finished(step, change)
    return outputs


def discarded(deployment: Deployment, plan: PlanFile) -> None:
    """Delete those change sets of *plan* that nobody has executed."""
    for one in plan.steps:
        step = next((it for it in deployment.plan.steps if it.name == one.step), None)
        if step is None or one.change_set is None:
            continue
        stack = deployment.stack(step)
        with aws_errors_at(step.name):
            if found := stack.planned(one.change_set):
                stack.discard(found)


def _require_updatable(deployment: Deployment, step: Step) -> None:
    """Raise :class:`DeploymentError` for a stack that has to be changed before it takes a plan."""
    found = deployment.stack(step).wait_until_settled()
    if found and not state_of(found["StackStatus"]).takes_plans:
        sentence = (
            f"is {found['StackStatus']}, from which `deploy` without --plan finds the way on; "
            "make the plan after that"
        )
        raise DeploymentError([Problem(step.name, sentence)])


def _planned(
    deployment: Deployment,
    step: Step,
    change: RequestedChange | None = None,
    waits_for: tuple[str, ...] = (),
    drift: StackDrift = NO_DRIFT,
) -> PlannedStep:
    session = deployment.session(step)
    return PlannedStep(
        step=step.name,
        variant=step.variant,
        stack=step.stack_name(deployment.prefix),
        account=session.id,
        region=session.region,
        outcome="waits" if waits_for else "changes" if change else "nothing to change",
        change_set=change.change_set.id if change else None,
        waits_for=waits_for,
        notes=(*change.notes, *change.staying()) if change else (),
        drift=tuple(one.record() for one in (change.drift if change else drift).found),
        changes=described(change.change_set) if change else (),
    )


def _require_same_places(
    deployment: Deployment, plan: PlanFile, by_name: Mapping[str, PlannedStep]
) -> None:
    problems = []
    for step in deployment.steps:
        session = deployment.session(step)
        here = (step.stack_name(deployment.prefix), session.id, session.region)
        found = by_name.get(step.name)
        if found is None:
            problems.append(Problem(step.name, f"is not in the plan, which is of {plan.plan}"))
        elif (there := (found.stack, found.account, found.region)) != here:
            sentence = (
                f"is planned for the stack {there[0]} in account {there[1]}, {there[2]}, and this "
                f"is {here[0]} in account {here[1]}, {here[2]}; choose the same profile, "
                "Region and prefix"
            )
            problems.append(Problem(step.name, sentence))
    if problems:
        raise DeploymentError(problems)


def _waiting(deployment: Deployment, step: Step, one: PlannedStep) -> RequestedChange | None:
    if one.change_set is None:
        return None
    stack = deployment.stack(step)
    with aws_errors_at(step.name):
        found = stack.planned(one.change_set)
    if found is None:
        sentence = (
            f"the change set {one.change_set} can no longer be executed: it was, or somebody has "
            "deleted it or changed the stack since; make the plan anew"
        )
        raise DeploymentError([Problem(step.name, sentence)])
    return RequestedChange(stack=stack, change_set=found, notes=one.notes, is_planned=True)
