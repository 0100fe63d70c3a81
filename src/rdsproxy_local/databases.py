"""Databases of a running local cloud, for a person or a test at this machine.

They are reached past proxies and security groups, as any user that they have.
"""

from __future__ import annotations

import json
import os
import shutil
import ssl
import urllib.request
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError

from .local_cloud import NO_PROXY

SECONDS: Final = 60
MYSQL: Final = "MYSQL"


class NoLogin(LookupError):
    """A database has no such user."""


class SqlError(Exception):
    """The database's own sentence about a statement."""


@dataclass(frozen=True)
class Database:
    """A cluster, or an instance in none."""

    arn: str
    account: str
    region: str
    engine: str
    family: str
    database: str
    """Name of the database that was created in it."""
    master: str

    @property
    def name(self) -> str:
        """Its identifier in RDS."""
        return self.arn.rpartition(":")[2]


@dataclass(frozen=True)
class Login:
    """An address, a user and their password."""

    host: str
    port: int
    user: str
    password: str
    database: str
    family: str

    def __repr__(self) -> str:
        return f"Login({self.user}@{self.host}:{self.port}/{self.database})"


@dataclass(frozen=True)
class Result:
    """The answer to a statement."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def databases_of(endpoint: str) -> list[Database]:
    """Return the databases of the local cloud at *endpoint*."""
    return [Database(**one) for one in _local(endpoint, "databases")]


def died_databases(endpoint: str) -> list[str]:
    """Return the names of the databases whose servers have ended by themselves."""
    return [arn.rpartition(":")[2] for arn in _local(endpoint, "died")]


def start_died_databases(endpoint: str) -> list[str]:
    """Start the servers again that have died, with their data; return the databases' names."""
    return [arn.rpartition(":")[2] for arn in _local(endpoint, "died", {})]


def login_of(endpoint: str, database: Database, user: str | None = None) -> Login:
    """Return a login of *user*, by default the master user; raise :class:`NoLogin`."""
    try:
        found = _local(endpoint, "login", {"arn": database.arn, "user": user})
    except HTTPError as error:
        with error:
            if error.code != HTTPStatus.NOT_FOUND:
                raise
        raise NoLogin(f"{database.name} has no user {user!r}") from None
    names = ("host", "port", "user", "password", "database", "family")
    return Login(**{name: found[name] for name in names})


def run_sql(login: Login, statement: str) -> Result:
    """Run *statement*, and commit it; of several, return the rows of the last that has any.

    Raises :class:`SqlError` with the database's reason.
    """
    return _mysql(login, statement) if login.family == MYSQL else _postgresql(login, statement)


def client_of(login: Login, folder: Path) -> tuple[list[str], Mapping[str, str]] | None:
    """Return the command of an installed client and its variables; None if there is no client.

    The password goes into a file in *folder* that only its owner may read.
    """
    file = folder / f"login-{os.getpid()}"
    if login.family == MYSQL:
        mariadb = shutil.which("mariadb")
        program = mariadb or shutil.which("mysql")
        password = login.password.replace("\\", "\\\\")
        file_text = f'[client]\nuser={login.user}\npassword="{password}"\n'
        options = [f"--defaults-extra-file={file}", "--protocol=tcp", f"--host={login.host}"]
        # Newer clients of MariaDB verify certificates, and the local one is nobody's.
        options += ["--skip-ssl-verify-server-cert"] if mariadb else []
        command = [program or "", *options, f"--port={login.port}", login.database]
        variables: dict[str, str] = {}
    else:
        program = shutil.which("psql")
        password = login.password.replace("\\", "\\\\").replace(":", "\\:")
        file_text = f"{login.host}:{login.port}:*:{login.user}:{password}\n"
        place = f"host={login.host} port={login.port} user={login.user} dbname={login.database}"
        command, variables = [program or "", place], {"PGPASSFILE": str(file)}
    if program is None:
        return None
    file.touch(mode=0o600)
    file.write_text(file_text)
    return command, variables


def _mysql(login: Login, statement: str) -> Result:
    import pymysql  # noqa: PLC0415 - one driver is needed at a time
    from pymysql.constants import CLIENT  # noqa: PLC0415

    try:
        connection = pymysql.connect(
            host=login.host,
            port=login.port,
            user=login.user,
            password=login.password,
            database=login.database,
            autocommit=True,
            ssl=_unverified(),
            client_flag=CLIENT.MULTI_STATEMENTS,
        )
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            result = _result(cursor)
            while cursor.nextset():
                result = _result(cursor) if cursor.description else result
            return result
    except pymysql.MySQLError as error:
        raise SqlError(str(error.args[-1])) from None


def _result(cursor: Any) -> Result:
    columns = tuple(one[0] for one in cursor.description or ())
    return Result(columns, [tuple(row) for row in cursor.fetchall()])


def _postgresql(login: Login, statement: str) -> Result:
    from pg8000.exceptions import DatabaseError, InterfaceError  # noqa: PLC0415
    from pg8000.native import Connection  # noqa: PLC0415

    class LastRows(Connection):  # type: ignore[misc] # pg8000 has no types
        """Keeps the rows of the last statement only."""

        def handle_ROW_DESCRIPTION(self, data: bytes, context: Any) -> None:
            context.rows = []
            super().handle_ROW_DESCRIPTION(data, context)

    try:
        connection = LastRows(
            login.user,
            host=login.host,
            port=login.port,
            password=login.password,
            database=login.database,
        )
        with closing(connection):
            rows = [tuple(row) for row in connection.run(statement) or ()]
            return Result(tuple(one["name"] for one in connection.columns or ()), rows)
    except (DatabaseError, InterfaceError) as error:
        said = error.args[0]
        raise SqlError(str(said.get("M", said) if isinstance(said, dict) else said)) from None


def _unverified() -> ssl.SSLContext:
    """TLS with a server of this machine, because some users must use it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _local(endpoint: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{endpoint}/_local/{path}", content)  # noqa: S310 - loopback
    with NO_PROXY.open(request, timeout=SECONDS) as answer:
        return json.loads(answer.read())
