"""The function's answers: a status, JSON, and never a word that must not be said."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from types import SimpleNamespace

import pytest

import app
from database import OutcomeUnknown, Refused, Unavailable
from engine import Fault

NOON = datetime(2026, 11, 22, 12, 0, 5, 123456)  # noqa: DTZ001 - as a driver gives it
CONTEXT = SimpleNamespace(aws_request_id="request-1", get_remaining_time_in_millis=lambda: 29_000)


class Database:
    """Stands for the connection: remembers statements, answers with rows or a failure."""

    def __init__(self, rows=(), read=None, write=None):
        self.rows, self.failures, self.written = rows, {"read": read, "write": write}, []

    def read(self, statement, *values, until):
        if self.failures["read"]:
            raise self.failures["read"]
        return list(self.rows)

    def write(self, statement, *values, until):
        self.written.append((statement, values))
        if self.failures["write"]:
            raise self.failures["write"]


@pytest.fixture
def call(monkeypatch):
    def call(method, path, database, **headers):
        monkeypatch.setattr(app, "database", database)
        event = {
            "rawPath": path,
            "headers": headers,
            "requestContext": {"http": {"method": method}, "requestId": "api-1"},
        }
        answer = app.handler(event, CONTEXT)
        return answer["statusCode"], json.loads(answer["body"]), answer["headers"]

    return call


class TestRoutes:
    def test_load_answers_with_the_items(self, call):
        status, body, headers = call("GET", "/load", Database(rows=[(1, "one")]))

        assert (status, body) == (200, {"items": [{"id": 1, "name": "one"}]})
        assert headers == {"content-type": "application/json", "cache-control": "no-store"}

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_initialize_creates_and_seeds_with_bound_values(self, call, method):
        database = Database()

        assert call(method, "/initialize", database)[:2] == (200, {"initialized": True})
        assert [values for _, values in database.written[-3:]] == [
            (1, "one"),
            (2, "two"),
            (3, "three"),
        ]

    def test_initialize_creates_no_table_where_all_are_there(self, call):
        database = Database(rows=[("items",), ("visits",)])

        assert call("POST", "/initialize", database)[0] == 200
        assert {statement for statement, _ in database.written} == {app.sql.SEED}

    def test_visits_are_listed(self, call):
        _, body, _ = call("GET", "/visits", Database(rows=[(7, NOON)]))

        assert body == {"visits": [{"id": 7, "at": "2026-11-22T12:00:05.123456Z"}]}

    def test_a_visit_is_inserted_under_the_clients_key(self, call):
        database = Database(rows=[(7, NOON)])
        headers = {"idempotency-key": "my-key"}
        status, body, _ = call("POST", "/visits", database, **headers)

        assert status == 200
        assert database.written[0][1] == ("my-key",)
        assert body["visits"][0]["id"] == 7

    def test_a_visit_without_a_key_is_inserted_under_the_requests_id(self, call):
        database = Database()
        call("POST", "/visits", database)

        assert database.written[0][1] == ("api-1",)


class TestErrors:
    def test_another_path_is_not_found(self, call):
        status, body, _ = call("GET", "/other", Database())

        assert status == 404
        assert body["error"] == {
            "code": "not_found",
            "message": "There is no /other; there are /initialize, /load, /visits.",
            "requestId": "request-1",
        }

    def test_another_method_is_not_allowed(self, call):
        status, body, headers = call("DELETE", "/visits", Database())

        assert (status, headers["allow"]) == (405, "GET, POST")
        assert body["error"]["message"] == "/visits takes GET, POST, not DELETE."

    def test_a_key_that_is_too_long_is_refused(self, call):
        headers = {"idempotency-key": "k" * 65}
        status, body, _ = call("POST", "/visits", Database(), **headers)

        assert (status, body["error"]["code"]) == (400, "invalid_idempotency_key")

    @pytest.mark.parametrize(
        ("failure", "status", "code"),
        [
            (Unavailable(), 503, "database_unavailable"),
            (Refused(Fault.NO_TABLE, "1146"), 409, "not_initialized"),
            (Refused(Fault.OTHER, "1064"), 500, "database_error"),
            (Refused(Fault.DENIED, "1142"), 500, "database_error"),
            (ZeroDivisionError("a secret"), 500, "internal_error"),
        ],
    )
    def test_a_failure_has_a_status_and_a_code(self, call, failure, status, code):
        answered, body, headers = call("GET", "/load", Database(read=failure))

        assert (answered, body["error"]["code"]) == (status, code)
        assert ("retry-after" in headers) is (status == 503)

    def test_an_unknown_outcome_names_the_key_to_repeat_with(self, call):
        status, body, headers = call("POST", "/visits", Database(write=OutcomeUnknown()))

        assert (status, body["error"]["code"]) == (503, "outcome_unknown")
        assert (headers["retry-after"], headers["idempotency-key"]) == ("1", "api-1")

    def test_a_write_is_not_denied_because_the_list_fails(self, call):
        _, body, _ = call("POST", "/visits", Database(read=Unavailable()))

        assert body["error"]["code"] == "outcome_unknown"


class TestLogs:
    def test_a_request_is_one_line_of_facts(self, call, caplog):
        with caplog.at_level(logging.INFO):
            call("GET", "/load", Database())

        (record,) = caplog.records
        assert (record.route, record.method, record.status) == ("/load", "GET", 200)
        assert record.duration_ms >= 0

    def test_no_text_of_an_error_is_logged(self, call, caplog):
        with caplog.at_level(logging.DEBUG):
            call("GET", "/load", Database(read=ValueError("X-Amz-Signature=abc")))

        said = " ".join(str(vars(record)) for record in caplog.records)
        assert "ValueError" in said
        assert "Signature" not in said
