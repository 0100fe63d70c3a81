"""The whole of ``base`` on loopback: HTTP API, function, login front, database server."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Self

from .certificates import Authority
from .http_api import HttpApi
from .login_front import LoginFront
from .mariadb import MariaDB
from .mysql_front import MySQLFront
from .postgresql import PostgreSQL
from .postgresql_front import PostgreSQLFront
from .runtime import Environment
from .server import Server

FAMILIES: Final[dict[str, tuple[type[Server], type[LoginFront]]]] = {
    "MYSQL": (MariaDB, MySQLFront),
    "POSTGRESQL": (PostgreSQL, PostgreSQLFront),
}
REGION: Final = "eu-west-1"
USER: Final = "root"


def require(family: str) -> None:
    """Raise :class:`MissingServer` unless the database server of *family* is here."""
    server, _ = FAMILIES[family]
    server._program()


class Service:
    """Runs while its ``with`` block does; its parts are attributes, to be broken by tests."""

    def __init__(
        self,
        function: Path,
        family: str = "MYSQL",
        *,
        environments: int = 1,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self._function, self._family, self._count = function, family, environments
        self._more = dict(variables or {})
        self._parts = ExitStack()

    def __enter__(self) -> Self:
        with self._parts:
            folder = Path(self._parts.enter_context(tempfile.TemporaryDirectory()))
            self.authority = Authority(folder)
            server, front = FAMILIES[self._family]
            self.database: Server = self._parts.enter_context(server())
            key_id, key, session = "ASIASTANDIN", secrets.token_hex(20), secrets.token_hex(40)
            self.front: LoginFront = self._parts.enter_context(
                front(
                    self.database.connect,
                    self.authority.issue("localhost"),
                    {USER: self.database.credentials},
                    keys={key_id: (key, session)},
                    region=REGION,
                )
            )
            self.variables = {
                # As Lambda has the layers' modules in /opt/python.
                "PYTHONPATH": str(self._function.parent / "database_layer"),
                "RDS_PROXY_ENDPOINT": "localhost",
                "RDS_PORT": str(self.front.port),
                "RDS_USER": USER,
                "RDS_DATABASE_NAME": self.database.database,
                "RDS_ENGINE_FAMILY": self._family,
                "RDS_CA_FILE": str(self.authority.file),
                "AWS_REGION": REGION,
                "AWS_ACCESS_KEY_ID": key_id,
                "AWS_SECRET_ACCESS_KEY": key,
                "AWS_SESSION_TOKEN": session,
            } | self._more
            self.environments = [self._environment() for _ in range(self._count)]
            self.api = self._parts.enter_context(HttpApi(self.environments))
            self._parts = self._parts.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._parts.close()

    @property
    def log(self) -> str:
        """Everything that the functions wrote."""
        return "\n".join(line for one in self.environments for line in one.log)

    def another(self, *, timeout: float = 29, **variables: str) -> HttpApi:
        """The same API over one more environment, with some variables of its own."""
        environment = self._environment(variables, timeout)
        self.environments.append(environment)
        return self._parts.enter_context(HttpApi([environment]))

    def _environment(
        self, variables: Mapping[str, str] | None = None, timeout: float = 29
    ) -> Environment:
        together = self.variables | dict(variables or {})
        return self._parts.enter_context(
            Environment(self._function, "app.handler", together, timeout=timeout)
        )
