"""The name under which CloudFormation knows a user, and one for what was never created."""

from __future__ import annotations

NOTHING = "nothing/"


def of_user(family: str, name: str) -> str:
    """A renamed user has another one, so that CloudFormation deletes the old user."""
    return f"{family}/{name}"


def of_nothing(request_id: str) -> str:
    """What a creation leaves behind that failed before it began."""
    return f"{NOTHING}{request_id}"


def is_of_nothing(physical_id: str) -> bool:
    return physical_id.startswith(NOTHING)


def user_of(physical_id: str) -> str:
    return physical_id.partition("/")[2]
