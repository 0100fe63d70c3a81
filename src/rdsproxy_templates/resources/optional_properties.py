"""Properties that a resource has only with some settings."""

from __future__ import annotations

from typing import Any


def without_none(**properties: Any) -> dict[str, Any]:
    """Drop the properties that are None, for a resource's keyword arguments."""
    return {name: value for name, value in properties.items() if value is not None}
