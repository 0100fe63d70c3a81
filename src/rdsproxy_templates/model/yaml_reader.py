"""YAML as settings are written: version 1.2's core schema, text as keys, and a mark for each.

In YAML 1.1 `on` is true, `12:30` a number and a date no text. Here they are text: only
`true`, `false`, `null` and what looks like a number is anything else. A number with leading
zeros is text too, because the ID of an account may have some.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from .intrinsic_functions import called
from .yaml_scalars import Mark, ReadError, meant
from .yaml_tags import function_of

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MOST_LEVELS: Final = 32
MOST_VALUES: Final = 20_000
MERGE: Final = "<<"


@dataclass(frozen=True)
class Document:
    """A text's value, and the place of each part of it by its path: ``rds.users.0.name``."""

    value: object
    marks: Mapping[str, Mark]


def events(text: str) -> Iterator[Any]:
    """Yield the events of YAML in *text*; raises :class:`ReadError` with the place of a mistake."""
    try:
        yield from yaml.parse(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Mark(mark.line + 1, mark.column + 1) if mark else None
        raise ReadError(place, f"is not YAML: {_explained(text, error, mark)}") from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise ReadError(place, f"is not YAML: {error.reason}") from None


def _explained(text: str, error: yaml.MarkedYAMLError, mark: yaml.Mark | None) -> str:
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if mark and line[: mark.column + 1].endswith("\t"):
        return "a tab cannot indent; use spaces"
    return str(error.problem)


def parsed(text: str) -> Document:
    """Parse the only document in *text*; raises :class:`ReadError`.

    Nothing here recurses, and what aliases multiply is counted, so no text is too much.
    """
    return _Building(text).document()


@dataclass
class _Node:
    """A list or mapping that is being read, or a value that was."""

    value: Any
    path: str
    mark: Mark
    anchor: str | None
    size: int = 1
    height: int = 1
    key: str | None = None
    function: str | None = None
    merged: dict[str, Any] = field(default_factory=dict)

    def below(self) -> str:
        """Return the path of what comes next."""
        name = self.key if isinstance(self.value, dict) else str(len(self.value))
        return f"{self.path}.{name}" if self.path else f"{name}"


class _Building:
    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[_Node] = []
        self._anchors: dict[str, _Node | None] = {}
        self._marks: dict[str, Mark] = {}
        self._root: _Node | None = None

    def document(self) -> Document:
        for event in events(self._text):
            mark = Mark(event.start_mark.line + 1, event.start_mark.column + 1)
            match event:
                case yaml.DocumentStartEvent() if self._root:
                    raise ReadError(mark, "begins a second document; a file holds one")
                case yaml.AliasEvent():
                    self._place(self._anchored(str(event.anchor), mark), mark)
                case yaml.ScalarEvent():
                    function = self._function(event, mark)
                    plain = event.implicit[0] and not function
                    value = meant(event.value, mark) if plain else event.value
                    self._close(_Node(value, self._path(), mark, event.anchor, function=function))
                case yaml.CollectionStartEvent():
                    value = {} if isinstance(event, yaml.MappingStartEvent) else []
                    function = self._function(event, mark)
                    self._begin(_Node(value, self._path(), mark, event.anchor, function=function))
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self._close(self._open.pop())
        return Document(self._root.value if self._root else None, self._marks)

    def _function(self, event: Any, mark: Mark) -> str | None:
        """Return the intrinsic function that the tag of *event* is short for."""
        outer = [node.key for node in self._open[:2]]
        try:
            return function_of(event.tag, outer)
        except ValueError as error:
            raise ReadError(mark, f"has the tag {error}") from None

    def _path(self) -> str:
        return self._open[-1].below() if self._open else ""

    def _awaits_key(self) -> bool:
        outer = self._open[-1] if self._open else None
        return outer is not None and isinstance(outer.value, dict) and outer.key is None

    def _begin(self, node: _Node) -> None:
        if self._awaits_key():
            raise ReadError(node.mark, "must have text as a key, got a list or a mapping")
        if len(self._open) >= MOST_LEVELS:
            raise ReadError(node.mark, f"is nested more than {MOST_LEVELS} levels deep")
        if node.anchor:
            self._anchors[node.anchor] = None
        self._open.append(node)

    def _anchored(self, name: str, mark: Mark) -> _Node:
        if name not in self._anchors:
            raise ReadError(mark, f"refers to *{name}, and no &{name} stands before it")
        if (node := self._anchors[name]) is None:
            raise ReadError(mark, f"refers to *{name}, which it is a part of")
        return node

    def _close(self, node: _Node) -> None:
        if node.merged:
            node.value = node.merged | node.value
        if node.function:
            node.value = called(node.function, node.value)
        if node.anchor:
            self._anchors[node.anchor] = node
        self._place(node, node.mark)

    def _place(self, node: _Node, mark: Mark) -> None:
        """Put *node*, which stands at *mark*, into what is open."""
        if not self._open:
            self._root = node
            return
        outer = self._open[-1]
        outer.size += node.size
        outer.height = max(outer.height, node.height + 1)
        if outer.size > MOST_VALUES:
            raise ReadError(mark, f"makes more than {MOST_VALUES} values; aliases count each time")
        if len(self._open) + node.height > MOST_LEVELS + 1:
            raise ReadError(mark, f"is nested more than {MOST_LEVELS} levels deep")
        if isinstance(outer.value, list):
            self._marks[outer.below()] = mark
            outer.value.append(node.value)
        elif outer.key is None:
            outer.key = self._key(node, outer, mark)
        elif outer.key == MERGE:
            outer.merged = _merged(node.value, mark) | outer.merged
            outer.key = None
        else:
            outer.value[outer.key] = node.value
            outer.key = None

    def _key(self, node: _Node, outer: _Node, mark: Mark) -> str:
        key = node.value
        if not isinstance(key, str):
            shown = json.dumps(key) if key is None or isinstance(key, bool) else repr(key)
            raise ReadError(mark, f'must have text as a key, got {shown}; write "{shown}"')
        if key in outer.value or (key == MERGE and outer.merged):
            raise ReadError(mark, f"{key!r} is given twice")
        self._marks[f"{outer.path}.{key}" if outer.path else key] = mark
        return key


def _merged(value: object, mark: Mark) -> dict[str, Any]:
    """Return what ``<<`` adds; the first of several mappings wins, as in YAML 1.1."""
    given = value if isinstance(value, list) else [value]
    if not all(isinstance(one, dict) for one in given):
        raise ReadError(mark, f"{MERGE} must be given a mapping of settings, or a list of them")
    return {key: one[key] for one in reversed(given) for key in one}
