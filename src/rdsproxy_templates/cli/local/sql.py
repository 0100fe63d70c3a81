"""`local sql`: a deployed database, by its client or by one statement."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import click

from ...errors import ConfigError, DeploymentError, Problem
from ...model import did_you_mean
from .running import running, stacks

if TYPE_CHECKING:
    from rdsproxy_local.databases import Database, Login, Result


@click.command(
    "sql",
    help="Open a deployed database as USER, by default as its master user: with psql, mariadb or "
    "mysql, past proxy and security groups. STEP is needed where several steps have a database. "
    "With -c, or with statements on standard input, no client needs to be installed.",
)
@click.argument("user", metavar="[[STEP/]USER]", required=False)
@click.option("-c", "--command", "statement", metavar="SQL", help="Run SQL, and print its rows.")
def sql_command(*, user: str | None, statement: str | None) -> None:
    """Run the subcommand."""
    state = running()
    from rdsproxy_local.databases import NoLogin, login_of  # noqa: PLC0415 - an extra

    step, _, name = (user or "").rpartition("/")
    found = {step: stack.databases() for step, stack in stacks(state).items()}
    database = _chosen({one: every for one, every in found.items() if every}, step)
    try:
        login = login_of(state.endpoint, database, name or None)
    except NoLogin as error:
        raise ConfigError([Problem("user", str(error))]) from None
    if statement is None and not sys.stdin.isatty():
        statement = sys.stdin.read()
    if statement is None:
        _open(login)
    else:
        _run(login, statement)


def _chosen(found: dict[str, list[Database]], step: str) -> Database:
    known = ", ".join(found)
    if not found:
        raise ConfigError([Problem("sql", "nothing deployed has a database")])
    if step and step not in found:
        sentence = f"no database in step {step!r}{did_you_mean(step, [*found])}; there is {known}"
        raise ConfigError([Problem("step", sentence)])
    if not step and len(found) > 1:
        raise ConfigError([Problem("step", f"is needed, as STEP/USER; the steps are {known}")])
    databases = found[step or next(iter(found))]
    if len(databases) > 1:
        names = ", ".join(one.name for one in databases)
        raise ConfigError([Problem("sql", f"cannot choose between {names}")])
    return databases[0]


def _open(login: Login) -> None:
    from rdsproxy_local.databases import client_of  # noqa: PLC0415 - an extra
    from rdsproxy_local.state import FOLDER  # noqa: PLC0415

    client = client_of(login, FOLDER.resolve())
    if client is None:
        clients = "mariadb or mysql" if login.family == "MYSQL" else "psql"
        sentence = f"needs {clients} on the PATH; or give one statement by -c"
        raise DeploymentError([Problem("sql", sentence)])
    command, variables = client
    try:
        done = subprocess.run(command, env=os.environ | variables, check=False)  # noqa: S603 - no shell
    finally:
        (FOLDER / f"login-{os.getpid()}").unlink(missing_ok=True)
    sys.exit(done.returncode)


def _run(login: Login, statement: str) -> None:
    from rdsproxy_local.databases import SqlError, run_sql  # noqa: PLC0415 - an extra

    try:
        result = run_sql(login, statement)
    except SqlError as error:
        raise DeploymentError([Problem("sql", str(error))]) from None
    for line in _table(result):
        click.echo(line)


def _table(result: Result) -> list[str]:
    """Lay the rows out in columns, as psql does."""
    if not result.columns:
        return []
    rows = [result.columns, *(tuple(map(_shown, row)) for row in result.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        " | ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    count = len(result.rows)
    ruler = "-+-".join("-" * width for width in widths)
    return [lines[0], ruler, *lines[1:], f"({count} row{'s' * (count != 1)})"]


def _shown(value: Any) -> str:
    return "NULL" if value is None else str(value)
