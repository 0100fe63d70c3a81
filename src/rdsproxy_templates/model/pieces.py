"""Pieces of a template as people write them, searched for what cannot be."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import Any, Final, NamedTuple

from . import intrinsic_functions
from .intrinsic_functions import FUNCTIONS, is_function, unknown_function
from .references import wires
from .template import Template
from .wording import did_you_mean

PSEUDO_PARAMETERS: Final = tuple(
    f"AWS::{name}"
    for name in (
        "AccountId",
        "NoValue",
        "NotificationARNs",
        "Partition",
        "Region",
        "StackId",
        "StackName",
        "URLSuffix",
    )
)
_OUTPUTS: Final = "Outputs."


class Slip(NamedTuple):
    """A place in a piece that is wrong, by its path, and the reason."""

    path: tuple[str, ...]
    sentence: str


def leading(node: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield everything inside *node* with its path; a function counts as one value."""
    if path:
        yield path, node
    if isinstance(node, dict) and not is_function(node):
        for name, value in node.items():
            yield from leading(value, (*path, str(name)))
    if isinstance(node, list):
        for number, value in enumerate(node):
            yield from leading(value, (*path, str(number)))


def malformed(piece: object) -> Iterator[Slip]:
    """Yield what no template can hold, and functions that ours do without."""
    for path, value in leading(piece):
        if path[-1].isdecimal() and value is None:
            yield Slip(path, "must not be null: a list is replaced as a whole; leave it out")
        elif is_function(value):
            yield from (Slip(path, sentence) for sentence in _wrong_functions(value))
        elif isinstance(value, dict) and (mixed := _functions(value)):
            yield Slip(path, f"has {mixed[0]} beside other keys; a function stands by itself")
        elif isinstance(value, float) and not math.isfinite(value):
            yield Slip(path, f"must be a number, got {value!r}")
        elif not isinstance(value, dict | list | str | int | float | None):
            yield Slip(path, f"is nothing that a template can hold: {value!r}")


def _functions(node: dict[str, Any]) -> list[str]:
    return [key for key in map(str, node) if key == "Ref" or key.startswith("Fn::")]


def _wrong_functions(node: object) -> Iterator[str]:
    """Yield what is wrong with the functions in *node*, which is one."""
    match node:
        case {intrinsic_functions.LOCAL: str()} | {intrinsic_functions.BUNDLED: str()}:
            return
        case {"Ref": argument, **rest} if not rest:
            if not (argument and isinstance(argument, str)):
                yield f"must name what !Ref refers to, got {argument!r}"
            return
        case {"Fn::GetAtt": argument}:
            match argument:
                case [str(title), str(attribute)] if title and attribute:
                    return
                case _:
                    yield f"must be !GetAtt Title.Attribute, got {argument!r}"
                    return
        case {"Fn::Sub": argument}:
            match argument:
                case str() | [str(), {}]:
                    pass
                case _:
                    yield f"must be !Sub of text, or of text and a mapping, got {argument!r}"
                    return
        case None:
            yield "must not be null inside of a function"
        case _:
            pass
    if isinstance(node, dict):
        for key, value in node.items():
            if str(key).startswith("Fn::") and key not in FUNCTIONS.values():
                yield f"has {unknown_function(key.removeprefix('Fn::'))}"
            yield from _wrong_functions(value)
    elif isinstance(node, list):
        for item in node:
            yield from _wrong_functions(item)


def dangling(piece: object, stack: Template) -> Iterator[Slip]:
    """Yield the references in *piece* to what *stack* neither is given nor creates."""
    for path, value in leading(piece):
        if is_function(value):
            for wire in dict.fromkeys(wires(value)):
                if sentence := _dangles(wire, stack):
                    yield Slip(path, sentence)


def _dangles(wire: str, stack: Template) -> str | None:
    name, _, attribute = wire.partition(".")
    if name.startswith("AWS::"):
        similar = did_you_mean(wire, PSEUDO_PARAMETERS)
        return None if wire in PSEUDO_PARAMETERS else f"refers to {wire}, which is unknown{similar}"
    if name in stack.children:
        offered = [f"{_OUTPUTS}{output}" for output in stack.children[name].template.outputs]
        if attribute in offered:
            return None
        similar = did_you_mean(attribute, offered)
        return (
            f"refers to {wire}; of the nested stack {name} there are only outputs{similar}: "
            f"{', '.join(f'{name}.{one}' for one in offered) or 'none'}"
        )
    if name in stack.parameters and attribute:
        return f"refers to {wire}, and {name} is a parameter, which has no attributes"
    known = [*stack.parameters, *stack.resources]
    if name in known:
        return None
    return (
        f"refers to {name}, which this stack is not given and does not create"
        f"{did_you_mean(name, known)}"
    )


def unknown_titles(titles: Collection[str], stack: Template) -> Iterator[str]:
    """Yield a sentence for each of *titles* that *stack* creates nothing as."""
    known = [*stack.resources, *stack.children]
    for title in titles:
        if title not in known:
            yield f"names {title}, which this stack does not create{did_you_mean(title, known)}"
