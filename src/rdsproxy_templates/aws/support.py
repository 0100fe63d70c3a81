"""Support by AWS: end dates of engine versions, and Regions and versions with RDS Proxy.

``support.json`` has date and source of each part. ``tools/engine_data.py --lifecycles`` prints it
with the end dates that RDS's API returns.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from ..records import record

NOTICE: Final = timedelta(days=183)
"""Time before the end of standard support from which a version is warned of."""

_INITIALS: Final = {"northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw"}


def today() -> date:
    """Today's date in UTC, at which versions are judged."""
    return datetime.now(UTC).date()


@record(frozen=True, kw_only=True)
class Lifecycle:
    """Last days of a major version's standard and Extended Support."""

    standard: date
    extended: date | None
    """None until AWS announces it."""

    def has_ended(self) -> bool:
        """Return True when standard support has ended."""
        return self.standard < today()

    def refusal(self, *, enrolled: bool) -> str | None:
        """Explain why RDS creates no database in the version; None if it does.

        *enrolled* is True for a database in Extended Support.
        """
        if self.extended and self.extended < today():
            return f"is past the end of its Extended Support, {self.extended}"
        if self.has_ended() and not enrolled:
            return (
                f"is past the end of its standard support, {self.standard}, and RDS creates no "
                "database in it without Extended Support, which AWS charges for"
            )
        return None

    def doubt(self, *, enrolled: bool) -> str | None:
        """Warn of what is about to happen to a database in the version, or what it costs."""
        if self.has_ended():
            until = f", until {self.extended}" if self.extended else ""
            return f"left standard support on {self.standard}: AWS charges extra{until}"
        if self.standard - NOTICE > today():
            return None
        then = (
            "AWS charges for Extended Support then"
            if enrolled
            else "RDS upgrades the database by itself then, and creates no other in this version"
        )
        return f"leaves standard support on {self.standard}: {then}"


def lifecycle(engine: str, major: str) -> Lifecycle | None:
    """Support dates of *engine* in its major version *major*; None if unknown."""
    ends = data()["lifecycles"]["engines"][engine].get(major)
    if ends is None:
        return None
    standard, extended = ends
    return Lifecycle(
        standard=date.fromisoformat(standard),
        extended=date.fromisoformat(extended) if extended else None,
    )


def is_proxied(engine: str, version: str) -> bool:
    """Return True when AWS documents RDS Proxy for *version* of *engine*."""
    return any(
        version == start.rstrip(".") or version.startswith(start)
        for start in _proxy()["versions"][engine]
    )


def zones_without_proxy() -> tuple[str, ...]:
    """IDs of the Availability Zones without RDS Proxy."""
    return tuple(_proxy()["missing_in_zones"])


def proxy_problems(engine: str, regions: tuple[str, ...]) -> Iterator[str]:
    """Explain why *regions* have no RDS Proxy for *engine*."""
    missing = _proxy()["missing_in_regions"].get(engine, ())
    if lacking := [region for region in regions if region in missing]:
        yield (
            f"must have RDS Proxy for {engine}, which {', '.join(lacking)} {_lacks(lacking)}; "
            "leave it out, or choose another engine"
        )


def proxy_doubts(engine: str, regions: tuple[str, ...]) -> Iterator[str]:
    """Warn of the *regions* in which RDS Proxy for *engine* is not confirmed."""
    doubtful = _proxy()["unconfirmed_in_regions"].get(engine, ())
    if found := [region for region in regions if region in doubtful]:
        yield (
            f"names {', '.join(found)}, where RDS Proxy may be missing for {engine}, as it is for "
            "Aurora MySQL: check AWS's table of supported Regions"
        )


def zone_prefix(region: str) -> str:
    """Prefix of the IDs of a Region's Availability Zones.

    >>> zone_prefix("ap-southeast-2")
    'apse2-az'
    """
    area, *words, number = region.split("-")
    return f"{area}{''.join(_INITIALS.get(word, word[0]) for word in words)}{number}-az"


def _lacks(several: list[str]) -> str:
    return "lacks" if len(several) == 1 else "lack"


def _proxy() -> dict[str, Any]:
    proxy: dict[str, Any] = data()["rds_proxy"]
    return proxy


@cache
def data() -> dict[str, Any]:
    """Contents of ``support.json``."""
    text = Path(__file__).with_name("support.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    return read
