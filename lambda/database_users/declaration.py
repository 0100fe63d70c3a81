"""The user that a resource's properties declare, or what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

LOGINS = ("password", "iam")
TRUTHS = ("true", "false")
"""As CloudFormation spells them, which makes text of everything."""

EVERY_PRIVILEGE = ("ALL",)
EVERY_TABLE = "*"

PROPERTIES = (
    "ServiceToken", "ServiceTimeout", "UserName", "Login", "SecretArn", "Grants", "ListsUsers",
    "Adopt", "DatabaseResourceId",
)  # fmt: skip
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
SECRET_ARN = re.compile(r"arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[!-~]+")

RESERVED_USERS = frozenset(
    {"mysql", "none", "public", "rdsadmin", "rdsproxyadmin", "rdsrepladmin", "root"}
)
RESERVED_PREFIXES = ("pg_", "rds_", "rdsproxy_templates")
CATALOGS = frozenset({"information_schema", "innodb", "mysql", "performance_schema", "sys"})
OUR_OWN = "rdsproxy_templates"
"""The schema, or database, of the marks of users."""

RESOURCE_ID = re.compile(r"[A-Za-z0-9-]{1,255}")


class Invalid(Exception):
    """The properties declare no user; the message is a sentence for each reason."""


@dataclass(frozen=True)
class Grant:
    """Privileges on one table, or on every table of a database (MySQL) or schema (PostgreSQL)."""

    privileges: tuple[str, ...]
    inside: str
    table: str

    @property
    def on(self) -> str:
        return f"{self.inside}.{self.table}"


@dataclass(frozen=True)
class User:
    """Who logs in, how, and what for."""

    name: str
    login: Literal["password", "iam"]
    secret_arn: str | None
    grants: tuple[Grant, ...]
    lists_users: bool = False
    """Whether it may read the names of all users, and nothing else of theirs."""
    adopt: bool = False
    """Whether it is taken over where it is there already, whoever made it."""


class Limits(Protocol):
    """What an engine takes."""

    NAME_LENGTH: int
    """Of a user; databases and tables of MySQL may have longer names."""
    OBJECT_NAME_LENGTH: int
    PRIVILEGES: tuple[str, ...]
    TABLE_PRIVILEGES: tuple[str, ...]


def declared(properties: Mapping[str, Any], limits: Limits) -> User:
    """The user that *properties* declare. Raises :class:`Invalid` with everything wrong at once."""
    if problems := list(_problems(properties, limits)):
        raise Invalid(" ".join(problems))
    return User(
        name=properties["UserName"],
        login=properties["Login"],
        secret_arn=properties.get("SecretArn"),
        grants=tuple(_grant(given) for given in properties.get("Grants", [])),
        lists_users=properties.get("ListsUsers") == "true",
        adopt=properties.get("Adopt") == "true",
    )


def _grant(given: Mapping[str, Any]) -> Grant:
    inside, _, table = given["On"].partition(".")
    return Grant(tuple(given["Privileges"]), inside, table)


def _problems(properties: Mapping[str, Any], limits: Limits) -> Iterator[str]:
    """No sentence quotes a value: somebody may have put a password into the wrong property."""
    if unknown := sorted(properties.keys() - set(PROPERTIES)):
        known = ", ".join(PROPERTIES[2:])
        yield f"[{unknown[0]}] is no property; there are {known}."
    yield from _name_problems(properties.get("UserName"), limits)
    yield from _login_problems(properties.get("Login"), properties.get("SecretArn"))
    for name in ("ListsUsers", "Adopt"):
        if properties.get(name, "false") not in TRUTHS:
            yield f'[{name}] must be "true" or "false".'
    yield from resource_id_problems(properties)
    grants = properties.get("Grants", [])
    if not isinstance(grants, list):
        yield "[Grants] must be a list."
        return
    for number, grant in enumerate(grants):
        yield from _grant_problems(f"Grants.{number}", grant, limits)


def resource_id_problems(properties: Mapping[str, Any]) -> Iterator[str]:
    """Say whether the database is named, if it is, as AWS names databases."""
    if not _matches(RESOURCE_ID, properties.get("DatabaseResourceId", "none")):
        yield "[DatabaseResourceId] must be the resource ID of the cluster or instance."


def _name_problems(name: object, limits: Limits) -> Iterator[str]:
    if not _is_name(name, limits.NAME_LENGTH):
        yield (
            f"[UserName] must have 1 to {limits.NAME_LENGTH} letters, digits, _ and -, "
            "and begin with a letter or _."
        )
    elif _is_reserved(name):
        yield "[UserName] is reserved for the database or RDS itself."


def _login_problems(login: object, secret_arn: object) -> Iterator[str]:
    if login not in LOGINS:
        yield '[Login] must be "password" or "iam".'
    elif login == "iam" and secret_arn is not None:
        yield '[SecretArn] is for Login "password" only; with "iam" there is no password.'
    elif login == "password" and not _matches(SECRET_ARN, secret_arn):
        yield "[SecretArn] must be the ARN of the secret that holds the user's password."


def _grant_problems(where: str, grant: object, limits: Limits) -> Iterator[str]:
    if not isinstance(grant, dict) or grant.keys() != {"Privileges", "On"}:
        yield f"[{where}] must have Privileges and On, and nothing else."
        return
    inside, _, table = grant["On"].partition(".") if isinstance(grant["On"], str) else ("", "", "")
    longest = limits.OBJECT_NAME_LENGTH
    if not _is_name(inside, longest) or (table != EVERY_TABLE and not _is_name(table, longest)):
        yield (
            f'[{where}.On] must be "name.*" or "name.table", with names of 1 to {longest} '
            "letters, digits, _ and -, a letter or _ first."
        )
        return
    if inside.lower() in CATALOGS or inside.lower().startswith("pg_"):
        yield f"[{where}.On] is the database's own catalog, which is granted to nobody."
    if inside.lower() == OUR_OWN:
        yield f"[{where}.On] is where users are marked, which is granted to nobody."
    allowed = limits.PRIVILEGES if table == EVERY_TABLE else limits.TABLE_PRIVILEGES
    if not _are_privileges(grant["Privileges"], allowed):
        known = ", ".join(allowed)
        yield f'[{where}.Privileges] must be ["ALL"] or some of {known}.'


def _are_privileges(given: object, allowed: tuple[str, ...]) -> bool:
    if not isinstance(given, list) or not given:
        return False
    return tuple(given) == EVERY_PRIVILEGE or all(privilege in allowed for privilege in given)


def _is_name(value: object, longest: int) -> bool:
    return _matches(NAME, value) and len(str(value)) <= longest


def _is_reserved(name: object) -> bool:
    lowered = str(name).lower()
    return lowered in RESERVED_USERS or lowered.startswith(RESERVED_PREFIXES)


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
