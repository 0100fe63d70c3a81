"""PostgreSQL, through pg8000: pure Python, with the same TLS context as MySQL's driver.

psycopg2 starts faster, but is 11 MiB of compiled code for one processor and one Python.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from typing import Any, cast

import pg8000.dbapi

from . import deadline
from .engine import CONNECT_SECONDS, PING_SECONDS, READ_SECONDS, tls
from .errors import Fault
from .result import Result, rows

PORT = 5432
ERRORS = (pg8000.dbapi.Error, OSError, struct.error)

REFUSED_COMMIT_IS_ROLLED_BACK = True

KEYS = "public.rdsproxy_client_keys"
# IF NOT EXISTS does not see that a concurrent session creates the table.
KEY_TABLE = f"""DO $$ BEGIN
    CREATE TABLE IF NOT EXISTS {KEYS} (
        name VARCHAR(255) PRIMARY KEY,
        result TEXT,
        made_at TIMESTAMP(6) NOT NULL
    );
EXCEPTION WHEN unique_violation OR duplicate_table OR duplicate_object THEN NULL;
END $$"""
CLAIM_KEY = (
    f"INSERT INTO {KEYS} (name, made_at)"
    " VALUES (%s, clock_timestamp() AT TIME ZONE 'UTC') ON CONFLICT DO NOTHING"
)

_MEANINGS = {
    "25006": Fault.NOT_EXECUTED,  # a reader: the writer is now another
    "53200": Fault.NOT_EXECUTED,  # out of memory
    "53300": Fault.NOT_EXECUTED,  # too many connections
    "57P03": Fault.NOT_EXECUTED,  # the server is starting
    "40001": Fault.ROLLED_BACK,
    "40003": Fault.LOST,  # the server does not know if it executed the statement
    "40P01": Fault.ROLLED_BACK,
    "55P03": Fault.ROLLED_BACK,
    "28000": Fault.DENIED,
    "28P01": Fault.DENIED,
    "42P01": Fault.NO_TABLE,
    "42501": Fault.FORBIDDEN,
    "57014": Fault.TIMEOUT,  # statement_timeout, or canceled by somebody
    "XX000": Fault.LOST,  # an internal error of the server or proxy, which says nothing more
}


def connect(
    host: str, port: int, user: str, password: str, database: str, *, secure: bool = True
) -> Any:
    """Connect over verified TLS, and only then send the password or token."""
    with deadline.within(CONNECT_SECONDS):
        plain = deadline.connected(host, port)
        try:
            connection = pg8000.dbapi.connect(
                user,
                host=host,
                port=port,
                password=password,
                database=database,
                ssl_context=tls() if secure else None,
                sock=plain,
            )
        except BaseException:
            plain.close()
            raise
    connection.autocommit = True
    return connection


def run(connection: Any, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """Execute one statement, with *values* bound to its ``%s``, and return its rows."""
    with deadline.within(READ_SECONDS):
        cursor = connection.cursor()
        cursor.execute(statement, values)
        return [tuple(row) for row in cursor.fetchall()] if cursor.description else []


def execute(connection: Any, statement: str, values: Sequence[object]) -> Result:
    """Execute one statement until the deadline; return all that the driver knows of it."""
    cursor = connection.cursor()
    cursor.execute(statement, tuple(values))
    found = rows(cursor.description, cursor.fetchall()) if cursor.description else []
    return Result(found, None if cursor.rowcount < 0 else cursor.rowcount)


def begin(isolation: str | None) -> Sequence[str]:
    """Return the statements that begin a transaction."""
    return (f"BEGIN ISOLATION LEVEL {isolation}" if isolation else "BEGIN",)


def in_transaction(connection: Any) -> bool:
    """Return true if the server's last answer was within a transaction."""
    return bool(connection._in_transaction)  # noqa: SLF001


def commits_by_itself(connection: Any) -> bool:
    """Return true if each statement outside a transaction is one by itself."""
    return bool(connection.autocommit)


def ping(connection: Any) -> None:
    """Test the connection."""
    with deadline.within(PING_SECONDS):
        run(connection, "SELECT 1", ())


def close(connection: Any) -> None:
    """Drop the connection without a farewell, which would wait for a server that may be gone."""
    end = connection._usock  # noqa: SLF001
    try:
        # close() is not enough: pg8000 holds a file on the socket, which keeps it open.
        end.shutdown(socket.SHUT_RDWR)
    finally:
        end.close()


def fault(error: Exception) -> Fault:
    """Classify *error*."""
    answer = _answer(error)
    state = answer.get("C", "")
    if not state or state.startswith(("08", "57P")):
        return _MEANINGS.get(state, Fault.LOST)
    if state.startswith("23"):
        return Fault.CONFLICT
    ended = answer.get("V") in ("FATAL", "PANIC")
    return _MEANINGS.get(state, Fault.LOST if ended else Fault.OTHER)


def number(error: Exception) -> str:
    """Return the SQLSTATE, which may be logged; the text may quote a secret."""
    return _answer(error).get("C") or type(error).__name__


def _answer(error: BaseException | None) -> dict[str, str]:
    """Find the server's answer, which the error of a failed farewell may hide."""
    while error is not None:
        match error.args:
            case [{"C": str()} as answer, *_]:
                return cast("dict[str, str]", answer)
        error = error.__context__
    return {}
