"""Interface of the engines' user management, and the choice between them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Protocol, cast

from declaration import Limits, User

Rows = list[tuple[Any, ...]]


class Run(Protocol):
    """Executes a statement with bound values; *purpose* completes "refused to …"."""

    def __call__(self, purpose: str, statement: str, *values: object) -> Rows: ...


class Dialect(Limits, Protocol):
    """Module of one engine."""

    SESSION: Sequence[str]
    """Statements that begin a connection: they limit how long it may wait and idle."""
    TRY_LOCK: str
    """Query that tries to lock all changes of users until the connection ends; true if it did."""
    FIND: str
    """Query that returns a row if the user exists."""
    IAM_REACHES_MASTER: bool
    """True if a user with IAM login may change how the master logs in."""

    def prepare(self, run: Run) -> None:
        """Create the table of marks, if it does not exist."""
        ...

    def make(self, run: Run, user: User, password: str | None) -> None:
        """Give the user exactly this login and these grants, whatever it had before."""
        ...

    def end_iam(self, run: Run, name: str) -> None:
        """Revoke the user's IAM login, if that affects the master."""
        ...

    def drop(self, run: Run, name: str) -> None:
        """Drop the user, but nothing that it owns."""
        ...


def chosen_dialect() -> Dialect:
    """Import the module of ``RDS_ENGINE_FAMILY``, an engine family of RDS Proxy."""
    family = os.environ["RDS_ENGINE_FAMILY"]
    return cast("Dialect", import_module(f"dialect_{family.lower()}"))
