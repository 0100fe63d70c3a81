"""Statuses in which a stack takes no update, and the remedy for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ROLLED_BACK: Final = "ROLLBACK_COMPLETE"
"""Only the stack's name is left; it can only be deleted."""

UNRECOVERABLE: Final = ("ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")
"""The stack can only be deleted, and its remains may hold data."""

STUCK: Final[Mapping[str, str]] = {
    "UPDATE_ROLLBACK_FAILED": "mend what its events name, run `aws cloudformation "
    "continue-update-rollback --stack-name {name}`, and deploy again; or `destroy` it",
    "UPDATE_FAILED": "run `aws cloudformation rollback-stack --stack-name {name}`, and deploy "
    "again; or `destroy` it",
    "IMPORT_ROLLBACK_FAILED": "finish the import of resources by hand, and deploy again",
}
"""Remedies for an update that did not end, by status."""


def takes_updates(status: str) -> bool:
    """Tell if CloudFormation creates change sets for a stack of this *status*."""
    return status not in {ROLLED_BACK, *UNRECOVERABLE, *STUCK}


def remedy(status: str, name: str) -> str | None:
    """Explain why the stack *name* cannot be deployed, and what to do; None if it can."""
    if status in UNRECOVERABLE:
        return f"is {status}, and some of its resources remain: look at them, then `destroy` it"
    if status in STUCK:
        return f"is {status}: {STUCK[status].format(name=name)}"
    return None
