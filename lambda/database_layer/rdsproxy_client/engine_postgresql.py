"""PostgreSQL, through pg8000: pure Python, with the same TLS context as MySQL's driver.

psycopg2 starts faster, but is 11 MiB of compiled code for one processor and one Python.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from typing import Any, cast

import pg8000.dbapi
from pg8000.converters import make_params

from . import deadline
from .engine import CONNECT_SECONDS, PING_SECONDS, READ_SECONDS, is_readable, tls
from .errors import Fault, NotSent
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
    bound = _bound(connection, values)
    try:
        cursor.execute(statement, bound)
    except Exception:
        _check_places(statement, bound)
        raise
    found = rows(cursor.description, cursor.fetchall()) if cursor.description else []
    return Result(found, None if cursor.rowcount < 0 else cursor.rowcount)


def _bound(connection: Any, values: Sequence[object]) -> tuple[str | None, ...]:
    """Convert *values* to what is sent, before anything is."""
    known = tuple(connection.py_types)
    for value in values:
        if not isinstance(value, known):
            raise NotSent(f"a value is of type {type(value).__name__}")
    try:
        return tuple(make_params(connection.py_types, values))
    except Exception as error:
        raise NotSent(f"a value cannot be converted: {type(error).__name__}") from error


def _check_places(statement: str, bound: Sequence[str | None]) -> None:
    """Raise :class:`NotSent` if pg8000 could not find the places of the values."""
    try:
        if bound:
            pg8000.dbapi.convert_paramstyle("format", statement, bound)
    except Exception as error:
        kind = type(error).__name__
        raise NotSent(f"the values do not fit the statement: {kind}") from error


def begin(isolation: str | None) -> Sequence[str]:
    """Return the statements that begin a transaction."""
    return (f"BEGIN ISOLATION LEVEL {isolation}" if isolation else "BEGIN",)


def in_transaction(connection: Any) -> bool:
    """Return true if the server's last answer was within a transaction."""
    return bool(connection._in_transaction)  # noqa: SLF001


def commits_by_itself(connection: Any) -> bool:
    """Return true if each statement outside a transaction is one by itself."""
    return bool(connection.autocommit)


def has_news(connection: Any) -> bool:
    """Return true if the server sent something unasked: mostly that it has hung up."""
    return connection._sock is None or is_readable(connection._usock)  # noqa: SLF001


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
    state, ended = answer.get("C", ""), answer.get("V") in ("FATAL", "PANIC")
    if state == "08P01" and not ended:  # other values than the statement has places for
        return Fault.OTHER
    if not state or state.startswith(("08", "57P")):
        return _MEANINGS.get(state, Fault.LOST)
    if state.startswith("23"):
        return Fault.CONFLICT
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
