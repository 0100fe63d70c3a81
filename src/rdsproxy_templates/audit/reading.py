"""A template's text as data in CloudFormation's long forms, with the place of each part of it.

YAML is read by its events, so nothing recurses, and what aliases multiply is counted. JSON is read
by Python's own reader, which takes what YAML's does not; its places come from the same events.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from ..model.yaml_reader import events
from ..model.yaml_scalars import Mark, ReadError, meant
from .document import Document, Path

MOST_LEVELS: Final = 100
MOST_VALUES: Final = 500_000
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE: Final = "<<"
_YAML: Final = "tag:yaml.org,2002:"
_TRUTHS: Final = {
    **dict.fromkeys(("yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("no", "No", "NO", "off", "Off", "OFF"), False),
}
"""Further words of YAML 1.1 for true and false; CloudFormation reads them so."""
_ESCAPE: Final = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)")


class TooMuchError(ReadError):
    """The text holds more than any template does."""


def read(text: str) -> Document:
    """Read the template in *text*; raises :class:`ReadError`."""
    text = text.removeprefix("\ufeff")
    if text.lstrip().startswith("{"):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return _Reading(text).document()  # YAML's flow style, or a sentence about its mistake
        # YAML takes no tabs, and fewer escapes; neither changes a place.
        masked = _ESCAPE.sub(lambda found: "u" * len(found[0]), text.replace("\t", " "))
        try:
            marks = _Reading(masked).document().marks
        except TooMuchError:
            raise
        except ReadError:
            marks = {}
        return Document(long_forms(value), marks)
    return _Reading(text).document()


def long_forms(node: Any) -> Any:
    """Copy JSON with ``Fn::GetAtt`` and ``DependsOn`` in the one form that the library knows."""
    match node:
        case dict():
            return {key: _long(key, long_forms(value)) for key, value in node.items()}
        case list():
            return [long_forms(item) for item in node]
        case _:
            return node


def _long(key: str, value: Any) -> Any:
    match key, value:
        case "Fn::GetAtt", str():
            return value.split(".", 1)
        case "Fn::GetAtt", [str(name), str(first), *rest] if rest and all(
            isinstance(one, str) for one in rest
        ):
            return [name, ".".join((first, *rest))]
        case _:
            return value


@dataclass
class _Node:
    """A list or mapping that is being read."""

    value: Any
    path: Path
    begun: Any
    """The event that it began with."""
    anchor: str | None
    function: str | None
    size: int = 1
    key: str | None = None
    merged: dict[str, Any] | None = None

    def below(self) -> Path:
        """Return the path of what comes next."""
        key = self.key if isinstance(self.value, dict) else len(self.value)
        return (*self.path, key) if key is not None else self.path


class _Reading:
    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[_Node] = []
        self._anchors: dict[str, tuple[Any, int] | None] = {}
        self._marks: dict[Path, Mark] = {}
        self._root: Any = None
        self._begun = False

    def document(self) -> Document:
        for event in self._events():
            match event:
                case yaml.ScalarEvent():
                    self._scalar(event)
                case yaml.CollectionStartEvent():
                    self._begin(event)
                case yaml.CollectionEndEvent():
                    self._end()
                case yaml.AliasEvent():
                    value, size = self._anchored(str(event.anchor), event)
                    self._place(value, size, event)
                case yaml.DocumentStartEvent():
                    if self._begun:
                        sentence = "begins a second document; a template is one"
                        raise ReadError(_mark(event), sentence)
                    self._begun = True
        return Document(self._root, self._marks)

    def _events(self) -> Iterator[Any]:
        try:
            yield from events(self._text)
        except RecursionError:
            raise TooMuchError(None, "is nested too deep") from None

    def _scalar(self, event: Any) -> None:
        function = _function(event.tag)
        value: Any = event.value
        if event.implicit[0] and not function:
            value = self._plain(event)
        if function:
            value = {function: _long(function, value)}
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._place(value, 1, event)

    def _plain(self, event: Any) -> Any:
        """Return the meaning of text that is not quoted."""
        text = event.value
        outer = self._open[-1] if self._open else None
        if outer is None or (isinstance(outer.value, dict) and outer.key is None):
            return text
        # What conditions compare is text on both sides, so it stays as it is written.
        if text in _TRUTHS and outer.path[:1] == ("Resources",):
            return _TRUTHS[text]
        return meant(text, _mark(event))

    def _begin(self, event: Any) -> None:
        mark = _mark(event)
        if self._awaits_key():
            raise ReadError(mark, "must have text as a key, got a list or a mapping")
        if len(self._open) >= MOST_LEVELS:
            raise TooMuchError(mark, f"is nested more than {MOST_LEVELS} levels deep")
        if event.anchor:
            self._anchors[event.anchor] = None
        function = _function(event.tag)
        path = self._open[-1].below() if self._open else ()
        self._marks.setdefault(path, mark)
        if function:
            path = (*path, function)
            self._marks.setdefault(path, mark)
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._open.append(_Node(value, path, event, event.anchor, function))

    def _awaits_key(self) -> bool:
        outer = self._open[-1] if self._open else None
        return outer is not None and isinstance(outer.value, dict) and outer.key is None

    def _end(self) -> None:
        node = self._open.pop()
        value = node.value
        if node.merged:
            value = node.merged | value
        if node.function:
            value = {node.function: _long(node.function, value)}
        if node.anchor:
            self._anchors[node.anchor] = (value, node.size)
        self._place(value, node.size, node.begun)

    def _anchored(self, name: str, event: Any) -> tuple[Any, int]:
        if name not in self._anchors:
            raise ReadError(_mark(event), f"refers to *{name}, and no &{name} stands before it")
        if (known := self._anchors[name]) is None:
            raise ReadError(_mark(event), f"refers to *{name}, which it is a part of")
        return known

    def _place(self, value: Any, size: int, event: Any) -> None:
        """Put *value*, which began with *event*, into what is open."""
        if not self._open:
            self._root = value
            return
        outer = self._open[-1]
        outer.size += size
        if outer.size > MOST_VALUES:
            sentence = f"makes more than {MOST_VALUES} values; aliases count each time"
            raise TooMuchError(_mark(event), sentence)
        if isinstance(outer.value, list):
            self._marks[*outer.path, len(outer.value)] = _mark(event)
            outer.value.append(value)
        elif outer.key is None:
            if not isinstance(value, str):
                raise ReadError(_mark(event), "must have text as a key")
            outer.key = value
            self._marks[*outer.path, value] = _mark(event)
        elif outer.key == _MERGE:
            outer.merged = _merged(value, event) | (outer.merged or {})
            outer.key = None
        else:
            outer.value[outer.key] = _long(outer.key, value)
            outer.key = None


def _mark(event: Any) -> Mark:
    start = event.start_mark
    return Mark(start.line + 1, start.column + 1)


def _function(tag: str | None) -> str | None:
    """Return the long name of the function that *tag* is short for."""
    if tag is None or tag == "!" or str(tag).startswith(_YAML):
        return None
    name = str(tag).removeprefix("!")
    return name if name in {"Ref", "Condition"} else f"Fn::{name.removeprefix('Fn::')}"


def _merged(value: object, event: Any) -> dict[str, Any]:
    given = value if isinstance(value, list) else [value]
    if not all(isinstance(one, dict) for one in given):
        raise ReadError(_mark(event), f"{_MERGE} must be given a mapping, or a list of them")
    return {key: one[key] for one in reversed(given) for key in one}
