"""Function that lists the names of the database's users."""

from __future__ import annotations

from typing import Any

from database import Database
from engine import chosen_engine
from request import Request
from web import Routes, answer

sql = chosen_engine()
database = Database(sql)


def users(request: Request) -> dict[str, Any]:
    """List the names of all users of the database."""
    rows = database.read(sql.LIST_USERS, until=request.until)
    return {"users": [name for (name,) in rows]}


ROUTES: Routes = {"/": {"GET": users}, "/users": {"GET": users}}


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer an event of the REST API."""
    return answer(ROUTES, event, context)
