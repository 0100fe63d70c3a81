"""Patterns of events: of EventBridge's rules, and of filters of Lambda's event source mappings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

OPERATORS: Final = frozenset(
    {
        *("anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix"),
        "wildcard",
    }
)
"""https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html"""
OF_TEXT: Final = ("equals-ignore-case", "prefix", "suffix", "wildcard")
"""Match types of texts; a prefix or suffix may ignore case, which an object says."""
LONGEST: Final = 2048
"""https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"""
COMPARISONS: Final = ("<", "<=", "=", ">", ">=")
EITHER: Final = "$or"
"""Has patterns where all other names have values."""
MOST_FILTERS: Final = 10


def pattern_problems(pattern: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each part of a pattern that says nothing."""
    for name, values in pattern.items():
        match values:
            case Mapping():
                yield from pattern_problems(values)
            case list() if name == EITHER:
                for one in values:
                    yield from pattern_problems(one) if isinstance(one, Mapping) else ()
            case list() if not values:
                yield "Empty arrays are not allowed"
            case list():
                yield from _values(values)
            case _:
                yield f'"{name}" must be an object or an array'


def _values(values: list[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, list):
            yield "an array of values must not have arrays"
        elif isinstance(value, Mapping) and (strange := sorted(set(value) - OPERATORS)):
            yield f"Unrecognized match type {strange[0]}"
        elif isinstance(value, Mapping):
            yield from _match(value)


def _match(value: Mapping[str, Any]) -> Iterator[str]:
    """Refuse a match type with another kind of value than its own."""
    if len(value) != 1:
        yield "Only one key allowed in match expression"
        return
    [(kind, wanted)] = value.items()
    if kind == "numeric" and not _is_numeric(wanted):
        yield "Value of numeric must be an array of operators, each before its number"
    if kind == "exists" and not isinstance(wanted, bool):
        yield "exists match pattern must be either true or false."
    if kind == "anything-but" and wanted in ([], {}):
        yield "Inside anything but list, there must be values"
    if kind in OF_TEXT and not isinstance(wanted, str | Mapping):
        yield f"{kind} match pattern must be a string"
    if kind == "cidr" and not _is_block(wanted):
        yield "Malformed CIDR, one '/' and a mask required"
    if kind == "wildcard" and "**" in str(wanted):
        yield "Consecutive wildcard characters in wildcard pattern"


def _is_block(value: Any) -> bool:
    try:
        ip_network(value, strict=False)
    except (TypeError, ValueError):
        return False
    return isinstance(value, str)


def _is_numeric(value: Any) -> bool:
    """True for an operator and a number, twice perhaps."""
    pairs = list(zip(value[::2], value[1::2], strict=False)) if isinstance(value, list) else []
    return 0 < len(pairs) * 2 == len(value) and all(
        operator in COMPARISONS and isinstance(number, int | float) for operator, number in pairs
    )


def _mapping(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    filters = given.get("FilterCriteria", {}).get("Filters", [])
    if len(filters) > MOST_FILTERS:
        yield f"An event source mapping has at most {MOST_FILTERS} filters"
    for one in filters:
        try:
            pattern = json.loads(one.get("Pattern", "{}"))
        except ValueError:
            pattern = None
        problems = [*pattern_problems(pattern)] if isinstance(pattern, Mapping) else ["no object"]
        for problem in problems:
            yield f"Invalid filter pattern definition. {problem}"


def _rule(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    pattern = given.get("EventPattern")
    if isinstance(pattern, Mapping) and not pattern:
        yield "Event pattern is not valid. Reason: Empty event pattern is not allowed"
    if len(json.dumps(pattern, separators=(",", ":"))) > LONGEST:
        yield f"Event pattern is not valid. Reason: it is longer than {LONGEST} characters"
    for problem in pattern_problems(pattern) if isinstance(pattern, Mapping) else ():
        yield f"Event pattern is not valid. Reason: {problem}"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::Events::Rule": (_rule,),
    "AWS::Lambda::EventSourceMapping": (_mapping,),
}
