"""Data about engines that the library carries: words and parameters of each."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

OF_RDS: Final = ("apg_", "aurora_", "babelfishpg_", "rds.", "rds_", "server_audit_")
OF_EXTENSION: Final = re.compile(r"[a-z_]+\.[a-z0-9_.]+")


def reserved_words(engine: str) -> frozenset[str]:
    """The words, in lower case, that name no database of *engine*; none for unknown engines."""
    engines = _read("engines.json")["engines"]
    return frozenset(engines[engine]["reserved_words"]) if engine in engines else frozenset()


def has_parameter(engine: str, name: str) -> bool:
    """True if *engine* has a parameter of that name, as far as its servers and RDS's are known."""
    if name.startswith(OF_RDS):
        return True
    if "postgres" in engine:
        return name in _parameters("POSTGRESQL") or OF_EXTENSION.fullmatch(name) is not None
    return name in _parameters("MYSQL")


@cache
def _parameters(family: str) -> frozenset[str]:
    names = frozenset(_read("parameters.json")[family])
    if family != "MYSQL":
        return names
    more = Path(__file__).with_name("mysql_parameters.json").read_text("utf-8")
    return names | frozenset(json.loads(more)["names"])


@cache
def _read(name: str) -> Any:
    place = files("rdsproxy_templates") / "aws" / name
    return json.loads(place.read_text("utf-8"))
