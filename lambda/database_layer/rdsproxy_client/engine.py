"""Interface of both engines' drivers, and the choice between them."""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from . import deadline
from .environment import Misconfigured, engine_family
from .errors import Fault
from .result import Result

ROOTS = Path(__file__).parent / "amazon_roots.pem"
"""Roots of Amazon's own authority, which issues the certificates of RDS Proxy."""

CONNECT_SECONDS = 8
READ_SECONDS = 8
PING_SECONDS = 2
"""Time limits for a connection with its login, a whole answer by default, and a ping; the deadline
of the invocation may be earlier."""


class Engine(Protocol):
    """Module of one engine, which calls its driver."""

    PORT: int
    ERRORS: tuple[type[Exception], ...]
    REFUSED_COMMIT_IS_ROLLED_BACK: bool
    """True if any error in the answer to COMMIT means that nothing was committed."""
    KEYS: str
    """Name of the table of keys."""
    KEY_TABLE: str
    """Statement that creates the table of keys, if it does not exist."""
    CLAIM_KEY: str
    """Statement that inserts a key, or changes nothing or is a conflict if the key exists."""

    def connect(
        self, host: str, port: int, user: str, password: str, database: str, *, secure: bool = True
    ) -> Any:
        """Connect, and only then send the password or token; *secure* is over verified TLS."""
        ...

    def run(self, connection: Any, statement: str, values: Sequence[object]) -> list[Any]:
        """Execute one statement, with *values* bound to its ``%s``, and return its rows."""
        ...

    def execute(self, connection: Any, statement: str, values: Sequence[object]) -> Result:
        """Execute one statement until the deadline; return all that the driver knows of it.

        Raises :class:`NotSent` for values that the driver does not know: drivers send their text.
        """
        ...

    def begin(self, isolation: str | None) -> Sequence[str]:
        """Return the statements that begin a transaction."""
        ...

    def in_transaction(self, connection: Any) -> bool:
        """Return true if the server's last answer was within a transaction."""
        ...

    def commits_by_itself(self, connection: Any) -> bool:
        """Return true if each statement outside a transaction is one by itself."""
        ...

    def has_news(self, connection: Any) -> bool:
        """Return true if the server sent something unasked: mostly that it has hung up."""
        ...

    def ping(self, connection: Any) -> None: ...
    def close(self, connection: Any) -> None: ...
    def fault(self, error: Exception) -> Fault: ...
    def number(self, error: Exception) -> str: ...


def chosen_engine() -> Engine:
    """Import the module of the engine that the environment names."""
    return cast("Engine", import_module(f".engine_{engine_family().lower()}", __package__))


def is_readable(end: socket.socket) -> bool:
    """Return true if *end* has something to read, or is closed; wait for nothing."""
    end.settimeout(0)
    try:
        socket.socket.recv(end, 1, socket.MSG_PEEK)  # TLS sockets of their own take no flags
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


@cache
def tls() -> ssl.SSLContext:
    """Verify the chain and the name, always; no setting turns this off.

    The certificate of RDS Proxy is issued below Amazon's own roots; ``RDS_CA_FILE`` names other
    roots, for a database without a proxy. The drivers get a context, not a file of roots: given
    a file, some verify the name only and others nothing. Of Amazon RDS' roots only the
    region's are read, because each takes a millisecond.
    """
    file = os.environ.get("RDS_CA_FILE", str(ROOTS))
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
