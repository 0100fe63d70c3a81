"""Users of MySQL: statements commit one by one, so every one of them may be repeated."""

from __future__ import annotations

import os

from declaration import EVERY_TABLE, Grant, User
from dialect import Run

NAME_LENGTH = 32
TABLE_PRIVILEGES = (
    "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "REFERENCES", "INDEX", "ALTER",
    "CREATE VIEW", "SHOW VIEW", "TRIGGER",
)  # fmt: skip
PRIVILEGES = (
    *TABLE_PRIVILEGES, "CREATE TEMPORARY TABLES", "LOCK TABLES", "EXECUTE", "CREATE ROUTINE",
    "ALTER ROUTINE", "EVENT",
)  # fmt: skip

SESSION = ("SET SESSION lock_wait_timeout = 5", "SET SESSION wait_timeout = 60")
TRY_LOCK = "SELECT GET_LOCK('rdsproxy_templates_users', 0)"
CREATE_MARKS = """CREATE TABLE IF NOT EXISTS rdsproxy_templates_users (
    name VARCHAR(63) NOT NULL PRIMARY KEY,
    owner VARCHAR(512) NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"""
BEFORE_TABLES: tuple[str, ...] = ()
AFTER_TABLES: tuple[str, ...] = ()
FIND = "SELECT plugin FROM mysql.user WHERE user = %s"


def make(run: Run, user: User, password: str | None) -> None:
    """Give the user exactly this login and these grants, whatever it had before."""
    if user.login == "iam":
        _make_for_iam(run, user.name)
    else:
        _make_for_password(run, user.name, password)
    run(
        "revoke what the user was granted before",
        "REVOKE ALL PRIVILEGES, GRANT OPTION FROM %s@'%%'",
        user.name,
    )
    for grant in user.grants:
        privileges, target = ", ".join(grant.privileges), _target(grant)
        run(f"grant on {grant.on}", f"GRANT {privileges} ON {target} TO %s@'%%'", user.name)
    if user.lists_users:
        run(
            "let the user read the names of users",
            "GRANT SELECT (user) ON mysql.user TO %s@'%%'",
            user.name,
        )


def drop(run: Run, name: str) -> None:
    """Drop the user; tables are nobody's in MySQL, and stay."""
    run("drop the user", "DROP USER IF EXISTS %s@'%%'", name)


def _make_for_iam(run: Run, name: str) -> None:
    verb = "ALTER" if run("look for the user", FIND, name) else "CREATE"
    plugin, string = _iam_plugin()
    run(
        "let the user log in by IAM",
        f"{verb} USER %s@'%%' IDENTIFIED WITH {plugin} AS %s REQUIRE SSL",
        name,
        string,
    )


def _make_for_password(run: Run, name: str, password: str | None) -> None:
    """The server writes such a statement into its logs with a hash in the password's place.

    ("Passwords and Logging" in MySQL's manual.)
    """
    found = run("look for the user", FIND, name)
    plugin, _ = _iam_plugin()
    if (plugin,) in found:
        # Without a name of a plugin ALTER USER may keep the present one, which takes no password.
        drop(run, name)
        found = []
    verb = "ALTER" if found else "CREATE"
    run(
        "let the user log in with its password",
        f"{verb} USER %s@'%%' IDENTIFIED BY %s REQUIRE NONE",
        name,
        password,
    )


def _iam_plugin() -> tuple[str, str]:
    """The plugin that takes IAM tokens on RDS and Aurora, and what it wants to be told."""
    plugin = os.environ.get("IAM_PLUGIN", "AWSAuthenticationPlugin")
    if not plugin.isidentifier():
        raise ValueError("IAM_PLUGIN is no name of a plugin")
    return plugin, os.environ.get("IAM_PLUGIN_STRING", "RDS")


def _target(grant: Grant) -> str:
    if grant.table != EVERY_TABLE:
        return f"`{grant.inside}`.`{grant.table}`"
    # Where a whole database is granted, _ in its name matches any character ("GRANT Statement").
    pattern = grant.inside.replace("_", r"\_")
    return f"`{pattern}`.*"
