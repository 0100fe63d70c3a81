"""MySQL, through PyMySQL: pure Python, so one package runs on every processor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pymysql
from pymysql.constants import CR, ER, SERVER_STATUS
from pymysql.converters import encoders

from . import deadline
from .engine import CONNECT_SECONDS, PING_SECONDS, READ_SECONDS, is_readable, tls
from .errors import Fault, NotSent
from .result import Result, rows

PORT = 3306
ERRORS = (pymysql.err.Error, OSError)

REFUSED_COMMIT_IS_ROLLED_BACK = False  # 1180 may come after the binary log was written

KEYS = "rdsproxy_client_keys"
# Names are bytes, because each collation of text takes some different keys for equal.
KEY_TABLE = f"""CREATE TABLE IF NOT EXISTS {KEYS} (
    name VARBINARY(255) PRIMARY KEY,
    result LONGTEXT,
    made_at DATETIME(6) NOT NULL
) DEFAULT CHARACTER SET utf8mb4"""
CLAIM_KEY = f"INSERT INTO {KEYS} (name, made_at) VALUES (%s, UTC_TIMESTAMP(6))"

_SENDABLE = (*encoders, bytearray)

_LOST = {
    0,  # PyMySQL's own: the connection was closed here
    1053,  # the server shuts down
    *range(1158, 1162),  # the server could not read from, or write to, the connection
    1927,  # MariaDB: the connection was killed
    4031,  # the server closed it after idling
    CR.CR_CONN_HOST_ERROR,
    CR.CR_SERVER_GONE_ERROR,
    CR.CR_SERVER_LOST,
    CR.CR_SERVER_LOST_EXTENDED,
}
_NOT_EXECUTED = {
    ER.CON_COUNT_ERROR,
    1203,  # too many connections of this user
    1226,  # a resource limit of this user
    ER.OPTION_PREVENTS_STATEMENT,  # a reader: the writer is now another
    1792,  # the same, in a transaction
    1836,  # the same, for a table
    3100,  # the same, from a plugin
    9501,  # RDS Proxy: no connection became free in time
}
_MEANINGS = {
    ER.LOCK_DEADLOCK: Fault.ROLLED_BACK,
    ER.LOCK_WAIT_TIMEOUT: Fault.ROLLED_BACK,
    3572: Fault.ROLLED_BACK,  # a lock was not free, with NOWAIT
    ER.ACCESS_DENIED_ERROR: Fault.DENIED,
    3159: Fault.DENIED,  # RDS Proxy: TLS is required
    ER.NO_SUCH_TABLE: Fault.NO_TABLE,
    # Of unique, not null, foreign keys (both directions, old and new), and check in both servers.
    **dict.fromkeys((1062, 1586, 1048, 1216, 1217, 1451, 1452, 3819, 4025), Fault.CONFLICT),
    **dict.fromkeys((3024, 1969), Fault.TIMEOUT),  # MySQL's and MariaDB's limit of a statement
    # On a database, a table, a column, a routine, or globally.
    **dict.fromkeys((1044, 1142, 1143, 1370, 1227), Fault.FORBIDDEN),
    **dict.fromkeys(_LOST, Fault.LOST),
    **dict.fromkeys(_NOT_EXECUTED, Fault.NOT_EXECUTED),
}


def connect(
    host: str, port: int, user: str, password: str, database: str, *, secure: bool = True
) -> Any:
    """Connect over verified TLS, and only then send the password or token."""
    connection = pymysql.Connection(
        host=host,
        port=port,
        user=user,
        password=password,
        database=database,
        ssl=tls() if secure else None,
        ssl_disabled=not secure,
        charset="utf8mb4",
        autocommit=True,
        defer_connect=True,
    )
    with deadline.within(CONNECT_SECONDS):
        connection.connect(deadline.connected(host, port))
    return connection


def run(connection: Any, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """Execute one statement, with *values* bound to its ``%s``, and return its rows."""
    with deadline.within(READ_SECONDS), connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())


def execute(connection: Any, statement: str, values: Sequence[object]) -> Result:
    """Execute one statement until the deadline; return all that the driver knows of it."""
    with connection.cursor() as cursor:
        cursor.execute(_bound(cursor, statement, values))
        found = rows(cursor.description, cursor.fetchall())
        return Result(found, cursor.rowcount, cursor.lastrowid or None)


def _bound(cursor: Any, statement: str, values: Sequence[object]) -> str:
    """Bind *values*, before anything is sent."""
    for value in values:
        kind = type(value)
        if not isinstance(value, _SENDABLE) and kind.__module__ != "uuid":
            raise NotSent(f"a value is of type {kind.__name__}")
        if getattr(value, "tzinfo", None) and value.utcoffset() != timedelta(0):  # type: ignore[attr-defined]
            # PyMySQL drops the zone, so another time would be stored.
            raise NotSent(f"a {kind.__name__} has a time zone: convert it to UTC")
    try:
        text: str = cursor.mogrify(statement, tuple(values) or None)
    except Exception as error:
        raise NotSent(f"the values do not fit the statement: {type(error).__name__}") from error
    return text


def begin(isolation: str | None) -> Sequence[str]:
    """Return the statements that begin a transaction."""
    first = (f"SET TRANSACTION ISOLATION LEVEL {isolation}",) if isolation else ()
    return (*first, "START TRANSACTION")


def in_transaction(connection: Any) -> bool:
    """Return true if the server's last answer was within a transaction."""
    return bool(connection.server_status & SERVER_STATUS.SERVER_STATUS_IN_TRANS)


def commits_by_itself(connection: Any) -> bool:
    """Return true if each statement outside a transaction is one by itself."""
    return bool(connection.get_autocommit())


def has_news(connection: Any) -> bool:
    """Return true if the server sent something unasked: mostly that it has hung up."""
    return connection._sock is None or is_readable(connection._sock)  # noqa: SLF001


def ping(connection: Any) -> None:
    """Test the connection; never reconnect, which would hide that it was lost."""
    with deadline.within(PING_SECONDS):
        connection.ping(reconnect=False)


def close(connection: Any) -> None:
    """Drop the connection without a farewell, which would wait for a server that may be gone."""
    connection._force_close()  # noqa: SLF001


def fault(error: Exception) -> Fault:
    """Classify *error*."""
    if isinstance(error, OSError):
        return Fault.LOST
    code = error.args[0] if error.args else 0
    # Without a code, it is PyMySQL that does not understand what it reads.
    return _MEANINGS.get(code, Fault.OTHER if isinstance(code, int) else Fault.LOST)


def number(error: Exception) -> str:
    """Return the error's number, which may be logged; its text may quote a secret."""
    if isinstance(error, OSError):  # raised before PyMySQL had a connection
        return str(CR.CR_CONN_HOST_ERROR)
    code = error.args[0] if error.args else None
    return str(code) if isinstance(code, int) else type(error).__name__
