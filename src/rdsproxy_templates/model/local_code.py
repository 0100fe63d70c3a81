"""Code of a person's functions, which rendering copies from where settings name it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ..errors import Problem
from ..records import record


@record(frozen=True, kw_only=True)
class LocalCode:
    """A folder of code that settings name."""

    place: str
    """The settings of the function, for problems."""
    source: str
    """The folder, relative to the file that names it."""
    target: str
    """The folder beside the templates that it is copied to."""
    problems: Callable[[Path], Iterator[Problem]]
    """Judge the folder where it is; a problem's place is a setting of the function."""
    added: Callable[[Path], Mapping[str, str]]
    """Files that the copy has beside those of the folder where it is, by name."""

    def within(self, place: str) -> LocalCode:
        """The same code, of settings at *place*."""
        return replace(self, place=f"{place}.{self.place}")
