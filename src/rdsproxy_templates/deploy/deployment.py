"""Deployment and deletion of a plan; the state is in CloudFormation, and only there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import DeploymentError, Problem
from ..model import Template
from ..model.port import logical_id
from ..rendering.capabilities import AUTO_EXPAND, iam_capability
from .accounts import AccountSession, aws_errors_at
from .change_sets import ChangeSet
from .failures import failures
from .given import given_problems
from .guide import PREFIX, UNPROTECTED, parameters_from_steps
from .parameters import differences, for_api
from .plan import AccountName, Plan, Step
from .protection import ProtectedDatabase, protected_databases
from .root_stack import RootStack
from .sam_cli import packaged
from .states import ROLLED_BACK, remedy, takes_updates
from .subnets import removed_subnets


@dataclass(frozen=True, kw_only=True)
class RenderedStep:
    """The root template of a step, its tags, and the folder that holds its files."""

    root: Template
    folder: Path
    tags: Mapping[str, str] | None = None
    """Tags of the stack; None leaves those of a deployed one as they are."""


@dataclass(frozen=True, kw_only=True)
class Console:
    """The dialogue with the person at the command."""

    say: Callable[[str], None]
    confirm: Callable[[str], bool]
    """Asks a question; True where the answer is yes."""


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
    termination_protection: bool = True
    """Protect deployed stacks from deletion, except by :meth:`destroy`."""
    package: Package = packaged
    """Uploads code and nested templates; by default SAM CLI does."""

    def deploy(self, rendered: Mapping[str, RenderedStep]) -> dict[str, str]:
        """Deploy every step, *rendered* by its variant; return the outputs of the last one.

        Raises :class:`DeploymentError` at the first step that fails; another call resumes
        there.
        """
        outputs: dict[str, dict[str, str]] = {}
        for step in self.plan.steps:
            self._announce(step)
            with aws_errors_at(step.name):
                outputs[step.name] = self._deploy_step(step, rendered[step.variant], outputs)
        return outputs[self.plan.steps[-1].name]

    def destroy(self) -> None:
        """Delete every stack, the last first, or none if a database is protected."""
        existing = [
            (step, stack)
            for step in reversed(self.plan.steps)
            for stack in [self._stack(step)]
            if self._exists(step, stack)
        ]
        if not existing:
            self.console.say("there is nothing to delete")
            return
        protected = self._to_unprotect(existing)
        question = f"Delete {', '.join(stack.name for _, stack in existing)}?"
        if protected:
            databases = ", ".join(database.name for database in protected)
            question = f"Turn off the deletion protection of {databases}? {question}"
        if not self.console.confirm(question):
            raise DeploymentError([Problem(self.plan.name, "was not deleted")])
        with aws_errors_at(self.plan.name):
            for database in protected:
                database.unprotect()
                self.console.say(f"deletion protection of {database.name} is off")
        for step, stack in existing:
            self._announce(step)
            with aws_errors_at(step.name):
                stack.protect(enabled=False)
            self._delete(step, stack)

    def _announce(self, step: Step) -> None:
        session, number = self._session(step), self.plan.steps.index(step) + 1
        self.console.say(
            f"step {number} of {len(self.plan.steps)}: {step.variant} in account {session.id} "
            f"({step.account}), {session.region}, stack {step.stack_name(self.prefix)}"
        )

    def _stack(self, step: Step) -> RootStack:
        return RootStack(self._session(step), step.stack_name(self.prefix))

    def _session(self, step: Step) -> AccountSession:
        return self.account_sessions[step.account].at(step.region)

    def _exists(self, step: Step, stack: RootStack) -> bool:
        with aws_errors_at(step.name):
            return stack.wait_until_settled() is not None

    def _deploy_step(
        self, step: Step, rendered: RenderedStep, outputs: Mapping[str, Mapping[str, str]]
    ) -> dict[str, str]:
        stack = self._stack(step)
        self._delete_rolled_back(step, stack)
        values = self._values(step, rendered.root, outputs)
        previous = stack.parameters()
        parameters = for_api(step.name, rendered.root.parameters, values, previous)
        known = {name: one.value for name, one in previous.items()} | values
        say = self.console.say
        if wrong := given_problems(stack.session, rendered.root, known, lambda it: say(f"  {it}")):
            raise DeploymentError(wrong, within=step.name)
        template = self.package(step.name, rendered.root, rendered.folder, stack.session)
        acknowledged = (iam_capability(rendered.root), AUTO_EXPAND)
        change_set = stack.change_set(template, parameters, acknowledged, rendered.tags)
        if change_set.empty:
            stack.discard(change_set)
            self.console.say("  nothing to change")
        elif change_set.reason:
            raise DeploymentError([Problem(step.name, change_set.reason)])
        else:
            for line in differences(rendered.root.parameters, values, previous):
                self.console.say(f"  {line}")
            self._execute(step, stack, change_set)
        if self.termination_protection and stack.protect(enabled=True):
            self.console.say("  termination protection is on")
        return stack.outputs()

    def _delete_rolled_back(self, step: Step, stack: RootStack) -> None:
        """Delete the stack if a rolled-back creation left only its name."""
        found = stack.wait_until_settled()
        status = found["StackStatus"] if found else ""
        if sentence := remedy(status, step.stack_name(self.prefix)):
            raise DeploymentError([Problem(step.name, sentence)])
        if status == ROLLED_BACK:
            self.console.say(f"  {status}: deleting the remains of the last attempt")
            self._delete(step, stack)

    def _execute(self, step: Step, stack: RootStack, change_set: ChangeSet) -> None:
        for line in change_set.lines():
            self.console.say(f"  {line}")
        refused = [*removed_subnets(change_set)]
        if not (refused or self.accept_data_loss):
            refused = _risks(change_set)
        if refused:
            stack.discard(change_set)
            raise DeploymentError(refused, within=step.name)
        if not self.console.confirm("Execute this change set?"):
            stack.discard(change_set)
            raise DeploymentError([Problem(step.name, "was not deployed")])
        status = stack.execute(change_set, self._report)
        if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            raise DeploymentError(_failures(stack, stack.name, "deploy", status), within=step.name)

    def _delete(self, step: Step, stack: RootStack) -> None:
        with aws_errors_at(step.name):
            found = stack.description()
            status = stack.delete(self._report)
            if found is not None and status != "DELETE_COMPLETE":
                problems = _failures(stack, found["StackId"], "destroy", status)
                raise DeploymentError(problems, within=step.name)

    def _report(self, status: str, logical_id: str) -> None:
        self.console.say(f"  {status:36} {logical_id}")

    def _values(
        self, step: Step, root: Template, outputs: Mapping[str, Mapping[str, str]]
    ) -> dict[str, str]:
        """Return the parameters that are given, are IDs of accounts, or come from earlier steps."""
        values = {
            name: self.parameters[key]
            for name in root.parameters
            for key in (name, f"{step.name}.{name}")
            if key in self.parameters
        }
        for port, account in step.account_ids.items():
            values[logical_id(port)] = self.account_sessions[account].id
        for name, source in parameters_from_steps(self.plan, step, root):
            if name not in outputs[source.name]:
                sentence = f"needs {name}, which is not an output of step {source.name}"
                raise DeploymentError([Problem(step.name, sentence)])
            values[name] = outputs[source.name][name]
        return values

    def _to_unprotect(self, existing: list[tuple[Step, RootStack]]) -> list[ProtectedDatabase]:
        """Return the protected databases whose stack takes no update, if data loss is accepted."""
        found: list[ProtectedDatabase] = []
        problems: list[Problem] = []
        for step, stack in existing:
            with aws_errors_at(step.name):
                protected = [*protected_databases(stack)]
                status = (stack.description() or {}).get("StackStatus", "")
            if not takes_updates(status) and self.accept_data_loss:
                found += protected
                continue
            advice = self._unprotection_advice(step, status)
            problems += [
                Problem(
                    f"{step.name}.{one.logical_id}",
                    f"is protected from deletion: {advice}; nothing was deleted",
                )
                for one in protected
            ]
        if problems:
            raise DeploymentError(problems)
        return found

    def _unprotection_advice(self, step: Step, status: str) -> str:
        if not takes_updates(status):
            return (
                f"no update turns that off while the stack is {status}; add --accept-data-loss, "
                "or leave out --yes to be asked"
            )
        # With several steps, `--config` maps each variant to its settings.
        single = len(self.plan.steps) == 1
        setting = UNPROTECTED if single else f"{step.variant}: {{{UNPROTECTED}}}"
        return f"deploy it first with `{setting}`"


def _failures(stack: RootStack, name_or_id: str, work: str, status: str) -> Sequence[Problem]:
    """Return every resource that failed, or the stack's status where none did."""
    found = failures(stack, name_or_id, work)
    return found or [Problem("", f"the stack {stack.name} is {status}")]


def _risks(change_set: ChangeSet) -> list[Problem]:
    """Return a problem for each change that may lose data."""
    advice = "this step was not deployed; leave out --yes to be asked, or add --accept-data-loss"
    return [Problem(change.path, f"{change.risk}: {advice}") for change in change_set.risky]
