"""Physical IDs: CloudFormation's names for users, the tables, and what was never created."""

from __future__ import annotations

NOTHING = "nothing/"
TABLES = "tables/"


def of_user(family: str, name: str) -> str:
    """Name a user; a renamed one has another ID, so that CloudFormation deletes the old user."""
    return f"{family}/{name}"


def of_tables(family: str) -> str:
    """Name the tables, alike in every database: their deletion changes nothing."""
    return f"{TABLES}{family}"


def of_nothing(request_id: str) -> str:
    """Name the result of a creation that failed before it began."""
    return f"{NOTHING}{request_id}"


def is_of_nothing(identifier: str) -> bool:
    """Return true if a deletion has nothing to change."""
    return identifier.startswith((NOTHING, TABLES))


def user_of(identifier: str) -> str:
    return identifier.partition("/")[2]
