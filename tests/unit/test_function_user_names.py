"""Function behind a REST API: it lists the names of the database's users, nothing else."""

from __future__ import annotations

import importlib.util
import json
from types import SimpleNamespace

import pytest

from rdsproxy_client.errors import Unavailable

CONTEXT = SimpleNamespace(aws_request_id="request-1", get_remaining_time_in_millis=lambda: 29_000)


@pytest.fixture
def app(repository):
    """Load the module by its path: another function's module has the same name."""
    path = repository / "lambda" / "user_names" / "app.py"
    spec = importlib.util.spec_from_file_location("user_names_app", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Database:
    """Database that answers with names, or fails."""

    def __init__(self, *names, failure=None):
        self.names, self.failure = names, failure

    def read(self, statement, values=(), *, until):
        assert "user" in statement
        if self.failure:
            raise self.failure
        return [(name,) for name in self.names]


def called(app, monkeypatch, database, path="/users", method="GET", **headers):
    """Call the function as a REST API does, in payload format 1.0; return its response."""
    monkeypatch.setattr(app, "database", database)
    event = {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": headers or None,
        "requestContext": {"requestId": "api-1", "stage": "v1", "path": f"/v1{path}"},
    }
    answer = app.handler(event, CONTEXT)
    return answer["statusCode"], json.loads(answer["body"]), answer["headers"]


@pytest.mark.parametrize("path", ["/", "/users"])
def test_it_answers_with_names(app, monkeypatch, path):
    status, body, headers = called(app, monkeypatch, Database("admin", "app"), path)

    assert (status, body) == (200, {"users": ["admin", "app"]})
    assert headers["cache-control"] == "no-store"


def test_another_path_is_not_found_and_not_forbidden(app, monkeypatch):
    status, body, _ = called(app, monkeypatch, Database(), "/v1/users")

    assert (status, body["error"]["message"]) == (
        404,
        "Unknown path /v1/users; known paths are /, /users.",
    )


def test_another_method_is_not_allowed(app, monkeypatch):
    status, _, headers = called(app, monkeypatch, Database(), method="DELETE")

    assert (status, headers["allow"]) == (405, "GET, HEAD")


def test_a_database_that_keeps_it_out_is_unavailable(app, monkeypatch):
    status, body, _ = called(app, monkeypatch, Database(failure=Unavailable()))

    assert (status, body["error"]["code"]) == (503, "database_unavailable")


@pytest.mark.parametrize("name", ["idempotency-key", "Idempotency-Key"])
def test_headers_have_one_name_however_a_client_spells_it(name):
    from rdsproxy_client.request import Request

    event = {
        "path": "/",
        "httpMethod": "POST",
        "headers": {name: "mine"},
        "requestContext": {"requestId": "api-1"},
    }
    assert Request(event, CONTEXT).key == "mine"
