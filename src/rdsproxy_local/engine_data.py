"""Data about engines that the library carries: words and parameters of each."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from .values import numbers_of

OF_RDS: Final = ("apg_", "aurora_", "babelfishpg_", "rds.", "rds_", "server_audit_")
OF_EXTENSION: Final = re.compile(r"[a-z_]+\.[a-z0-9_.]+")


def reserved_words(engine: str) -> frozenset[str]:
    """The words of *engine*'s SQL, in lower case, that name nothing; none for unknown engines."""
    data = _read("engines.json")
    known = data["engines"].get(engine, {}).get("reserved_words")
    return frozenset(known or data["other_reserved_words"].get(engine, ()))


def database_words(engine: str) -> frozenset[str]:
    """The words, in lower case, that name no database of *engine*."""
    known = _read("engines.json")["engines"].get(engine, {})
    return reserved_words(engine) | frozenset(known.get("refused_databases", ()))


def has_parameter(engine: str, name: str) -> bool:
    """True if *engine* has a parameter of that name, as far as its servers and RDS's are known."""
    if name.startswith(OF_RDS):
        return True
    if "postgres" in engine:
        return name in _parameters("POSTGRESQL") or OF_EXTENSION.fullmatch(name) is not None
    return name in _parameters("MYSQL")


def has_feature(feature: str, engine: str, version: str) -> bool:
    """True if *version* has "auto_pause", "data_api" or "local_write_forwarding", or may have it.

    A version that names no minor one may be any, and one of a newer major version has it all.
    """
    since = _read("support.json")[feature]["since"].get(engine, {})
    numbers = [numbers_of(first) for first in since.values()]
    if not version or not numbers or numbers_of(version)[:1] > max(numbers)[:1]:
        return True
    own = numbers_of(version)
    first = next((one for one in numbers if one[:1] == own[:1]), None)
    return first is not None and own[: len(first)] >= first[: len(own)]


def is_proxied(engine: str, version: str) -> bool:
    """True if RDS Proxy connects to *version* of *engine*, or to any for engines not known."""
    starts = _read("support.json")["rds_proxy"]["versions"].get(engine)
    return starts is None or not version or f"{version}.".startswith(tuple(starts))


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
