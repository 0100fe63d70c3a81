"""The function behind the HTTP API: tables, their seed, and visits."""

from __future__ import annotations

from typing import Any

from database import Database
from engine import engine
from request import GREATEST, Request
from web import Routes, Written, answer

SEEDS = ((1, "one"), (2, "two"), (3, "three"))
PAGE = 1000
"""Rows in an answer, at most."""

sql = engine()
database = Database(sql)


def initialize(request: Request) -> dict[str, Any]:
    """Create the tables that are not there and seed one; the second time it changes nothing.

    Where they were made at deployment, the function's user needs no right to create any.
    """
    ((ready,),) = database.read(sql.READY, until=request.until)
    if not ready:
        for statement in sql.CREATE:
            database.write(statement, until=request.until)
    for row in SEEDS:
        database.write(sql.SEED, *row, until=request.until)
    return {"initialized": True}


def load(request: Request) -> dict[str, Any]:
    """The items after one of them, by default the first ones; ``next`` is where more begin."""
    rows = database.read(sql.LOAD, request.whole("after", 0), PAGE, until=request.until)
    items = [{"id": number, "name": name} for number, name in rows]
    more = {"next": f"{request.path}?after={rows[-1][0]}"} if len(rows) == PAGE else {}
    return {"items": items} | more


def list_visits(request: Request) -> dict[str, Any]:
    """The visits before one of them, by default all, newest first; ``next`` is as above."""
    return _visits(request, request.whole("before", GREATEST))


def visit(request: Request) -> dict[str, Any]:
    """Insert the time that it is, once for each key, and list."""
    database.write(sql.INSERT_VISIT, request.key, until=request.until)
    try:
        return _visits(request, GREATEST)
    except Exception as error:
        # The row is there, and to say "unavailable" would deny it.
        raise Written from error


def _visits(request: Request, before: int) -> dict[str, Any]:
    rows = database.read(sql.LIST_VISITS, before, PAGE, until=request.until)
    visits = [{"id": number, "at": f"{at.isoformat()}Z"} for number, at in rows]
    more = {"next": f"{request.path}?before={rows[-1][0]}"} if len(rows) == PAGE else {}
    return {"visits": visits} | more


ROUTES: Routes = {
    "/initialize": {"POST": initialize},
    "/load": {"GET": load},
    "/visits": {"GET": list_visits, "POST": visit},
}


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer an event of the HTTP API."""
    return answer(ROUTES, event, context)
