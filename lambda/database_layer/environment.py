"""The variables that a function is set up by, and what is wrong with them."""

from __future__ import annotations

import os


class Misconfigured(Exception):
    """A person must change a setting of the function; the message names it, and no secret."""


def variable(name: str, *, instead: str | None = None) -> str:
    """The variable *name*, or *instead* of it; raises :class:`Misconfigured` without either."""
    for one in (name, instead):
        if one and (text := os.environ.get(one)):
            return text
    names = f"{name} or {instead}" if instead else name
    raise Misconfigured(f"The function's environment lacks {names}: set it in its template.")


def port(default: int) -> int:
    """The database's port."""
    text = os.environ.get("RDS_PORT") or str(default)
    if not text.isdecimal() or not 0 < int(text) < 1 << 16:
        raise Misconfigured(f"RDS_PORT must be a port's number, not {text!r}.")
    return int(text)
