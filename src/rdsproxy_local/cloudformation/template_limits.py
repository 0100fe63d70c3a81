"""Names and texts in a template that CloudFormation refuses for what they are.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..values import repeated
from .template_shapes import shape_problems

LONGEST_NAME: Final = 255
LONGEST_DESCRIPTION: Final = 1024
FORMAT: Final = "2010-09-09"
NOUNS: Final = {
    "Resources": "Resource",
    "Parameters": "Parameter",
    "Outputs": "Output",
    "Mappings": "Mapping",
}
LONGEST_PARAMETER_DESCRIPTION: Final = 4000
PARTS: Final[Mapping[str, tuple[range, str]]] = {
    "Fn::And": (range(2, 11), "a list of at least 2 and at most 10 boolean parameters"),
    "Fn::Equals": (range(2, 3), "a list of 2 string parameters"),
    "Fn::Not": (range(1, 2), "a list of 1 boolean parameter"),
    "Fn::Or": (range(2, 11), "a list of at least 2 and at most 10 boolean parameters"),
}
"""The number of parts of functions of conditions."""
TRANSFORM: Final = "Fn::Transform"
ASKED: Final = {"Condition", "Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or", TRANSFORM}
EXPORT: Final = re.compile(r"[A-Za-z0-9:-]{1,255}")


def limit_problems(document: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each name or text that is too long, or of other characters."""
    for section, noun in NOUNS.items():
        for name in document.get(section, {}):
            if not (name.isascii() and name.isalnum()):
                yield f"Template format error: {noun} name {name} is non alphanumeric."
            if len(name) > LONGEST_NAME:
                yield (
                    f"Template format error: {noun} name {name[:40]}… is longer than "
                    f"{LONGEST_NAME} characters."
                )
    version = document.get("AWSTemplateFormatVersion", FORMAT)
    if str(version) != FORMAT:
        yield f"Template format error: Unsupported template format version: {version}"
    if not isinstance(document.get("Description", ""), str):
        yield "Template format error: [/Description] 'Description' must be a string"
    yield from _mapping_problems(document.get("Mappings", {}))
    for condition in document.get("Conditions", {}).values():
        yield from _number_problems(condition)
    for name, declaration in document.get("Parameters", {}).items():
        said = declaration.get("Description", "") if isinstance(declaration, Mapping) else ""
        if len(str(said)) > LONGEST_PARAMETER_DESCRIPTION:
            yield (
                f"Template format error: the description of the parameter {name} is longer than "
                f"{LONGEST_PARAMETER_DESCRIPTION} characters"
            )
    if wrong := [one for one in document.get("Conditions", {}).values() if not _is_asked(one)]:
        yield (
            "Template format error: Conditions can only be boolean operations on parameters and "
            f"other conditions: {wrong[0]}"
        )
    yield from shape_problems(document)
    if len(str(document.get("Description", "")).encode()) > LONGEST_DESCRIPTION:
        yield (
            f"Template format error: 'Description' length is greater than {LONGEST_DESCRIPTION}."
        )


def _mapping_problems(mappings: Mapping[str, Any]) -> Iterator[str]:
    for name, mapping in mappings.items():
        inner = mapping.values() if isinstance(mapping, Mapping) else [None]
        if name != TRANSFORM and not all(isinstance(one, Mapping) for one in inner):
            yield (
                "Template format error: Every Mappings member must be a map of maps, to strings or "
                f"lists: {name}"
            )


def _number_problems(condition: Any) -> Iterator[str]:
    """Refuse functions of conditions with too few or too many parts, also in conditions."""
    if not isinstance(condition, Mapping):
        return
    for function, (numbers, parts) in PARTS.items():
        given = condition.get(function)
        if isinstance(given, list) and len(given) not in numbers:
            yield f"Template error: every {function} object requires {parts}."
        for inner in given if isinstance(given, list) and function != "Fn::Equals" else ():
            yield from _number_problems(inner)


def _is_asked(condition: Any) -> bool:
    """True for a function, and for the name of another condition."""
    return isinstance(condition, Mapping) and set(condition) <= ASKED


def export_problem(name: str) -> str | None:
    """Explain why an output cannot be exported by that name, once it is known."""
    if EXPORT.fullmatch(name):
        return None
    return (
        f"Template error: the export name '{name[:80]}' must contain only alphanumeric "
        f"characters, colons, or hyphens, up to {LONGEST_NAME}"
    )


def twice_exported(exports: Mapping[str, str | None]) -> Iterator[str]:
    """Yield a sentence for each name by which two outputs are exported; *exports* is by output."""
    names = [name for name in exports.values() if name is not None]
    for name in repeated(names):
        outputs = ", ".join(output for output, one in exports.items() if one == name)
        yield (
            f"Template format error: Duplicate Export names. Output {outputs} resolved to the "
            f"same export name {name}."
        )
