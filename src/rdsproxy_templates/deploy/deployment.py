"""Deployment and deletion of a plan; the state is in CloudFormation, and only there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ..errors import DeploymentError, Problem
from ..model import Template
from ..rendering.capabilities import AUTO_EXPAND, iam_capability
from .accounts import AccountSession, aws_errors_at
from .buckets import require_buckets
from .chosen_steps import chosen, outputs_of_others
from .console import Begun, Console
from .data_policies import allow_losses, settled_policy
from .deletion import Deletion
from .failures import failures_or_status
from .guide import PREFIX
from .operation import REVIEW
from .ownership import tags_for, with_tags
from .packages import packaged
from .parameters import differences
from .plan import AccountName, Plan, Step
from .preconditions import require_allowed_accounts, require_own_stacks
from .programs import side_by_side
from .rendered_step import RenderedStep
from .reverted_drift import requested_change
from .review import RequestedChange
from .root_stack import RootStack
from .stack_events import Report, until
from .stack_options import StackOptions
from .step_parameters import require_given, step_parameters
from .ways_on import make_ready

Package = Callable[[str, Template, Path, AccountSession], str]
"""Turns a step's root template, in its folder, into one that CloudFormation takes."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A plan with everything that its deployment needs."""

    plan: Plan
    account_sessions: Mapping[AccountName, AccountSession]
    console: Console
    prefix: str = PREFIX
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values by `parameter`, for every step that has it, or by `step.parameter`."""
    accept_data_loss: bool = False
    """Replace or delete resources that hold data."""
    accepted_losses: Sequence[str] = ()
    """Paths of resources that may lose their data, in plans of several steps after their step."""
    options: StackOptions = field(default_factory=StackOptions)
    looks_for_drift: bool = False
    """Show what somebody has changed by hand, also where it is not reverted."""
    ends_at: float | None = None
    """The time, of :func:`time.monotonic`, at which waiting for a stack ends; None for no end."""
    waits: bool = True
    """Wait for what is begun; else the stack that is changed last goes on by itself."""
    stack_policy: bool | None = None
    """Have CloudFormation refuse to replace or delete what holds data; None leaves it as it is."""
    termination_protection: bool = True
    """Protect deployed stacks from deletion, except by :meth:`destroy`."""
    adopt_stack: bool = False
    """Take over stacks that were not created for their variant."""
    skip: Sequence[str] = ()
    """Paths of resources that a rollback skips, in plans of several steps after their step."""
    only: Sequence[str] = ()
    """Names of the steps to deploy, or to delete; none stands for all."""
    retain: Sequence[str] = ()
    """Paths of resources that :meth:`destroy` leaves in the account, of the same form."""
    allowed_accounts: Mapping[str, Sequence[str] | None] = field(default_factory=dict)
    """IDs of the accounts that take the stack of a variant; None, or none given, allows any."""
    package: Package = packaged
    """Builds and uploads code and nested templates, unless nothing has changed."""

    def deploy(self, rendered: Mapping[str, RenderedStep]) -> dict[str, str]:
        """Deploy every step, *rendered* by its variant; return the outputs of the last one.

        Raises :class:`DeploymentError` at the first step that fails; another call resumes
        there. Nothing in an account changes before all that can be known is, and all is built.
        """
        self.require_ready()
        outputs = outputs_of_others(self, rendered)
        templates = self.build(rendered)
        for step in self.steps:
            self.announce(step)
            with aws_errors_at(step.name):
                make_ready(self, step)
                one, template = rendered[step.variant], templates[step.name]
                change = self.requested(step, one, template, outputs)
                outputs[step.name] = self.finished(step, change)
        return outputs[self.steps[-1].name]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps to deploy or to delete, in the order of the plan."""
        return chosen(self.plan, self.only)

    def require_ready(self) -> None:
        """Raise :class:`DeploymentError` for everything in the accounts that is in the way."""
        require_allowed_accounts(self)
        require_own_stacks(self, updatable=True)
        with aws_errors_at(self.plan.name):
            require_buckets(map(self.session, self.steps))

    def build(self, rendered: Mapping[str, RenderedStep]) -> dict[str, str]:
        """Build and upload all steps; return the root templates as CloudFormation takes them.

        What steps are given is compared with the accounts first, as far as no other step gives it.
        """
        require_given(self, rendered)

        def built(step: Step) -> str:
            one = rendered[step.variant]
            with aws_errors_at(step.name):
                return self.package(step.name, one.root, one.folder, self.session(step))

        texts = side_by_side([partial(built, step) for step in self.steps])
        return dict(zip((step.name for step in self.steps), texts, strict=True))

    def destroy(self) -> bool:
        """Delete every stack, the last first, or none if a database is protected.

        False where that goes on by itself. Raises :class:`NoSuchStackError` where there is none.
        """
        return Deletion(self).run()

    def announce(self, step: Step) -> None:
        """Say which step begins, and where."""
        session, number = self.session(step), self.plan.steps.index(step) + 1
        self.console.say(
            f"step {number} of {len(self.plan.steps)}: {step.variant} in account {session.id} "
            f"({step.account}), {session.region}, stack {step.stack_name(self.prefix)}"
        )

    def session(self, step: Step) -> AccountSession:
        """Return the session of the account of *step*, in the Region of its stack."""
        return self.account_sessions[step.account].at(step.region)

    def stack(self, step: Step) -> RootStack:
        """Return the stack of *step*."""
        return RootStack(self.session(step), step.stack_name(self.prefix))

    def place(self, step: Step) -> str:
        """Return the account and the Region of *step*, for a question about it."""
        session = self.session(step)
        return session.described() if self.console.asks else session.place

    @contextmanager
    def followed(self) -> Iterator[Report]:
        """Yield what shows the events of an operation in the block."""
        say = self.console.say
        show = self.console.follow or (
            lambda event: say(f"  {event.status:36} {event.path}") if event else None
        )
        try:
            yield show if self.ends_at is None else until(self.ends_at, show)
        finally:
            self.console.finish()

    def paths_in(self, step: Step, paths: Sequence[str]) -> list[str]:
        """Return those of *paths* that are of *step*, as seen from its stack."""
        if len(self.plan.steps) == 1:
            return list(paths)
        mark = f"{step.name}."
        return [path.removeprefix(mark) for path in paths if path.startswith(mark)]

    def requested(
        self,
        step: Step,
        rendered: RenderedStep,
        template: str,
        outputs: Mapping[str, Mapping[str, str]],
    ) -> RequestedChange:
        """Request the change set of *step*, which nobody has executed yet."""
        stack = self.stack(step)
        previous = stack.parameters()
        found = stack.description()
        said: list[str] = []
        try:
            values, parameters = step_parameters(
                self,
                step,
                rendered,
                outputs,
                previous,
                creates=found is None or found["StackStatus"] == REVIEW,
                say=said.append,
            )
        except DeploymentError:
            self.console.say_each(said)
            raise
        acknowledged = (iam_capability(rendered.root), AUTO_EXPAND)
        wanted = with_tags(found, rendered.tags, self.options.tags)
        tags = tags_for(found, step.variant, wanted, adopt=self.adopt_stack)
        notes = [*said, *differences(rendered.root.parameters, values, previous)]
        request = partial(stack.change_set, template, parameters, acknowledged, tags)
        change = requested_change(self, stack, request, notes)
        if change.change_set.empty:
            self.console.say_each([*said, *change.drift_lines(), *change.staying()])
        return change

    def finished(self, step: Step, change: RequestedChange) -> dict[str, str]:
        """Execute what was requested for *step*, if anything changes; return its outputs."""
        stack, change_set = change.stack, change.change_set
        if change_set.empty:
            stack.discard(change_set)
            self.console.say("  nothing to change")
        else:
            self._execute(step, change)
            if not self.waits:
                return {}
        if line := settled_policy(stack, choice=self.stack_policy):
            self.console.say(f"  {line}")
        if self.termination_protection and stack.protect(enabled=True):
            self.console.say("  termination protection is on")
        return stack.outputs()

    def _execute(self, step: Step, change: RequestedChange) -> None:
        with change.discarded_on_error():
            self.show(step, change)
            accepted = self.paths_in(step, self.accepted_losses)
            within = f"{step.name}." if len(self.plan.steps) > 1 else ""
            if refused := change.refusals(
                accepted, accepts_all=self.accept_data_loss, within=within
            ):
                raise DeploymentError(refused, within=step.name)
            if not self.console.confirm(f"Execute this change set in {self.place(step)}?"):
                raise DeploymentError([Problem(step.name, "was not deployed")])
            stack = change.stack
            allow_losses(stack, [one.path for one in change.change_set.risky])
        with self.followed() as report:
            if not self.waits:
                begun = stack.begin(change.change_set, report, self.options)
                self.console.begun(Begun.at(step.name, stack, "deployment", begun.stack))
                return
            status = stack.execute(change.change_set, report, self.options)
        if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            settled_policy(stack, choice=None)
            problems = failures_or_status(stack, stack.name, "deploy", status)
            raise DeploymentError(problems, within=step.name)

    def show(self, step: Step, change: RequestedChange) -> None:
        """Say what changes; raise :class:`DeploymentError` where CloudFormation refuses it."""
        self.console.say_each(change.lines(step.name))
