"""Putting code around what moto does: our strictness, and mends of moto's mistakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple


class Mend(NamedTuple):
    """A mistake of moto's, which a pull request there would mend for everybody."""

    method: str
    moto: str
    aws: str
    source: str


MENDS: Final[list[Mend]] = []
"""All mends that are installed. docs/local.md lists them as they are written."""


def surround(owner: type, name: str, around: Callable[..., Any]) -> None:
    """Call *around* in place of a method: with the method, then the object and its arguments."""
    known = getattr(owner, name)

    def method(self: Any, *arguments: Any, **named: Any) -> Any:
        return around(known, self, *arguments, **named)

    setattr(owner, name, method)


def mend(
    owner: type, name: str, around: Callable[..., Any], *, moto: str, aws: str, source: str
) -> None:
    """Surround a method because *moto* and *aws* differ, as the page at *source* shows."""
    surround(owner, name, around)
    MENDS.append(Mend(f"{owner.__module__}.{owner.__name__}.{name}", moto, aws, source))
