"""Statements in databases of a running local cloud, and the files for their clients."""

from __future__ import annotations

import configparser
import shutil
import subprocess

import pytest

from rdsproxy_local.databases import Login, SqlError, client_of, run_sql
from rdsproxy_local.servers.mariadb import MariaDB
from rdsproxy_local.servers.postgresql import PostgreSQL
from rdsproxy_local.servers.programs import MissingServer
from rdsproxy_local.servers.server import Credentials

ODD = r'a\b:c"d#e'
"""A password whose every special character means something in one of the files."""
QUOTED = '"a\\\\b:c"d#e"'


@pytest.fixture(scope="module", params=["MYSQL", "POSTGRESQL"])
def login(request):
    server = {"MYSQL": MariaDB, "POSTGRESQL": PostgreSQL}[request.param]
    try:
        with server() as running:
            running.create_user(Credentials("somebody", ODD))
            running.create_database("shop", "somebody")
            yield Login(*running.address, "somebody", ODD, "shop", request.param)
    except MissingServer as missing:
        pytest.skip(str(missing))


def test_of_several_statements_the_last_rows_are_returned(login):
    result = run_sql(login, "SELECT 1 AS one, 2 AS two; SELECT 3 AS three")

    assert (result.columns, result.rows) == (("three",), [(3,)])


def test_what_a_statement_changes_is_committed(login):
    run_sql(login, "CREATE TABLE kept (name VARCHAR(9)); INSERT INTO kept VALUES ('yes')")

    assert run_sql(login, "SELECT name FROM kept").rows == [("yes",)]


def test_an_error_is_the_databases_sentence(login):
    with pytest.raises(SqlError, match=r"syntax"):
        run_sql(login, "SELEC 1")


def test_a_login_does_not_show_its_password(login):
    assert ODD not in repr(login)


def test_a_client_logs_in_by_a_file_that_only_its_owner_reads(login, tmp_path, monkeypatch):
    if login.family == "MYSQL":
        monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
        command, _ = client_of(login, tmp_path)
        [file] = tmp_path.iterdir()
        parsed = configparser.RawConfigParser()
        parsed.read(file)
        assert f"--defaults-extra-file={file}" in command
        assert QUOTED in parsed["client"].values()
    else:
        command, variables = client_of(login, tmp_path)
        [file] = tmp_path.iterdir()
        said = subprocess.run(
            [*command, "-tAc", "SELECT current_user"], env=variables, text=True,
            capture_output=True, check=False,
        )  # fmt: skip
        assert (said.stdout, said.stderr) == ("somebody\n", "")
    assert oct(file.stat().st_mode)[-3:] == "600"


def test_without_a_client_there_is_no_command(login, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")

    assert client_of(login, tmp_path) is None
    assert not [*tmp_path.iterdir()]
