"""Interface of both engines' drivers, and the choice between them."""

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
"""Time limits for a connection with its login, a whole answer, and a ping; the deadline of the
invocation may be earlier."""


class Fault(Enum):
    """Meaning of a driver's error for the statement that caused it."""

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
    OTHER = auto()


class Engine(Protocol):
    """Module of one engine: its statements and its driver."""

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


def chosen_engine() -> Engine:
    """Import the module of ``RDS_ENGINE_FAMILY``, an engine family of RDS Proxy."""
    family = os.environ.get("RDS_ENGINE_FAMILY", "MYSQL")
    if family not in ("MYSQL", "POSTGRESQL"):
        raise Misconfigured(f"RDS_ENGINE_FAMILY must be MYSQL or POSTGRESQL, not {family!r}.")
    return cast("Engine", import_module(f"engine_{family.lower()}"))


@cache
def tls() -> ssl.SSLContext:
    """Verify the chain and the name, always; no setting turns this off.

    The certificate of RDS Proxy is issued below Amazon's own roots; ``RDS_CA_FILE`` names other
    roots, for a database without a proxy. The drivers get a context, not a file of roots: given
    a file, some verify the name only and others nothing. Of Amazon RDS' roots only the
    region's are read, because each takes a millisecond.
    """
    file = os.environ.get("RDS_CA_FILE", str(Path(__file__).parent / "amazon_roots.pem"))
    try:
        return deadline.in_time(ssl.create_default_context(cadata=_roots(Path(file).read_text())))
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
        reason = "does not exist" if missing else "contains no certificates"
        raise Misconfigured(f"RDS_CA_FILE names {file}, which {reason}.") from None


def _roots(text: str) -> str:
    """Select the certificates below the region's name, or all if there are none below it."""
    name = re.escape(f"# Amazon RDS {os.environ.get('AWS_REGION', '')} Root CA ")
    below = rf"^{name}.*\n(-----BEGIN CERTIFICATE-----[^#]*-----END CERTIFICATE-----)"
    return "\n".join(re.findall(below, text, re.MULTILINE)) or text
