"""Members of a template's sections that CloudFormation refuses for their shape.

cfn-lint's schemas of mappings, outputs and parameters say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from .order import references

MOST_MAPPED: Final = 200
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
KEY: Final = re.compile(r"[A-Za-z0-9.-]{1,255}")
TRANSFORM: Final = "Fn::Transform"
OF_OUTPUTS: Final = ("Condition", "Description", "Export", "Value")
LONGEST_DESCRIPTION: Final = 1024
IMPORT: Final = "Fn::ImportValue"
OF_NUMBERS: Final = ("MaxValue", "MinValue")
OF_TEXTS: Final = ("AllowedPattern", "MaxLength", "MinLength")
TRUTHS: Final = ("true", "false")


def shape_problems(document: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each member that has no shape of its section."""
    parameters, resources = document.get("Parameters", {}), document.get("Resources", {})
    for name in sorted(set(parameters) & set(resources)):
        yield f"Template format error: {name} names both a parameter and a resource"
    for name, mapping in document.get("Mappings", {}).items():
        yield from _mapping(name, mapping)
    for name, declaration in parameters.items():
        if isinstance(declaration, Mapping):
            yield from _parameter(name, declaration)
    yield from _conditions(document.get("Conditions", {}))
    for name, output in document.get("Outputs", {}).items():
        if isinstance(output, Mapping):
            yield from _output(name, output, set(resources))


def _mapping(name: str, mapping: Any) -> Iterator[str]:
    if not isinstance(mapping, Mapping) or TRANSFORM in (name, *mapping):
        return
    for key, values in mapping.items():
        if not isinstance(values, Mapping) or TRANSFORM in values:
            continue
        for one in (key, *values):
            if not KEY.fullmatch(str(one)):
                yield (
                    f"Template format error: Mappings attribute name '{one}' of {name} must "
                    "contain only alphanumeric characters, hyphens and periods"
                )
        if any(isinstance(value, Mapping) for value in values.values()):
            yield (
                "Template format error: Every Mappings attribute must be a String or a List: "
                f"{name}/{key}"
            )
    if max([len(mapping), *map(len, mapping.values())], default=0) > MOST_MAPPED:
        yield f"Template format error: mapping {name} has more than {MOST_MAPPED} attributes"


def _parameter(name: str, declaration: Mapping[str, Any]) -> Iterator[str]:
    others = OF_TEXTS if declaration.get("Type") == "Number" else OF_NUMBERS
    for attribute in others:
        if attribute in declaration:
            yield (
                f"Template format error: {attribute} is not an attribute of the parameter {name}, "
                f"whose type is {declaration.get('Type')}"
            )
    if str(declaration.get("NoEcho", "true")).lower() not in TRUTHS:
        yield f"Template format error: NoEcho of the parameter {name} must be true or false"


def _conditions(conditions: Mapping[str, Any]) -> Iterator[str]:
    if _names(conditions, IMPORT):
        yield f"Template error: Cannot use {IMPORT} in Conditions."
    parts = {name: set(_parts(one)) & set(conditions) for name, one in conditions.items()}
    try:
        TopologicalSorter(parts).prepare()
    except CycleError as cycle:
        names = ", ".join(sorted(set(cycle.args[1])))
        yield f"Template error: Circular dependency between conditions: [{names}]"


def _parts(condition: Any) -> Iterator[str]:
    """The names of the conditions that a condition consists of."""
    match condition:
        case {"Condition": str(name), **more} if not more:
            yield name
        case {"Fn::If": [str(name), *branches], **more} if not more:
            yield name
            yield from _parts(branches)
        case dict():
            for inner in condition.values():
                yield from _parts(inner)
        case list():
            for inner in condition:
                yield from _parts(inner)


def _names(value: Any, function: str) -> bool:
    match value:
        case dict():
            return function in value or any(_names(one, function) for one in value.values())
        case list():
            return any(_names(one, function) for one in value)
    return False


def _output(name: str, output: Mapping[str, Any], resources: set[str]) -> Iterator[str]:
    if strange := sorted(set(output) - set(OF_OUTPUTS)):
        yield f"Template format error: Invalid outputs property : [{', '.join(strange)}]"
    if len(str(output.get("Description", "")).encode()) > LONGEST_DESCRIPTION:
        yield (
            f"Template format error: the description of the output {name} is longer than "
            f"{LONGEST_DESCRIPTION} bytes"
        )
    if "Export" not in output:
        return
    export = output["Export"]
    if not isinstance(export, Mapping) or "Name" not in export:
        yield (
            f"Template format error: Output {name} is malformed. The Name field of every Export "
            "member must be specified."
        )
    elif _names(export, IMPORT) or any(one.name in resources for one in references(export)):
        yield (
            f"Template format error: Output {name} is malformed. The Name field of Export must "
            "not depend on any resources, imported values, or Fn::GetAZs."
        )
