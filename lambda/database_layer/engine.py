"""What the drivers of both engines have in common, and which of them is used."""

from __future__ import annotations

import os
import ssl
from collections.abc import Sequence
from enum import Enum, auto
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

CONNECT_SECONDS = 3
READ_SECONDS = 8
"""How long a connection and an answer may take; together well below a function's 29 s."""


class Fault(Enum):
    """What a driver's error means for the statement that met it."""

    LOST = auto()
    """The connection is gone; whether the statement was executed is not known."""
    NOT_EXECUTED = auto()
    """Refused before it did anything, for now: a reader after a failover, no connection free."""
    ROLLED_BACK = auto()
    """Undone by the database: a deadlock, a lock that nobody gave up."""
    DENIED = auto()
    """The login was refused."""
    NO_TABLE = auto()
    """The table is not there."""
    OTHER = auto()


class Engine(Protocol):
    """A module for one engine: its statements and its driver."""

    PORT: int
    ERRORS: tuple[type[Exception], ...]
    TABLES: str
    CREATE: Sequence[str]
    SEED: str
    LOAD: str
    INSERT_VISIT: str
    LIST_VISITS: str
    LIST_USERS: str

    def connect(self, host: str, port: int, user: str, password: str, database: str) -> Any: ...
    def run(
        self, connection: Any, statement: str, values: Sequence[object]
    ) -> list[tuple[Any, ...]]: ...
    def ping(self, connection: Any) -> None: ...
    def close(self, connection: Any) -> None: ...
    def fault(self, error: Exception) -> Fault: ...
    def number(self, error: Exception) -> str: ...


def engine() -> Engine:
    """The module of the engine that the environment names, a family of RDS Proxy."""
    family = os.environ.get("RDS_ENGINE_FAMILY", "MYSQL")
    module: Any = import_module(f"engine_{family.lower()}")
    return module


def tls() -> ssl.SSLContext:
    """Verifies the chain and the name, always; nothing turns it off.

    RDS Proxy shows a certificate of Amazon's own roots; ``RDS_CA_FILE`` names other roots,
    for a database that is reached without a proxy. To name roots to a driver, instead of a
    context, would verify the name with some of them and nothing with others.
    """
    own = str(Path(__file__).parent / "amazon_roots.pem")
    return ssl.create_default_context(cafile=os.environ.get("RDS_CA_FILE", own))
