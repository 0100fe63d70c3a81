"""Features of databases that not every engine version and instance class has.

``support.json`` has date and source of each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from . import support
from .engines import Engine

Feature = Literal["auto_pause", "data_api", "local_write_forwarding"]

ADVANCED_RETENTION: Final = 465
"""Fewest days with the Advanced mode of Database Insights."""


def version_problem(feature: Feature, engine: Engine, version: str) -> str | None:
    """Explain why *version* lacks *feature*; None where it has it, or may have it."""
    known = _since(feature, engine)
    if not known or _is_newer(version, known):
        return None
    since = known.get(engine.major(version))
    if since is not None and _numbers(version) >= _numbers(since):
        return None
    oldest = ", ".join(known.values())
    return f"needs a newer engine_version than {version!r}: one of {oldest}, or one after these"


def version_doubt(feature: Feature, engine: Engine, version: str) -> str | None:
    """Warn of a *version* whose major is newer than those that AWS documents *feature* for."""
    known = _since(feature, engine)
    if engine.major(version) in known or not _is_newer(version, known):
        return None
    return f"is not documented by AWS for version {version!r} of {engine.name}"


def insights_problem(engine: Engine, instance_class: str) -> str | None:
    """Explain why Performance Insights and Database Insights lack *instance_class*."""
    missing = support.data()["database_insights"]["missing_classes"].get(engine.name, [])
    if not instance_class.startswith(tuple(missing)):
        return None
    return (
        f"is not offered for {instance_class} with {engine.name}: choose another "
        "`instance_class`, such as db.t4g.medium"
    )


def _is_newer(version: str, known: Mapping[str, str]) -> bool:
    """Return True when *version* is of a major version after all of *known*."""
    numbers = [_numbers(one) for one in known.values()]
    return bool(numbers) and _numbers(version)[:2] > max(numbers)[:2]


def _since(feature: Feature, engine: Engine) -> dict[str, str]:
    """First version with *feature* of each major version."""
    since: dict[str, str] = support.data()[feature]["since"].get(engine.name, {})
    return since


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]
