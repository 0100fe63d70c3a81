"""Shared parts of the database-users function's tests: databases, secrets, and CloudFormation."""

from __future__ import annotations

import json
import os
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pg8000.dbapi
import pymysql
import pytest

import apply
import rdsproxy_demo.mysql
import rdsproxy_demo.postgresql
from rdsproxy_client import engine_mysql, engine_postgresql
from rdsproxy_local.servers.aws_api import AwsApi
from rdsproxy_local.servers.certificates import Authority
from rdsproxy_local.servers.loopback import HOST, Background
from rdsproxy_local.servers.mariadb import MariaDB
from rdsproxy_local.servers.mysql_front import MySQLFront
from rdsproxy_local.servers.postgresql import PostgreSQL
from rdsproxy_local.servers.postgresql_front import PostgreSQLFront
from rdsproxy_local.servers.programs import MissingServer
from rdsproxy_local.servers.server import Credentials, Server

STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/orders/1"
MASTER = Credentials("master", "master-password")
PASSWORD, ROTATED = "first-pass'w\\ord%s", "second-password"

ALL = {"Privileges": ["ALL"], "On": "{}.*"}
READS = {"Privileges": ["SELECT"], "On": "{}.items"}
WRITES = {"Privileges": ["SELECT", "INSERT", "CREATE"], "On": "{}.*"}
MISSING = {"Privileges": ["SELECT"], "On": "{}.missing"}

AS_RDS = (
    "CREATE ROLE rds_superuser NOLOGIN",
    "GRANT pg_monitor, pg_signal_backend TO rds_superuser WITH ADMIN OPTION",
    "CREATE ROLE rds_iam NOLOGIN",
    "CREATE ROLE master LOGIN CREATEROLE CREATEDB",
    "GRANT rds_superuser TO master",
    """DO $$ BEGIN
        IF current_setting('server_version_num')::integer >= 160000 THEN
            EXECUTE 'GRANT rds_iam TO rds_superuser WITH ADMIN TRUE, INHERIT FALSE, SET FALSE';
        END IF;
    END $$""",
)
"""PostgreSQL's master user as RDS makes it: no superuser, but one who may grant RDS's roles."""

TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname, TLS.verify_mode = False, ssl.CERT_NONE

Execute = Callable[[str], list[tuple[Any, ...]]]


def server_or_skip(server: type[Server]) -> type[Server]:
    """Skip the test where this server is missing; in CI that is a failure."""
    try:
        server._program()
    except MissingServer as missing:
        if "CI" in os.environ:
            raise
        pytest.skip(str(missing))
    return server


class MasterMariaDB(MariaDB):
    """MariaDB with a master like RDS's: it may do and grant much, and is no superuser."""

    @classmethod
    def _initialise(cls, data: Path) -> None:
        super()._initialise(data)
        who = f"'{MASTER.user}'@'%'"
        privileges = (
            "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX,"
            " ALTER, SHOW DATABASES, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE,"
            " REPLICATION SLAVE, REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, CREATE ROUTINE,"
            " ALTER ROUTINE, CREATE USER, EVENT, TRIGGER, DELETE HISTORY"
        )
        statements = [
            "FLUSH PRIVILEGES;",
            # As RDS has it: its master may not KILL the sessions of others.
            f"CREATE DEFINER = '{cls.user}'@'%' PROCEDURE mysql.rds_kill (IN thread BIGINT)"
            " SQL SECURITY DEFINER KILL thread;",
            f"CREATE USER {who} IDENTIFIED VIA mysql_native_password"
            f" USING PASSWORD('{MASTER.password}');",
            f"GRANT {privileges} ON *.* TO {who} WITH GRANT OPTION;",
        ]
        cls._run(cls._program(), *cls._basics(data), "--bootstrap", text="\n".join(statements))


