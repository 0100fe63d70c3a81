"""A family without nesting: one template, its children's resources inlined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..model.references import references, replaced, simplified
from ..model.template import Body, Template, in_order, needed
from .waits import Wait, with_waits


@dataclass(frozen=True)
class Origin:
    """Where a resource of a flat template comes from: titles of stacks, then its own."""

    path: tuple[str, ...]
    title: str


@dataclass(frozen=True)
class Flattening:
    """What is learned while stacks are inlined."""

    origins: dict[str, Origin] = field(default_factory=dict)
    arguments: dict[tuple[str, ...], Mapping[str, Any]] = field(default_factory=dict)
    """What each nested stack is passed, by the titles of the stacks around it and its own."""
    waits: list[Wait] = field(default_factory=list)


def flattened(root: Template) -> tuple[Template, Mapping[str, Origin]]:
    """*root* with everything that it nests in one template, and where each resource was.

    A child's parameters are replaced by what its parent passes, its outputs by what they
    stand for. A child's resource gets the titles of the stacks around it as a prefix, so
    one stack can be nested twice. What waited for a child waits for all that was in it.

    Raises :class:`WiringError` where stacks need each other in a circle.
    """
    flat, learned = inlined(root)
    return flat, learned.origins


def inlined(root: Template) -> tuple[Template, Flattening]:
    """:func:`flattened`, with all that is learned on the way."""
    learned = Flattening()
    given = {name: {"Ref": name} for name in root.parameters}
    resources, outputs, order = _inlined(root, (), given, learned)
    flat = replace(
        root,
        children={},
        resources=with_waits(resources, order, learned.waits),
        outputs=outputs,
        transforms=sorted({name for _, one in root.walk() for name in one.transforms}),
    )
    return flat, learned


def with_defaults(flat: Template) -> Template:
    """*flat* with each parameter that has a default replaced by it."""
    values = {
        name: _received(body, body["Default"])
        for name, body in flat.parameters.items()
        if "Default" in body
    }

    def filled(bodies: Mapping[str, Body]) -> dict[str, Body]:
        return {
            name: replaced(
                dict(body),
                lambda name: values.get(name, {"Ref": name}),
                lambda name, attribute: {"Fn::GetAtt": [name, attribute]},
            )
            for name, body in bodies.items()
        }

    return replace(
        flat,
        parameters={n: body for n, body in flat.parameters.items() if n not in values},
        resources=filled(flat.resources),
        outputs=filled(flat.outputs),
    )


def _inlined(
    template: Template, path: tuple[str, ...], given: Mapping[str, Any], learned: Flattening
) -> tuple[dict[str, Body], dict[str, Body], list[str]]:
    """The resources of *template* and below, its outputs, and an order to create them in."""
    offered: dict[str, Mapping[str, Body]] = {}
    within: dict[str, list[str]] = {}
    below: dict[str, Body] = {}
    resources: dict[str, Body] = {}

    def ref(name: str) -> Any:
        return given[name] if name in given else {"Ref": "".join((*path, name))}

    def get_att(name: str, attribute: str) -> Any:
        if name in offered:
            return offered[name][attribute.removeprefix("Outputs.")]["Value"]
        return {"Fn::GetAtt": ["".join((*path, name)), attribute]}

    def depends_on(name: str) -> list[str]:
        # To wait for a child is a wait, and no name of a resource.
        return [] if name in offered else ["".join((*path, name))]

    order = in_order(template)
    for title in order:
        if title in template.children:
            nested = template.children[title]
            arguments = replaced(dict(nested.arguments), ref, get_att)
            learned.arguments[*path, title] = arguments
            received = {
                name: _received(parameter, arguments.get(name, parameter.get("Default")))
                for name, parameter in nested.template.parameters.items()
            }
            inner, offered[title], within[title] = _inlined(
                nested.template, (*path, title), received, learned
            )
            below |= inner
            needs = {*references(dict(nested.arguments))}
        else:
            name = "".join((*path, title))
            learned.origins[name] = Origin(path, title)
            body = template.resources[title]
            resources[title] = _dependent(replaced(dict(body), ref, get_att, depends_on))
            within[title] = [name]
            needs = needed(body)
        for other in sorted(needs & within.keys() - {title}):
            if title in template.children or other in template.children:
                learned.waits.append(Wait(within[title], within[other]))
    below |= {"".join((*path, title)): resources[title] for title in template.resources}
    outputs = {name: replaced(dict(body), ref, get_att) for name, body in template.outputs.items()}
    return below, outputs, [name for title in order for name in within[title]]


def _dependent(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != "DependsOn" or value}


def _received(parameter: Body, argument: Any) -> Any:
    """What a ``Ref`` to *parameter* gives: a list, where its type is one."""
    listed = parameter["Type"].startswith(("CommaDelimitedList", "List<"))
    return simplified({"Fn::Split": [",", argument]}) if listed else argument
