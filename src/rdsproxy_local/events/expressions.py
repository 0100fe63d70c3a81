"""Schedule expressions of EventBridge: rate(…), cron(…) and at(…)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

UNITS: Final = {"minute": 60, "hour": 3600, "day": 86400}
MONTHS: Final = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
DAYS: Final = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
FIELDS: Final[Sequence[tuple[int, int, Mapping[str, int]]]] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, MONTHS),
    (1, 7, DAYS),
    (1970, 2199, {}),
)
"""Least, most and names of minutes, hours, days of the month, months, days of the week, years."""

WEEK: Final = 7
SATURDAY: Final = 6


class NotUnderstood(Exception):
    """The expression is wrong, or has something that the local cloud does not know."""


@dataclass(frozen=True)
class Rate:
    """At regular intervals from a start on."""

    period: timedelta

    def is_due(self, since: datetime, now: datetime, start: datetime) -> bool:
        """True if an interval from *start* on ended after *since*, and until *now*."""
        return (now - start) // self.period > (since - start) // self.period


@dataclass(frozen=True)
class Cron:
    """At the minutes that match, in a time zone."""

    fields: tuple[str, ...]
    zone: tzinfo

    def is_due(self, since: datetime, now: datetime, start: datetime) -> bool:
        minute = since.replace(second=0, microsecond=0) + timedelta(minutes=1)
        while minute <= now:
            if self._matches(minute.astimezone(self.zone)):
                return True
            minute += timedelta(minutes=1)
        return False

    def _matches(self, moment: datetime) -> bool:
        minutes, hours, days, months, weekdays, years = self.fields
        return (
            moment.minute in _values(minutes, 0)
            and moment.hour in _values(hours, 1)
            and moment.month in _values(months, 3)
            and moment.year in _values(years, 5)
            and (days == "?" or moment.day in _days(days, moment))
            and (weekdays == "?" or moment.day in _weekdays(weekdays, moment))
        )


@dataclass(frozen=True)
class Once:
    """At one moment."""

    moment: datetime

    def is_due(self, since: datetime, now: datetime, start: datetime) -> bool:
        return since < self.moment <= now


Expression = Rate | Cron | Once


def parsed(text: str, zone: tzinfo = UTC) -> Expression:
    """The expression, or :class:`NotUnderstood`."""
    match = re.fullmatch(r"(rate|cron|at)\((.+)\)", text)
    if match is None:
        raise NotUnderstood(text)
    kind, inner = match.groups()
    if kind == "rate":
        return _rate(inner)
    if kind == "at":
        return _once(inner, zone)
    fields = tuple(inner.upper().split())
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
    if len(fields) != len(FIELDS) or (fields[2] == "?") == (fields[4] == "?"):
        raise NotUnderstood(text)
    cron = Cron(fields, zone)
    cron._matches(datetime.now(zone))
    for position, field in enumerate(fields):
        if position in (2, 4):
            (_days if position == 2 else _weekdays)(field, datetime.now(zone))
        else:
            _values(field, position)
    return cron


def _rate(inner: str) -> Rate:
    match = re.fullmatch(r"([1-9]\d*) (minute|hour|day)(s?)", inner)
    if match is None or (match[1] == "1") == bool(match[3]):
        raise NotUnderstood(f"rate({inner})")
    return Rate(timedelta(seconds=int(match[1]) * UNITS[match[2]]))


def _once(inner: str, zone: tzinfo) -> Once:
    try:
        return Once(datetime.strptime(inner, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=zone))
    except ValueError:
        raise NotUnderstood(f"at({inner})") from None


def _values(field: str, position: int) -> set[int]:
    """The numbers that a field means."""
    least, most, names = FIELDS[position]
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = least if first == "*" else _number(first, names)
        end = most if first == "*" or (step and not last) else _number(last or first, names)
        if not least <= start <= end <= most or (step and not step.isdecimal()) or step == "0":
            raise NotUnderstood(field)
        found |= set(range(start, end + 1, int(step or 1)))
    return found


def _number(text: str, names: Mapping[str, int]) -> int:
    if text in names:
        return names[text]
    if not text.isdecimal():
        raise NotUnderstood(text)
    return int(text)


def _days(field: str, moment: datetime) -> set[int]:
    """The days of a moment's month; L is the last one."""
    if field == "?":
        return set()
    if field == "L":
        return {calendar.monthrange(moment.year, moment.month)[1]}
    if field.endswith("W"):
        return {_nearest_weekday(_number(field.removesuffix("W"), {}), moment)}
    return _values(field, 2)


def _nearest_weekday(day: int, moment: datetime) -> int:
    """The day from Monday to Friday that is nearest to a day of the moment's month, within it."""
    length = calendar.monthrange(moment.year, moment.month)[1]
    if not 1 <= day <= FIELDS[2][1]:
        raise NotUnderstood(f"{day}W")
    near = sorted(range(1, length + 1), key=lambda one: (abs(one - day), one))
    return next(one for one in near if moment.replace(day=one).isoweekday() < SATURDAY)


def _weekdays(field: str, moment: datetime) -> set[int]:
    """The days of a moment's month that are these days of the week; FRI#2 is its second Friday."""
    if field == "?":
        return set()
    name, _, which = field.partition("#")
    last = name.endswith("L") and name != "L"
    wanted = _values(name.removesuffix("L") if last else name.replace("L", "7"), 4)
    length = calendar.monthrange(moment.year, moment.month)[1]
    days = [
        day
        for day in range(1, length + 1)
        if moment.replace(day=day).isoweekday() % WEEK + 1 in wanted
    ]
    if which:
        return set(days[_number(which, {}) - 1 : _number(which, {})])
    return set(days[-1:]) if last else set(days)
