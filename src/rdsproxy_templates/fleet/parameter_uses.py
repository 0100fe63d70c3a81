"""Values of parameters held against the properties that they are given to, by AWS's schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from ..aws.property_check import faults
from ..aws.resource_schemas import Pointer, ResourceSchema, schema_of
from ..errors import Problem
from .parameter_rows import ParameterRows


def unfit_values(rows: ParameterRows, template: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the rows whose value a property of *template* does not take, such as an empty name.

    Properties are those that are the parameter itself. A resource with a condition may be left out.
    """
    declared = template.get("Parameters", {})

    @cache
    def users(name: str) -> list[_User]:
        return list(_users(template["Resources"], name))

    @cache
    def unfit(name: str, value: str) -> str | None:
        return next((text for one in users(name) for text in one.refusals(name, value)), None)

    for one in rows.rows:
        if one.name in declared and (sentence := unfit(one.name, one.value)):
            if declared[one.name].get("NoEcho"):
                sentence = sentence.partition(", got ")[0]
            yield Problem(f"{rows.file}:{one.line}", sentence)


class _User(NamedTuple):
    """A resource with properties that are a parameter."""

    title: str
    schema: ResourceSchema
    properties: Mapping[str, Any]
    uses: frozenset[Pointer]

    def refusals(self, name: str, value: str) -> Iterator[str]:
        """Yield a sentence for each property that does not take *value* of the parameter *name*."""
        for fault in faults(self.schema, _given(self.properties, name, value)):
            if fault.path in self.uses:
                yield f"{name} is {'.'.join(fault.path)} of {self.title}, which {fault.sentence}"


def _users(resources: Mapping[str, Any], name: str) -> Iterator[_User]:
    for title, resource in resources.items():
        used = _used(resource.get("Properties", {}), name)
        if used and "Condition" not in resource and (schema := schema_of(str(resource["Type"]))):
            yield _User(title, schema, used, frozenset(_uses(used, name, ())))


def _used(value: Any, name: str) -> Any:
    """Return what of *value* has the parameter *name* in it; None where nothing has."""
    if value == {"Ref": name}:
        return value
    if isinstance(value, Mapping):
        found = {key: _used(inner, name) for key, inner in value.items()}
        return {key: inner for key, inner in found.items() if inner is not None} or None
    if isinstance(value, list):
        entries = [_used(inner, name) for inner in value]
        return entries if any(one is not None for one in entries) else None
    return None


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
