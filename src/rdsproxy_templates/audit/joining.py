"""Root templates that are deployed side by side, joined where one imports what another exports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ..model.references import replaced
from ..model.template import Template
from ..rendering.bundle import Bundle
from ..rendering.flat import Origin
from .assembly import STANDING, Assembly

_OF_STACK: Final = re.compile(r"\$\{[^!}]+\}")
"""What an export's name begins with: the stack's own name, which others have as a parameter."""


@dataclass(frozen=True)
class Place:
    """Where a resource of a flat form is written."""

    assembly: Assembly
    origin: Origin


@dataclass(frozen=True)
class Joined:
    """A flat form of one or more roots, and where each of its resources is written."""

    flat: Template
    places: Mapping[str, Place]
    mappings: Mapping[str, Mapping[str, Any]]
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Parameters that two roots have under one name: the one that they have here, and theirs."""


def alone(assembly: Assembly, whole: Bundle) -> Joined:
    """Return the flat form of one root, of which *whole* are the templates."""
    flat, origins = whole.inlined()
    places = {name: Place(assembly, origin) for name, origin in origins.items()}
    return Joined(flat, places, assembly.mappings)


def joined(roots: Sequence[Joined]) -> Iterator[Joined]:
    """Join those of *roots* of which one imports what exactly one other exports."""
    exports = _exports(roots)
    wires = {
        (taker, exports[name])
        for taker, root in enumerate(roots)
        for name in _imports(root.flat)
        if name in exports and exports[name] != taker
    }
    for group in _groups(len(roots), wires):
        if len(group) == 1:
            yield roots[group[0]]
        else:
            yield _together(roots, group, wires)


def _exports(roots: Sequence[Joined]) -> dict[str, int]:
    """Map the name of each export to the one root that has it."""
    found: dict[str, set[int]] = {}
    for number, root in enumerate(roots):
        for body in root.flat.outputs.values():
            if (name := export_name(_exported(body))) is not None:
                found.setdefault(name, set()).add(number)
    return {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1}


def _exported(body: Mapping[str, Any]) -> object:
    export = body.get("Export")
    return export.get("Name") if isinstance(export, dict) else None


def _imports(flat: Template) -> Iterator[str]:
    todo: list[Any] = [*map(dict, flat.resources.values())]
    while todo:
        match todo.pop():
            case {"Fn::ImportValue": name} if (spelled := export_name(name)) is not None:
                yield spelled
            case dict() as node:
                todo += node.values()
            case list() as node:
                todo += node


def export_name(expression: object) -> str | None:
    """Spell the name of an export, with ``*`` for what only deployment knows."""
    match expression:
        case str(text):
            return text
        case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), _]}:
            spelled = _OF_STACK.sub("*", text)
        case {"Fn::Join": [str(mark), [*items]]}:
            spelled = mark.join(item if isinstance(item, str) else "*" for item in items)
        case _:
            return None
    return spelled if spelled.strip("*-:_ ") else None


def _groups(count: int, wires: set[tuple[int, int]]) -> list[list[int]]:
    group = list(range(count))
    for one, other in sorted(wires):
        old, new = group[one], group[other]
        group = [new if number == old else number for number in group]
    return [[n for n in range(count) if group[n] == name] for name in sorted({*group})]


def _together(
    roots: Sequence[Joined], numbers: Sequence[int], wires: set[tuple[int, int]]
) -> Joined:
    resources: dict[str, Mapping[str, Any]] = {}
    parameters: dict[str, Mapping[str, Any]] = {}
    outputs: dict[str, Mapping[str, Any]] = {}
    places: dict[str, Place] = {}
    mappings: dict[str, Mapping[str, Any]] = {}
    renamed: dict[str, str] = {}
    values: dict[str, Any] = {}
    within: dict[int, list[str]] = {}
    for number in numbers:
        root = roots[number]
        names = _fresh_names(root, resources, parameters, number)
        renamed |= {new: old for old, new in names.items() if old in root.flat.parameters}
        for name, body in root.flat.resources.items():
            made = _renaming(dict(body), names)
            resources[names.get(name, name)] = {**made, "Type": body["Type"]}
            places[names.get(name, name)] = root.places[name]
        within[number] = [
            names.get(name, name)
            for name, body in root.flat.resources.items()
            if body["Type"] not in STANDING
        ]
        parameters |= {names.get(n, n): body for n, body in root.flat.parameters.items()}
        for name, body in root.flat.outputs.items():
            outputs[f"{number}.{name}"] = made = _renaming(dict(body), names)
            if (exported := export_name(_exported(body))) is not None:
                values.setdefault(exported, made.get("Value"))
        mappings |= root.mappings
    imported = {name: _importing(dict(body), values) for name, body in resources.items()}
    for taker, giver in wires:
        for name in within.get(taker, ()):
            # A stack is deployed after the one that it imports from.
            waits = [*imported[name].get("DependsOn", []), *within[giver]]
            imported[name] = {**imported[name], "DependsOn": waits}
    flat = replace(
        roots[numbers[0]].flat, resources=imported, parameters=parameters, outputs=outputs
    )
    return Joined(flat, places, mappings, renamed)


def _fresh_names(
    root: Joined,
    resources: Mapping[str, Any],
    parameters: Mapping[str, Mapping[str, Any]],
    number: int,
) -> dict[str, str]:
    """Map those names of *root* that others have, for something else, to new ones."""
    taken = {name for name in root.flat.resources if name in resources or name in parameters}
    taken |= {
        name
        for name, body in root.flat.parameters.items()
        if name in resources or (name in parameters and not _alike(parameters[name], body))
    }
    return {name: f"{name.removesuffix('?')}{number}" + "?" * name.endswith("?") for name in taken}


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    keys = ("Type", "Default", "AllowedValues", "AllowedPattern")
    return all(json.dumps(one.get(key)) == json.dumps(other.get(key)) for key in keys)


def _renaming(body: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = replaced(
        body,
        lambda name: {"Ref": names.get(name, name)},
        lambda name, attribute: {"Fn::GetAtt": [names.get(name, name), attribute]},
        lambda name: [names.get(name, name)],
    )
    return made


def _importing(node: Any, values: Mapping[str, Any]) -> Any:
    match node:
        case {"Fn::ImportValue": name} if len(node) == 1:
            spelled = export_name(name)
            return values.get(spelled, node) if spelled is not None else node
        case dict():
            return {key: _importing(value, values) for key, value in node.items()}
        case list():
            return [_importing(item, values) for item in node]
        case _:
            return node
