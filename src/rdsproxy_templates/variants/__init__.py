"""Every variant that the command, the docs and the tests know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ..model import StackModule, did_you_mean
from . import (
    auth,
    base,
    bastion,
    cross_account_app,
    cross_account_db,
    cross_account_network,
    edge,
    edge_waf,
    existing_vpc,
)

VARIANTS: Final[dict[str, StackModule[Any, Any, Any]]] = {
    "base": base,
    "auth": auth,
    "existing_vpc": existing_vpc,
    "bastion": bastion,
    "cross_account_network": cross_account_network,
    "cross_account_db": cross_account_db,
    "cross_account_app": cross_account_app,
    "edge_waf": edge_waf,
    "edge": edge,
}

RENAMED: Final = {"service": "existing_vpc"}
"""Former names, by which nothing is found any more."""


def similar_variant(name: str, known: Sequence[str]) -> str:
    """A hint at the variant that somebody who wrote *name* may mean, or nothing."""
    if (renamed := RENAMED.get(name)) in known:
        return f" (it was renamed: did you mean {renamed}?)"
    return did_you_mean(name, known)
