"""Some steps of a plan, deployed or deleted without the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..errors import DeploymentError, Problem
from .accounts import aws_errors_at
from .guide import parameters_from_steps
from .plan import Plan, Step

if TYPE_CHECKING:
    from .deployment import Deployment
    from .rendered_step import RenderedStep

OPTION = "--step"
GOES = "DELETE_IN_PROGRESS"


def unknown_steps(plan: Plan, names: Sequence[str]) -> Iterator[Problem]:
    """Yield a problem for each of *names* that is no step of *plan*."""
    steps = [step.name for step in plan.steps]
    for name in names:
        if name not in steps:
            sentence = f"unknown step {name!r}; the steps of {plan.name} are {', '.join(steps)}"
            yield Problem(OPTION, sentence)


def chosen(plan: Plan, names: Sequence[str]) -> tuple[Step, ...]:
    """Return the steps of these *names*, in the order of *plan*; all, where there are none."""
    return tuple(step for step in plan.steps if not names or step.name in names)


def waiting_steps(steps: Sequence[Step]) -> Iterator[tuple[Step, str]]:
    """Yield each of *steps* that takes outputs of another of them, with that one's name."""
    names = {step.name for step in steps}
    for step in steps:
        yield from ((step, source) for source in step.inputs_from if source in names)


def outputs_of_others(
    deployment: Deployment, rendered: Mapping[str, RenderedStep]
) -> dict[str, dict[str, str]]:
    """Return the outputs of deployed steps that are not chosen, for those that are.

    Raises :class:`DeploymentError` for each that is not there yet.
    """
    outputs: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    others = [step for step in deployment.plan.steps if step not in deployment.steps]
    for step in deployment.steps:
        root = rendered[step.variant].root
        needed = [
            (name, source)
            for name, source in parameters_from_steps(deployment.plan, step, root)
            if source in others
        ]
        for source in {source.name: source for _, source in needed}.values():
            if source.name not in outputs:
                with aws_errors_at(source.name):
                    stack = deployment.stack(source)
                    stack.wait_until_settled()
                    outputs[source.name] = stack.outputs()
            missing = [
                name for name, one in needed if one is source and name not in outputs[source.name]
            ]
            if missing:
                sentence = (
                    f"reads {', '.join(missing)} of step {source.name}, which has not deployed "
                    f"them yet: add {OPTION} {source.name}"
                )
                problems.append(Problem(step.name, sentence))
    if problems:
        raise DeploymentError(problems)
    return outputs


def require_unread(deployment: Deployment) -> None:
    """Raise :class:`DeploymentError` for each step that stays, and reads of one to be deleted."""
    problems = []
    others = [step for step in deployment.plan.steps if step not in deployment.steps]
    for step in others:
        read = [one.name for one in deployment.steps if one.name in step.inputs_from]
        if not read:
            continue
        with aws_errors_at(step.name):
            found = deployment.stack(step).description()
        if found is None:
            continue
        goes = found["StackStatus"] == GOES
        state = "being deleted" if goes else "deployed"
        remedy = "run the same command once it is gone" if goes else f"add {OPTION} {step.name}"
        sentence = f"is {state}, and reads outputs of step {' and '.join(read)}: {remedy}"
        problems.append(Problem(step.name, sentence))
    if problems:
        raise DeploymentError(problems)
