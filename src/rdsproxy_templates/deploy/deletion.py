"""Deletion of a plan's stacks, the last first, from any state in which they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import DeploymentError, NoSuchStackError, Problem
from .accounts import aws_errors_at
from .change_sets import is_stack
from .chosen_steps import require_unread
from .console import Begun
from .failures import failures_or_status
from .guide import unprotecting
from .plan import Step
from .preconditions import require_allowed_accounts, require_own_stacks
from .protection import ProtectedDatabase, protected_databases
from .root_stack import RootStack
from .stack_events import Report
from .states import RETAINS, state_of

if TYPE_CHECKING:
    from .deployment import Deployment

KEEP = "; to leave a resource in the account, name it by `destroy --retain PATH`"


@dataclass(frozen=True)
class Found:
    """The stack of a step, no longer in progress."""

    step: Step
    stack: RootStack
    status: str


@dataclass(frozen=True)
class Deletion:
    """The deletion of everything that a deployment made."""

    deployment: Deployment

    def run(self) -> bool:
        """Ask, and delete every stack, or none if a database is protected.

        Return True once all are gone.
        """
        require_allowed_accounts(self.deployment)
        found = self._found()
        if not found:
            return True
        require_own_stacks(self.deployment)
        require_unread(self.deployment)
        self._require_retainable(found)
        protected = self._to_unprotect(found)
        stacks = " and ".join(
            f"{one.stack.name} in {self.deployment.place(one.step)}" for one in found
        )
        question = f"Delete {stacks}?"
        if protected:
            databases = ", ".join(database.name for database in protected)
            question = f"Turn off the deletion protection of {databases}? {question}"
        plan, console = self.deployment.plan, self.deployment.console
        if not console.confirm(question):
            raise DeploymentError([Problem(plan.name, "was not deleted")])
        with aws_errors_at(plan.name):
            for database in protected:
                if database.unprotect():
                    console.say(f"deletion protection of {database.name} is off")
        for one in found:
            self.deployment.announce(one.step)
            with aws_errors_at(one.step.name):
                self._delete(one)
        return self.deployment.waits

    def _found(self) -> list[Found]:
        """Return the stacks that exist, the last first, once no operation is in progress.

        There is none where a deletion that went on has deleted the last.
        """
        found: list[Found] = []
        absent: list[str] = []
        followed = False
        for step in reversed(self.deployment.steps):
            stack = self.deployment.stack(step)
            with aws_errors_at(step.name):
                was_there = stack.description() is not None
                with self.deployment.followed() as report:
                    description = stack.wait_until_settled(report)
            if description is not None:
                found.append(Found(step, stack, description["StackStatus"]))
            elif was_there:
                followed = True
            else:
                absent.append(f"{stack.name} in {self.deployment.place(step)}")
        if not found and not followed:
            sentence = (
                f"no such stack here: {', nor '.join(absent)}; look at the profile, --region and "
                "--stack-prefix"
            )
            raise NoSuchStackError([Problem(self.deployment.plan.name, sentence)])
        return found

    def _require_retainable(self, found: Sequence[Found]) -> None:
        """Raise :class:`DeploymentError` for resources that CloudFormation does not let stay."""
        for one in found:
            paths = self.deployment.paths_in(one.step, self.deployment.retain)
            if paths and one.status != RETAINS:
                sentence = f"is for stacks in {RETAINS}, and {one.stack.name} is {one.status}"
                raise DeploymentError([Problem("--retain", sentence)])
            with aws_errors_at(one.step.name):
                for path in paths:
                    _retained(one.stack, path)

    def _to_unprotect(self, found: Sequence[Found]) -> list[ProtectedDatabase]:
        """Return the protected databases whose stack takes no update, if data loss is accepted."""
        accepted: list[ProtectedDatabase] = []
        problems: list[Problem] = []
        for one in found:
            with aws_errors_at(one.step.name):
                protected = [*protected_databases(one.stack)]
            if not state_of(one.status).takes_updates and self.deployment.accept_data_loss:
                accepted += protected
                continue
            problems += [
                Problem(
                    f"{one.step.name}.{database.logical_id}",
                    f"is protected from deletion: {self._advice(one, database)}; nothing was "
                    "deleted",
                )
                for database in protected
            ]
        if problems:
            raise DeploymentError(problems)
        return accepted

    def _advice(self, one: Found, database: ProtectedDatabase) -> str:
        if not state_of(one.status).takes_updates:
            return (
                f"no update turns that off while the stack is {one.status}; add "
                "--accept-data-loss, or leave out --yes to be asked"
            )
        setting = unprotecting(self.deployment.plan, one.step, database.path)
        return f"deploy it first with `{setting}`"

    def _delete(self, one: Found) -> None:
        with self.deployment.followed() as report:
            self._delete_whole(one, report)

    def _delete_whole(self, one: Found, report: Report) -> None:
        stack = one.stack
        own: list[str] = []
        for path in self.deployment.paths_in(one.step, self.deployment.retain):
            nested, logical_id = _retained(stack, path)
            if nested is None:
                own.append(logical_id)
            else:
                self._ended(one, nested, stack.delete(report, [logical_id], nested))
        found = stack.description()
        if found is None:
            return
        stack.protect(enabled=False)
        begun = stack.begin_deletion(found["StackId"], report, own)
        if self.deployment.waits:
            self._ended(one, begun.stack, begun.wait())
        else:
            self.deployment.console.begun(Begun.at(one.step.name, stack, "deletion", begun.stack))

    def _ended(self, one: Found, stack_id: str, status: str) -> None:
        if status != "DELETE_COMPLETE":
            problems = failures_or_status(one.stack, stack_id, "destroy", status)
            last = Problem(problems[-1].place, f"{problems[-1].sentence}{KEEP}")
            raise DeploymentError([*problems[:-1], last], within=one.step.name)


def _retained(stack: RootStack, path: str) -> tuple[str | None, str]:
    """Return the ID of the nested stack that holds the resource, None for the root, and its ID."""
    stack_id, parts = None, path.split(".")
    for number, title in enumerate(parts):
        resources = {
            one["LogicalResourceId"]: one for one in stack.own_resources(stack_id or stack.name)
        }
        if title not in resources:
            known = ", ".join(resources) or "none"
            sentence = f"{path}: unknown resource {title!r}; the stack has {known}"
            raise DeploymentError([Problem("--retain", sentence)])
        if number < len(parts) - 1:
            if not is_stack(resources[title]):
                raise DeploymentError([Problem("--retain", f"{path}: {title} is no nested stack")])
            stack_id = resources[title]["PhysicalResourceId"]
    return stack_id, parts[-1]
