"""The flat form of a nested template: one template with its children's resources inlined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..model.references import replaced, simplified
from ..model.template import Body, Template, in_order, needed
from .waits import Wait, with_waits


@dataclass(frozen=True)
class Origin:
    """Origin of a resource of a flat template: the titles of its stacks, and its own title."""

    path: tuple[str, ...]
    title: str


@dataclass(frozen=True)
class Flattening:
    """Facts collected while stacks are inlined."""

    origins: dict[str, Origin] = field(default_factory=dict)
    arguments: dict[tuple[str, ...], Mapping[str, Any]] = field(default_factory=dict)
    """Arguments of each nested stack by the titles of the stacks around it and its own."""
    waits: list[Wait] = field(default_factory=list)


def flattened(root: Template) -> tuple[Template, Mapping[str, Origin]]:
    """Inline everything that *root* nests; also return the origin of each resource.

    A child's parameters become the arguments that its parent passes, its outputs the values that
    they stand for. A child's resource gets the titles of the stacks around it as a prefix, so one
    stack can be nested twice. A resource that waited for a child waits for all resources in it.

    Raises :class:`WiringError` when stacks depend on each other in a circle.
    """
    flat, learned = inlined(root)
    return flat, learned.origins


def inlined(root: Template) -> tuple[Template, Flattening]:
    """Inline like :func:`flattened`, and return all facts collected on the way."""
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
    """Replace each parameter of *flat* that has a default by its default.

    One with ``NoEcho`` stays: it is a secret, whatever its default.
    """
    values = {
        name: _received(body, body["Default"])
        for name, body in flat.parameters.items()
        if "Default" in body and body.get("NoEcho") not in (True, "true")
    }

    if not values:
        return flat

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
    """Resources of *template* and its children, its outputs, and the resources' creation order."""
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
        # A child is not a resource of the flat form; its wait is recorded in ``waits``.
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
            needs = nested.needs()
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
    """Value of a ``Ref`` to *parameter*: a list if its type is one."""
    listed = parameter["Type"].startswith(("CommaDelimitedList", "List<"))
    return simplified({"Fn::Split": [",", argument]}) if listed else argument
