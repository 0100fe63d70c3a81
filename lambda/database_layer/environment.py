"""Environment variables that configure a function, and their validation."""

from __future__ import annotations

import os


class Misconfigured(Exception):
    """A setting of the function is wrong; the message names the setting, and no secret."""


def variable(name: str, *, instead: str | None = None) -> str:
    """Read the variable *name*, or else *instead*. Raises :class:`Misconfigured` without both."""
    for one in (name, instead):
        if one and (text := os.environ.get(one)):
            return text
    names = f"{name} or {instead}" if instead else name
    raise Misconfigured(f"The function's environment lacks {names}; set it in the template.")


def port(default: int) -> int:
    """Read the database's port."""
    text = os.environ.get("RDS_PORT") or str(default)
    if not text.isdecimal() or not 0 < int(text) < 1 << 16:
        raise Misconfigured(f"RDS_PORT must be a port number, not {text!r}.")
    return int(text)
