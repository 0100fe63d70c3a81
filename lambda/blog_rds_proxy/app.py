"""Function behind the HTTP API: creates and seeds tables, lists items, records visits."""

from __future__ import annotations

from typing import Any

from rdsproxy_client import Database, Fault
from rdsproxy_client.request import GREATEST, Failed, Request
from rdsproxy_client.web import Routes, Written, answer
from rdsproxy_demo import chosen_statements

SEEDS = ((1, "one"), (2, "two"), (3, "three"))
PAGE = 1000
"""Most rows in one answer."""

sql = chosen_statements()
database = Database.from_environment()


def initialize(request: Request) -> dict[str, Any]:
    """Create the missing tables and seed one; a second call changes nothing.

    If the deployment created the tables, the function's user needs no privilege to create any.
    """
    ((ready,),) = database.read(sql.READY, until=request.until)
    if not ready:
        for statement in sql.CREATE:
            database.write(statement, idempotent=True, until=request.until)
    for row in SEEDS:
        database.write(sql.SEED, row, idempotent=True, until=request.until)
    return {"initialized": True}


def load(request: Request) -> dict[str, Any]:
    """List the items after a given one, by default from the first; ``next`` leads to more."""
    rows = database.read(sql.LOAD, (request.whole("after", 0), PAGE), until=request.until)
    items = [{"id": number, "name": name} for number, name in rows]
    more = {"next": f"{request.path}?after={rows[-1][0]}"} if len(rows) == PAGE else {}
    return {"items": items} | more


def list_visits(request: Request) -> dict[str, Any]:
    """List the visits before a given one, newest first; ``next`` leads to older ones."""
    return _visits(request, request.whole("before", GREATEST))


def visit(request: Request) -> dict[str, Any]:
    """Record the current time, once for each key, and list the newest visits."""
    database.write(sql.INSERT_VISIT, (request.key,), idempotent=True, until=request.until)
    try:
        return _visits(request, GREATEST)
    except Exception as error:
        # The row is written; "unavailable" would say otherwise.
        raise Written from error


def _visits(request: Request, before: int) -> dict[str, Any]:
    rows = database.read(sql.LIST_VISITS, (before, PAGE), until=request.until)
    visits = [{"id": number, "at": f"{at.isoformat()}Z"} for number, at in rows]
    more = {"next": f"{request.path}?before={rows[-1][0]}"} if len(rows) == PAGE else {}
    return {"visits": visits} | more


REFUSALS = {Fault.NO_TABLE: Failed(409, "not_initialized", "Call /initialize first.")}
ROUTES: Routes = {
    "/initialize": {"POST": initialize},
    "/load": {"GET": load},
    "/visits": {"GET": list_visits, "POST": visit},
}


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer an event of the HTTP API."""
    return answer(ROUTES, event, context, REFUSALS)
