"""Tables of the library's own functions and of transactions' keys, created once by the master.

The engines' statements name their schema, so that no object planted by a user is found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import users
from declaration import Invalid, resource_id_problems
from dialect import Dialect
from rdsproxy_client.engine import Engine
from rdsproxy_demo import Statements
from session import Session

RESOURCE_TYPE = "Custom::DatabaseTables"
PROPERTIES = frozenset({"ServiceToken", "ServiceTimeout", "Tables", "DatabaseResourceId"})
FUNCTIONS, KEYS = "functions", "transaction_keys"
"""Values of ``Tables``: those of the library's functions, by default, and of the client's keys."""


def check(properties: Mapping[str, Any]) -> None:
    """Raise :class:`Invalid` if *properties* are not those of this resource type."""
    if unknown := sorted(properties.keys() - PROPERTIES):
        known = "known properties are Tables and DatabaseResourceId"
        raise Invalid(f"[{unknown[0]}] is an unknown property; {known}.")
    given = properties.get("Tables", [FUNCTIONS])
    if (
        not isinstance(given, list)
        or not given
        or any(one not in (FUNCTIONS, KEYS) for one in given)
    ):
        raise Invalid(f'[Tables] must be a list of "{FUNCTIONS}" and "{KEYS}".')
    for problem in resource_id_problems(properties):
        raise Invalid(problem)


def wanted(properties: Mapping[str, Any], statements: Statements, engine: Engine) -> Sequence[str]:
    """Return the statements that create the tables that *properties* name."""
    given = properties.get("Tables", [FUNCTIONS])
    return [
        *(statements.CREATE if FUNCTIONS in given else ()),
        *([engine.KEY_TABLE] if KEYS in given else ()),
    ]


def make(session: Session, statements: Sequence[str], dialect: Dialect) -> None:
    """Create the missing tables; existing ones stay as they are."""
    users.begin(session, dialect)
    for statement in statements:
        session.run("create the tables", statement)
