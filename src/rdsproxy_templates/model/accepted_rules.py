"""Rules that a template accepts to break, because somebody asked for it."""

from __future__ import annotations

from typing import Any, Final

OURS: Final = "rdsproxy_templates"
ACCEPTED: Final = "Accepted"


def accepted(rule: str, reason: str) -> dict[str, Any]:
    """``Metadata`` of a resource that breaks *rule*, such as ``network/open-to-the-world``."""
    return {OURS: {ACCEPTED: {rule: reason}}}


def all_accepted(*metadata: dict[str, Any] | None) -> dict[str, Any] | None:
    """``Metadata`` of a resource that breaks every rule in *metadata*; None if there is none."""
    rules = {
        rule: reason for one in metadata if one for rule, reason in one[OURS][ACCEPTED].items()
    }
    return {OURS: {ACCEPTED: rules}} if rules else None
