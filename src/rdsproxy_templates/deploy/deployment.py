"""Carrying a plan out, and taking it back; what is done already is in CloudFormation itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import DeploymentError, Problem
from ..model import Template
from ..model.ports import logical_id
from .accounts import AccountSession, refusals
from .change_sets import ChangeSet
from .failures import failures
from .guide import PREFIX, UNPROTECTED, fed
from .parameters import differences, for_api
from .plan import AccountName, Plan, Step
from .protection import ProtectedDatabase, protected_databases
from .root_stack import RootStack
from .sam_cli import packaged
from .states import ROLLED_BACK, takes_updates, way_on
from .subnets import lost_subnets


@dataclass(frozen=True, kw_only=True)
class RenderedStep:
    """What a step deploys: the root template, and the folder in which it was written."""

    root: Template
    folder: Path


@dataclass(frozen=True, kw_only=True)
class Console:
    """How the person at the command is spoken to."""

    say: Callable[[str], None]
    asks: Callable[[str], bool]
    """Whether the answer to a question is yes."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A plan, and what it is carried out with."""

    plan: Plan
    account_sessions: Mapping[AccountName, AccountSession]
    talk: Console
    prefix: str = PREFIX
    given: Mapping[str, str] = field(default_factory=dict)
    """Parameters that the person gave: of every step that has them, or `step.parameter`."""
    loss_accepted: bool = False
    """Whether what holds data may be replaced or deleted."""
    termination_protection: bool = True
    """Whether a stack that is deployed refuses to be deleted, but by :meth:`destroy`."""

    def deploy(self, parts: Mapping[str, RenderedStep]) -> dict[str, str]:
        """Take every step that is not done; the outputs of the last.

        Raises :class:`DeploymentError` at the first step that stops, and goes on there
        when it is called again.
        """
        outputs: dict[str, dict[str, str]] = {}
        for step in self.plan.steps:
            self._announce(step)
            with refusals(step.name):
                outputs[step.name] = self._take(step, parts[step.variant], outputs)
        return outputs[self.plan.steps[-1].name]

    def destroy(self) -> None:
        """Delete every stack that is there, the last first; nothing where one is protected."""
        standing = [
            (step, stack)
            for step in reversed(self.plan.steps)
            for stack in [self._stack(step)]
            if self._is_there(step, stack)
        ]
        if not standing:
            self.talk.say("there is nothing to delete")
            return
        protected = self._released(standing)
        question = f"Delete {', '.join(stack.name for _, stack in standing)}?"
        if protected:
            databases = ", ".join(database.name for database in protected)
            question = f"Turn off the deletion protection of {databases}? {question}"
        if not self.talk.asks(question):
            raise DeploymentError([Problem(self.plan.name, "was left as it is")])
        with refusals(self.plan.name):
            for database in protected:
                database.unprotect()
                self.talk.say(f"deletion protection of {database.name} is off")
        for step, stack in standing:
            self._announce(step)
            with refusals(step.name):
                stack.protect(enabled=False)
            self._delete(step, stack)

    def _announce(self, step: Step) -> None:
        access, number = self._access(step), self.plan.steps.index(step) + 1
        self.talk.say(
            f"step {number} of {len(self.plan.steps)}: {step.variant} in account {access.id} "
            f"({step.account}), {access.region}, stack {step.stack_name(self.prefix)}"
        )

    def _stack(self, step: Step) -> RootStack:
        return RootStack(self._access(step), step.stack_name(self.prefix))

    def _access(self, step: Step) -> AccountSession:
        return self.account_sessions[step.account].at(step.region)

    def _is_there(self, step: Step, stack: RootStack) -> bool:
        with refusals(step.name):
            return stack.settled() is not None

    def _take(
        self, step: Step, part: RenderedStep, outputs: Mapping[str, Mapping[str, str]]
    ) -> dict[str, str]:
        stack = self._stack(step)
        self._clear(step, stack)
        values = self._values(step, part.root, outputs)
        before = stack.parameters()
        parameters = for_api(step.name, part.root.parameters, values, before)
        template = packaged(step.name, part.root, part.folder, stack.access)
        change_set = stack.change_set(template, parameters)
        if change_set.empty:
            stack.forget(change_set)
            self.talk.say("  nothing to change")
        elif change_set.reason:
            raise DeploymentError([Problem(step.name, change_set.reason)])
        else:
            for line in differences(part.root.parameters, values, before):
                self.talk.say(f"  {line}")
            self._carry_out(step, stack, change_set)
        if self.termination_protection and stack.protect(enabled=True):
            self.talk.say("  termination protection is on")
        return stack.outputs()

    def _clear(self, step: Step, stack: RootStack) -> None:
        """Make way for the stack, where a creation left nothing but its name."""
        found = stack.settled()
        status = found["StackStatus"] if found else ""
        if sentence := way_on(status, step.stack_name(self.prefix)):
            raise DeploymentError([Problem(step.name, sentence)])
        if status == ROLLED_BACK:
            self.talk.say(f"  {status}: what is left of the last try is deleted")
            self._delete(step, stack)

    def _carry_out(self, step: Step, stack: RootStack, change_set: ChangeSet) -> None:
        for line in change_set.lines():
            self.talk.say(f"  {line}")
        refused = [*lost_subnets(change_set)]
        if not (refused or self.loss_accepted):
            refused = _refused(change_set)
        if refused:
            stack.forget(change_set)
            raise DeploymentError(refused, within=step.name)
        if not self.talk.asks("Carry it out?"):
            stack.forget(change_set)
            raise DeploymentError([Problem(step.name, "was not carried out")])
        status = stack.execute(change_set, self._report)
        if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            raise DeploymentError(_stopped(stack, stack.name, "deploy", status), within=step.name)

    def _delete(self, step: Step, stack: RootStack) -> None:
        with refusals(step.name):
            found = stack.described()
            status = stack.delete(self._report)
            if found is not None and status != "DELETE_COMPLETE":
                problems = _stopped(stack, found["StackId"], "destroy", status)
                raise DeploymentError(problems, within=step.name)

    def _report(self, status: str, logical_id: str) -> None:
        self.talk.say(f"  {status:36} {logical_id}")

    def _values(
        self, step: Step, root: Template, outputs: Mapping[str, Mapping[str, str]]
    ) -> dict[str, str]:
        """The parameters that are known: given, of other accounts, and of earlier steps."""
        values = {
            name: self.given[key]
            for name in root.parameters
            for key in (name, f"{step.name}.{name}")
            if key in self.given
        }
        for port, account in step.account_ids.items():
            values[logical_id(port)] = self.account_sessions[account].id
        for name, source in fed(self.plan, step, root):
            if name not in outputs[source.name]:
                sentence = f"needs {name}, which step {source.name} does not offer"
                raise DeploymentError([Problem(step.name, sentence)])
            values[name] = outputs[source.name][name]
        return values

    def _released(self, standing: list[tuple[Step, RootStack]]) -> list[ProtectedDatabase]:
        """The databases whose protection only RDS itself can turn off, and may."""
        found: list[ProtectedDatabase] = []
        problems: list[Problem] = []
        for step, stack in standing:
            with refusals(step.name):
                protected = [*protected_databases(stack)]
                status = (stack.described() or {}).get("StackStatus", "")
            if not takes_updates(status) and self.loss_accepted:
                found += protected
                continue
            way = self._way_to_unprotect(step, status)
            problems += [
                Problem(
                    f"{step.name}.{one.logical_id}",
                    f"is protected from deletion: {way}; nothing was deleted",
                )
                for one in protected
            ]
        if problems:
            raise DeploymentError(problems)
        return found

    def _way_to_unprotect(self, step: Step, status: str) -> str:
        if not takes_updates(status):
            return (
                f"no update turns that off while the stack is {status}; add --accept-data-loss to "
                "have it done here, or leave out --yes to be asked"
            )
        # Where there are several steps, `--config` takes the settings of each by its name.
        alone = len(self.plan.steps) == 1
        setting = UNPROTECTED if alone else f"{step.variant}: {{{UNPROTECTED}}}"
        return f"deploy it first with `{setting}`"


def _stopped(stack: RootStack, name_or_id: str, work: str, status: str) -> Sequence[Problem]:
    """Every resource that failed; the stack's own status where none says so."""
    found = failures(stack, name_or_id, work)
    return found or [Problem("", f"the stack {stack.name} is {status}")]


def _refused(change_set: ChangeSet) -> list[Problem]:
    """Everything that may lose data, where nobody is asked."""
    way_out = "it was not carried out; leave out --yes to be asked, or add --accept-data-loss"
    return [Problem(change.path, f"{change.risk}: {way_out}") for change in change_set.risky]
