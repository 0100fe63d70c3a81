"""Answers of services, put in the words in which a template states the same."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any, Final

NOTHING_RENAMED: Final[Mapping[str, str]] = {}


def in_words_of(stated: Any, found: Any, renamed: Mapping[str, str] = NOTHING_RENAMED) -> Any:
    """Return *found* with the names of *stated*, which may differ in the case of letters.

    *renamed* has those that the service calls by another word. A list may be an object of the API
    that holds it as its ``Items``.
    """
    if isinstance(found, bytes):
        return found.decode()
    if isinstance(stated, list):
        items = found.get("Items", []) if isinstance(found, Mapping) else found
        shape = _merged(stated)
        return [in_words_of(shape, one, renamed) for one in items or ()]
    if isinstance(stated, Mapping) and isinstance(found, Mapping):
        return _members(stated, found, renamed)
    return found


def _members(
    stated: Mapping[str, Any], found: Mapping[str, Any], renamed: Mapping[str, str]
) -> dict[str, Any]:
    if stated.keys() <= found.keys():
        # Maps, whose names are somebody's own, too; others that a service adds are not compared.
        return {name: in_words_of(stated.get(name), one, renamed) for name, one in found.items()}
    keys = {name.lower(): name for name in found}
    members = {}
    for name, value in stated.items():
        key = renamed.get(name, keys.get(name.lower()))
        if key is None or found.get(key) is None:
            continue
        one = found[key]
        if isinstance(one, bytes) and name.endswith("Base64"):
            members[name] = base64.b64encode(one).decode()
        else:
            members[name] = in_words_of(value, one, renamed)
    # Of a choice that has become another, such as an action, nothing is stated.
    return members or dict(found)


def _merged(stated: Iterable[Any]) -> Any:
    """Return an object with the members of all that are *stated*, and of those inside them."""
    merged: Any = None
    for one in stated:
        merged = _both(merged, one)
    return merged


def _both(one: Any, other: Any) -> Any:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return {name: _both(one.get(name), other.get(name)) for name in (*one, *other)}
    if isinstance(one, list) and isinstance(other, list):
        return [*one, *other]
    return other if one is None else one
