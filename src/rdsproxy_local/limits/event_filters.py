"""Patterns of events: of EventBridge's rules, and of filters of Lambda's event source mappings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
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
        elif isinstance(value, Mapping) and not _is_numeric(value.get("numeric", ["=", 0])):
            yield "Value of numeric must be an array of operators, each before its number"


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
    for problem in pattern_problems(pattern) if isinstance(pattern, Mapping) else ():
        yield f"Event pattern is not valid. Reason: {problem}"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::Events::Rule": (_rule,),
    "AWS::Lambda::EventSourceMapping": (_mapping,),
}
