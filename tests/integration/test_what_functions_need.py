"""The grants that the library's functions need: sufficient on a real server, and none to spare."""

from __future__ import annotations

import pytest
from database_users import FAMILIES, Place, server_or_skip

import rdsproxy_demo.mysql
import rdsproxy_demo.postgresql
from rdsproxy_client import engine
from rdsproxy_templates.aws.database_users import BLOG_TABLES, NEEDED

STATEMENTS = {"MYSQL": rdsproxy_demo.mysql, "POSTGRESQL": rdsproxy_demo.postgresql}


@pytest.fixture(
    params=[
        pytest.param(family, marks=pytest.mark.xdist_group(f"users {family}"))
        for family in FAMILIES
    ]
)
def place(request, aws, tmp_path, monkeypatch):
    """A database with the functions' tables, and no user yet."""
    server_or_skip(FAMILIES[request.param].server)
    with Place(request.param, aws, tmp_path) as place:
        for name, value in place.variables.items():
            monkeypatch.setenv(name, value)
        engine.tls.cache_clear()
        place.server.rows("DROP TABLE IF EXISTS items, visits")
        assert "failure" not in place.make_tables()
        yield place
        place.clean()


def grants(privileges):
    return [{"Privileges": [*privileges], "On": f"{{}}.{table}"} for table in BLOG_TABLES]


def refused(place):
    """The functions' statements that a user may not execute, each tried twice."""
    sql = STATEMENTS[place.family]
    does = {
        "seed": sql.SEED % (1, "'one'"),
        "load": sql.LOAD % (0, 10),
        "visit": sql.INSERT_VISIT % "'a key'",
        "list": sql.LIST_VISITS % (10, 10),
    }
    return [name for name, statement in does.items() for _ in range(2) if not place.may(statement)]


def test_with_the_needed_grants_every_statement_succeeds(place):
    assert "failure" not in place.apply(grants=grants(NEEDED[place.family]))

    assert refused(place) == []


def test_with_any_grant_less_a_statement_fails(place):
    needed = NEEDED[place.family]
    for missing in needed:
        less = [one for one in needed if one != missing]
        assert "failure" not in place.apply("Update", grants=grants(less))

        assert refused(place), f"{missing} is not needed"
