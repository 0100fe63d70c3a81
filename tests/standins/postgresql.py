"""PostgreSQL, in the place of RDS for PostgreSQL."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any, ClassVar

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from .loopback import HOST
from .programs import Program, find
from .servers import Server


class PostgreSQL(Server):
    """It trusts whoever reaches its Unix socket; over TCP its user logs in by SCRAM."""

    accounts: ClassVar = ("postgres", "nobody")
    stops_with: ClassVar = signal.SIGINT
    ends_with: ClassVar = signal.SIGQUIT

    @property
    def unix_socket(self) -> Path:
        return self.folder / f".s.PGSQL.{self.port}"

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        # Over a socket of ours, because the driver does not close one that it fails on.
        with self.connect() as end:
            connection = Connection(self.user, database=self.database, sock=end)
            try:
                return [tuple(row) for row in connection.run(sql) or ()]
            finally:
                connection.close()

    @classmethod
    def _program(cls) -> Program:
        return find("postgres", "postgresql")

    @classmethod
    def _initialise(cls, data: Path) -> None:
        secret = data.with_name("password")
        secret.write_text(cls.password)
        cls._hand_over(secret)
        cls._run(
            cls._program().beside("initdb"),
            f"--pgdata={data}",
            f"--username={cls.user}",
            f"--pwfile={secret}",
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

    def _answers(self) -> bool:
        try:
            return bool(self.rows("SELECT 1"))
        except (DatabaseError, InterfaceError, OSError):
            return False
