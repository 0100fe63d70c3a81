"""Families with exactly one thing wrong, for the tests of our checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final, NamedTuple

from rdsproxy_templates.model import Template
from rdsproxy_templates.rendering import Bundle, render
from rdsproxy_templates.rendering.documents import bundle
from rdsproxy_templates.validators.graph import Graph, Violation
from rdsproxy_templates.validators.rules import GRAPH_CHECKS, rule_of
from rdsproxy_templates.variants import base

FAMILY: Final[Bundle] = render(base, base.Config())
BASE: Final[Template] = FAMILY.flat()[0]

GIVEN: Final = {"Ref": "Given"}
"""A parameter without a default: only deployment knows its value."""

ATTRIBUTES: Final = ("Type", "DependsOn", "Metadata")
"""What stands beside the properties of a resource."""


class Found(NamedTuple):
    """What a check found: the rule, the resource and the place in it, and two sentences."""

    rule: str
    resource: str
    place: str
    sentence: str
    remedy: str

    @property
    def about(self) -> tuple[str, str]:
        return self.rule, self.resource


def found(template: Template, *checks: Callable[[Graph], Iterator[Violation]]) -> list[Found]:
    """All that *checks*, or else all our checks, find in *template*."""
    graph = Graph(template)
    return [
        Found(
            rule_of(check),
            violation.resource,
            violation.property,
            violation.sentence,
            violation.remedy,
        )
        for check in checks or GRAPH_CHECKS
        for violation in check(graph)
    ]


def faulted(path: str, value: object, template: Template = BASE) -> Template:
    """A copy of *template* with *value* at *path*.

    ``RDSStackRDSProxy/Auth/0/IAMAuth`` is a property, ``RDSStackRDSProxy/DependsOn`` an
    attribute, ``RDSStackRDSProxy`` a whole resource. The end of a list is added to.
    """
    resources = deepcopy(dict(template.resources))
    place, last = _opened(resources, path)
    if isinstance(place, list) and last == len(place):
        place.append(value)
    else:
        place[last] = value
    return replace(template, resources=resources)


def without(path: str, template: Template = BASE) -> Template:
    """A copy of *template* without what stands at *path*."""
    resources = deepcopy(dict(template.resources))
    place, last = _opened(resources, path)
    del place[last]
    return replace(template, resources=resources)


def family(stack: str, path: str, value: object, made: Bundle = FAMILY) -> Bundle:
    """The files of *made* with *value* at *path* of the template of *stack*."""
    root = made.root
    nested = root.children[stack]
    wrong = replace(nested, template=faulted(path, value, nested.template))
    return bundle(replace(root, children={**root.children, stack: wrong}))


def template(**resources: dict[str, Any]) -> Template:
    """A flat template of these resources, which refer to each other by these names."""
    return Template(description="", parameters={}, children={}, resources=resources, outputs={})


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """A resource of type ``AWS::<kind>``."""
    return {"Type": f"AWS::{kind}", "Properties": properties}


def ref(name: str) -> dict[str, Any]:
    return {"Ref": name}


def get_att(name: str, attribute: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, attribute]}


def _opened(resources: dict[str, Any], path: str) -> tuple[Any, Any]:
    """The mapping or list that *path* ends in, and its last key or index."""
    name, *steps = path.split("/")
    if not steps:
        return resources, name
    place: Any = resources[name] if steps[0] in ATTRIBUTES else resources[name]["Properties"]
    *between, last = [int(step) if step.isdigit() else step for step in steps]
    for step in between:
        place = place[step]
    return place, last
