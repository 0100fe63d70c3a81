"""Deployed things that cannot run here: better an error than an answer that AWS would not give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class NotUnderstood(Exception):
    """A deployed setting is unknown to the local cloud; the message names it."""


def require_known(what: str, given: Mapping[str, Any], known: frozenset[str]) -> None:
    """Raise :class:`NotUnderstood` if *given* sets anything that is not *known*."""
    strange = sorted(name for name in given if name not in known and not _is_nothing(given[name]))
    if strange:
        raise NotUnderstood(f"the local cloud does not run {what} with {', '.join(strange)}")


def _is_nothing(value: Any) -> bool:
    """True if it is the API's value for a setting that was left out."""
    if isinstance(value, Mapping):
        return all(_is_nothing(one) for one in value.values())
    return value in (None, "", 0, [], False, "none")
