"""PostgreSQL, in the place of RDS for PostgreSQL."""

from __future__ import annotations

import os
import signal
import socket
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final, Self

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection, identifier, literal

from .loopback import HOST
from .programs import Program, find, find_postgresql
from .server import SECONDS, Credentials, Server

REFUSALS: Final = ("28000", "28P01")
"""The SQLSTATEs of a login that is not let in."""


class PostgreSQL(Server):
    """It trusts whoever reaches its Unix socket; over TCP its user logs in by SCRAM."""

    accounts: ClassVar = ("postgres", "nobody")
    major: ClassVar[int | None] = None
    """The version, where a test is about one."""
    stops_with: ClassVar = signal.SIGINT
    ends_with: ClassVar = signal.SIGQUIT

    @classmethod
    @cache
    def of(cls, major: int) -> type[Self]:
        """The class for one version."""
        return type(f"{cls.__name__}{major}", (cls,), {"major": major})

    @property
    def unix_socket(self) -> Path:
        return self.folder / f".s.PGSQL.{self.port}"

    def kill(self) -> None:
        # Sessions are processes of their own, which answer until they miss the server.
        sessions = self.rows("SELECT pid FROM pg_stat_activity") if self._answers() else []
        super().kill()
        for (session,) in sessions:
            with suppress(ProcessLookupError):
                os.kill(session, signal.SIGKILL)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.connect() as end:
            return _rows(sql, user=self.user, database=self.database, sock=end)

    def accepts(self, login: Credentials) -> bool:
        user, password = login
        try:
            with socket.create_connection(self.address, SECONDS) as end:
                rows = _rows(
                    "SELECT 1", user=user, password=password, database=self.database, sock=end
                )
        except DatabaseError as error:
            if error.args[0].get("C") not in REFUSALS:
                raise
            return False
        return bool(rows)

    def has_user(self, name: str) -> bool:
        return bool(self.rows(f"SELECT 1 FROM pg_roles WHERE rolname = {literal(name)}"))

    def create_user(self, login: Credentials) -> None:
        self.rows(f"CREATE ROLE {identifier(login.user)} LOGIN CREATEDB CREATEROLE")
        self.set_password(login)

    def set_password(self, login: Credentials) -> None:
        self.rows(f"ALTER ROLE {identifier(login.user)} PASSWORD {literal(login.password)}")

    def create_database(self, name: str, owner: str) -> None:
        if not self.rows(f"SELECT 1 FROM pg_database WHERE datname = {literal(name)}"):
            self.rows(f"CREATE DATABASE {identifier(name)} OWNER {identifier(owner)}")

    @classmethod
    def _program(cls) -> Program:
        if cls.major is not None:
            return find_postgresql("postgres", cls.major)
        return find("postgres", "postgresql")

    @classmethod
    def _initialise(cls, data: Path) -> None:
        cls._run(
            cls._program().beside("initdb"),
            f"--pgdata={data}",
            f"--username={cls.user}",
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--wal-segsize=1",
            "--no-sync",
        )
        options = ("--single", "-D", str(data), "-F", "postgres")
        cls._run(cls._program(), *options, text=f"CREATE DATABASE {cls.database}\n")

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": HOST,
            "port": self.port,
            "unix_socket_directories": self.folder,
            "max_connections": 400,
            "shared_buffers": "16MB",
            "dynamic_shared_memory_type": "mmap",
            "fsync": "off",
            "jit": "off",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return ["-D", str(self._data), *options]

    def _tell_password(self) -> None:
        self.set_password(self.credentials)

    def _answers(self) -> bool:
        try:
            return bool(self.rows("SELECT 1"))
        except (DatabaseError, InterfaceError, OSError):
            return False


def _rows(sql: str, **login: Any) -> list[tuple[Any, ...]]:
    """The server's answer on a socket of ours: the driver does not close one it fails on."""
    # Without this, the driver reads all roots of the machine for each connection.
    connection = Connection(**login, ssl_context=False)
    try:
        return [tuple(row) for row in connection.run(sql) or ()]
    finally:
        connection.close()
