"""The function behind the HTTP API: a route a path, JSON in every answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import pymysql
from pymysql.constants import ER

from database import Connection

log = logging.getLogger(__name__)
log.setLevel(logging.INFO)

connection = Connection()

Answer = tuple[int, dict[str, Any]]


def initialize() -> Answer:
    """Create the table and seed it; the second time it changes nothing."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS items (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL)"
    )
    for number, name in enumerate(("one", "two", "three"), start=1):
        connection.execute(
            "INSERT INTO items (id, name) VALUES (%s, %s) ON DUPLICATE KEY UPDATE name = name",
            number,
            name,
        )
    return 200, {"initialized": True}


def load() -> Answer:
    """Every row of the table."""
    rows = connection.execute("SELECT id, name FROM items ORDER BY id")
    return 200, {"items": [{"id": number, "name": name} for number, name in rows]}


ROUTES: dict[str, Callable[[], Answer]] = {"/initialize": initialize, "/load": load}


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Answer an event of an HTTP API, payload format 2.0."""
    path = event.get("rawPath", "")
    status, body = _answer(path)
    if "error" in body:
        body["error"]["requestId"] = context.aws_request_id
    log.info("answered %s", path, extra={"path": path, "status": status})
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "body": json.dumps(body),
    }


def _answer(path: str) -> Answer:
    route = ROUTES.get(path)
    if route is None:
        return _error(404, "not_found", f"There is no {path}; there are {', '.join(ROUTES)}.")
    try:
        return route()
    except pymysql.err.ProgrammingError as error:
        if error.args and error.args[0] == ER.NO_SUCH_TABLE:
            return _error(409, "not_initialized", "Call /initialize first.")
        return _failed(error)
    except pymysql.err.OperationalError as error:
        _failed(error)
        return _error(503, "database_unavailable", "The database does not answer; try again.")
    except pymysql.err.MySQLError as error:
        return _failed(error)


def _failed(error: pymysql.err.MySQLError) -> Answer:
    """Logged by number: a message of the driver may quote what must not be in a log."""
    number = error.args[0] if error.args else None
    log.error("database error %s", number, extra={"error": type(error).__name__})
    return _error(500, "database_error", "The database refused the statement.")


def _error(status: int, code: str, message: str) -> Answer:
    return status, {"error": {"code": code, "message": message}}
