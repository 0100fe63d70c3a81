"""Properties that a resource has only with some choices."""

from __future__ import annotations

from typing import Any


def without_none(**properties: Any) -> dict[str, Any]:
    """Those that are not None, for a resource's keyword arguments."""
    return {name: value for name, value in properties.items() if value is not None}
