"""Resource that creates the functions' tables: its properties, order and deletion."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import answer
import dialect_mysql
import dialect_postgresql
import physical_id
import tables
from declaration import Invalid


class Session:
    """Session that records its statements; the lock is free."""

    over = False

    def __init__(self):
        self.said = []

    def run(self, purpose, statement, *values):
        assert purpose
        self.said.append(statement)
        return [(True, "users")] if "FROM pg_namespace" in statement else [(True,)]


def test_the_id_of_a_database_is_all_that_it_takes():
    tables.check({"ServiceToken": "arn", "ServiceTimeout": "240", "DatabaseResourceId": "db-1"})
    tables.check({"ServiceToken": "arn"})


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        (
            {"UserName": "app"},
            "[UserName] is an unknown property; the only one is DatabaseResourceId.",
        ),
        (
            {"DatabaseResourceId": ["db-1"]},
            "[DatabaseResourceId] must be the resource ID of the cluster or instance.",
        ),
    ],
)
def test_anything_else_is_refused(properties, said):
    with pytest.raises(Invalid) as invalid:
        tables.check(properties)

    assert str(invalid.value) == said


@pytest.mark.parametrize("dialect", [dialect_mysql, dialect_postgresql])
def test_every_table_is_made_under_the_lock(dialect):
    session = Session()
    tables.make(session, SimpleNamespace(CREATE=("CREATE a", "CREATE b")), dialect)

    assert session.said[-2:] == ["CREATE a", "CREATE b"]
    assert dialect.TRY_LOCK in session.said[:-2]


def test_deleting_it_is_answered_without_a_database():
    made = physical_id.of_tables("MYSQL")
    event = {"RequestType": "Delete", "PhysicalResourceId": made}

    assert answer._outcome(event, SimpleNamespace(), 0) == answer.Outcome(made)
