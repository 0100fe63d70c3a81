"""Values in a template, read as far as they are known before deployment."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any, TypeGuard

from ..model.references import PLACEHOLDER


def number(value: object) -> float | None:
    """Return *value*, which may be text, as a number; None where only deployment knows it."""
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except ValueError:
        return None


def is_literal(value: object) -> TypeGuard[str]:
    """Tell whether *value* is text as it stands, not an expression or a dynamic reference."""
    return isinstance(value, str) and "{{resolve:" not in value


def is_true(value: object) -> bool:
    """Tell whether *value* is true, which is text in the default of a parameter."""
    return value in (True, "true")


def is_false(value: object) -> bool:
    """Tell whether *value* is false, which is text in the default of a parameter."""
    return value in (False, "false")


def listed(value: object) -> list[Any]:
    """Return *value* as the list that CloudFormation reads it as."""
    return value if isinstance(value, list) else [value]


def choices(value: object) -> list[Any]:
    """Return what *value* may be: both arms of each ``Fn::If``, without those that leave it out."""
    match value:
        case {"Fn::If": [_, then, otherwise]}:
            return [*choices(then), *choices(otherwise)]
        case {"Ref": "AWS::NoValue"} | None:
            return []
        case _:
            return [value]


def items(value: object) -> list[Any]:
    """Return the items that a list may have; an expression for the whole list is one item."""
    if value is None:
        return []
    return [
        item
        for one in choices(value)
        for listed_item in listed(one)
        for chosen in choices(listed_item)
        for item in listed(chosen)
    ]


def mappings(value: object) -> list[Mapping[str, Any]]:
    """Return the mappings that a list may have as items; what else there is, is unknown."""
    return [item for item in items(value) if isinstance(item, Mapping)]


def is_network(text: object) -> bool:
    """Tell whether *text* is an address range as it stands."""
    try:
        ip_network(str(text))
    except ValueError:
        return False
    return isinstance(text, str)


def simple(expression: object) -> object:
    """Return the Ref or GetAtt that *expression* is another spelling of, else *expression*."""
    match expression:
        case {"Fn::Sub": str(text)} if match := PLACEHOLDER.fullmatch(text):
            name, _, attribute = match[1].partition(".")
            return {"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name}
        case {"Fn::Sub": [str(text), dict(variables)]} if match := PLACEHOLDER.fullmatch(text):
            return simple(variables.get(match[1], {"Fn::Sub": text}))
        case {"Fn::Join": [str(), [only]]}:
            return simple(only)
        case {"Fn::GetAtt": str(text)}:
            name, _, attribute = text.partition(".")
            return {"Fn::GetAtt": [name, attribute]}
        case _:
            return expression


def spelled(expression: object) -> str:
    """Spell *expression* as the text of ``Fn::Sub``; ``${?}`` is a part that is not text."""
    match simple(expression):
        case str(text):
            return text
        case {"Fn::Sub": str(text)}:
            return text
        case {"Fn::Sub": [str(text), dict(variables)]}:
            return PLACEHOLDER.sub(
                lambda match: spelled(variables[match[1]]) if match[1] in variables else match[0],
                text,
            )
        case {"Fn::Join": [str(mark), [*parts]]}:
            return mark.join(map(spelled, parts))
        case {"Ref": str(name)}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"${{{name}.{attribute}}}"
        case int(number) if not isinstance(number, bool):
            return str(number)
        case _:
            return "${?}"


def resource_ids(expressions: object) -> list[object]:
    """Return the expressions that are the ID of a resource, not an attribute or a lookup."""
    return [item for item in items(expressions) if _is_id(simple(item))]


def _is_id(expression: object) -> bool:
    match expression:
        case {"Ref": _} | {"Fn::GetAtt": [_, "GroupId" | "SubnetId"]}:
            return True
        case _:
            return False


def is_expression(value: object) -> bool:
    """Tell whether *value* is a function of CloudFormation, and no mapping of properties."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    key = str(next(iter(value)))
    return key in {"Ref", "Condition"} or key.startswith("Fn::")
