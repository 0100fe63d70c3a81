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


def test_it_takes_the_id_of_a_database_and_the_names_of_tables():
    tables.check({"ServiceToken": "arn", "ServiceTimeout": "240", "DatabaseResourceId": "db-1"})
    tables.check({"ServiceToken": "arn"})
    tables.check({"ServiceToken": "arn", "Tables": ["functions", "transaction_keys"]})


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        (
            {"UserName": "app"},
            "[UserName] is an unknown property; known properties are Tables and "
            "DatabaseResourceId.",
        ),
        *(
            ({"Tables": wrong}, '[Tables] must be a list of "functions" and "transaction_keys".')
            for wrong in ([], "functions", ["visits"], [["functions"]])
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
    tables.make(session, ("CREATE a", "CREATE b"), dialect)

    assert session.said[-2:] == ["CREATE a", "CREATE b"]
    assert dialect.TRY_LOCK in session.said[:-2]


@pytest.mark.parametrize(
    ("named", "statements"),
    [
        ({}, ["CREATE visits"]),
        ({"Tables": ["transaction_keys"]}, ["CREATE keys"]),
        ({"Tables": ["transaction_keys", "functions"]}, ["CREATE visits", "CREATE keys"]),
    ],
)
def test_the_named_tables_are_made_and_without_names_those_of_the_functions(named, statements):
    demo = SimpleNamespace(CREATE=("CREATE visits",))
    engine = SimpleNamespace(KEY_TABLE="CREATE keys")

    assert tables.wanted(named, demo, engine) == statements


def test_deleting_it_is_answered_without_a_database():
    made = physical_id.of_tables("MYSQL")
    event = {"RequestType": "Delete", "PhysicalResourceId": made}

    assert answer._outcome(event, SimpleNamespace(), 0) == answer.Outcome(made)
