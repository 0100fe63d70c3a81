"""Creation, update and deletion of a stack: the steps, and what the stack reports of them.

Each is a generator: it begins when its first item is asked for, and goes on in the background.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

from .background import Operation, Steps
from .deletion import delete_all
from .engine import StackUpdate
from .failure import Failure
from .functions import resolved, text
from .invalidities import OF_STACK, failing
from .scope import Exports, StackScope
from .stack import Output, Plan, Stack
from .template_limits import export_problem, twice_exported

OnFailure = Literal["ROLLBACK", "DELETE", "DO_NOTHING"]
CheckExports = Callable[[Stack, Mapping[str, str]], None]
"""Fails if a stack may not export what it is about to export."""
USER: Final = "User Initiated"


def create(
    stack: Stack, plan: Plan, exports: Exports, check: CheckExports, on_failure: OnFailure
) -> Steps:
    """Create everything in *plan*, or nothing."""
    stack.becomes("CREATE_IN_PROGRESS", USER)
    operation, stack_update = stack.operation, StackUpdate(stack, plan, exports)
    stack.plan = plan
    stack.rolls_back = on_failure != "DO_NOTHING"
    yield
    try:
        _require_valid(operation)
        stack_update.forward()
        _publish(stack, stack_update.scope, check)
    except Failure as failure:
        if operation.superseded:
            return
        operation.go_on()
        if on_failure == "DO_NOTHING":
            stack_update.keep()
            stack.unfinished = stack_update
        _give_up(stack, str(failure), on_failure)
    else:
        stack.becomes("CREATE_COMPLETE")


def update(
    stack: Stack, plan: Plan, exports: Exports, check: CheckExports, *, rolls_back: bool = True
) -> Steps:
    """Bring the stack to *plan*, or leave it as it was, unless it does not roll back."""
    stack.becomes("UPDATE_IN_PROGRESS", USER)
    operation, stack_update = stack.operation, StackUpdate(stack, plan, exports)
    stack.plan = plan
    stack.updated = datetime.now(UTC)
    stack.rolls_back = rolls_back
    yield
    try:
        _require_valid(operation)
        stack_update.forward()
        _publish(stack, stack_update.scope, check)
    except Failure as failure:
        operation.go_on()
        if not rolls_back and not operation.withdrawn:
            stack_update.keep()
            stack.unfinished = stack_update
            stack.becomes("UPDATE_FAILED", str(failure))
            return
        reason = USER if operation.withdrawn else str(failure)
        stack.becomes("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        _roll_back(stack, stack_update)
    else:
        stack.becomes("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        stack_update.clean_up()
        stack.unfinished = None
        stack.becomes("UPDATE_COMPLETE")


def roll_back(stack: Stack, skip: frozenset[str] = frozenset()) -> Steps:
    """Go back from a failed update, or go on with that; a failed creation is undone."""
    stack_update = stack.unfinished
    assert stack_update is not None
    if stack_update.created:
        stack.becomes("ROLLBACK_IN_PROGRESS", USER)
        yield
        stack.unfinished = None
        _undo_creation(stack, "ROLLBACK")
        return
    stack.becomes("UPDATE_ROLLBACK_IN_PROGRESS", USER)
    yield
    _roll_back(stack, stack_update, skip)


def delete(stack: Stack, keep: frozenset[str], before: Operation) -> Steps:
    """Delete the stack's resources, except those to keep, in place of what went on *before*."""
    stack.becomes("DELETE_IN_PROGRESS", USER)
    before.superseded = True
    before.cancel()
    yield
    before.wait()
    stack.unfinished = None
    if failed := delete_all(stack, keep=keep):
        stack.becomes("DELETE_FAILED", _not("delete", failed))
        return
    stack.outputs, stack.imports = {}, frozenset()
    stack.becomes("DELETE_COMPLETE")


def outputs(scope: StackScope, plan: Plan) -> dict[str, Output]:
    """The stack's outputs, by name."""
    return {
        name: _output(name, declared, scope)
        for name, declared in plan.template.outputs.items()
        if "Condition" not in declared or scope.condition(declared["Condition"])
    }


def _output(name: str, declared: Mapping[str, Any], scope: StackScope) -> Output:
    said = resolved(dict(declared), scope)
    value, export = said.get("Value"), said.get("Export", {}).get("Name")
    if not isinstance(value, str | int | float) or not isinstance(export, str | None):
        raise Failure(
            "Template format error: The Value field of every Outputs member must evaluate to "
            f"a String: {name}"
        )
    if export is not None and (problem := export_problem(export)):
        raise Failure(problem)
    return Output(text(value), said.get("Description"), export)


def _require_valid(operation: Operation) -> None:
    """Fail before anything is done where the validation of the operation has found an error."""
    if failing(operation.invalidities):
        raise Failure(OF_STACK)


def _publish(stack: Stack, scope: StackScope, check: CheckExports) -> None:
    published = outputs(scope, stack.plan)
    for problem in twice_exported({name: one.export for name, one in published.items()}):
        raise Failure(problem)
    check(stack, {one.export: one.value for one in published.values() if one.export is not None})
    stack.outputs, stack.imports = published, frozenset(scope.imports)


def _roll_back(stack: Stack, stack_update: StackUpdate, skip: frozenset[str] = frozenset()) -> None:
    failed = stack_update.undo(skip)
    stack.plan = stack_update.stable
    if failed:
        stack.unfinished = stack_update
        stack.becomes("UPDATE_ROLLBACK_FAILED", _not("update", failed))
        return
    stack.unfinished = None
    stack.becomes("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    stack.becomes("UPDATE_ROLLBACK_COMPLETE")


def _give_up(stack: Stack, reason: str, on_failure: OnFailure) -> None:
    if on_failure == "DO_NOTHING":
        stack.becomes("CREATE_FAILED", reason)
        return
    if on_failure == "DELETE":
        stack.becomes("DELETE_IN_PROGRESS", f"{reason}Delete requested by user.")
    else:
        stack.becomes("ROLLBACK_IN_PROGRESS", f"{reason}Rollback requested by user.")
    _undo_creation(stack, "DELETE" if on_failure == "DELETE" else "ROLLBACK")


def _undo_creation(stack: Stack, verb: str) -> None:
    operation = stack.operation
    failed = delete_all(stack, keep=frozenset(), undone_creation=True)
    if operation.superseded:
        return
    if failed:
        stack.becomes(f"{verb}_FAILED", _not("delete", failed))
    else:
        stack.becomes(f"{verb}_COMPLETE")


def _not(verb: str, logical_ids: list[str]) -> str:
    return f"The following resource(s) failed to {verb}: [{', '.join(sorted(logical_ids))}]. "
