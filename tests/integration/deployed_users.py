"""Users of a deployed database, as the database itself has them."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import pymysql

from cloud.local_cloud import NO_PROXY, Account

SECONDS: Final = 10
LOGIN: Final[Mapping[str, str]] = {"mysql_native_password": "password", "unix_socket": "iam"}
"""What each plugin stands for: MariaDB has none for tokens."""
GRANT: Final = re.compile(r"GRANT (?P<privileges>.+) ON (?P<on>\S+) TO ")

Execute = Callable[[str], list[tuple[Any, ...]]]


def database_user(
    account: Account, physical_id: str, properties: Mapping[str, Any]
) -> Mapping[str, Any]:
    """A ``Custom::DatabaseUser``, in the database that its functions are told."""
    name = physical_id.rpartition("/")[2]
    answering = _variables(account, properties["ServiceToken"])
    applying = _variables(account, answering["APPLY_FUNCTION_NAME"])
    with _as_master(account, applying) as execute:
        ((plugin,),) = execute(f"SELECT plugin FROM mysql.user WHERE user = '{name}'")
        granted = [GRANT.match(grant) for (grant,) in execute(f"SHOW GRANTS FOR '{name}'@'%'")]
    return {
        "UserName": name,
        "Login": LOGIN[plugin],
        "Grants": [
            {
                "Privileges": grant["privileges"].replace("ALL PRIVILEGES", "ALL").split(", "),
                "On": grant["on"].replace("`", ""),
            }
            for grant in granted
            if grant is not None and grant["privileges"] != "USAGE"
        ],
    }


def _variables(account: Account, function: str) -> Mapping[str, str]:
    answer = account.client("lambda").get_function_configuration(FunctionName=function)
    variables: Mapping[str, str] = answer["Environment"]["Variables"]
    return variables


@contextmanager
def _as_master(account: Account, told: Mapping[str, str]) -> Iterator[Execute]:
    """Logged in to the database behind its endpoint, as the function is told to."""
    host, arn = told["RDS_HOST"], told["RDS_MASTER_SECRET_ARN"]
    secret = account.client("secretsmanager").get_secret_value(SecretId=arn)
    master = json.loads(secret["SecretString"])
    place = json.loads(_local(account, f"host/{host}?port={told['RDS_PORT']}"))
    connection = pymysql.connect(
        host=host,
        user=master["username"],
        password=master["password"],
        ssl=ssl.create_default_context(cadata=_local(account, "authorities")),
        defer_connect=True,
    )
    with socket.create_connection((place["address"], place["port"]), SECONDS) as end:
        connection.connect(end)

        def execute(sql: str) -> list[tuple[Any, ...]]:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall())

        with connection:
            yield execute


def _local(account: Account, path: str) -> str:
    """What the local cloud says of itself."""
    with NO_PROXY.open(f"{account.endpoint}/_local/{path}", timeout=SECONDS) as answer:
        return str(answer.read().decode())