class MySQL:
    """MySQL's side: server, front and driver, and what can be seen of its users."""

    server, front, module = MasterMariaDB, MySQLFront, engine_mysql
    demo = rdsproxy_demo.mysql
    errors = (pymysql.MySQLError,)
    container = "app"
    prepare = ("CREATE TABLE items (id INT)",)
    make_container = ("CREATE DATABASE {}",)
    make_stranger, drop_stranger = "CREATE USER stranger@localhost", "DROP USER stranger@localhost"
    drop_by_hand = ("DROP USER app",)
    hold_lock = "SELECT GET_LOCK('rdsproxy_templates_users', 5)"
    memberships = "SELECT role FROM mysql.roles_mapping WHERE user = 'master'"
    passwords, everybody_lists_users = "SELECT authentication_string FROM mysql.user", False
    users = "SELECT user FROM mysql.user WHERE user NOT IN ('mariadb.sys', 'master', 'proxy')"

    @staticmethod
    @contextmanager
    def client(
        server: Server, user: str, password: str, *, plain: bool = False
    ) -> Iterator[Execute]:
        connection = pymysql.connect(
            host=HOST,
            port=server.port,
            user=user,
            password=password,
            autocommit=True,
            ssl=None if plain else TLS,
            ssl_disabled=plain,
        )
        with closing(connection), connection.cursor() as cursor:
            with suppress(pymysql.OperationalError):  # where nothing in it was granted
                connection.select_db("app")

            def execute(sql: str) -> list[tuple[Any, ...]]:
                cursor.execute(sql)
                return list(cursor.fetchall())

            yield execute

    @staticmethod
    def login(server: Server, name: str) -> str:
        """The user's kind of login; another plugin stands for tokens, which MariaDB lacks."""
        logins = {("mysql_native_password", "ANY"): "password", ("unix_socket", "ANY"): "iam"}
        (row,) = server.rows(f"SELECT plugin, ssl_type FROM mysql.user WHERE user = '{name}'")
        return logins[row]


class Postgres:
    """PostgreSQL's side: server, front and driver, and what can be seen of its users."""

    server, front, module = PostgreSQL.of(17), PostgreSQLFront, engine_postgresql
    demo = rdsproxy_demo.postgresql
    errors = (pg8000.dbapi.Error,)
    container = "public"
    prepare = (
        *AS_RDS,
        "ALTER DATABASE app OWNER TO master",
        "CREATE TABLE items (id INT)",
        "ALTER TABLE items OWNER TO master",
    )
    make_container = ("CREATE SCHEMA {} AUTHORIZATION master", "ALTER TABLE {}.t OWNER TO master")
    make_stranger, drop_stranger = "CREATE ROLE stranger", "DROP ROLE stranger"
    drop_by_hand = ("DROP OWNED BY app", "DROP ROLE app")
    hold_lock = "SELECT pg_advisory_lock(7332788457)"
    passwords, everybody_lists_users = "SELECT rolpassword FROM pg_authid", True
    # That it may grant the role, the master keeps; the server's own superuser said so.
    memberships = """SELECT roleid FROM pg_auth_members AS one WHERE member = 'master'::regrole
        AND roleid <> 'rds_superuser'::regrole
        AND 'true' IN (coalesce(to_jsonb(one) ->> 'inherit_option', 'true'),
            coalesce(to_jsonb(one) ->> 'set_option', 'true'))"""
    users = (
        "SELECT rolname FROM pg_roles"
        " WHERE rolname NOT IN ('master', 'proxy', 'rds_iam', 'rds_superuser')"
        " AND rolname !~ '^(pg_|rdsproxy_templates_dropped_)'"
    )

    @staticmethod
    @contextmanager
    def client(server: Server, user: str, password: str) -> Iterator[Execute]:
        connection = pg8000.dbapi.connect(
            user,
            host=HOST,
            port=server.port,
            password=password,
            database="app",
            ssl_context=False,
        )
        connection.autocommit = True
        with closing(connection), closing(connection.cursor()) as cursor:

            def execute(sql: str) -> list[tuple[Any, ...]]:
                cursor.execute(sql)
                return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

            yield execute

    @staticmethod
    def login(server: Server, name: str) -> str:
        logins = {(True, True): "iam", (False, False): "password"}
        (row,) = server.rows(
            f"SELECT pg_has_role('{name}', 'rds_iam', 'MEMBER'), rolpassword IS NULL"
            f" FROM pg_authid WHERE rolname = '{name}'"
        )
        return logins[row]


