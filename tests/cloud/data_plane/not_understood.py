"""Deployed things that cannot run here: better an error than an answer that AWS would not give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class NotUnderstood(Exception):
    """Something deployed says what the local cloud does not know; the message says what."""


def require_known(what: str, given: Mapping[str, Any], known: frozenset[str]) -> None:
    """:class:`NotUnderstood` where *given* says anything but what is *known*, or nothing by it."""
    strange = sorted(name for name in given if name not in known and not _is_nothing(given[name]))
    if strange:
        raise NotUnderstood(f"the local cloud does not run {what} with {', '.join(strange)}")


def _is_nothing(value: Any) -> bool:
    """True if it is the API's value for a setting that was left out."""
    if isinstance(value, Mapping):
        return all(_is_nothing(one) for one in value.values())
    return value in (None, "", 0, [], False, "none")
