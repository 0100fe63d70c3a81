"""Settings with every default written out, so that another version's defaults change nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import Any, Final

from ..errors import ConfigError
from .settings import Settings

Tree = dict[str, Any]
Path = tuple[str | int, ...]
"""Names of settings, and numbers of entries in lists."""

_MISSING: Final = object()
_DIGITS: Final = 16


def frozen(config: Settings, is_same: Callable[[Settings], bool]) -> Tree:
    """Return *config* as plain data with today's defaults in it, which parses to the same settings.

    A default that may not stand beside the others is left out, such as one for another engine; so
    is one with which *is_same* does not hold of the settings.
    """
    whole = _plain(config)
    tree = _plain(config, given=True)
    defaults = [path for path in _leaves(whole, tree) if _at(tree, path) is _MISSING]

    def is_valid(tree: Tree) -> bool:
        try:
            return is_same(type(config).parse(tree, ""))
        except ConfigError:
            return False

    return _with(tree, [(path, _at(whole, path)) for path in defaults], is_valid)


def _with(tree: Tree, more: Sequence[tuple[Path, Any]], is_valid: Callable[[Tree], bool]) -> Tree:
    """Put into *tree* as many of *more* as leave it valid."""
    extended = deepcopy(tree)
    for path, value in more:
        _put(extended, path, value)
    if is_valid(extended):
        return extended
    if len(more) <= 1:
        return tree
    half = len(more) // 2
    return _with(_with(tree, more[:half], is_valid), more[half:], is_valid)


def digest(config: Settings) -> str:
    """Return the first digits of a hash of what in *config* differs from the defaults.

    Settings that are written out, but as they are by default, count as left out.
    """
    tree: Tree = config.model_dump(mode="json", exclude_defaults=True)
    for path, value in _computed(config):
        if _at(tree, path) == value:
            _drop(tree, path)
    text = json.dumps(tree, sort_keys=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}"


def _plain(config: Settings, *, given: bool = False) -> Tree:
    """Return *config* as plain data, or only what somebody has *given*; defaults are computed."""
    tree: Tree = config.model_dump(mode="json", exclude_unset=given)
    for path, value in _computed(config) if not given else ():
        if any(_at(tree, path[:depth]) is None for depth in range(1, len(path) + 1)):
            _put(tree, path, value)
    return tree


def _computed(config: Settings, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the defaults that *config* and its nested records compute, each with its path."""
    for name in type(config).model_fields:
        if isinstance(inner := getattr(config, name), Settings):
            yield from _computed(inner, (*at, name))
    for place, value in config.computed_defaults().items():
        yield (*at, *place.split(".")), value


def _leaves(whole: Any, given: Any, at: Path = ()) -> Iterator[Path]:
    """Yield the path of everything in *whole* that holds no settings, in their order.

    The entries of a list are looked into where somebody has *given* it.
    """
    match whole, given:
        case dict(), _:
            for name, value in whole.items():
                inner = given.get(name, _MISSING) if isinstance(given, dict) else _MISSING
                yield from _leaves(value, inner, (*at, name))
        case [dict(), *_], [*entries]:
            for number, (value, inner) in enumerate(zip(whole, entries, strict=False)):
                yield from _leaves(value, inner, (*at, number))
        case _:
            yield at


def _at(tree: Tree, path: Path) -> Any:
    node: Any = tree
    for name in path:
        match node:
            case dict() if name in node:
                node = node[name]
            case list() if isinstance(name, int) and name < len(node):
                node = node[name]
            case _:
                return _MISSING
    return node


def _put(tree: Tree, path: Path, value: Any) -> None:
    node: Any = tree
    for name in path[:-1]:
        if not isinstance(_at(node, (name,)), dict | list):
            node[name] = {}
        node = node[name]
    node[path[-1]] = value


def _drop(tree: Tree, path: Path) -> None:
    """Remove *path* from *tree*, and every mapping that is empty without it."""
    inner = _at(tree, path[:-1])
    del inner[path[-1]]
    if not inner and len(path) > 1:
        _drop(tree, path[:-1])
