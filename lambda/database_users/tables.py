"""Tables of the library's own functions, created once by the master.

The engine's statements name their schema, so that no object planted by a user is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import users
from declaration import Invalid, resource_id_problems
from dialect import Dialect
from rdsproxy_demo import Statements
from session import Session

RESOURCE_TYPE = "Custom::DatabaseTables"
PROPERTIES = frozenset({"ServiceToken", "ServiceTimeout", "DatabaseResourceId"})


def check(properties: Mapping[str, Any]) -> None:
    """Raise :class:`Invalid` if *properties* are not those of this resource type."""
    if unknown := sorted(properties.keys() - PROPERTIES):
        raise Invalid(f"[{unknown[0]}] is an unknown property; the only one is DatabaseResourceId.")
    for problem in resource_id_problems(properties):
        raise Invalid(problem)


def make(session: Session, statements: Statements, dialect: Dialect) -> None:
    """Create the missing tables; existing ones stay as they are."""
    users.begin(session, dialect)
    for statement in statements.CREATE:
        session.run("create the tables", statement)
