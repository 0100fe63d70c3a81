"""Users of MySQL: each statement commits by itself, so each can be repeated."""

from __future__ import annotations

import os
import time

from declaration import User
from dialect import Run
from rights_mysql import Known, settle, targets
from session import Refused

NAME_LENGTH = 32
OBJECT_NAME_LENGTH = 64
TABLE_PRIVILEGES = (
    "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "REFERENCES", "INDEX", "ALTER",
    "CREATE VIEW", "SHOW VIEW", "TRIGGER",
)  # fmt: skip
PRIVILEGES = (
    *TABLE_PRIVILEGES, "CREATE TEMPORARY TABLES", "LOCK TABLES", "EXECUTE", "CREATE ROUTINE",
    "ALTER ROUTINE", "EVENT",
)  # fmt: skip

SESSION = (
    # Fixes quoting and strictness, whatever the parameter group says.
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES'",
    "SET SESSION lock_wait_timeout = 5",
    "SET SESSION wait_timeout = 60",
)
TRY_LOCK = "SELECT GET_LOCK('rdsproxy_templates_users', 0)"
CREATE_DATABASE = "CREATE DATABASE IF NOT EXISTS rdsproxy_templates"
CREATE_MARKS = """CREATE TABLE IF NOT EXISTS rdsproxy_templates.users (
    name VARCHAR(63) NOT NULL PRIMARY KEY,
    owner VARCHAR(512) NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"""
FIND = "SELECT plugin FROM mysql.user WHERE user = %s"
IAM_REACHES_MASTER = False

LOWERS_NAMES = "SELECT @@lower_case_table_names"
PLUGINS = """SHOW VARIABLES
    WHERE Variable_name IN ('authentication_policy', 'default_authentication_plugin')"""
DEFAULT_PLUGIN = "caching_sha2_password"
SESSIONS = "SELECT id FROM information_schema.processlist WHERE user = %s"
NO_PROCEDURE, NO_SESSION = "1305", "1094"
TRIES, PAUSE = 20, 0.1
"""Checks, and seconds between them, for a session that was told to end."""


def prepare(run: Run) -> None:
    """Create the table of marks, in a database on which no declared user can have grants."""
    for statement in (CREATE_DATABASE, CREATE_MARKS):
        run("create the table of marks", statement)


def make(run: Run, user: User, password: str | None) -> None:
    """Give the user exactly this login and these grants, whatever it had before."""
    if user.login == "iam":
        _make_for_iam(run, user.name)
    else:
        _make_for_password(run, user.name, password)
    ((lower,),) = run("look at how tables are named", LOWERS_NAMES) or [(0,)]
    wanted = targets(user.grants, lists_users=user.lists_users, lower=bool(int(lower)))
    settle(run, user.name, wanted, Known(PRIVILEGES, TABLE_PRIVILEGES))


def end_iam(run: Run, name: str) -> None:
    """Do nothing: in MySQL, users do not affect how the master logs in."""


def drop(run: Run, name: str) -> None:
    """End the user's sessions and drop it; tables have no owner in MySQL, and stay."""
    run("end the user's login", "ALTER USER IF EXISTS %s@'%%' ACCOUNT LOCK", name)
    _end_sessions(run, name)
    run("drop the user", "DROP USER IF EXISTS %s@'%%'", name)


def _make_for_iam(run: Run, name: str) -> None:
    verb = "ALTER" if run("look for the user", FIND, name) else "CREATE"
    plugin, string = _iam_plugin()
    run(
        "let the user log in by IAM",
        f"{verb} USER %s@'%%' IDENTIFIED WITH {plugin} AS %s REQUIRE SSL ACCOUNT UNLOCK",
        name,
        string,
    )


def _make_for_password(run: Run, name: str, password: str | None) -> None:
    """Set the password; the server logs such a statement with a hash in its place.

    See "Passwords and Logging" in MySQL's manual.
    """
    found = run("look for the user", FIND, name)
    verb = "ALTER" if found else "CREATE"
    how = _password_plugin(run) if (_iam_plugin()[0],) in found else ""
    run(
        "let the user log in with its password",
        f"{verb} USER %s@'%%' IDENTIFIED {how}BY %s REQUIRE SSL ACCOUNT UNLOCK",
        name,
        password,
    )


def _password_plugin(run: Run) -> str:
    """Name the plugin for a user without a password: else ALTER USER keeps the IAM plugin."""
    found = run("look for the plugin of passwords", PLUGINS)
    variables: dict[str, str] = {str(name): str(value) for name, value in found}
    if not variables:  # MariaDB, whose BY implies its own plugin
        return ""
    first = variables.get("authentication_policy", "*").split(",")[0].rpartition(":")[2].strip()
    if first in {"", "*"}:
        first = variables.get("default_authentication_plugin", DEFAULT_PLUGIN)
    return f"WITH {first if first.isidentifier() else DEFAULT_PLUGIN} "


def _iam_plugin() -> tuple[str, str]:
    """Return the plugin for IAM tokens on RDS and Aurora, and its argument."""
    plugin = os.environ.get("IAM_PLUGIN", "AWSAuthenticationPlugin")
    if not plugin.isidentifier():
        raise ValueError("IAM_PLUGIN must be the name of a plugin")
    return plugin, os.environ.get("IAM_PLUGIN_STRING", "RDS")


def _end_sessions(run: Run, name: str) -> None:
    for _ in range(TRIES):
        sessions = run("look for the user's sessions", SESSIONS, name)
        if not sessions:
            return
        for (number,) in sessions:
            _end_session(run, number)
        time.sleep(PAUSE)


def _end_session(run: Run, number: int) -> None:
    """End a session through RDS's procedure, where the master may not KILL another user's."""
    try:
        run("end the user's session", "CALL mysql.rds_kill(%s)", number)
    except Refused as refused:
        if refused.number == NO_SESSION:
            return
        if refused.number != NO_PROCEDURE:
            raise
        run("end the user's session", "KILL %s", number)
