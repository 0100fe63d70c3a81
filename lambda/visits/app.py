"""Inserts the time that it is and answers with all rows, however it logs in."""

from __future__ import annotations

from typing import Any

from database import Database, Refused
from engine import Fault, engine
from request import GREATEST, Request
from web import EVERY_PATH, Routes, Written, answer

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
        rows = database.read(sql.LIST_VISITS, GREATEST, NEWEST, until=request.until)
        return {"visits": [{"id": number, "at": f"{at.isoformat()}Z"} for number, at in rows]}
    except Exception as error:
        # The row is there, and to say "unavailable" would deny it.
        raise Written from error


ROUTES: Routes = {EVERY_PATH: {"ANY": visit}}


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer an event: every path of this function is the same."""
    return answer(ROUTES, event, context)
