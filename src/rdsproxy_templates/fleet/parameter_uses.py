"""Values of parameters held against the properties that they are given to, by AWS's schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from ..aws.property_check import faults
from ..aws.resource_schemas import Pointer, ResourceSchema, schema_of
from ..errors import Problem
from .parameter_rows import ParameterRows


def unfit_values(rows: ParameterRows, template: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the rows whose value a property of *template* does not take, such as an empty name.

    Properties are those that are the parameter itself. A resource with a condition may be left out.
    """
    declared = template.get("Parameters", {})
    resources: Mapping[str, Any] = template["Resources"]

    @cache
    def unfit(name: str, value: str) -> str | None:
        return next(
            (
                f"{name} is {'.'.join(path)} of {title}, which {sentence}"
                for title, resource in resources.items()
                if "Condition" not in resource and (schema := schema_of(str(resource["Type"])))
                for path, sentence in _faults(schema, resource.get("Properties", {}), name, value)
            ),
            None,
        )

    for one in rows.rows:
        if one.name in declared and (sentence := unfit(one.name, one.value)):
            if declared[one.name].get("NoEcho"):
                sentence = sentence.partition(", got ")[0]
            yield Problem(f"{rows.file}:{one.line}", sentence)


def _faults(
    schema: ResourceSchema, properties: Mapping[str, Any], name: str, value: str
) -> Iterator[tuple[Pointer, str]]:
    """Yield what *schema* does not take where *properties* are the parameter *name*."""
    uses = set(_uses(properties, name, ()))
    if not uses:
        return
    for fault in faults(schema, _given(properties, name, value)):
        if fault.path in uses:
            yield fault.path, fault.sentence


def _uses(value: Any, name: str, path: Pointer) -> Iterator[Pointer]:
    if value == {"Ref": name}:
        yield path
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _uses(inner, name, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _uses(inner, name, (*path, str(number)))


def _given(value: Any, name: str, given: str) -> Any:
    if value == {"Ref": name}:
        return given
    if isinstance(value, Mapping):
        return {key: _given(inner, name, given) for key, inner in value.items()}
    if isinstance(value, list):
        return [_given(inner, name, given) for inner in value]
    return value
