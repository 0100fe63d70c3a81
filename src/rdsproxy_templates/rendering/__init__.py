"""Rendering: from a stack to the files of a folder.

A module is imported when a name of it is first used, as in the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..lazy_names import importer

if TYPE_CHECKING:
    from .bundle import Bundle
    from .documents import NESTINGS, Nesting
    from .flat import Origin, flattened, with_defaults
    from .stack_templates import unpackaged

__all__ = ["NESTINGS", "Bundle", "Nesting", "Origin", "flattened", "unpackaged", "with_defaults"]

_MODULES: Final = {
    "Bundle": ".bundle",
    **dict.fromkeys(("NESTINGS", "Nesting"), ".documents"),
    **dict.fromkeys(("Origin", "flattened", "with_defaults"), ".flat"),
    "unpackaged": ".stack_templates",
}

if not TYPE_CHECKING:  # else a checker takes any name
    __getattr__ = importer(__name__, _MODULES)


def __dir__() -> list[str]:
    return __all__
