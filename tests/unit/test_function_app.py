"""Responses of the function: a status, JSON, and never a secret."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from types import SimpleNamespace

import pytest

import app
from rdsproxy_client.environment import Misconfigured
from rdsproxy_client.errors import Fault, NotUnderstood, OutcomeUnknown, Refused, Unavailable
from rdsproxy_client.request import GREATEST

NOON = datetime(2026, 11, 22, 12, 0, 5, 123456)  # noqa: DTZ001 - as a driver gives it
CONTEXT = SimpleNamespace(aws_request_id="request-1", get_remaining_time_in_millis=lambda: 29_000)


def event(method, path):
    around = {"http": {"method": method}, "requestId": "api-1"}
    return {"rawPath": path, "requestContext": around}


class Database:
    """Database that records statements, and answers with rows or a failure."""

    def __init__(self, rows=(), read=None, write=None, ready=0):
        self.rows, self.failures, self.written = rows, {"read": read, "write": write}, []
        self.ready, self.asked = ready, []

    def read(self, statement, values=(), *, until):
        if self.failures["read"]:
            raise self.failures["read"]
        self.asked.append(values)
        return [(self.ready,)] if statement == app.sql.READY else list(self.rows)

    def write(self, statement, values=(), *, idempotent, until):
        self.written.append((statement, values))
        if self.failures["write"]:
            raise self.failures["write"]


@pytest.fixture
def call(monkeypatch):
    def call(method, path, database, **headers):
        monkeypatch.setattr(app, "database", database)
        answer = app.handler(event(method, path) | {"headers": headers}, CONTEXT)
        return answer["statusCode"], json.loads(answer["body"]), answer["headers"]

    return call


class TestRoutes:
    def test_load_answers_with_the_items(self, call):
        status, body, headers = call("GET", "/load", Database(rows=[(1, "one")]))

        assert (status, body) == (200, {"items": [{"id": 1, "name": "one"}]})
        assert headers == {"content-type": "application/json", "cache-control": "no-store"}

    def test_initialize_creates_and_seeds_with_bound_values(self, call):
        database = Database()

        assert call("POST", "/initialize", database)[:2] == (200, {"initialized": True})
        assert [values for _, values in database.written[-3:]] == [
            (1, "one"),
            (2, "two"),
            (3, "three"),
        ]

    def test_initialize_creates_no_table_where_all_are_there(self, call):
        database = Database(ready=1)

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


class TestPages:
    FULL = [(number, "name") for number in range(1, app.PAGE + 1)]

    def test_a_full_page_of_items_says_where_the_next_begins(self, call):
        _, body, _ = call("GET", "/load", Database(rows=self.FULL))

        assert body["next"] == f"/load?after={app.PAGE}"

    def test_a_full_page_of_visits_says_where_the_next_begins(self, call):
        rows = [(number, NOON) for number, _ in reversed(self.FULL)]
        _, body, _ = call("GET", "/visits", Database(rows=rows))

        assert body["next"] == "/visits?before=1"

    @pytest.mark.parametrize(
        ("path", "query", "asked"),
        [
            ("/load", {"after": "1000"}, (1000, app.PAGE)),
            ("/load", None, (0, app.PAGE)),
            ("/visits", {"before": "7"}, (7, app.PAGE)),
            ("/visits", {}, (GREATEST, app.PAGE)),
        ],
    )
    def test_a_page_is_asked_of_the_database(self, monkeypatch, path, query, asked):
        database = Database()
        monkeypatch.setattr(app, "database", database)

        app.handler(event("GET", path) | {"queryStringParameters": query}, CONTEXT)
        assert database.asked == [asked]

    @pytest.mark.parametrize("after", ["-1", "x", "", "1e3", "9" * 40, "٣", "1;"])
    def test_a_place_that_is_none_is_refused(self, monkeypatch, after):
        monkeypatch.setattr(app, "database", Database())
        asked = event("GET", "/load") | {"queryStringParameters": {"after": after}}
        answer = app.handler(asked, CONTEXT)

        assert answer["statusCode"] == 400
        assert json.loads(answer["body"])["error"]["code"] == "invalid_parameter"


class TestEvents:
    """Every kind of event gets the response that its sender accepts."""

    def called(self, monkeypatch, event):
        monkeypatch.setattr(app, "database", Database(rows=[(1, "one")]))
        return app.handler(event, CONTEXT)

    @pytest.mark.parametrize(
        "event",
        [
            {"version": "1.0", "path": "/load", "httpMethod": "GET", "requestContext": {}},
            {"resource": "/x", "path": "/load", "httpMethod": "GET", "requestContext": {}},
            {"rawPath": "/load", "requestContext": {"http": {"method": "GET"}}},
            {
                "rawPath": "/prod/load",
                "requestContext": {"http": {"method": "GET"}, "stage": "prod"},
            },
        ],
        ids=["HTTP API 1.0", "REST API", "function URL", "HTTP API with a stage"],
    )
    def test_of_an_api(self, monkeypatch, event):
        answer = self.called(monkeypatch, event)

        assert answer["statusCode"] == 200
        assert answer.keys() == {"statusCode", "headers", "body"}

    def test_of_a_load_balancer_gets_a_description(self, monkeypatch):
        event = {"path": "/none", "httpMethod": "GET", "requestContext": {"elb": {}}, "headers": {}}
        answer = self.called(monkeypatch, event)

        assert answer["statusDescription"] == "404 Not Found"
        assert answer["isBase64Encoded"] is False

    def test_of_a_load_balancer_with_lists_of_headers_gets_lists(self, monkeypatch):
        event = {
            "path": "/visits",
            "httpMethod": "POST",
            "requestContext": {"elb": {}},
            "multiValueHeaders": {"Idempotency-Key": ["mine"]},
        }
        monkeypatch.setattr(app, "database", Database(write=OutcomeUnknown()))
        answer = app.handler(event, CONTEXT)

        assert "headers" not in answer
        assert answer["multiValueHeaders"]["idempotency-key"] == ["mine"]

    def test_head_is_get_without_a_body(self, monkeypatch):
        answer = self.called(monkeypatch, event("HEAD", "/load"))

        assert (answer["statusCode"], answer["body"]) == (200, "")


class TestErrors:
    def test_another_path_is_not_found(self, call):
        status, body, _ = call("GET", "/other", Database())

        assert status == 404
        assert body["error"] == {
            "code": "not_found",
            "message": "Unknown path /other; known paths are /initialize, /load, /visits.",
            "requestId": "request-1",
        }

    def test_another_method_is_not_allowed(self, call):
        status, body, headers = call("DELETE", "/visits", Database())

        assert (status, headers["allow"]) == (405, "GET, HEAD, POST")
        assert body["error"]["message"] == "/visits accepts GET, HEAD, POST, not DELETE."

    @pytest.mark.parametrize("key", ["k" * 65, "", " ", "k ", " k", "a\nb", "\ud800", "ä", "k\0"])
    @pytest.mark.parametrize(
        ("method", "path"), [("POST", "/visits"), ("POST", "/initialize"), ("GET", "/load")]
    )
    def test_a_key_that_is_none_is_refused_before_anything_is_sent(self, call, method, path, key):
        database = Database(write=OutcomeUnknown())
        status, body, _ = call(method, path, database, **{"idempotency-key": key})

        assert (status, body["error"]["code"]) == (400, "invalid_idempotency_key")
        assert (database.written, database.asked) == ([], [])

    @pytest.mark.parametrize(
        "event",
        [{}, [], None, "text", {"key1": "value1"}, {"requestContext": {}}, {"httpMethod": "GET"}],
    )
    def test_what_is_no_request_is_answered_in_form(self, event):
        answer = app.handler(event, CONTEXT)

        assert answer["statusCode"] == 400
        assert json.loads(answer["body"])["error"]["code"] == "no_request"

    def test_initialize_writes_and_so_is_not_to_be_had_by_get(self, call):
        status, _, headers = call("GET", "/initialize", Database())

        assert (status, headers["allow"]) == (405, "POST")

    def test_an_answer_ends_below_what_a_function_may_give(self, call):
        long = [(number, "x" * 5000) for number in range(1000)]
        assert call("GET", "/load", Database(rows=long))[0] == 200

        status, body, _ = call("GET", "/load", Database(rows=[(1, "x" * 6_000_000)]))
        assert (status, body["error"]["code"]) == (500, "answer_too_long")

    @pytest.mark.parametrize(
        ("failure", "status", "code"),
        [
            (Unavailable(), 503, "database_unavailable"),
            (Refused(Fault.NO_TABLE, "1146"), 409, "not_initialized"),
            (Refused(Fault.OTHER, "1064"), 500, "database_error"),
            (Refused(Fault.FORBIDDEN, "1142"), 500, "not_granted"),
            (NotUnderstood("ValueError"), 500, "unreadable_value"),
            (Misconfigured("RDS_USER"), 500, "misconfigured"),
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
        """The reason does not matter: a lost connection, a missing grant, a bug."""
        for failure in (Unavailable(), Refused(Fault.FORBIDDEN, "1142"), ZeroDivisionError()):
            status, body, headers = call("POST", "/visits", Database(read=failure))

            assert (status, body["error"]["code"]) == (503, "written_without_list")
            assert headers["idempotency-key"] == "api-1"


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
