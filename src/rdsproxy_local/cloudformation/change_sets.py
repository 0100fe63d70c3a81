"""The change sets of an account and region: made, carried out or deleted."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from moto.cloudformation.exceptions import AlreadyExistsException, CloudFormationError

from . import imports, operations
from .change_set import ChangeSet, Kind
from .changes import unseen
from .live_state import live_state
from .nested_change_sets import Insight, found_invalid
from .pace import present
from .planning import Request
from .refusals import ValidationError, refusals, require_stack_name
from .stack import Plan, Stack
from .stacks import StackBackend
from .statuses import require_way_back


class ChangeSetNotFound(CloudFormationError):
    """No change set has this name."""

    code = "ChangeSetNotFound"


class InvalidChangeSetStatus(CloudFormationError):
    """The change set cannot be executed, or deleted, in its present state."""

    code = "InvalidChangeSetStatus"


class ChangeSets:
    """The change sets of an account and region."""

    def __init__(self, backend: StackBackend) -> None:
        self._backend = backend
        self._roots: dict[str, ChangeSet] = {}
        """Root change sets by their IDs; they hold those of nested stacks."""

    def create(
        self,
        name: str,
        stack_name: str,
        kind: Kind,
        request: Request,
        *,
        to_import: Sequence[Mapping[str, Any]],
        nested: bool,
        description: str | None,
        on_failure: operations.OnFailure | None,
        validated: bool = True,
    ) -> ChangeSet:
        """A change set, with the stacks that it would create."""
        if kind != "UPDATE":
            require_stack_name(stack_name)
        self._check_stack(name, stack_name, kind)
        plan = self._backend.plan(request, directly=False)
        stack = self._backend.named(stack_name) or self._backend.new(stack_name, request)
        taken = self._imports(stack, plan, to_import) if kind == "IMPORT" else {}
        if any(other.name == name and other.stack is stack for other in self.all()):
            raise AlreadyExistsException(f"ChangeSet {name} cannot be created")
        made = ChangeSet(
            name,
            kind,
            stack,
            request,
            plan,
            imports=taken,
            nested=nested,
            description=description,
            on_failure=on_failure,
            validated=validated,
        )
        made.live = live_state(stack) if request.reverts else None
        look_inside = Insight(self._backend, made) if nested else unseen
        found = self._backend.differences(stack, plan, request, look_inside, made.live)
        if kind == "IMPORT":
            with refusals():
                found = imports.only_imports(found, taken)
        made.conclude(found, found_invalid(self._backend, made, found))
        for one in made.family():
            one.ready_at = time.monotonic() + present.pace.change_set_lag
        self._put_up_for_review(made)
        self._roots[made.id] = made
        return made

    def all(self, stack_name: str | None = None) -> list[ChangeSet]:
        """The change sets of a stack, or of all stacks."""
        everyone = [one for root in [*self._roots.values()] for one in root.family()]
        return [one for one in everyone if stack_name in {None, one.stack.name, one.stack.id}]

    def find(self, name_or_id: str, stack_name: str | None) -> ChangeSet:
        for one in self.all():
            if name_or_id == one.id:
                return one
        for one in reversed(self.all(stack_name)):
            if name_or_id == one.name:
                return one
        raise ChangeSetNotFound(f"ChangeSet [{name_or_id}] does not exist")

    def delete(self, change_set: ChangeSet) -> None:
        """Delete a change set with everything made for it, except its own stack."""
        if change_set.parent is not None:
            raise InvalidChangeSetStatus(
                f"ChangeSet [{change_set.id}] can be deleted from the root change set "
                f"[{change_set.root.id}] only"
            )
        self._withdraw(change_set)
        del self._roots[change_set.id]

    def execute(
        self, change_set: ChangeSet, *, disable_rollback: bool, token: str | None = None
    ) -> None:
        """Begin to execute a change set; the others of its stacks are out of date then."""
        with self._backend.turn:
            if change_set.execution_status != "AVAILABLE" or not change_set.is_ready:
                raise InvalidChangeSetStatus(
                    f"ChangeSet [{change_set.id}] cannot be executed in its current status of "
                    f"[{change_set.summary()['Status']}]"
                )
            stack = change_set.stack
            if change_set.kind == "UPDATE":
                self._backend.updatable(stack.id)
                require_way_back(stack, rolls_back=not disable_rollback)
            self._withdraw(change_set)
            stack.change_set = change_set.id
            family = list(change_set.family())
            for other in [other for one in family for other in self.all(one.stack.id)]:
                other.execution_status = "OBSOLETE"
            for one in family:
                one.execution_status = "EXECUTE_IN_PROGRESS"
                one.stack.reverts = one.live is not None
            self._carry_out(change_set, disable_rollback=disable_rollback, token=token)

    def _carry_out(
        self, change_set: ChangeSet, *, disable_rollback: bool, token: str | None
    ) -> None:
        stack, plan, lag = change_set.stack, change_set.plan, present.pace.lag

        def conclude() -> None:
            done = stack.status in {"CREATE_COMPLETE", "IMPORT_COMPLETE", "UPDATE_COMPLETE"}
            for one in change_set.family():
                one.execution_status = "EXECUTE_COMPLETE" if done else "EXECUTE_FAILED"
                one.stack.reverts = False

        if change_set.kind == "CREATE":
            on_failure = change_set.on_failure or ("DO_NOTHING" if disable_rollback else "ROLLBACK")
            self._backend.carry_out_creation(
                stack, plan, on_failure, lag=lag, token=token, afterwards=conclude
            )
        elif change_set.kind == "IMPORT":
            self._backend.carry_out_import(
                stack, plan, change_set.imports, token=token, afterwards=conclude
            )
        else:
            self._backend.carry_out_update(
                stack,
                plan,
                change_set.request,
                rolls_back=not disable_rollback,
                token=token,
                afterwards=conclude,
            )

    def _imports(
        self, stack: Stack, plan: Plan, given: Sequence[Mapping[str, Any]]
    ) -> imports.Imports:
        """What to import, if nothing speaks against it."""
        with refusals():
            found = imports.named(given, plan)
            imports.require_same_outputs(stack, plan)
            imports.require_free(self._backend.alive, plan, found)
        return found

    def _put_up_for_review(self, change_set: ChangeSet) -> None:
        """Show the new stacks as REVIEW_IN_PROGRESS."""
        known = {stack.id for stack in self._backend.alive}
        for one in change_set.family():
            if one.stack.id not in known:
                one.stack.becomes("REVIEW_IN_PROGRESS", "User Initiated")
                self._backend.admit(one.stack)

    def _withdraw(self, change_set: ChangeSet) -> None:
        """Delete the nested stacks that exist for review only.

        They are made anew when the change set is executed: here under another ID.
        """
        for one in change_set.family():
            if one.parent is not None and one.stack.status == "REVIEW_IN_PROGRESS":
                self._backend.withdraw(one.stack)

    def _check_stack(self, name: str, stack_name: str, kind: Kind) -> None:
        if kind == "UPDATE":
            self._backend.updatable(stack_name)
            return
        stack = self._backend.named(stack_name)
        if kind == "IMPORT":
            if stack is not None and stack.status != "REVIEW_IN_PROGRESS":
                self._backend.updatable(stack_name)
            return
        if stack is not None and stack.status != "REVIEW_IN_PROGRESS":
            raise ValidationError(
                f"Stack [{stack_name}] already exists and cannot be created again "
                f"with the changeSet [{name}]."
            )


@cache
def change_sets(backend: StackBackend) -> ChangeSets:
    """The change sets of the account and region."""
    return ChangeSets(backend)
