"""The function's answers: a status, JSON, and never a word that must not be said."""

from __future__ import annotations

import json
import logging
from types import SimpleNamespace

import pymysql
import pytest
from pymysql.constants import ER

import app

CONTEXT = SimpleNamespace(aws_request_id="request-1")


class Database:
    """Stands for the connection: remembers statements, answers with rows or a failure."""

    def __init__(self, rows=(), failure=None):
        self.rows, self.failure, self.statements = rows, failure, []

    def execute(self, statement, *values):
        self.statements.append((statement, values))
        if self.failure:
            raise self.failure
        return list(self.rows)


@pytest.fixture
def call(monkeypatch):
    def call(path, database):
        monkeypatch.setattr(app, "connection", database)
        answer = app.handler({"rawPath": path}, CONTEXT)
        assert answer["headers"]["content-type"] == "application/json"
        return answer["statusCode"], json.loads(answer["body"])

    return call


def test_load_answers_with_the_rows(call):
    assert call("/load", Database(rows=[(1, "one")])) == (
        200,
        {"items": [{"id": 1, "name": "one"}]},
    )


def test_initialize_creates_and_seeds_with_bound_values(call):
    database = Database()

    assert call("/initialize", database) == (200, {"initialized": True})
    create, *inserts = database.statements
    assert create[0].startswith("CREATE TABLE IF NOT EXISTS")
    assert [values for _, values in inserts] == [(1, "one"), (2, "two"), (3, "three")]


def test_another_path_is_not_found(call):
    status, body = call("/other", Database())

    assert status == 404
    assert body["error"] == {
        "code": "not_found",
        "message": "There is no /other; there are /initialize, /load.",
        "requestId": "request-1",
    }


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (pymysql.err.ProgrammingError(ER.NO_SUCH_TABLE, "no table"), 409, "not_initialized"),
        (pymysql.err.ProgrammingError(ER.PARSE_ERROR, "syntax"), 500, "database_error"),
        (pymysql.err.OperationalError(2013, "lost connection"), 503, "database_unavailable"),
        (pymysql.err.InternalError(1, "odd"), 500, "database_error"),
    ],
)
def test_a_failure_has_a_status_and_a_code(call, failure, status, code):
    answered, body = call("/load", Database(failure=failure))

    assert (answered, body["error"]["code"]) == (status, code)


def test_no_log_quotes_the_driver(call, caplog):
    failure = pymysql.err.OperationalError(1045, "Access denied for 'root' using X-Amz-Signature=x")
    with caplog.at_level(logging.DEBUG):
        call("/load", Database(failure=failure))

    assert "1045" in caplog.text
    assert "Signature" not in caplog.text
