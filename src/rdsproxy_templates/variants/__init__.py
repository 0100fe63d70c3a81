"""Root stacks, a module each, listed in VARIANTS for the command, the docs and the tests.

A module is imported when it is first used, so that one variant does not pay for the others.
To add one, write its name in the two lists below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from ..model import StackModule
    from . import (
        auth,
        base,
        bastion,
        cross_account_app,
        cross_account_db,
        cross_account_network,
        data_tier,
        edge,
        edge_waf,
        existing_database,
        existing_vpc,
    )

__all__ = [  # noqa: RUF022 - in the order in which they are shown
    "VARIANTS",
    "base",
    "auth",
    "existing_vpc",
    "existing_database",
    "data_tier",
    "bastion",
    "cross_account_network",
    "cross_account_db",
    "cross_account_app",
    "edge_waf",
    "edge",
]


class Variants(Mapping[str, "StackModule[Any, Any, Any]"]):
    """Root stacks by the names of their modules, each imported when it is looked up."""

    def __init__(self, package: str, names: Sequence[str]) -> None:
        self._package = package
        self._names = names

    def __getitem__(self, name: str) -> StackModule[Any, Any, Any]:
        if name not in self._names:
            raise KeyError(name)
        return cast("StackModule[Any, Any, Any]", import_module(f".{name}", self._package))

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def summary(self, name: str) -> str:
        """Return the sentence that describes a variant, without importing it."""
        import ast  # noqa: PLC0415 - whoever only imports a variant needs neither
        import pkgutil  # noqa: PLC0415

        source = pkgutil.get_data(self._package, f"{name}.py") or b""
        return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]


RENAMED: Final = {"service": "existing_vpc"}
"""Former names, which find nothing any more, and the present ones."""

VARIANTS: Final = Variants(__name__, [name for name in __all__ if name != "VARIANTS"])

if not TYPE_CHECKING:  # else a checker takes any name

    def __getattr__(name: str) -> ModuleType:
        if name not in VARIANTS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return import_module(f".{name}", __name__)


def similar_variant(name: str, known: Sequence[str]) -> str:
    """Return a hint at the variant that somebody who wrote *name* may mean, or nothing."""
    from ..model import did_you_mean  # noqa: PLC0415 - whoever makes no mistake needs no model

    if (renamed := RENAMED.get(name)) in known:
        return f" (it was renamed: did you mean {renamed}?)"
    return did_you_mean(name, known)


def __dir__() -> list[str]:
    return __all__
