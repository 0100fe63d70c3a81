"""Rules that a template accepts to break, because somebody asked for it."""

from __future__ import annotations

from typing import Any, Final

OURS: Final = "rdsproxy_templates"
ACCEPTED: Final = "Accepted"


def accepted(rule: str, reason: str) -> dict[str, Any]:
    """``Metadata`` of a resource that breaks *rule*, such as ``network/open-to-the-world``."""
    return {OURS: {ACCEPTED: {rule: reason}}}
