"""The names under which CloudFormation knows users, the tables, and what was never created."""

from __future__ import annotations

NOTHING = "nothing/"
TABLES = "tables/"


def of_user(family: str, name: str) -> str:
    """A renamed user has another one, so that CloudFormation deletes the old user."""
    return f"{family}/{name}"


def of_tables(family: str) -> str:
    """The same for every database: to delete it changes nothing."""
    return f"{TABLES}{family}"


def of_nothing(request_id: str) -> str:
    """What a creation leaves behind that failed before it began."""
    return f"{NOTHING}{request_id}"


def is_of_nothing(physical_id: str) -> bool:
    """Whether there is nothing that a deletion would have to change."""
    return physical_id.startswith((NOTHING, TABLES))


def user_of(physical_id: str) -> str:
    return physical_id.partition("/")[2]