FAMILIES: dict[str, Any] = {"MYSQL": MySQL, "POSTGRESQL": Postgres}


class Place:
    """A server behind a front, secrets, and the function beside them; all of it may be broken."""

    def __init__(
        self, family: str, aws: AwsApi, folder: Path, server: type[Server] | None = None
    ) -> None:
        self.family, self.side, self._aws = family, FAMILIES[family], aws
        self._type = server or self.side.server
        self._secrets: dict[tuple[str, str], str] = {}
        self._folder = folder
        self._parts = ExitStack()

    def __enter__(self) -> Self:
        with self._parts:
            authority = Authority(self._folder)
            self.server = self._parts.enter_context(self._type())
            for statement in self.side.prepare:
                self.server.rows(statement)
            self.front = self._parts.enter_context(
                self.side.front(
                    self.server.connect,
                    authority.issue("localhost"),
                    {MASTER.user: MASTER},
                    passwords={MASTER.user: MASTER.password},
                )
            )
            self.variables = {
                "AWS_REGION": "eu-west-1",
                "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
                "AWS_SECRET_ACCESS_KEY": "key-of-the-function",
                "AWS_ENDPOINT_URL_SECRETS_MANAGER": self._aws.address,
                "RDS_HOST": "localhost",
                "RDS_PORT": str(self.front.port),
                "RDS_ENGINE_FAMILY": self.family,
                "RDS_DATABASE_NAME": "app",
                "RDS_MASTER_SECRET_ARN": self.secret(*MASTER),
                "RDS_CA_FILE": str(authority.file),
                "IAM_PLUGIN": "unix_socket",
            }
            self._parts = self._parts.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._parts.close()

    def secret(self, user: str, password: str) -> str:
        """The ARN of a secret with these two in it."""
        if (user, password) not in self._secrets:
            value = json.dumps({"username": user, "password": password})
            self._secrets[user, password] = self._aws.secret(f"s{time.time_ns()}", value)
        return self._secrets[user, password]

    def event(
        self, kind: str = "Create", name: str = "app", *, login: str = "password",
        grants: Any = (ALL,), password: str = PASSWORD, secret: str | None = None,
        lists_users: bool = False, adopt: bool = False, **more: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """The event that CloudFormation sends, except the place of the answer."""
        properties = {
            "ServiceToken": "arn:aws:lambda:eu-west-1:123456789012:function:answer",
            "UserName": name,
            "Login": login,
            "Grants": [{**one, "On": one["On"].format(self.side.container)} for one in grants],
        }
        if lists_users:
            properties["ListsUsers"] = "true"
        if adopt:
            properties["Adopt"] = "true"
        if login == "password":
            properties["SecretArn"] = secret or self.secret(name, password)
        known = {} if kind == "Create" else {"PhysicalResourceId": f"{self.family}/{name}"}
        return {
            "RequestType": kind,
            "StackId": STACK,
            "RequestId": "request-2",
            "LogicalResourceId": "User",
            "ResourceProperties": properties,
        } | known | more  # fmt: skip

    def apply(self, *arguments: Any, seconds: float = 30, **more: Any) -> dict[str, Any]:
        """The inner function's answer to an event."""
        return apply.handler(self.event(*arguments, **more), context(seconds))

    def make_tables(
        self, kind: str = "Create", resource: str = "cluster-1", **more: Any
    ) -> dict[str, Any]:
        """The inner function's answer to a resource for tables, by default the functions'."""
        event = self.event(kind) | {
            "ResourceType": "Custom::DatabaseTables",
            "PhysicalResourceId": f"tables/{self.family}",
            "ResourceProperties": {"ServiceToken": "arn", "DatabaseResourceId": resource, **more},
        }
        return apply.handler(event, context(30))

    def delete(self, name: str = "app", **more: Any) -> dict[str, Any]:
        return self.apply("Delete", name, **more)

    def as_user(self, sql: str, name: str = "app", password: str = PASSWORD) -> Any:
        """The rows that the user gets."""
        with self.side.client(self.server, name, password) as execute:
            return execute(sql)

    def may(self, sql: str, name: str = "app", password: str = PASSWORD) -> bool:
        """True if the user can log in with the password and execute the statement."""
        try:
            self.as_user(sql, name, password)
        except self.side.errors:
            return False
        return True

    def login(self, name: str) -> str:
        """The user's kind of login."""
        return str(self.side.login(self.server, name))

    @property
    def users(self) -> set[str]:
        return {name for (name,) in self.server.rows(self.side.users)}

    @property
    def marks(self) -> set[str]:
        names = self.server.rows("SELECT name FROM rdsproxy_templates.users")
        return {name for (name,) in names if not name.startswith("rdsproxy_templates_dropped_")}

    def clean(self) -> None:
        """Leave no user behind."""
        self.front.fault = None
        for name in self.users | self.marks:
            self.delete(name)
            self.delete(name, LogicalResourceId="Other")
        assert (self.users, self.marks) == (set(), set())
        self.server.rows("DROP TABLE IF EXISTS made_by_the_user, visits")


class Cloud:
    """The outer function's peers: Lambda's Invoke, and the URL at which CloudFormation waits."""

    def __init__(self) -> None:
        self.invoke: Callable[[Any], Any] = lambda _: ("response", {})
        """Returns the kind of an answer of a function, and its body."""
        self.refusals: list[HTTPStatus] = []
        """Statuses with which the next requests are refused."""
        self.invoked: list[tuple[str, Any, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self._server = ThreadingHTTPServer((HOST, 0), partial(_Handler, self))
        self._server.daemon_threads = True
        self._background = Background(self._server)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._background.close()

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self._server.server_port}"

    @property
    def response_url(self) -> str:
        """The URL at which an event asks for its answer."""
        return f"{self.address}/answer?X-Amz-Signature=abc"


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, cloud: Cloud, *arguments: Any) -> None:
        self._cloud = cloud
        super().__init__(*arguments)

    def do_POST(self) -> None:
        body = json.loads(self._body())
        self._cloud.invoked.append((self.path, self.headers, body))
        if self._cloud.refusals:
            self._answer(self._cloud.refusals.pop(0))
            return
        kind, said = self._cloud.invoke(body)
        failed = {} if kind == "response" else {"X-Amz-Function-Error": "Unhandled"}
        self._answer(HTTPStatus.OK, json.dumps(said).encode(), **failed)

    def do_PUT(self) -> None:
        body = json.loads(self._body())
        if self._cloud.refusals:
            self._answer(self._cloud.refusals.pop(0))
            return
        typed = "Content-Type" in self.headers
        self._cloud.answers.append(body)
        # A type of content is not in the signature, and S3 refuses what is not.
        self._answer(HTTPStatus.FORBIDDEN if typed else HTTPStatus.OK)

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _answer(self, status: HTTPStatus, body: bytes = b"", **headers: str) -> None:
        with suppress(OSError):  # where nobody waits any more
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)


def context(seconds: float) -> SimpleNamespace:
    """The context that Lambda hands to a function with so many seconds."""
    ends = time.monotonic() + seconds
    return SimpleNamespace(
        aws_request_id="request-1",
        log_stream_name="stream-1",
        get_remaining_time_in_millis=lambda: int((ends - time.monotonic()) * 1000),
    )
