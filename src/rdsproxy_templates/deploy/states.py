"""The statuses of a stack that takes no update, and the way on from each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ROLLED_BACK: Final = "ROLLBACK_COMPLETE"
"""Nothing is left of the stack but its name; it can only be deleted."""

UNRECOVERABLE: Final = ("ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")
"""It can only be deleted, too, and something is left that may hold data."""

STUCK: Final[Mapping[str, str]] = {
    "UPDATE_ROLLBACK_FAILED": "mend what its events name, run `aws cloudformation "
    "continue-update-rollback --stack-name {name}`, and deploy again; or `destroy` it",
    "UPDATE_FAILED": "run `aws cloudformation rollback-stack --stack-name {name}`, and deploy "
    "again; or `destroy` it",
    "IMPORT_ROLLBACK_FAILED": "finish the import of resources by hand, and deploy again",
}
"""An update did not end, and what ends it, by status."""


def takes_updates(status: str) -> bool:
    """Whether a change set can be made for a stack that is settled."""
    return status not in {ROLLED_BACK, *UNRECOVERABLE, *STUCK}


def way_on(status: str, name: str) -> str | None:
    """Why the stack *name* cannot be deployed as it is, and what to do; None if it can."""
    if status in UNRECOVERABLE:
        return f"is {status}, and not all of it is gone: look at it, and `destroy` it"
    if status in STUCK:
        return f"is {status}: {STUCK[status].format(name=name)}"
    return None
