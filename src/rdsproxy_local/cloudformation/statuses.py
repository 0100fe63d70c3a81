"""The statuses of stacks, and what may be done in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .background import Kind
from .refusals import ValidationError
from .stack import Stack

TAKES_UPDATES: Final = frozenset(
    {
        "CREATE_COMPLETE",
        "CREATE_FAILED",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_FAILED",
        "UPDATE_ROLLBACK_COMPLETE",
    }
)
WITHOUT_ROLLBACK: Final = frozenset({"CREATE_FAILED", "UPDATE_FAILED"})
"""Statuses from which an update goes on only if it does not roll back."""
NOT_DELETED: Final = frozenset(
    {
        "IMPORT_IN_PROGRESS",
        "IMPORT_ROLLBACK_IN_PROGRESS",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_ROLLBACK_IN_PROGRESS",
    }
)
IN_PROGRESS: Final[dict[Kind, str]] = {
    "CREATE_STACK": "CREATE_IN_PROGRESS",
    "UPDATE_STACK": "UPDATE_IN_PROGRESS",
    "DELETE_STACK": "DELETE_IN_PROGRESS",
    "ROLLBACK": "UPDATE_ROLLBACK_IN_PROGRESS",
    "CONTINUE_ROLLBACK": "UPDATE_ROLLBACK_IN_PROGRESS",
}
FAILED: Final[dict[Kind, str]] = {
    "CREATE_STACK": "CREATE_FAILED",
    "UPDATE_STACK": "UPDATE_ROLLBACK_FAILED",
    "DELETE_STACK": "DELETE_FAILED",
    "ROLLBACK": "UPDATE_ROLLBACK_FAILED",
    "CONTINUE_ROLLBACK": "UPDATE_ROLLBACK_FAILED",
}


def status_of(stack: Stack) -> str:
    """The status that decides; it may not be shown yet while an operation lags."""
    operation = stack.operation
    if operation.in_progress and not stack.status.endswith("_IN_PROGRESS"):
        return IN_PROGRESS[operation.kind]
    if operation.in_progress and stack.status == "REVIEW_IN_PROGRESS":
        return IN_PROGRESS[operation.kind]
    return stack.status


def require_way_back(stack: Stack, *, rolls_back: bool) -> None:
    """Refuse an update that rolls back from a status that leads back to nothing stable."""
    status = status_of(stack)
    if rolls_back and status in WITHOUT_ROLLBACK:
        raise ValidationError(
            f"This stack is currently in a non-terminal [{status}] state. To update the stack from "
            "this state, please use the disable-rollback parameter with update-stack API. To "
            "rollback to the last known good state, use the rollback-stack API"
        )


def give_up(stack: Stack, kind: Kind, reason: str) -> None:
    """End an operation that the local cloud itself could not carry out."""
    stack.becomes(FAILED[kind], reason)


def require_skippable(stack: Stack, skip: Iterable[str]) -> None:
    """Refuse to skip resources that did not fail."""
    failed = set() if stack.unfinished is None else stack.unfinished.failed
    if wrong := sorted(set(skip) - failed):
        raise ValidationError(
            f"[{', '.join(wrong)}] cannot be skipped: ResourcesToSkip takes only resources that "
            "are in the state UPDATE_FAILED because a rollback failed"
        )
