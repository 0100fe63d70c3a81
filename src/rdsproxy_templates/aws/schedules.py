"""Schedule expressions of EventBridge's rules: ``rate(…)`` and ``cron(…)``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from ..model.wording import did_you_mean

_UNITS: Final = ("minute", "hour", "day")
_MONTHS: Final = [
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MAY",
    "JUN",
    "JUL",
    "AUG",
    "SEP",
    "OCT",
    "NOV",
    "DEC",
]
_DAYS: Final = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


class _Field(NamedTuple):
    name: str
    least: int
    most: int
    names: Mapping[str, int]
    wildcards: str


_FIELDS: Final = (
    _Field("minutes", 0, 59, {}, ",-*/"),
    _Field("hours", 0, 23, {}, ",-*/"),
    _Field("day of month", 1, 31, {}, ",-*?/LW"),
    _Field("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}, ",-*/"),
    _Field("day of week", 1, 7, {name: number for number, name in enumerate(_DAYS, 1)}, ",-*?L#"),
    _Field("year", 1970, 2199, {}, ",-*/"),
)
"""The six fields as the EventBridge user guide lists them."""
_SCHEDULER: Final = re.compile(
    r"rate\([1-9]\d* (minute|hour|day)s?\)|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)"
)
_EITHER_DAY: Final = (2, 4)
_WEEKS: Final = 5


def scheduler_problem(text: str) -> str | None:
    """Explain why EventBridge Scheduler refuses *text*; None if it takes it.

    Of units it says nothing about singular and plural, unlike EventBridge itself.
    """
    cron = re.fullmatch(r"cron\((.*)\)", text)
    if cron:
        return _cron_problem(cron[1])
    if _SCHEDULER.fullmatch(text):
        return None
    return f"must be rate(…), cron(…) or at(…), got {text!r}"


def schedule_problem(text: str) -> str | None:
    """Explain why EventBridge refuses *text* as the schedule of a rule; None if it takes it."""
    match = re.fullmatch(r"(rate|cron)\((.*)\)", text)
    if match is None:
        example = "`rate(1 hour)`, `rate(5 minutes)` or `cron(0 3 * * ? *)`"
        return f"must be a schedule of EventBridge, such as {example}, got {text!r}"
    kind, inner = match.groups()
    return _rate_problem(inner) if kind == "rate" else _cron_problem(inner)


def _rate_problem(inner: str) -> str | None:
    got = f"got 'rate({inner})'"
    match = re.fullmatch(r"(\d+) ([A-Za-z]+)", inner)
    if match is None or int(match[1]) == 0:
        return (
            "must be a positive whole number, one space and a unit, such as `rate(1 hour)`, " + got
        )
    number, unit = int(match[1]), match[2]
    one = unit.removesuffix("s")
    if one not in _UNITS:
        similar = did_you_mean(unit.lower(), [*_UNITS, *(f"{unit}s" for unit in _UNITS)])
        return f"must have minutes, hours or days as its unit{similar}, {got}"
    right = f"rate({number} {one if number == 1 else one + 's'})"
    if unit != right.removesuffix(")").rpartition(" ")[2] or match[1] != str(number):
        return f"must be written `{right}`: 1 takes the singular, and others the plural, {got}"
    return None


def _cron_problem(inner: str) -> str | None:
    fields = inner.split()
    got = f"got 'cron({inner})'"
    if len(fields) != len(_FIELDS):
        names = ", ".join(field.name for field in _FIELDS)
        return f"must have six fields ({names}), as in `cron(0 3 * * ? *)`, {got}"
    for field, written in zip(_FIELDS, fields, strict=True):
        if sentence := next(_field_problems(field, written.upper()), None):
            return f"{sentence}, {got}"
    if sum(fields[position] == "?" for position in _EITHER_DAY) != 1:
        return (
            "must have `?` in one of day of month and day of week, and a value or `*` in the "
            f"other, as in `cron(0 3 * * ? *)`, {got}"
        )
    return None


def _field_problems(field: _Field, written: str) -> Iterator[str]:
    parts = written.split(",")
    if "#" in written and len(parts) > 1:
        yield "may name one day with `#`, and nothing beside it"
    for part in parts:
        if not _is_taken(field, part):
            marks = " ".join(field.wildcards)
            yield (
                f"must have {field.name} between {field.least} and {field.most}, or the wildcards "
                f"{marks}"
            )


def _is_taken(field: _Field, part: str) -> bool:
    if part in {"?", "L", "*"}:
        return part in field.wildcards
    if "W" in field.wildcards and part.endswith("W"):
        return part == "LW" or _number(field, part[:-1]) is not None
    if "#" in field.wildcards and "#" in part:
        day, _, week = part.partition("#")
        is_week = week.isdecimal() and 1 <= int(week) <= _WEEKS
        return _number(field, day) is not None and is_week
    if field.name == "day of week" and part.endswith("L"):
        return _number(field, part[:-1]) is not None
    span, slash, step = part.partition("/")
    if slash and ("/" not in field.wildcards or not step.isdecimal() or int(step) == 0):
        return False
    if span == "*":
        return True
    first, dash, last = span.partition("-")
    start = _number(field, first)
    end = _number(field, last) if dash else start
    return start is not None and end is not None and start <= end


def _number(field: _Field, text: str) -> int | None:
    """The number that *text* stands for in *field*; None if it stands for none."""
    if text in field.names:
        return field.names[text]
    if not text.isdecimal() or not field.least <= int(text) <= field.most:
        return None
    return int(text)
