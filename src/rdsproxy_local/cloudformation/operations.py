"""Creation, update and deletion of a stack: the steps, and what the stack reports of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from .engine import StackUpdate, delete_all
from .failure import Failure
from .functions import resolved, text
from .scope import Exports, StackScope
from .stack import Output, Plan, Stack

OnFailure = Literal["ROLLBACK", "DELETE", "DO_NOTHING"]
CheckExports = Callable[[Stack, Mapping[str, str]], None]
"""Fails if a stack may not export what it is about to export."""


def create(
    stack: Stack, plan: Plan, exports: Exports, check: CheckExports, on_failure: OnFailure
) -> None:
    """Create everything in *plan*, or nothing."""
    stack.becomes("CREATE_IN_PROGRESS", "User Initiated")
    stack_update = StackUpdate(stack, plan, exports)
    stack.plan = plan
    stack.rolls_back = on_failure != "DO_NOTHING"
    try:
        stack_update.forward()
        _publish(stack, stack_update.scope, check)
    except Failure as failure:
        _give_up(stack, str(failure), on_failure)
    else:
        stack.becomes("CREATE_COMPLETE")


def update(stack: Stack, plan: Plan, exports: Exports, check: CheckExports) -> None:
    """Bring the stack to *plan*, or leave it as it was."""
    stack.becomes("UPDATE_IN_PROGRESS", "User Initiated")
    stack_update = StackUpdate(stack, plan, exports)
    old = stack.plan
    stack.plan = plan
    stack.updated = datetime.now(UTC)
    try:
        stack_update.forward()
        _publish(stack, stack_update.scope, check)
    except Failure as failure:
        stack.becomes("UPDATE_ROLLBACK_IN_PROGRESS", str(failure))
        failed = stack_update.undo()
        stack.plan = old
        if failed:
            stack.becomes("UPDATE_ROLLBACK_FAILED", _not("update", failed))
            return
        stack.becomes("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        stack.becomes("UPDATE_ROLLBACK_COMPLETE")
    else:
        stack.becomes("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        stack_update.clean_up()
        stack.becomes("UPDATE_COMPLETE")


def delete(stack: Stack, keep: frozenset[str] = frozenset()) -> None:
    """Delete the stack's resources, except those to keep."""
    stack.becomes("DELETE_IN_PROGRESS", "User Initiated")
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
    return Output(text(value), said.get("Description"), export)


def _publish(stack: Stack, scope: StackScope, check: CheckExports) -> None:
    published = outputs(scope, stack.plan)
    check(stack, {one.export: one.value for one in published.values() if one.export is not None})
    stack.outputs, stack.imports = published, frozenset(scope.imports)


def _give_up(stack: Stack, reason: str, on_failure: OnFailure) -> None:
    if on_failure == "DO_NOTHING":
        stack.becomes("CREATE_FAILED", reason)
        return
    if on_failure == "DELETE":
        stack.becomes("DELETE_IN_PROGRESS", f"{reason}Delete requested by user.")
    else:
        stack.becomes("ROLLBACK_IN_PROGRESS", f"{reason}Rollback requested by user.")
    verb = "DELETE" if on_failure == "DELETE" else "ROLLBACK"
    if failed := delete_all(stack, keep=frozenset(), undone_creation=True):
        stack.becomes(f"{verb}_FAILED", _not("delete", failed))
    else:
        stack.becomes(f"{verb}_COMPLETE")


def _not(verb: str, logical_ids: list[str]) -> str:
    return f"The following resource(s) failed to {verb}: [{', '.join(sorted(logical_ids))}]. "
