"""The tables of the library's own functions, made once as the master.

The engine's statements name their schema: nothing is looked up where a user could have put it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import users
from declaration import Invalid, resource_id_problems
from dialect import Dialect
from engine import Engine
from session import Session

RESOURCE_TYPE = "Custom::DatabaseTables"
PROPERTIES = frozenset({"ServiceToken", "ServiceTimeout", "DatabaseResourceId"})


def check(properties: Mapping[str, Any]) -> None:
    """Raise :class:`Invalid` where *properties* are not those of this type."""
    if unknown := sorted(properties.keys() - PROPERTIES):
        raise Invalid(f"[{unknown[0]}] is no property; there is DatabaseResourceId.")
    for problem in resource_id_problems(properties):
        raise Invalid(problem)


def make(session: Session, engine: Engine, dialect: Dialect) -> None:
    """Make the tables that are not there yet; those that are stay as they are."""
    users.begin(session, dialect)
    for statement in engine.CREATE:
        session.run("create the tables", statement)
