"""Putting code around what moto does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def surround(owner: type, name: str, around: Callable[..., Any]) -> None:
    """Call *around* in place of a method: with the method, then the object and its arguments."""
    known = getattr(owner, name)

    def method(self: Any, *arguments: Any, **named: Any) -> Any:
        return around(known, self, *arguments, **named)

    setattr(owner, name, method)
