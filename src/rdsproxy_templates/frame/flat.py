"""A family without nesting: one template, its children's resources inlined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from typing import Any

from .references import references, replaced, simplified
from .template import Body, Template


@dataclass(frozen=True)
class Origin:
    """Where a resource of a flat template comes from: titles of stacks, then its own."""

    path: tuple[str, ...]
    title: str


def flattened(root: Template) -> tuple[Template, Mapping[str, Origin]]:
    """*root* with everything that it nests in one template, and where each resource was.

    A child's parameters are replaced by what its parent passes, its outputs by what they
    stand for. A child's resource gets the titles of the stacks around it as a prefix, so
    one stack can be nested twice.
    """
    origins: dict[str, Origin] = {}
    given = {name: {"Ref": name} for name in root.parameters}
    resources, outputs = _inlined(root, (), given, origins)
    transforms = sorted({name for _, one in root.walk() for name in one.transforms})
    flat = replace(root, children={}, resources=resources, outputs=outputs, transforms=transforms)
    return flat, origins


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
    template: Template,
    path: tuple[str, ...],
    given: Mapping[str, Any],
    origins: dict[str, Origin],
) -> tuple[dict[str, Body], dict[str, Body]]:
    """The resources of *template* and below, and its outputs, as the root sees them."""
    offered: dict[str, Mapping[str, Body]] = {}
    within: dict[str, list[str]] = {}
    resources: dict[str, Body] = {}

    def ref(name: str) -> Any:
        return given[name] if name in given else {"Ref": "".join((*path, name))}

    def get_att(name: str, attribute: str) -> Any:
        if name in offered:
            return offered[name][attribute.removeprefix("Outputs.")]["Value"]
        return {"Fn::GetAtt": ["".join((*path, name)), attribute]}

    def depends_on(name: str) -> list[str]:
        return within.get(name, ["".join((*path, name))])

    for title in _in_order(template):
        nested = template.children[title]
        arguments = replaced(dict(nested.arguments), ref, get_att)
        received = {
            name: _received(parameter, arguments.get(name, parameter.get("Default")))
            for name, parameter in nested.template.parameters.items()
        }
        below, offered[title] = _inlined(nested.template, (*path, title), received, origins)
        within[title] = list(below)
        resources |= below

    for title, body in template.resources.items():
        name = "".join((*path, title))
        origins[name] = Origin(path, title)
        resources[name] = replaced(dict(body), ref, get_att, depends_on)
    outputs = {name: replaced(dict(body), ref, get_att) for name, body in template.outputs.items()}
    return resources, outputs


def _received(parameter: Body, argument: Any) -> Any:
    """What a ``Ref`` to *parameter* gives: a list, where its type is one."""
    listed = parameter["Type"].startswith(("CommaDelimitedList", "List<"))
    return simplified({"Fn::Split": [",", argument]}) if listed else argument


def _in_order(template: Template) -> Iterator[str]:
    """The children, each after those whose outputs it is passed."""
    needs = {
        title: [name for name in references(dict(nested.arguments)) if name in template.children]
        for title, nested in template.children.items()
    }
    return iter(tuple(TopologicalSorter(needs).static_order()))
