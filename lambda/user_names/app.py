"""Function that lists the names of the database's users."""

from __future__ import annotations

from typing import Any

from rdsproxy_client import Database
from rdsproxy_client.request import Request
from rdsproxy_client.web import Routes, answer
from rdsproxy_demo import chosen_statements

sql = chosen_statements()
database = Database.from_environment()


def users(request: Request) -> dict[str, Any]:
    """List the names of all users of the database."""
    rows = database.read(sql.LIST_USERS, until=request.until)
    return {"users": [name for (name,) in rows]}


ROUTES: Routes = {"/": {"GET": users}, "/users": {"GET": users}}


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer an event of the REST API."""
    return answer(ROUTES, event, context)
