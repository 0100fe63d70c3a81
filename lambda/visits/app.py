"""Inserts the time that it is and answers with all rows, however it logs in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from database import Database, OutcomeUnknown, Refused, Unavailable
from engine import Fault, engine
from web import Request, answer

NEWEST = 1000
"""Rows in an answer, at most; Lambda's answers end at 6 MB."""

sql = engine()
database = Database(sql)


def visit(request: Request) -> dict[str, Any]:
    """One more row, and the newest of them all."""
    try:
        database.write(sql.INSERT_VISIT, request.key, until=request.until)
    except Refused as refused:
        if refused.fault is not Fault.NO_TABLE:
            raise
        for statement in sql.CREATE:
            database.write(statement, until=request.until)
        database.write(sql.INSERT_VISIT, request.key, until=request.until)
    try:
        rows = database.read(sql.LIST_VISITS, NEWEST, until=request.until)
    except Unavailable:
        # The row is there, and to say "unavailable" would deny it.
        raise OutcomeUnknown from None
    return {"visits": [{"id": number, "at": f"{at.isoformat()}Z"} for number, at in rows]}


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Answer an event: every path of this function is the same."""
    return answer({event.get("rawPath", ""): {"ANY": visit}}, event, context)
