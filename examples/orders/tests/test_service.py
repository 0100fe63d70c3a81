"""The handler by itself, on a database that only records: no server, no AWS account."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rdsproxy_client import Result
from rdsproxy_client.testing import FakeDatabase, Reply

CONTEXT = SimpleNamespace(aws_request_id="r", get_remaining_time_in_millis=lambda: 29_000)
PEN = {"id": 7, "item": "pen", "amount": 2}


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The handler's module, with a database in which there are enough pens."""
    file = Path(__file__).parents[1] / "service" / "app.py"
    spec = importlib.util.spec_from_file_location("orders_service", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    replies: dict[str, Reply] = {
        "UPDATE stock": Result(count=1),
        "INSERT INTO orders": Result(count=1, last_id=7),
        "SELECT id, item, amount": lambda values: [PEN] if values == (7,) else [],
    }
    monkeypatch.setattr(module, "database", FakeDatabase(replies))
    return module


def call(app: Any, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    event = {
        "rawPath": path,
        "headers": {"idempotency-key": "k-1"},
        "body": None if body is None else json.dumps(body),
        "requestContext": {"http": {"method": method}, "requestId": "r"},
    }
    answer = app.handler(event, CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


def test_an_order_takes_from_the_stock_and_is_placed_together(app: Any) -> None:
    assert call(app, "POST", "/orders", {"item": "pen", "amount": 2}) == (201, PEN)
    assert [one.values for one in app.database.committed] == [(2, "pen", 2), ("pen", 2, "k-1")]


@pytest.mark.parametrize("executed", [True, False])
def test_a_lost_commit_is_found_out(app: Any, *, executed: bool) -> None:
    app.database.cut("COMMIT", executed=executed)

    assert call(app, "POST", "/orders", {"item": "pen", "amount": 2}) == (201, PEN)
    assert len(app.database.committed) == 2


def test_a_repetition_with_the_key_gets_the_same_order(app: Any) -> None:
    for _ in range(2):
        assert call(app, "POST", "/orders", {"item": "pen", "amount": 2}) == (201, PEN)
    assert len(app.database.committed) == 2


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"item": "pen"},
        {"item": 1, "amount": 1},
        {"item": "\ud800", "amount": 1},
        {"item": "pen", "amount": True},
        {"item": "pen", "amount": 0},
        {"item": "pen", "amount": 1001},
    ],
)
def test_an_order_that_is_none_is_refused(app: Any, body: Any) -> None:
    assert call(app, "POST", "/orders", body)[0] == 400
    assert app.database.statements == []


@pytest.mark.parametrize(
    ("number", "status"), [("7", 200), ("8", 404), ("x", 404), ("9" * 40, 404), ("%00", 404)]
)
def test_an_order_is_shown_by_its_number(app: Any, number: str, status: int) -> None:
    assert call(app, "GET", f"/orders/{number}")[0] == status
