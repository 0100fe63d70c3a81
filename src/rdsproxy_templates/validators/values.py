"""What a value in a template is, as far as that can be told before deployment."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any, TypeGuard

from ..model.references import PLACEHOLDER


def number(value: object) -> float | None:
    """*value* as a number, which may be text; None for what only deployment knows."""
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except ValueError:
        return None


def is_literal(value: object) -> TypeGuard[str]:
    """Whether *value* is text as it stands, not an expression or a dynamic reference."""
    return isinstance(value, str) and "{{resolve:" not in value


def is_true(value: object) -> bool:
    """Whether *value* is true, which is text in the default of a parameter."""
    return value in (True, "true")


def listed(value: object) -> list[Any]:
    """*value* as the list that CloudFormation reads it as."""
    return value if isinstance(value, list) else [value]


def is_network(text: object) -> bool:
    """Whether *text* is an address range, as it stands."""
    try:
        ip_network(str(text))
    except ValueError:
        return False
    return isinstance(text, str)


def simple(expression: object) -> object:
    """*expression* as the Ref or GetAtt that it is another spelling of, where it is one."""
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
