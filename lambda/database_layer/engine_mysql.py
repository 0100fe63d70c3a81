"""MySQL, through PyMySQL: pure Python, so one package runs on every processor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pymysql
from pymysql.constants import CR, ER

import deadline
from engine import CONNECT_SECONDS, PING_SECONDS, READ_SECONDS, Fault, tls

PORT = 3306
ERRORS = (pymysql.err.Error, OSError)

# A user sees only tables that it has a privilege on. Older tables compared keys without case.
READY = """SELECT COUNT(*) = 2 FROM information_schema.columns
    WHERE table_schema = DATABASE() AND (table_name = 'items' AND column_name = 'id'
        OR table_name = 'visits' AND column_name = 'request' AND collation_name = 'utf8mb4_bin')"""
KEY = "request VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL"
CREATE = (
    "CREATE TABLE IF NOT EXISTS items (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL)",
    f"""CREATE TABLE IF NOT EXISTS visits (
        id BIGINT AUTO_INCREMENT PRIMARY KEY,
        visited_at DATETIME(6) NOT NULL,
        {KEY} UNIQUE
    )""",
    f"ALTER TABLE visits MODIFY {KEY}",
)
SEED = "INSERT INTO items (id, name) VALUES (%s, %s) ON DUPLICATE KEY UPDATE name = name"
LOAD = "SELECT id, name FROM items WHERE id > %s ORDER BY id LIMIT %s"
INSERT_VISIT = (
    "INSERT INTO visits (visited_at, request) VALUES (UTC_TIMESTAMP(6), %s)"
    " ON DUPLICATE KEY UPDATE request = request"
)
LIST_VISITS = "SELECT id, visited_at FROM visits WHERE id < %s ORDER BY id DESC LIMIT %s"
# MySQL has an account for each pair of name and host.
LIST_USERS = "SELECT DISTINCT user FROM mysql.user ORDER BY user"

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
    ER.ACCESS_DENIED_ERROR: Fault.DENIED,
    3159: Fault.DENIED,  # RDS Proxy: TLS is required
    ER.NO_SUCH_TABLE: Fault.NO_TABLE,
    # On a database, a table, a column, a routine, or globally.
    **dict.fromkeys((1044, 1142, 1143, 1370, 1227), Fault.FORBIDDEN),
    **dict.fromkeys(_LOST, Fault.LOST),
    **dict.fromkeys(_NOT_EXECUTED, Fault.NOT_EXECUTED),
}


def connect(host: str, port: int, user: str, password: str, database: str) -> Any:
    """Connect over verified TLS, and only then send the password or token."""
    connection = pymysql.Connection(
        host=host,
        port=port,
        user=user,
        password=password,
        database=database,
        ssl=tls(),
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
    return _MEANINGS.get(error.args[0] if error.args else 0, Fault.OTHER)


def number(error: Exception) -> str:
    """Return the error's number, which may be logged; its text may quote a secret."""
    if isinstance(error, OSError):  # raised before PyMySQL had a connection
        return str(CR.CR_CONN_HOST_ERROR)
    return str(error.args[0]) if error.args else type(error).__name__
