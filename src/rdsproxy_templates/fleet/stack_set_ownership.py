"""Whose stack set it is: that of `fleet`, or somebody else's of the same name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..errors import DeploymentError, Problem

LONGEST_DESCRIPTION: Final = 1024
MARK: Final = "(deployed by rdsproxy-templates fleet)"
"""End of the description of a stack set that `fleet` has made.

A tag would do the same to each stack and to all that is in it, where another tag may replace a
database; the description stays with the stack set.
"""


def marked(description: str) -> str:
    """Return the description of a stack set, with the mark."""
    return f"{description[: LONGEST_DESCRIPTION - len(MARK) - 1]} {MARK}".strip()


def require_own(name: str, found: Mapping[str, Any] | None) -> None:
    """Raise :class:`DeploymentError` where the stack set that was *found* is somebody else's."""
    if found is None or MARK in (found.get("Description") or ""):
        return
    sentence = (
        "was not created by this command, so it may be somebody else's; choose another name by "
        f"stack_set, or take it over by a description that ends with {MARK!r}; nothing was built "
        "or changed"
    )
    raise DeploymentError([Problem(f"stack set {name}", sentence)])
