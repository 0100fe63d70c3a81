"""``Fn::ForEach``, expanded as the transform ``AWS::LanguageExtensions`` does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .functions import nodes
from .shape import LOOP, resources_in_shape

LOOPED: Final = ("Conditions", "Resources", "Outputs")
MOST_MADE: Final = 2000


@dataclass
class _Expansion:
    body: Mapping[str, Any]
    places: dict[str, tuple[str | int, ...]] = field(default_factory=dict)
    is_complete: bool = True
    made: int = 0


def expanded(
    body: Mapping[str, Any],
) -> tuple[dict[str, Any], Mapping[str, tuple[str | int, ...]], bool]:
    """Expand the loops in a template.

    Also return where each resource is written that a loop makes, and if every loop could be
    expanded: one over values that only deployment knows is left out.
    """
    if not any(
        str(key).startswith(LOOP)
        for _, node in nodes(body)
        if isinstance(node, dict)
        for key in node
    ):
        return dict(body), {}, True
    expansion = _Expansion(body)
    made = dict(body)
    for section in LOOPED:
        entries = body.get(section, {})
        made[section] = {
            name: value
            for name, value in _entries(expansion, entries, section)
            if section == "Conditions" or isinstance(value, dict)
        }
    made["Resources"] = dict(resources_in_shape(made["Resources"]))
    return made, expansion.places, expansion.is_complete


def _entries(
    expansion: _Expansion, entries: Mapping[str, Any], section: str
) -> Iterator[tuple[str, Any]]:
    for title, value in entries.items():
        if not title.startswith(LOOP):
            yield title, _inside(expansion, value)
            continue
        for name, made in _loop(expansion, value):
            if section == "Resources":
                expansion.places[name] = (section, title)
            yield name, made


def _loop(expansion: _Expansion, loop: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a loop makes."""
    match loop:
        case [str(identifier), collection, dict(template)]:
            values = _values(expansion.body, collection)
        case _:
            values, identifier, template = None, "", {}
    if values is None or expansion.made > MOST_MADE:
        expansion.is_complete = False
        return
    for value in values:
        expansion.made += 1
        for key, inner in template.items():
            named = _named(key, identifier, value)
            made = _replaced(inner, identifier, value)
            if key.startswith(LOOP):
                yield from _loop(expansion, made)
            else:
                yield named, _inside(expansion, made)


def _inside(expansion: _Expansion, node: Any) -> Any:
    """Expand the loops inside a body."""
    match node:
        case dict():
            made: dict[str, Any] = {}
            for key, value in node.items():
                if str(key).startswith(LOOP):
                    made |= dict(_loop(expansion, value))
                else:
                    made[key] = _inside(expansion, value)
            return made
        case list():
            return [_inside(expansion, item) for item in node]
        case _:
            return node


def _values(body: Mapping[str, Any], collection: Any) -> list[str] | None:
    """Return what a loop goes over; None where only deployment knows it."""
    match collection:
        case [*items] if all(isinstance(item, str | int | float) for item in items):
            return [str(item) for item in items]
        case {"Ref": str(name)}:
            parameter = body["Parameters"].get(name, {})
            default = parameter.get("Default")
            is_list = parameter.get("Type") == "CommaDelimitedList"
            return [one.strip() for one in default.split(",")] if is_list and default else None
        case {"Fn::FindInMap": [str(name), str(first), str(second)]}:
            found = body["Mappings"].get(name, {}).get(first, {})
            return _values(body, found.get(second)) if isinstance(found, dict) else None
        case _:
            return None


def _named(text: str, identifier: str, value: str) -> str:
    bare = re.sub(r"[^A-Za-z0-9]", "", value)
    return text.replace(f"${{{identifier}}}", value).replace(f"&{{{identifier}}}", bare)


def _replaced(node: Any, identifier: str, value: str) -> Any:
    match node:
        case {"Ref": str(name)} if name == identifier and len(node) == 1:
            return value
        case dict():
            return {
                _named(str(key), identifier, value): _replaced(inner, identifier, value)
                for key, inner in node.items()
            }
        case list():
            return [_replaced(item, identifier, value) for item in node]
        case str():
            return _named(node, identifier, value)
        case _:
            return node
