"""The table of fleet.yaml's settings, for docs/fleet.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rdsproxy_templates.fleet.fleet_settings import FleetSettings
from rdsproxy_templates.model import Settings
from rdsproxy_templates.model.json_schema import json_schema
from reference_page import linked
from setting_groups import is_list, nested, shown

WORDS = {"array": "list", "boolean": "bool", "integer": "int", "object": "mapping", "string": "str"}


def fleet_settings() -> Iterator[str]:
    """Yield a row for each setting, those of groups by their paths."""
    yield "| setting | type | default | meaning |"
    yield "| --- | --- | --- | --- |"
    yield from _rows(FleetSettings, "")


def _rows(kind: type[Settings], path: str) -> Iterator[str]:
    properties = json_schema(kind)["properties"]
    for name, info in kind.model_fields.items():
        written = info.alias or name
        default = "must be given"
        if not info.is_required():
            default = shown(info.get_default(call_default_factory=True))
        inner = [*nested(info.annotation)]
        type_ = "mapping" if inner else _type(properties[written])
        type_ = f"list of {type_}s" if inner and is_list(info) else type_
        yield f"| `{path}{written}` | {type_} | {default} | {linked(info.description or '')} |"
        for one in inner:
            yield from _rows(one, f"{path}{written}{'[]' if is_list(info) else ''}.")


def _type(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        found = [_type(one) for one in schema["anyOf"] if one.get("type") != "null"]
        return " or ".join(found)
    if "enum" in schema:
        return " \\| ".join(schema["enum"])
    if schema["type"] == "array":
        return f"list of {_type(schema['items'])}"
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(WORDS[one] for one in kinds)
