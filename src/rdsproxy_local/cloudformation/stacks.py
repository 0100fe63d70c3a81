"""Creation, update and deletion of the stacks of an account and region."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from typing import Any, Final

from moto.cloudformation.exceptions import AlreadyExistsException
from moto.cloudformation.models import cloudformation_backends

from . import imports, operations
from .background import Kind, Operation, Steps, begin
from .invalidities import Invalidity
from .live_state import live_state
from .operations import OnFailure
from .pace import present
from .planning import Request, StackPlanner, remember
from .refusals import ValidationError, refusals, require_stack_name
from .reverting import from_actual_state
from .rollbacks import continued, forced
from .scope import StackScope
from .stack import Plan, Stack
from .stack_policies import StackPolicy
from .statuses import (
    NOT_DELETED,
    TAKES_UPDATES,
    give_up,
    require_skippable,
    require_way_back,
    status_of,
)

NO_UPDATES: Final = "No updates are to be performed."
NOT_NOW: Final = "{} cannot be called from current stack status"


def nothing() -> None:
    """Do nothing."""


class StackBackend(StackPlanner):
    """The stacks of one account and region, and the operations on them."""

    def create(
        self,
        name: str,
        request: Request,
        *,
        on_failure: OnFailure = "ROLLBACK",
        protected: bool = False,
        policy: StackPolicy | None = None,
        token: str | None = None,
        validated: bool = False,
    ) -> Stack:
        """Begin to create a stack directly; its status shows the outcome."""
        require_stack_name(name)
        self._require_new(name)
        plan = self.plan(request, directly=True)
        stack = self.new(name, request)
        stack.protected = protected
        stack.policy = policy or stack.policy
        with refusals():
            StackScope(stack, plan, self.exported).active()
        wrong = self.invalidities(stack, plan) if validated else ()
        with self.turn:
            self._require_new(name)
            self.carry_out_creation(stack, plan, on_failure, token=token, invalidities=wrong)
        return stack

    def carry_out_creation(
        self, stack: Stack, plan: Plan, on_failure: OnFailure, *, lag: float = 0, **given: Any
    ) -> None:
        steps = operations.create(stack, plan, self.exported, self.check_exports, on_failure)

        def all_steps() -> Steps:
            first = next(steps)
            self.admit(stack)
            yield first
            yield from steps

        self._begin(stack, "CREATE_STACK", all_steps(), lag=lag, **given)

    def carry_out_import(
        self, stack: Stack, plan: Plan, taken: imports.Imports, **given: Any
    ) -> None:
        steps = imports.take_over(stack, plan, self.exported, taken)
        self._begin(stack, "UPDATE_STACK", steps, lag=present.pace.lag, **given)

    def withdraw(self, stack: Stack) -> None:
        """Delete a stack that exists for review only."""
        stack.becomes("DELETE_IN_PROGRESS", operations.USER)
        stack.becomes("DELETE_COMPLETE")
        self.forget_if_deleted(stack)

    def update(
        self,
        name: str,
        request: Request,
        *,
        rolls_back: bool = True,
        meanwhile: StackPolicy | None = None,
        token: str | None = None,
        validated: bool = False,
    ) -> Stack:
        """Begin to update a stack directly, under another policy *meanwhile*."""
        stack = self.updatable(name)
        require_way_back(stack, rolls_back=rolls_back)
        plan = self.plan(request, directly=True)
        live = live_state(stack) if stack.reverts else None
        if not stack.unfinished and not self.differences(stack, plan, request, live=live):
            raise ValidationError(NO_UPDATES)
        wrong = self.invalidities(stack, plan) if validated else ()
        with self.turn:
            self.updatable(name)
            stack.policy_meanwhile = meanwhile
            given = {"token": token, "invalidities": wrong}
            self.carry_out_update(stack, plan, request, rolls_back=rolls_back, **given)
        return stack

    def carry_out_update(
        self, stack: Stack, plan: Plan, request: Request, *, rolls_back: bool = True, **given: Any
    ) -> None:
        def steps() -> Steps:
            before = stack.tags, stack.capabilities, stack.role
            remember(stack, request)
            with from_actual_state(stack) if stack.reverts else nullcontext():
                yield from operations.update(
                    stack, plan, self.exported, self.check_exports, rolls_back=rolls_back
                )
            stack.policy_meanwhile = None
            if stack.status not in {"UPDATE_COMPLETE", "UPDATE_FAILED"}:
                stack.tags, stack.capabilities, stack.role = before

        self._begin(stack, "UPDATE_STACK", steps(), lag=present.pace.lag, **given)

    def updatable(self, name: str) -> Stack:
        stack = self.named(name)
        if stack is None:
            raise ValidationError(f"Stack [{name}] does not exist")
        status = status_of(stack)
        if status not in TAKES_UPDATES:
            raise ValidationError(f"Stack:{stack.id} is in {status} state and can not be updated.")
        return stack

    def delete(self, name: str, keep: Iterable[str] = (), token: str | None = None) -> None:
        """Begin to delete a stack, as far as that can be done."""
        with self.turn:
            stack = self.named(name)
            if stack is None or (status := status_of(stack)) == "DELETE_IN_PROGRESS":
                return
            if status in NOT_DELETED:
                raise ValidationError(
                    f"Stack [{stack.id}] cannot be deleted while in status {status}"
                )
            if stack.protected:
                raise ValidationError(
                    f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
                )
            for export in stack.exports:
                if users := self.users_of(export):
                    # The status stays as it was, with a reason.
                    names = " and ".join(users)
                    stack.becomes(
                        stack.status,
                        f"Export {export} cannot be deleted as it is in use by {names}",
                    )
                    return
            steps = operations.delete(stack, frozenset(keep), stack.operation)
            self._begin(stack, "DELETE_STACK", steps, lag=present.pace.lag, token=token)

    def cancel_update(self, name: str) -> None:
        """Have an update roll back what it has done so far."""
        with self.turn:
            stack = self._known(name)
            if status_of(stack) != "UPDATE_IN_PROGRESS":
                raise ValidationError(NOT_NOW.format("CancelUpdateStack"))
            stack.operation.withdrawn = True
            stack.operation.cancel()

    def continue_rollback(
        self,
        name: str,
        skip: Sequence[str] = (),
        token: str | None = None,
        *,
        force: bool = False,
    ) -> None:
        """Go on with the rollback of an update, which has failed; *force* skips all that failed."""
        with self.turn:
            stack = self._known(name)
            if status_of(stack) != "UPDATE_ROLLBACK_FAILED":
                raise ValidationError(NOT_NOW.format("RollbackUpdatedStack"))
            own = frozenset(one for one in skip if "." not in one)
            require_skippable(stack, own)
            inside = [one for one in skip if "." in one]
            steps = forced(self, stack) if force else continued(self, stack, own, inside)
            self._begin(stack, "CONTINUE_ROLLBACK", steps, lag=present.pace.lag, token=token)

    def roll_back(self, name: str, token: str | None = None) -> Stack:
        """Bring a stack whose last operation failed, and was not rolled back, to where it was."""
        with self.turn:
            stack = self._known(name)
            if status_of(stack) not in {"CREATE_FAILED", "UPDATE_FAILED"}:
                raise ValidationError(NOT_NOW.format("RollbackStack"))
            steps = operations.roll_back(stack)
            self._begin(stack, "ROLLBACK", steps, lag=present.pace.lag, token=token)
        return stack

    def _known(self, name: str) -> Stack:
        if (stack := self.named(name)) is None:
            raise ValidationError(f"Stack [{name}] does not exist")
        return stack

    def _require_new(self, name: str) -> None:
        if self.named(name):
            raise AlreadyExistsException(f"Stack [{name}] already exists")

    def _begin(
        self,
        stack: Stack,
        kind: Kind,
        steps: Steps,
        *,
        lag: float = 0,
        token: str | None = None,
        invalidities: Sequence[Invalidity] = (),
        afterwards: Callable[[], None] = nothing,
    ) -> None:
        """Begin an operation of a stack, which goes on when this has returned."""
        operation = stack.operation = Operation(stack.id, kind, token, invalidities)

        def all_steps() -> Steps:
            yield from steps
            self.forget_if_deleted(stack)
            afterwards()

        begin(operation, all_steps(), lambda reason: give_up(stack, kind, reason), lag=lag)


def backend(account: str, region: str) -> StackBackend:
    """The stacks of an account and region."""
    found = cloudformation_backends[account][region]
    assert isinstance(found, StackBackend)
    return found
