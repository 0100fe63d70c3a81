"""The stack sets of an account and Region, and the turns of their operations."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from ..cloudformation.stacks import StackBackend
from .operation import Operation
from .refusals import (
    InvalidOperation,
    LimitExceeded,
    NameAlreadyExists,
    OperationIdAlreadyExists,
    OperationInProgress,
    StackSetNotEmpty,
    StackSetNotFound,
)
from .stack_set import StackSet

MOST: Final = 1_000
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
NOT_BEFORE: Final = "Cancelled since a stack set on which this one depends has failed"


class StackSets:
    """The stack sets of one account and Region."""

    def __init__(self, _: StackBackend) -> None:
        self.everyone: dict[str, StackSet] = {}
        """Stack sets by their IDs, deleted ones too."""
        self.tokens: dict[str, tuple[Mapping[str, Any], StackSet]] = {}
        """The calls that created stack sets, by their tokens."""
        self.turn = threading.RLock()
        """Held while it is decided if an operation may begin."""

    def named(self, name_or_id: str) -> StackSet:
        """The stack set of a name or an ID, unless it is deleted."""
        for one in [*self.everyone.values()]:
            if one.status == "ACTIVE" and name_or_id in {one.name, one.id, one.arn}:
                return one
        raise StackSetNotFound(name_or_id)

    def add(self, stack_set: StackSet, call: Mapping[str, Any]) -> StackSet:
        """Take up a new stack set; the same call with the same token gives the one before."""
        token = call.get("ClientRequestToken")
        with self.turn:
            if token in self.tokens and self.tokens[token][0] == call:
                return self.tokens[token][1]
            active = [one for one in [*self.everyone.values()] if one.status == "ACTIVE"]
            if any(one.name == stack_set.name for one in active):
                raise NameAlreadyExists(stack_set.name)
            if len(active) >= MOST:
                raise LimitExceeded(f"An administrator account has at most {MOST} stack sets")
            self.everyone[stack_set.id] = stack_set
            if token:
                self.tokens[token] = (call, stack_set)
        return stack_set

    def delete(self, name: str) -> None:
        """Delete a stack set without instances."""
        with self.turn:
            stack_set = self.named(name)
            if stack_set.current_operations:
                raise OperationInProgress(stack_set.arn)
            if stack_set.instances:
                raise StackSetNotEmpty
            stack_set.status = "DELETED"

    def require_turn(self, stack_set: StackSet, operation_id: str) -> None:
        """Refuse another operation while one goes on, unless it may be queued."""
        if operation_id in stack_set.operations:
            raise OperationIdAlreadyExists(operation_id)
        if stack_set.current_operations and not stack_set.managed_execution:
            raise OperationInProgress(stack_set.arn)

    def begin(
        self,
        stack_set: StackSet,
        operation: Operation,
        start: Callable[[Operation], None],
        *,
        after: Sequence[Operation] | None = None,
    ) -> None:
        """Begin the operation, or queue it behind those that it would meet.

        One that nobody asked for is queued behind all, and *after* those that must succeed.
        """
        before = stack_set.current_operations
        stack_set.operations[operation.id] = operation
        if operation.meets(before) or (after is not None and [*before, *after]):
            operation.status = "QUEUED"
            arguments = (operation, before, [*(after or ())], start)
            threading.Thread(target=self._later, args=arguments, daemon=True).start()
        else:
            start(operation)

    def stop(self, stack_set: StackSet, operation_id: str) -> None:
        """Stop an operation: what has begun is finished, the rest is cancelled."""
        operation = stack_set.operation(operation_id)
        if not operation.stop():
            raise InvalidOperation(
                f"Operation {operation_id} is in {operation.status} state and can not be stopped"
            )

    def _later(
        self,
        operation: Operation,
        before: list[Operation],
        after: list[Operation],
        start: Callable[[Operation], None],
    ) -> None:
        for one in [*before, *after]:
            one.wait()
        operation.begin()
        if all(one.status == "SUCCEEDED" for one in after):
            start(operation)
            return
        for result in operation.results.values():
            result.becomes("CANCELLED", NOT_BEFORE)
            result.instance.becomes("OUTDATED", "CANCELLED", NOT_BEFORE)
        operation.end("FAILED", NOT_BEFORE)


@cache
def stack_sets_of(backend: StackBackend) -> StackSets:
    """The stack sets of an account and Region."""
    return StackSets(backend)
