"""Declaration of a user: a resource's properties, parsed and validated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

LOGINS = ("password", "iam")
TRUTHS = ("true", "false")
"""Booleans as CloudFormation passes them: it turns every value into text."""

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
"""Schema (PostgreSQL) or database (MySQL) that contains the marks of users."""

RESOURCE_ID = re.compile(r"[A-Za-z0-9-]{1,255}")


class Invalid(Exception):
    """The properties declare no user; the message has a sentence for each problem."""


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
    """User with its login and grants."""

    name: str
    login: Literal["password", "iam"]
    secret_arn: str | None
    grants: tuple[Grant, ...]
    lists_users: bool = False
    """True if the user may read the names of all users, and nothing else about them."""
    adopt: bool = False
    """True if an existing user is taken over, whoever created it."""


class Limits(Protocol):
    """Limits of an engine."""

    NAME_LENGTH: int
    """Longest name of a user; databases and tables of MySQL may have longer names."""
    OBJECT_NAME_LENGTH: int
    PRIVILEGES: tuple[str, ...]
    TABLE_PRIVILEGES: tuple[str, ...]


def declared(properties: Mapping[str, Any], limits: Limits) -> User:
    """Parse the user in *properties*. Raises :class:`Invalid` with all problems at once."""
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
    """Find all problems; quote no value, which may be a password in the wrong property."""
    if unknown := sorted(properties.keys() - set(PROPERTIES)):
        known = ", ".join(PROPERTIES[2:])
        yield f"[{unknown[0]}] is an unknown property; known properties are {known}."
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
    """Check that the database, if any, is named by a resource ID of AWS."""
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
        yield f"[{where}.On] is the database's own catalog, on which nobody may have grants."
    if inside.lower() == OUR_OWN:
        yield f"[{where}.On] is where users are marked, on which nobody may have grants."
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
