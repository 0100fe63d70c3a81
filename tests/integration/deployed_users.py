"""Users of a deployed database, as the database itself has them."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Final

import pg8000.dbapi
import pymysql

from rdsproxy_local.local_cloud import NO_PROXY, Account
from rdsproxy_templates.aws.database_users import BLOG_TABLES

SECONDS: Final = 60
LOGIN: Final[Mapping[str, str]] = {"mysql_native_password": "password", "unix_socket": "iam"}
"""The login that each plugin stands for: MariaDB has no plugin for tokens."""
GRANT: Final = re.compile(r"GRANT (?P<privileges>.+) ON (?P<on>\S+) TO ")

Execute = Callable[[str], list[tuple[Any, ...]]]


def database_user(
    account: Account, physical_id: str, properties: Mapping[str, Any]
) -> Mapping[str, Any]:
    """A ``Custom::DatabaseUser``, in the database that its functions are told."""
    name = physical_id.rpartition("/")[2]
    answering = _variables(account, properties["ServiceToken"])
    applying = _variables(account, answering["APPLY_FUNCTION_NAME"])
    with as_master(account, applying) as execute:
        ((plugin,),) = execute(f"SELECT plugin FROM mysql.user WHERE user = '{name}'")
        granted = [GRANT.match(grant) for (grant,) in execute(f"SHOW GRANTS FOR '{name}'@'%'")]
    return {
        "UserName": name,
        "Login": LOGIN[plugin],
        "Grants": [
            {
                "Privileges": grant["privileges"].replace("ALL PRIVILEGES", "ALL").split(", "),
                "On": grant["on"].replace("`", "").replace(r"\_", "_"),
            }
            for grant in granted
            if grant is not None and grant["privileges"] != "USAGE"
        ],
    }


def database_tables(
    account: Account,
    physical_id: str,
    properties: Mapping[str, Any],
) -> Mapping[str, Any]:
    """A ``Custom::DatabaseTables``: the names of the tables, which must be there."""
    answering = _variables(account, properties["ServiceToken"])
    applying = _variables(account, answering["APPLY_FUNCTION_NAME"])
    with as_master(account, applying) as execute:
        found = {name: execute(f"SELECT COUNT(*) FROM {name}") for name in BLOG_TABLES}
    return {"Tables": [*found]}


def _variables(account: Account, function: str) -> Mapping[str, str]:
    answer = account.client("lambda").get_function_configuration(FunctionName=function)
    variables: Mapping[str, str] = answer["Environment"]["Variables"]
    return variables


@contextmanager
def as_master(account: Account, told: Mapping[str, str]) -> Iterator[Execute]:
    """Log in to the database behind its endpoint, with the settings of a function."""
    place = json.loads(_local(account, f"host/{told['RDS_HOST']}?port={told['RDS_PORT']}"))
    connect = CONNECT[told["RDS_ENGINE_FAMILY"]]
    with socket.create_connection((place["address"], place["port"]), SECONDS) as end:
        connection = connect(end, **_login(account, told))

        def execute(sql: str) -> list[tuple[Any, ...]]:
            with closing(connection.cursor()) as cursor:
                cursor.execute(sql)
                return [tuple(row) for row in cursor.fetchall()]

        with closing(connection):
            yield execute


def _login(account: Account, told: Mapping[str, str]) -> dict[str, Any]:
    """Arguments for both drivers."""
    answer = account.client("secretsmanager").get_secret_value(
        SecretId=told["RDS_MASTER_SECRET_ARN"]
    )
    master = json.loads(answer["SecretString"])
    return {
        "host": told["RDS_HOST"],
        "user": master["username"],
        "password": master["password"],
        "database": told["RDS_DATABASE_NAME"],
        "tls": ssl.create_default_context(cadata=_local(account, "authorities")),
    }


def _connect_mysql(end: socket.socket, *, tls: ssl.SSLContext, **login: str) -> Any:
    connection: Any = pymysql.connect(ssl=tls, defer_connect=True, **login)
    connection.connect(end)
    return connection


def _connect_postgresql(end: socket.socket, *, tls: ssl.SSLContext, **login: str) -> Any:
    return pg8000.dbapi.connect(sock=end, ssl_context=tls, **login)


CONNECT: Final = {"MYSQL": _connect_mysql, "POSTGRESQL": _connect_postgresql}
"""The login of each family's driver, over a connection that is open already."""


def _local(account: Account, path: str) -> str:
    """The local cloud's answer about itself."""
    with NO_PROXY.open(f"{account.endpoint}/_local/{path}", timeout=SECONDS) as answer:
        return str(answer.read().decode())
