"""Rendering: from a stack to the files of a folder."""

from .bundle import Bundle
from .documents import NESTINGS, Nesting, render
from .flat import Origin, flattened, with_defaults

__all__ = ["NESTINGS", "Bundle", "Nesting", "Origin", "flattened", "render", "with_defaults"]
