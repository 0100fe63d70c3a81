"""SAM's ``Globals``, merged into the resources that they are for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

GLOBAL_TYPES: Final[Mapping[str, str]] = {
    name: f"AWS::Serverless::{name}"
    for name in (
        "Function",
        "Api",
        "HttpApi",
        "SimpleTable",
        "StateMachine",
        "LayerVersion",
        "CapacityProvider",
        "WebSocketApi",
    )
}


def with_globals(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the template *body* with its ``Globals`` in its resources, where SAM puts them."""
    sections = body.get("Globals")
    if not isinstance(sections, dict):
        return dict(body)
    of_type = {
        GLOBAL_TYPES[name]: properties
        for name, properties in sections.items()
        if name in GLOBAL_TYPES and isinstance(properties, dict)
    }
    resources = {
        title: _with(resource, of_type.get(str(resource.get("Type")), {}))
        for title, resource in body["Resources"].items()
    }
    return {**body, "Resources": resources}


def _with(resource: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    ignored = resource.get("IgnoreGlobals", [])
    if ignored == "*" or not properties:
        return dict(resource)
    taken = {
        key: value
        for key, value in properties.items()
        if not isinstance(ignored, list) or key not in ignored
    }
    return {**resource, "Properties": _merged(taken, resource.get("Properties", {}))}


def _merged(outer: Any, own: Any) -> Any:
    """Merge as SAM does: mappings by key, lists one after the other, else the resource's own."""
    match outer, own:
        case dict(), dict() if not _is_function(outer) and not _is_function(own):
            both = {key: _merged(outer[key], own[key]) for key in outer.keys() & own.keys()}
            return {**outer, **own, **both}
        case [*first], [*second]:
            return [*first, *second]
        case _:
            return own


def _is_function(node: Mapping[str, Any]) -> bool:
    return len(node) == 1 and next(iter(node)).startswith(("Ref", "Fn::"))
