"""Names of server parameters, by which those of another engine family are known."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from ..model.wording import did_you_mean
from .engines import Engine

_OF_RDS: Final = ("apg_", "aurora_")
_NAME: Final = re.compile(r"[a-z][a-z0-9_.-]*")


def parameter_problem(name: str, engine: Engine) -> str | None:
    """Explain why *engine* has no parameter *name*; None if it may have it.

    RDS adds parameters to those of an engine, so an unknown one is no problem.
    """
    if not _NAME.fullmatch(name):
        return f"must be a parameter's name in lower case, got {name!r}"
    own, other = (_names()[family] for family in _families(engine))
    if engine.family == "MYSQL" and "." in name:
        return f"{name!r} is a parameter of PostgreSQL, and engine is {engine.name!r}"
    if name in other and name not in own:
        kind = "PostgreSQL" if engine.family == "MYSQL" else "MySQL"
        return (
            f"{name!r} is a parameter of {kind}, and engine is {engine.name!r}"
            f"{did_you_mean(name, sorted(own))}"
        )
    return None


def unknown_parameter(name: str, engine: Engine) -> str | None:
    """Doubt that *engine* has a parameter *name*; None for one that it or RDS is known to have."""
    known = _names()[engine.family]
    if name in known or "." in name or name.startswith(_OF_RDS):
        return None
    return (
        f"{name!r} is unknown to us{did_you_mean(name, sorted(known))}: RDS refuses a parameter "
        "that the group's family lacks"
    )


def _families(engine: Engine) -> tuple[str, str]:
    return ("MYSQL", "POSTGRESQL") if engine.family == "MYSQL" else ("POSTGRESQL", "MYSQL")


@cache
def _names() -> dict[str, frozenset[str]]:
    text = Path(__file__).with_name("parameters.json").read_text("utf-8")
    data: dict[str, Any] = json.loads(text)
    return {family: frozenset(data[family]) for family in ("MYSQL", "POSTGRESQL")}
