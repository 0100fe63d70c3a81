"""Errors of the database, each with a fault; none of their texts contains a secret."""

from __future__ import annotations

from enum import Enum, auto


class Fault(Enum):
    """Meaning of an error for the statement that caused it."""

    LOST = auto()
    """The connection is gone; the statement may or may not have been executed."""
    NOT_EXECUTED = auto()
    """Refused for now, before execution: a reader after a failover, no free connection."""
    ROLLED_BACK = auto()
    """Rolled back by the database: a deadlock, a timeout while waiting for a lock."""
    DENIED = auto()
    """The login was refused."""
    NO_TABLE = auto()
    """The table does not exist."""
    FORBIDDEN = auto()
    """The user lacks a privilege that the statement needs."""
    CONFLICT = auto()
    """A constraint refuses the row: unique, foreign key, not null or check."""
    TIMEOUT = auto()
    """The database ended the statement, which took longer than a limit of its own."""
    UNAVAILABLE = auto()
    """The database cannot be reached, or retries did not help in time; nothing was written."""
    UNKNOWN = auto()
    """The connection was lost after a write was sent."""
    OTHER = auto()


class DatabaseError(Exception):
    """Base of what a :class:`~rdsproxy_client.Database` raises because of the database."""

    fault = Fault.OTHER


class Unavailable(DatabaseError):
    """The database cannot be reached; nothing was written."""

    fault = Fault.UNAVAILABLE


class OutcomeUnknown(DatabaseError):
    """The connection was lost after a write was sent."""

    fault = Fault.UNKNOWN


class NotUnderstood(DatabaseError):
    """The driver cannot send the statement with its values, or cannot read the answer."""


class NotSent(NotUnderstood):
    """The driver cannot send the statement with its values, so it was not executed."""


class Refused(DatabaseError):
    """The database refused a statement; a retry would not help.

    The text is the error's number: an error code of MySQL, a SQLSTATE of PostgreSQL.
    """

    def __init__(self, fault: Fault, number: str) -> None:
        self.fault, self.number = fault, number
        super().__init__(number)


class Misused(Exception):
    """The calling code is wrong; the message says what to do."""
