"""Scenarios: what a flat template with conditions deploys, one for each way to decide them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ..model.references import replaced
from ..model.template import Template
from .assembly import CONDITION, NO_VALUE, RULE, STANDING, UNDER, is_known_by_default
from .decisions import Decisions, Known, text

MOST_SCENARIOS: Final = 32
LISTS: Final = ("CommaDelimitedList", "List<")


@dataclass(frozen=True)
class Scenario:
    """What is deployed in one way, or in several alike."""

    template: Template
    """Without conditions and mappings."""
    ways: list[Decisions]
    is_one_of_all: bool
    """False where there are so many ways that only some are looked at."""


def scenarios(
    flat: Template, mappings: Mapping[str, Mapping[str, Any]], values: Mapping[str, str]
) -> list[Scenario]:
    """Return what *flat* deploys, one scenario for each way that differs, and that rules allow.

    *values* are those of parameters and pseudo parameters, as far as they are given.
    """
    conditions = {
        str(body["Properties"]["Name"]): body["Properties"]["Expression"]
        for body in flat.resources.values()
        if body["Type"] == CONDITION
    }
    known = Known(
        parameters=flat.parameters, conditions=conditions, mappings=mappings, values=values
    )
    found: dict[str, Scenario] = {}
    ways, is_all = _ways(flat, known)
    if len(ways) == 1:
        return [Scenario(_deployed(flat, ways[0]), ways, is_all)]
    for decisions in ways:
        deployed = _deployed(flat, decisions)
        shown = json.dumps([deployed.resources, deployed.outputs], default=str)
        found.setdefault(shown, Scenario(deployed, [], is_all)).ways.append(decisions)
    return list(found.values())


def _ways(flat: Template, known: Known) -> tuple[list[Decisions], bool]:
    """Return every way to decide; of too many, those that decide each question both ways.

    Also tell if it is every one.
    """
    todo: list[list[bool]] = [[]]
    found: list[Decisions] = []
    while todo and len(found) <= MOST_SCENARIOS:
        script = todo.pop()
        decisions = _decided(flat, known, script)
        found.append(decisions)
        todo += [
            [*decisions.answers[:number], False]
            for number in range(len(script), len(decisions.answers))
        ]
    if not todo:
        return _allowed(found), True
    # Each script is played against the questions that its own answers lead to.
    yes = [True] * len(found[0].answers)
    scripts = [yes, *([*yes[:number], False] for number in range(len(yes)))]
    no = [False] * (4 * len(yes))
    scripts += [no, *([*no[:number], True, *no] for number in range(len(yes)))]
    some = [_decided(flat, known, script) for script in scripts[: 2 * MOST_SCENARIOS]]
    return _allowed(some), False


def _decided(flat: Template, known: Known, script: list[bool]) -> Decisions:
    decisions = Decisions(known, script)
    _decide(flat, decisions)
    for body in flat.resources.values():
        if body["Type"] == RULE and all(map(decisions.holds, _under(body))):
            decisions.hold_to(body["Properties"]["When"], body["Properties"]["Asserted"])
    return decisions


def _allowed(ways: list[Decisions]) -> list[Decisions]:
    """Return those of *ways* that rules allow; where they seem to allow none, all."""
    return [one for one in ways if one.is_allowed] or ways


def _decide(flat: Template, decisions: Decisions) -> None:
    """Answer every question that the resources of *flat* ask."""
    # What a resource asks that is not deployed is not asked.
    todo: list[Any] = [
        dict(body)
        for body in (*flat.outputs.values(), *flat.resources.values())
        if body.get("Type") not in STANDING and all(map(decisions.holds, _under(body)))
    ]
    while todo:
        match todo.pop():
            case {"Fn::If": [str(condition), holds, otherwise]}:
                todo.append(holds if decisions.holds(condition) else otherwise)
            case dict() as node:
                todo += node.values()
            case list() as node:
                todo += node


def _under(body: Mapping[str, Any]) -> list[str]:
    """Return the conditions that a resource or an output stands under."""
    names = body.get(UNDER, [])
    return names if isinstance(names, list) else [names]


def _deployed(flat: Template, decisions: Decisions) -> Template:
    values = dict(_values(flat, decisions))

    def ref(name: str) -> Any:
        return values.get(name, {"Ref": name})

    def get_att(name: str, attribute: str) -> Any:
        return {"Fn::GetAtt": [name, attribute]}

    def concrete(body: Mapping[str, Any]) -> Any:
        return _concrete(replaced(_chosen(dict(body), decisions), ref, get_att), decisions)

    resources = {}
    for name, body in flat.resources.items():
        if body["Type"] in STANDING or not all(map(decisions.holds, _under(body))):
            continue
        made = concrete({key: value for key, value in body.items() if key != UNDER})
        mappings: dict[str, Any] = {
            key: {} for key in ("Properties", "Metadata") if not _is_mapping(made, key)
        }
        resources[name] = {**made, **mappings, "Type": body["Type"]}
    for body in resources.values():
        if "DependsOn" in body:
            body["DependsOn"] = [name for name in body["DependsOn"] if name in resources]
    outputs = {
        name: concrete(body)
        for name, body in flat.outputs.items()
        if all(map(decisions.holds, _under(body)))
    }
    parameters = {name: body for name, body in flat.parameters.items() if name not in values}
    return replace(flat, parameters=parameters, resources=resources, outputs=outputs)


def _is_mapping(body: Mapping[str, Any], key: str) -> bool:
    return isinstance(body.get(key, {}), dict)


def _values(flat: Template, decisions: Decisions) -> Iterator[tuple[str, Any]]:
    """Yield the value of each parameter that has one: given, decided, or by default."""
    for name, body in flat.parameters.items():
        if body.get("NoEcho") in (True, "true"):
            continue  # a secret, whatever its default
        given = decisions.value({"Ref": name})
        if not isinstance(given, str):
            key = json.dumps({"Ref": name})
            excluded = decisions.excluded.get(key, set())
            default = text(body["Default"]) if is_known_by_default(body) else ""
            if default in {"", *excluded}:  # empty text stands for nothing that is given
                continue
            given = body["Default"]
        elif str(body["Type"]).startswith("AWS::SSM::"):
            continue  # what is given is a path
        if str(body["Type"]).startswith(LISTS):
            parts = given if isinstance(given, list) else text(given).split(",")
            yield name, [text(part).strip() for part in parts] if text(given) else []
        else:
            yield name, given


def _chosen(node: Any, decisions: Decisions) -> Any:
    """Copy *node* with every ``Fn::If`` replaced by the arm that is decided."""
    match node:
        case {"Fn::If": [str(condition), holds, otherwise]} if len(node) == 1:
            return _chosen(holds if decisions.holds(condition) else otherwise, decisions)
        case dict():
            made = {
                key: value if isinstance(value, str) else _chosen(value, decisions)
                for key, value in node.items()
            }
            return {key: value for key, value in made.items() if value != NO_VALUE}
        case list():
            items = (_chosen(item, decisions) for item in node)
            return [item for item in items if item != NO_VALUE]
        case _:
            return node


def _concrete(node: Any, decisions: Decisions) -> Any:
    """Copy *node* with what parameters and mappings now tell worked out."""
    match node:
        case dict():
            made = {
                key: value if isinstance(value, str) else _concrete(value, decisions)
                for key, value in node.items()
            }
            return _worked_out(made, decisions) if len(made) == 1 else made
        case list():
            return [_concrete(item, decisions) for item in node]
        case _:
            return node


def _worked_out(node: dict[str, Any], decisions: Decisions) -> Any:
    match node:
        case {"Fn::FindInMap": [str(name), first, second, *_]}:
            found: Any = decisions.known.mappings.get(name, {})
            for key in map(decisions.value, (first, second)):
                found = found.get(key) if isinstance(found, dict) and isinstance(key, str) else None
            return node if found is None else found
        case {"Fn::Split": [str(mark), str(joined)]} if mark:
            return joined.split(mark)
        case {"Fn::Select": [index, [*items]]} if str(index).isdigit():
            number = int(str(index))
            return items[number] if number < len(items) else node
        case {"Fn::Join": [str(mark), [*items]]} if all(isinstance(one, str) for one in items):
            return mark.join(items)
        case _:
            return node
