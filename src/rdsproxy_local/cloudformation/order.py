"""References within a template, and the order in which resources are created."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final, NamedTuple

from .failure import Failure

VARIABLE: Final = re.compile(r"\$\{([^!{}][^{}]*)\}")
"""A variable of Fn::Sub; ``${!Literal}`` is not one."""


class Reference(NamedTuple):
    """A name that a template mentions, and the attribute that it wants of it."""

    name: str
    attribute: str | None = None


def references(value: Any) -> Iterator[Reference]:
    """Every Ref, Fn::GetAtt and variable of Fn::Sub in *value*."""
    match value:
        case {"Ref": str(name), **more} if not more:
            yield Reference(name)
        case {"Fn::GetAtt": [str(name), dict(attribute)], **more} if not more:
            yield Reference(name)
            yield from references(attribute)
        case {"Fn::GetAtt": wanted, **more} if not more:
            yield attribute_reference(wanted)
        case {"Fn::Sub": [str(text), dict(variables)], **more} if not more:
            yield from _in_text(text, variables)
            yield from references(variables)
        case {"Fn::Sub": str(text), **more} if not more:
            yield from _in_text(text, {})
        case dict():
            for inner in value.values():
                yield from references(inner)
        case list():
            for inner in value:
                yield from references(inner)


def attribute_reference(wanted: Any) -> Reference:
    """The reference of an Fn::GetAtt: "Resource.Attribute" or a list of both."""
    match wanted:
        case str() if "." in wanted:
            name, _, attribute = wanted.partition(".")
            return Reference(name, attribute)
        case [str(name), str(attribute)]:
            return Reference(name, attribute)
    raise Failure(
        "Template error: every Fn::GetAtt object requires two non-empty parameters, "
        "the resource name and the resource attribute"
    )


def variable_reference(variable: str) -> Reference:
    """The reference of ``${Name}`` or ``${Name.Attribute}``."""
    name, _, attribute = variable.strip().partition(".")
    return Reference(name, attribute or None)


def depends_on(resource: Mapping[str, Any]) -> list[str]:
    """The names in DependsOn, which may be a single one."""
    names = resource.get("DependsOn", [])
    return [names] if isinstance(names, str) else list(names)


def dependencies(resource: Mapping[str, Any]) -> set[str]:
    """The names that *resource* mentions, parameters among them."""
    parts = [resource.get(part, {}) for part in ("Properties", "UpdatePolicy")]
    mentioned = {reference.name for reference in references(parts)}
    return mentioned | set(depends_on(resource))


def graph(resources: Mapping[str, Any]) -> dict[str, list[str]]:
    """The logical IDs, and those that each depends on."""
    return {
        logical_id: sorted(dependencies(resource) & set(resources))
        for logical_id, resource in resources.items()
    }


def ordered(resources: Mapping[str, Any]) -> list[str]:
    """The logical IDs, each after those that it depends on."""
    try:
        return list(TopologicalSorter(graph(resources)).static_order())
    except CycleError as error:
        members = ", ".join(sorted(set(error.args[1])))
        raise Failure(f"Circular dependency between resources: [{members}]") from error


def _in_text(text: str, variables: Mapping[str, Any]) -> Iterator[Reference]:
    for variable in VARIABLE.findall(text):
        if variable not in variables:
            yield variable_reference(variable)
