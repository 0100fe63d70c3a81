"""What differs between the engines in how users are made, and which engine it is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Protocol, cast

from declaration import Limits, User

Rows = list[tuple[Any, ...]]


class Run(Protocol):
    """Executes a statement with bound values; the purpose completes "refused to …"."""

    def __call__(self, purpose: str, statement: str, *values: object) -> Rows: ...


class Dialect(Limits, Protocol):
    """A module for one engine."""

    SESSION: Sequence[str]
    """What a connection begins with: bounds on how long it may wait and idle."""
    TRY_LOCK: str
    """Whether the one lock of all such functions is ours, until the connection ends."""
    FIND: str
    """A row if there is a user of the name."""
    IAM_REACHES_MASTER: bool
    """Whether a user for IAM may change how the master logs in."""

    def prepare(self, run: Run) -> None:
        """Make the table of marks, where there is none."""
        ...

    def make(self, run: Run, user: User, password: str | None) -> None:
        """Give the user exactly this login and these grants, whatever it had before."""
        ...

    def end_iam(self, run: Run, name: str) -> None:
        """Take the login by IAM from the user, where that reaches the master."""
        ...

    def drop(self, run: Run, name: str) -> None:
        """Drop the user, and nothing that it owns."""
        ...


def dialect() -> Dialect:
    """The module of the engine that the environment names, a family of RDS Proxy."""
    family = os.environ["RDS_ENGINE_FAMILY"]
    return cast("Dialect", import_module(f"dialect_{family.lower()}"))
