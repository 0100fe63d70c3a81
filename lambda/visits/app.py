"""Function that records the current time and lists the newest visits, whatever its login."""

from __future__ import annotations

from typing import Any

from rdsproxy_client import Database, Fault, Refused
from rdsproxy_client.request import GREATEST, Request
from rdsproxy_client.web import EVERY_PATH, Routes, Written, answer
from rdsproxy_demo import chosen_statements

NEWEST = 1000
"""Most rows in one answer; a response from Lambda is limited to 6 MB."""

sql = chosen_statements()
database = Database.from_environment()


def visit(request: Request) -> dict[str, Any]:
    """Record a visit and list the newest ones."""
    try:
        database.write(sql.INSERT_VISIT, (request.key,), idempotent=True, until=request.until)
    except Refused as refused:
        if refused.fault is not Fault.NO_TABLE:
            raise
        for statement in sql.CREATE:
            database.write(statement, idempotent=True, until=request.until)
        database.write(sql.INSERT_VISIT, (request.key,), idempotent=True, until=request.until)
    try:
        rows = database.read(sql.LIST_VISITS, (GREATEST, NEWEST), until=request.until)
        return {"visits": [{"id": number, "at": f"{at.isoformat()}Z"} for number, at in rows]}
    except Exception as error:
        # The row is written; "unavailable" would say otherwise.
        raise Written from error


ROUTES: Routes = {EVERY_PATH: {"ANY": visit}}


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer an event; every path does the same."""
    return answer(ROUTES, event, context)
