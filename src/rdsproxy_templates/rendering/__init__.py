"""Rendering: from a stack to the files of a folder."""

from .bundle import Bundle
from .documents import NESTINGS, Nesting, unpackaged
from .flat import Origin, flattened, with_defaults

__all__ = ["NESTINGS", "Bundle", "Nesting", "Origin", "flattened", "unpackaged", "with_defaults"]
