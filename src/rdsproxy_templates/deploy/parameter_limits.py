"""What CloudFormation holds the values of parameters to, known before it is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
LIMITS: Final[Mapping[str, tuple[str, Callable[[str, Any], bool]]]] = {
    "AllowedPattern": ("must match {}", lambda value, limit: _matches(limit, value)),
    "AllowedValues": ("must be one of {}", lambda value, limit: value in map(str, limit)),
    "MinLength": ("must have {} characters or more", lambda value, limit: len(value) >= int(limit)),
    "MaxLength": ("must have {} characters at most", lambda value, limit: len(value) <= int(limit)),
    "MinValue": ("must be {} or more", lambda value, limit: float(value) >= float(limit)),
    "MaxValue": ("must be {} at most", lambda value, limit: float(value) <= float(limit)),
}
"""A sentence for each attribute of a parameter, and its test."""


def value_problem(body: Mapping[str, Any], value: str) -> str | None:
    """Return why CloudFormation would refuse *value* for the parameter *body*; None if it takes it.

    Types of AWS, such as IDs of VPCs, are compared with the account, and only there; what is empty
    is none of them.
    """
    # A parameter with NoEcho is not for anybody's eyes.
    got = "" if body.get("NoEcho") else f", got {value!r}"
    if body["Type"] == "Number" and not NUMBER.fullmatch(value):
        return f"must be a number{got}"
    if not value and "AWS::" in body["Type"]:
        return f"must not be empty, because its type is {body['Type']}"
    is_list = body["Type"] == "CommaDelimitedList" or body["Type"].startswith("List<")
    values = [one.strip() for one in value.split(",")] if is_list else [value]
    for name, (sentence, holds) in LIMITS.items():
        if name in body and not all(holds(one, body[name]) for one in values):
            said = body.get("ConstraintDescription") or sentence.format(_shown(body[name]))
            return f"{said}{got}"
    return None


def _matches(pattern: str, value: str) -> bool:
    try:
        return bool(re.fullmatch(pattern, value))
    except re.error:  # Java's expressions have more than Python's: CloudFormation decides
        return True


def _shown(limit: Any) -> str:
    return ", ".join(map(str, limit)) if isinstance(limit, list | tuple) else str(limit)
