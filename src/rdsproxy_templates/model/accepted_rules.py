"""Rules that a template accepts to break, because somebody asked for it."""

from __future__ import annotations

from typing import Any, Final

OURS: Final = "rdsproxy_templates"
ACCEPTED: Final = "Accepted"


def accepted(rule: str, reason: str) -> dict[str, Any]:
    """``Metadata`` of a resource on which *rule*, ``network/open-to-the-world``, is broken."""
    return {OURS: {ACCEPTED: {rule: reason}}}
