"""Every variant that the command, the docs and the tests know."""

from __future__ import annotations

from typing import Any, Final

from ..model import StackModule
from . import (
    auth,
    base,
    bastion,
    cross_account_app,
    cross_account_db,
    cross_account_network,
    edge,
    edge_waf,
    service,
)

VARIANTS: Final[dict[str, StackModule[Any, Any, Any]]] = {
    "base": base,
    "auth": auth,
    "service": service,
    "bastion": bastion,
    "cross_account_network": cross_account_network,
    "cross_account_db": cross_account_db,
    "cross_account_app": cross_account_app,
    "edge_waf": edge_waf,
    "edge": edge,
}
