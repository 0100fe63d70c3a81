"""Every status of a stack: what happened, and the way on for `deploy` and for `destroy`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Way = Literal[
    "update",
    "create",
    "wait",
    "create again",
    "complete",
    "continue rollback",
    "roll back",
    "destroy first",
]


@dataclass(frozen=True)
class State:
    """What happened to a stack of a status, and what `deploy` does with it."""

    event: str
    way: Way

    @property
    def takes_plans(self) -> bool:
        """True where CloudFormation creates change sets for the stack as it is."""
        return self.takes_updates or self.way == "complete"

    @property
    def takes_updates(self) -> bool:
        """True where any update can be made and rolled back, once the stack is settled."""
        return self.way in {"update", "create", "wait"}


DEPLOYS: Final[Mapping[Way, str]] = {
    "update": "updates it",
    "create": "creates it",
    "wait": "waits, and goes on from the state in which it ends",
    "create again": "deletes the remains, and creates it",
    "complete": "completes its creation by an update, which leaves what is there if it fails again",
    "continue rollback": "asks, continues the rollback, without what `--skip-resource` names, and "
    "updates it",
    "roll back": "asks, rolls the update back, and updates it; where its creation never succeeded, "
    "completes that",
    "destroy first": "refuses: look at what remains, and `destroy` it",
}
"""What `deploy` does, in words for people."""

PROTECTED_STAYS: Final = (
    "deletes it; refuses a protected database: first deploy with deletion protection off"
)
DELETES: Final = "deletes it, once asked with the protection of its databases turned off"
NOTHING_HERE: Final = "says that there is no such stack, with status 5"

STATES: Final[Mapping[str, State]] = {
    "CREATE_COMPLETE": State("it was created", "update"),
    "UPDATE_COMPLETE": State("it was updated", "update"),
    "UPDATE_ROLLBACK_COMPLETE": State("an update failed and was rolled back", "update"),
    "IMPORT_COMPLETE": State("it took resources over", "update"),
    "IMPORT_ROLLBACK_COMPLETE": State("an import failed and was rolled back", "update"),
    "REVIEW_IN_PROGRESS": State("nobody has executed the first change set", "create"),
    "DELETE_COMPLETE": State("it was deleted", "create"),
    "CREATE_IN_PROGRESS": State("it is being created", "wait"),
    "ROLLBACK_IN_PROGRESS": State("a first creation failed and is being rolled back", "wait"),
    "UPDATE_IN_PROGRESS": State("it is being updated", "wait"),
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": State(
        "what an update replaced is being deleted", "wait"
    ),
    "UPDATE_ROLLBACK_IN_PROGRESS": State("an update failed and is being rolled back", "wait"),
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": State(
        "what a failed update created is being deleted", "wait"
    ),
    "IMPORT_IN_PROGRESS": State("it is taking resources over", "wait"),
    "IMPORT_ROLLBACK_IN_PROGRESS": State("an import failed and is being rolled back", "wait"),
    "DELETE_IN_PROGRESS": State("it is being deleted", "wait"),
    "ROLLBACK_COMPLETE": State("a first creation failed and was rolled back", "create again"),
    "UPDATE_ROLLBACK_FAILED": State(
        "an update failed and could not be rolled back", "continue rollback"
    ),
    "UPDATE_FAILED": State("an update failed with rollback turned off", "roll back"),
    "ROLLBACK_FAILED": State(
        "a first creation failed and could not be rolled back, mostly because its database is "
        "protected",
        "destroy first",
    ),
    "CREATE_FAILED": State("a first creation failed with rollback turned off", "complete"),
    "DELETE_FAILED": State("a resource could not be deleted", "destroy first"),
    "IMPORT_ROLLBACK_FAILED": State(
        "an import, which `deploy` never starts, could not be rolled back", "destroy first"
    ),
}
"""All that CloudFormation has; a test compares with its API."""

RETAINS: Final = "DELETE_FAILED"
"""The only status in which CloudFormation takes resources to retain."""


def destroys(status: str) -> str:
    """Say what `destroy` does with a stack of this *status*."""
    state = STATES[status]
    if status == "DELETE_COMPLETE":
        return NOTHING_HERE
    if state.way == "wait":
        return DEPLOYS["wait"]
    if state.way == "create":
        return "deletes it"
    if state.takes_updates:
        return PROTECTED_STAYS
    retained = ", and without what `--retain` names" if status == RETAINS else ""
    return DELETES + retained


def state_of(status: str) -> State:
    """Return the state of a *status*; one that is newer than this library is looked at first."""
    return STATES.get(
        status, State("this version of the library does not know it", "destroy first")
    )
