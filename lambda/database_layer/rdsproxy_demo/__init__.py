"""Statements of the library's own functions, a demonstration; :mod:`rdsproxy_client` needs none."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from rdsproxy_client.environment import engine_family


class Statements(Protocol):
    """Statements on the tables ``items`` and ``visits``, in the dialect of one engine."""

    READY: str
    CREATE: Sequence[str]
    SEED: str
    LOAD: str
    INSERT_VISIT: str
    LIST_VISITS: str
    LIST_USERS: str


def chosen_statements() -> Statements:
    """Import the statements of the engine that the environment names."""
    return cast("Statements", import_module(f"{__name__}.{engine_family().lower()}"))
