"""A real server for each DB cluster, and for each DB instance without one, from its first use."""

from __future__ import annotations

import secrets
import socket
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Final

from moto.rds.models import DBCluster
from pg8000.native import identifier

from ..apis.data_copies import data_of
from ..servers.mariadb import MariaDB
from ..servers.postgresql import PostgreSQL
from ..servers.server import Credentials, Server
from . import secret_values
from .proxy_health import Verdict

MYSQL: Final = "MYSQL"
POSTGRESQL: Final = "POSTGRESQL"
BY_IAM: Final = "iam-db-auth"
_UNKNOWN: Final = secrets.token_urlsafe(24)
ENGINES: Final = {
    "aurora-mysql": MYSQL,
    "mysql": MYSQL,
    "mariadb": MYSQL,
    "aurora-postgresql": POSTGRESQL,
    "postgres": POSTGRESQL,
}
"""The family of each engine."""


class _RdsMariaDB(MariaDB):
    """MariaDB with the names that RDS keeps for itself."""

    user: ClassVar = "rdsadmin"
    database: ClassVar = "rdsadmin"
    keeps_template: ClassVar = True


class _RdsPostgreSQL(PostgreSQL):
    """PostgreSQL with the names that RDS keeps for itself."""

    user: ClassVar = "rdsadmin"
    database: ClassVar = "rdsadmin"
    keeps_template: ClassVar = True


SERVERS: Final[dict[str, type[Server]]] = {MYSQL: _RdsMariaDB, POSTGRESQL: _RdsPostgreSQL}


class NotSettled(Exception):
    """The server refused the master user; the reason is dropped, as it may quote a password."""


class Database:
    """The server behind a cluster or instance of moto's."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.family = ENGINES[model.engine]
        self._server: Server | None = None
        self._master: Credentials | None = None
        self._invented: dict[str, Credentials] = {}
        self._lock = threading.Lock()

    @property
    def is_started(self) -> bool:
        """True if the server runs, or somebody is starting it."""
        return self._server is not None or self._lock.locked()

    def connect(self) -> socket.socket:
        """A connection to the server, which runs from now on."""
        return self.settled().connect()

    def settled(self) -> Server:
        """The server, with the master user as it is set now."""
        with self._lock:
            if self._server is None:
                self._server = self._started()
            master = _master(self.model)
            if master != self._master:
                _apply(self._server, master)
                self._master = master
            return self._server

    def accepts(self, login: Credentials) -> bool:
        """True if the server accepts this user with this password."""
        return self.settled().accepts(login)

    def login_without_password(self, user: str) -> Credentials | None:
        """A login for a user whom a token let in; None if there is no such user.

        The server knows passwords only: the user gets one that nobody else knows, but for
        the master user, who keeps theirs.
        """
        server = self.settled()
        if self._master is not None and user == self._master.user:
            return self._master
        if not server.has_user(user):
            return None
        with self._lock:
            login = self._invented.get(user)
            if login is None or not server.accepts(login):
                login = Credentials(user, secrets.token_urlsafe(24))
                server.set_password(login)
                self._invented[user] = login
            return login

    @property
    def has_died(self) -> bool:
        """True if its server has ended, and nobody ended it."""
        return self._server is not None and self._server.has_died

    def start_again(self) -> None:
        """Start a server that has died, with the data that it has written."""
        with self._lock:
            if self._server is not None and self._server.has_died:
                self._server.start()

    def copy(self, folder: Path) -> Path | None:
        """Copy the present data to *folder*; None where there are none yet."""
        with self._lock:
            if self._server is None:
                return data_of(self.model)
            self._server.copy_data(folder)
            return folder

    def close(self) -> None:
        with self._lock:
            if self._server is not None:
                self._server.close()

    def _started(self) -> Server:
        """A server with the master user, and the database that was asked for."""
        with ExitStack() as until_ready:
            origin = data_of(self.model)
            server = until_ready.enter_context(SERVERS[self.family](origin))
            self._master = _master(self.model)
            _apply(server, self._master)
            if origin is not None:
                until_ready.pop_all()
                return server
            if self.family == POSTGRESQL:
                _create_roles(server, self._master.user)
            if name := database_name(self.model):
                server.create_database(name, self._master.user)
            until_ready.pop_all()
        return server


class Databases:
    """The servers of all deployed databases; a deleted database's server is ended."""

    def __init__(self, exists: Callable[[Any], bool]) -> None:
        self._exists = exists
        self._copies = tempfile.TemporaryDirectory(prefix="copies-")
        self._numbers = count()
        self._databases: dict[Any, Database] = {}
        self._lock = threading.Lock()

    def of(self, model: Any) -> Database:
        """The database of a cluster, or of an instance without one."""
        with self._lock:
            if model not in self._databases:
                self._databases[model] = Database(model)
            return self._databases[model]

    def died(self) -> list[Database]:
        """The databases whose servers have ended by themselves."""
        with self._lock:
            known = list(self._databases.values())
        return [one for one in known if one.has_died]

    def verdict(self, model: Any, login: Credentials) -> Verdict | None:
        """The answer of a cluster's or an instance's server to a login; None where none runs."""
        with self._lock:
            known = self._databases.get(model)
        if known is None or not known.is_started:
            return None
        try:
            if known.accepts(login):
                return "accepted"
            return "refused" if known.settled().has_user(login.user) else "no such user"
        except NotSettled:
            return "refused"

    def copy(self, model: Any) -> Path | None:
        """A copy of the data of a cluster, or of an instance without one."""
        if getattr(model, "db_cluster_identifier", None) and not isinstance(model, DBCluster):
            return None
        folder = Path(self._copies.name) / str(next(self._numbers))
        return self.of(model).copy(folder)

    def sweep(self) -> None:
        """End the servers of what does not exist any more."""
        with self._lock:
            gone = [model for model in self._databases if not self._exists(model)]
            ended = [self._databases.pop(model) for model in gone]
        for database in ended:
            database.close()

    def close(self) -> None:
        with self._lock:
            for database in self._databases.values():
                database.close()
            self._databases.clear()
        self._copies.cleanup()


def _apply(server: Server, master: Credentials) -> None:
    try:
        if server.has_user(master.user):
            server.set_password(master)
        else:
            server.create_user(master)
    except Exception as error:  # noqa: BLE001 - the statement, with the password, is in it
        raise NotSettled(type(error).__name__) from None


def _create_roles(server: Server, master: str) -> None:
    """The roles that PostgreSQL has on RDS, and that its master user may give to others."""
    for role in ("rds_superuser", "rds_iam"):
        server.rows(f"CREATE ROLE {role} NOLOGIN")
        server.rows(f"GRANT {role} TO {identifier(master)} WITH ADMIN OPTION")


def database_name(model: Any) -> str | None:
    name: str | None = model.database_name if isinstance(model, DBCluster) else model.db_name
    return name


def _master(model: Any) -> Credentials:
    if getattr(model, "master_user_authentication_type", None) == BY_IAM:
        # The server knows passwords only: nobody learns this one.
        return Credentials(model.master_username, _UNKNOWN)
    if getattr(model, "manage_master_user_password", False):
        login = secret_values.login_of(model.master_user_secret.secret_arn)
        if login is None:
            raise NotSettled("its secret has no login")
        return login
    return Credentials(model.master_username, model._master_user_password)
