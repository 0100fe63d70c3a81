"""What the drivers of both engines have in common, and which of them is used."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Sequence
from enum import Enum, auto
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import deadline
from environment import Misconfigured

CONNECT_SECONDS = 8
READ_SECONDS = 8
PING_SECONDS = 2
"""How long a connection with its login, an answer as a whole, and a sign of life may take; the
deadline of the invocation may be nearer."""


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
    FORBIDDEN = auto()
    """The user was not granted what the statement needs."""
    OTHER = auto()


class Engine(Protocol):
    """A module for one engine: its statements and its driver."""

    PORT: int
    ERRORS: tuple[type[Exception], ...]
    READY: str
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
    if family not in ("MYSQL", "POSTGRESQL"):
        raise Misconfigured(f"RDS_ENGINE_FAMILY must be MYSQL or POSTGRESQL, not {family!r}.")
    return cast("Engine", import_module(f"engine_{family.lower()}"))


@cache
def tls() -> ssl.SSLContext:
    """Verifies the chain and the name, always; nothing turns it off.

    RDS Proxy shows a certificate of Amazon's own roots; ``RDS_CA_FILE`` names other roots,
    for a database that is reached without a proxy. To name roots to a driver, instead of a
    context, would verify the name with some of them and nothing with others. Of Amazon RDS'
    roots only those of the region are read: each takes a millisecond.
    """
    file = os.environ.get("RDS_CA_FILE", str(Path(__file__).parent / "amazon_roots.pem"))
    try:
        return deadline.in_time(ssl.create_default_context(cadata=_roots(Path(file).read_text())))
    except (OSError, ValueError) as error:
        reason = "is not there" if isinstance(error, FileNotFoundError) else "holds no certificates"
        raise Misconfigured(f"RDS_CA_FILE names {file}, which {reason}.") from None


def _roots(text: str) -> str:
    """The certificates below the region's name, or all where nothing is below it."""
    name = re.escape(f"# Amazon RDS {os.environ.get('AWS_REGION', '')} Root CA ")
    below = rf"^{name}.*\n(-----BEGIN CERTIFICATE-----[^#]*-----END CERTIFICATE-----)"
    return "\n".join(re.findall(below, text, re.MULTILINE)) or text
