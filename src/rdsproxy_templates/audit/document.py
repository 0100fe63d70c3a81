"""A template as data, and the place of each part of it in the author's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..model.yaml_scalars import Mark

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """The value of a template's text, and the place of each of its parts."""

    value: Any
    marks: Mapping[Path, Mark]

    def mark(self, path: Sequence[object]) -> Mark:
        """Return the place of the innermost part of *path* that is there.

        *path* knows nothing of ``Fn::If``, so a key is looked for in both arms of one.
        """
        return self.marks.get(self._written(path), Mark(1, 1))

    def within(self, key: str) -> Document:
        """Return the part of the document below *key*."""
        marks = {path[1:]: mark for path, mark in self.marks.items() if path[:1] == (key,)}
        return Document(self.value[key], marks)

    def _written(self, path: Sequence[object]) -> Path:
        found: Path = ()
        value = self.value
        for key in path:
            value, found = _armed(value, found, key)
            match value:
                case dict() if key in value:
                    value, found = value[key], (*found, str(key))
                case list() if isinstance(key, int) and key < len(value):
                    value, found = value[key], (*found, key)
                case _:
                    break
        while found and found not in self.marks:
            found = found[:-1]
        return found


def _armed(value: Any, path: Path, key: object) -> tuple[Any, Path]:
    """Step into that arm of a condition, or of several in one another, that holds *key*."""
    match value:
        case {"Fn::If": [_, *arms]} if len(value) == 1:
            for number, arm in enumerate(arms, 1):
                inner, place = _armed(arm, (*path, "Fn::If", number), key)
                if isinstance(inner, dict) and key in inner:
                    return inner, place
    return value, path
