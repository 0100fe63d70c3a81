"""A change of one resource, or a new one, judged by AWS's schema and by the stack around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..aws.property_check import covered, faults
from ..aws.resource_schemas import resource_types, schema_of
from ..errors import Problem
from ..model.customization import ATTRIBUTES, POLICIES
from ..model.intrinsic_functions import is_function
from ..model.pieces import Slip, dangling, leading, malformed, unknown_titles
from ..model.references import wires
from ..model.template import Body, Template
from ..model.wording import did_you_mean, shown

_TITLE: Final = re.compile(r"[A-Za-z0-9]{1,255}")
_SECRET: Final = re.compile(
    r"(password|passphrase|(?<!generate)secret_?string|auth_?token|client_?secret)$", re.IGNORECASE
)
_WITH_ROLE: Final = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")
_STORED: Final = "'{{resolve:secretsmanager:…}}'"
_FREE: Final = ("AWS::Serverless::", "AWS::CloudFormation::", "Custom::")
"""Beginnings of types whose attributes no schema tells."""
_REFUSED: Final = {
    "Type": "cannot change: a resource of another type is another one; add it by extra_resources",
    "Condition": "is not supported: decide in the settings, templates have no conditions",
}


def patch_problems(
    patch: Mapping[str, Any],
    type_: str,
    stack: Template,
    known: tuple[str, ...] = ATTRIBUTES,
) -> Iterator[Problem]:
    """Yield what is wrong with *patch* for a resource of *type_* in *stack*.

    *known* are the attributes to name where an unknown one is written.

    Of a secret in clear text nothing else is said, because that might repeat it.
    """
    clear = [Problem(".".join(("Properties", *path)), text) for path, text in _secrets(patch)]
    yield from clear
    for problem in _patch_problems(patch, type_, stack, known):
        if not any(f"{problem.place}.".startswith(f"{one.place}.") for one in clear):
            yield problem


def _patch_problems(
    patch: Mapping[str, Any], type_: str, stack: Template, known: tuple[str, ...]
) -> Iterator[Problem]:
    schema = schema_of(type_)
    properties = list(schema.body["properties"]) if schema else []
    for name in patch:
        if name not in ATTRIBUTES:
            yield Problem(name, _unknown_attribute(name, known, properties))
    for name, choices in POLICIES.items():
        if patch.get(name) is not None and patch[name] not in choices:
            yield Problem(name, f"must be one of {', '.join(choices)}, got {shown(patch[name])}")
    yield from _waits(patch.get("DependsOn"), stack)
    rest = {key: value for key, value in patch.items() if key in ATTRIBUTES and key != "DependsOn"}
    for found in (malformed(rest), dangling(rest, stack), _unknown_attributes(rest, stack)):
        yield from (Problem(".".join(slip.path), slip.sentence) for slip in found)
    for name in ("Properties", "Metadata", "CreationPolicy", "UpdatePolicy"):
        if rest.get(name) is not None and not isinstance(rest[name], dict):
            yield Problem(name, f"must be a mapping, got {shown(rest[name])}")
            rest.pop(name)
    if "Properties" in patch and patch["Properties"] is None:
        sentence = "must not be null, which takes every property away; set single ones to null"
        yield Problem("Properties", sentence)
    given = rest.get("Properties") or {}
    for fault in faults(schema, given) if schema else ():
        yield Problem(".".join(("Properties", *fault.path)), fault.sentence)


def resource_problems(title: str, body: object, stack: Template) -> Iterator[Problem]:
    """Yield what is wrong with a new resource of *stack*."""
    if not isinstance(body, dict):
        yield Problem("", f"must be a mapping with a Type, got {shown(body)}")
        return
    functions = [name for name, one in stack.resources.items() if one["Type"] in _WITH_ROLE]
    if title.removesuffix("Role") in functions and title.endswith("Role"):
        yield Problem("", f"is the title that SAM gives the role of {title.removesuffix('Role')}")
    if not _TITLE.fullmatch(title):
        yield Problem("", f"must be 1 to 255 letters and digits, got {title!r}")
    known = ("Type", *ATTRIBUTES)
    type_ = body.get("Type")
    if not isinstance(type_, str):
        yield Problem("Type" if "Type" in body else "", f"must have a Type, got {shown(type_)}")
        for name in body:
            if name not in known:
                yield Problem(str(name), _unknown_attribute(str(name), known, []))
        return
    if schema_of(type_) is None:
        similar = did_you_mean(type_, resource_types())
        yield Problem("Type", f"is not a type that AWS documents, got {type_!r}{similar}")
    for path, value in leading(body):
        if value is None:
            yield Problem(".".join(path), "must not be null: there is nothing to remove")
    rest = {key: value for key, value in body.items() if key != "Type" and value is not None}
    yield from patch_problems(rest, type_, stack, known)


def replacements(patch: Mapping[str, Any], body: Body, name: str) -> Iterator[Problem]:
    """Yield each property whose change, by *patch*, replaces the resource *body*."""
    schema = schema_of(str(body["Type"]))
    if schema is None:
        return
    always = list(schema.pointers("createOnlyProperties"))
    sometimes = list(schema.pointers("conditionalCreateOnlyProperties"))
    for path, value in leading(patch.get("Properties") or {}):
        inside = (isinstance(value, dict) and not is_function(value)) or any(
            part.isdecimal() for part in path
        )
        if inside or _found(body.get("Properties", {}), path) == value:
            continue
        verb = "replaces" if covered(path, always) else "may replace"
        if covered(path, [*always, *sometimes]):
            sentence = f"is create-only: changing it {verb} {name} where that is deployed"
            yield Problem(".".join(("Properties", *path)), sentence)


def _found(node: Any, path: tuple[str, ...]) -> object:
    for name in path:
        node = node.get(name) if isinstance(node, dict) else None
    return node


def _unknown_attributes(piece: object, stack: Template) -> Iterator[Slip]:
    """Yield references to attributes that AWS's schema of the other resource does not know.

    Whatever waits for it would otherwise be told as a circle before a validator sees it.
    """
    for path, value in leading(piece):
        for wire in dict.fromkeys(wires(value)) if is_function(value) else ():
            name, _, attribute = wire.partition(".")
            type_ = str(stack.resources.get(name, {}).get("Type", ""))
            schema = schema_of(type_) if attribute and not type_.startswith(_FREE) else None
            if schema and attribute.partition(".")[0] not in schema.body["properties"]:
                known = [".".join(one) for one in schema.pointers("readOnlyProperties")]
                known = [one for one in known if "*" not in one]
                similar = did_you_mean(attribute, known)
                there = ", ".join(known) or "none"
                yield Slip(
                    path,
                    f"refers to {wire}; {type_} has no such attribute{similar}; there are {there}",
                )


def _unknown_attribute(name: str, known: tuple[str, ...], properties: list[str]) -> str:
    if name in _REFUSED and name not in known:
        return _REFUSED[name]
    if name in properties:
        return f"is a property: write it below Properties, {{Properties: {{{name}: …}}}}"
    return (
        f"is not an attribute of a resource{did_you_mean(name, known)}; "
        f"there are {', '.join(known)}"
    )


def _waits(titles: object, stack: Template) -> Iterator[Problem]:
    if titles is None:
        return
    if not isinstance(titles, list) or not all(isinstance(one, str) for one in titles):
        yield Problem("DependsOn", f"must be a title, or a list of titles, got {shown(titles)}")
        return
    for sentence in unknown_titles(titles, stack):
        yield Problem("DependsOn", sentence)


def _secrets(patch: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the secrets that stand in the properties of *patch* in clear text."""
    for path, value in leading(patch.get("Properties")):
        if not _SECRET.search(path[-1]) or str(value).lower() in ("true", "false"):
            continue
        written = value is not None and not isinstance(value, bool | int)
        if written and "{{resolve:" not in str(value) and not any(wires(value)):
            yield path, f"must not hold a secret in clear text; name where it is stored: {_STORED}"
