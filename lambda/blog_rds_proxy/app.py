"""The function behind the HTTP API: tables, their seed, and visits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from database import Database, OutcomeUnknown, Unavailable
from engine import engine
from web import Request, answer

SEEDS = ((1, "one"), (2, "two"), (3, "three"))
NEWEST = 1000
"""Visits in an answer, at most; Lambda's answers end at 6 MB."""

sql = engine()
database = Database(sql)


def initialize(request: Request) -> dict[str, Any]:
    """Create the tables that are not there and seed one; the second time it changes nothing.

    Where they were made at deployment, the function's user needs no right to create any.
    """
    if len(database.read(sql.TABLES, until=request.until)) < len(sql.CREATE):
        for statement in sql.CREATE:
            database.write(statement, until=request.until)
    for row in SEEDS:
        database.write(sql.SEED, *row, until=request.until)
    return {"initialized": True}


def load(request: Request) -> dict[str, Any]:
    """Every item."""
    rows = database.read(sql.LOAD, until=request.until)
    return {"items": [{"id": number, "name": name} for number, name in rows]}


def list_visits(request: Request) -> dict[str, Any]:
    """The visits, newest first."""
    rows = database.read(sql.LIST_VISITS, NEWEST, until=request.until)
    return {"visits": [{"id": number, "at": f"{at.isoformat()}Z"} for number, at in rows]}


def visit(request: Request) -> dict[str, Any]:
    """Insert the time that it is, once for each key, and list."""
    database.write(sql.INSERT_VISIT, request.key, until=request.until)
    try:
        return list_visits(request)
    except Unavailable:
        # The row is there, and to say "unavailable" would deny it.
        raise OutcomeUnknown from None


ROUTES = {
    "/initialize": {"GET": initialize, "POST": initialize},
    "/load": {"GET": load},
    "/visits": {"GET": list_visits, "POST": visit},
}


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Answer an event of the HTTP API."""
    return answer(ROUTES, event, context)
