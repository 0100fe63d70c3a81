"""RDS' daily and weekly windows of time, in UTC."""

from __future__ import annotations

import re
from itertools import product
from typing import Final

DAY: Final = 24 * 60
WEEK: Final = 7 * DAY
SHORTEST: Final = 30
"""Minutes of the shortest window that RDS takes."""

_TIME: Final = r"([01]\d|2[0-3]):([0-5]\d)"
_DAILY: Final = re.compile(f"{_TIME}-{_TIME}")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY: Final = f"({'|'.join(_DAYS)})"
_WEEKLY: Final = re.compile(f"{_DAY}:{_TIME}-{_DAY}:{_TIME}", re.IGNORECASE)


def daily_problem(window: str) -> str | None:
    """Explain why RDS refuses the daily *window*; None if it takes it."""
    span = _daily(window)
    if span is None:
        return f"must be hh:mm-hh:mm in UTC, such as 03:00-03:30, got {window!r}"
    return _too_short(window, span)


def weekly_problem(window: str) -> str | None:
    """Explain why RDS refuses the weekly *window*; None if it takes it."""
    span = _weekly(window)
    if span is None:
        return f"must be ddd:hh:mm-ddd:hh:mm in UTC, such as sun:04:00-sun:04:30, got {window!r}"
    if span[1] >= DAY:
        return f"must be shorter than 24 hours, got {window!r}"
    return _too_short(window, span)


def overlap(daily: str, weekly: str) -> bool:
    """Tell whether two valid windows have a minute in common."""
    day, week = _daily(daily), _weekly(weekly)
    if day is None or week is None:
        return False
    starts = [number * DAY + day[0] for number in range(len(_DAYS))]
    return any(
        start < week[0] + week[1] + shift and week[0] + shift < start + day[1]
        for start, shift in product(starts, (-WEEK, 0, WEEK))
    )


def _daily(window: str) -> tuple[int, int] | None:
    """First minute and length of *window*."""
    found = _DAILY.fullmatch(window)
    if found is None:
        return None
    start, end = (_minutes(*found.group(n, n + 1)) for n in (1, 3))
    return start, (end - start) % DAY


def _weekly(window: str) -> tuple[int, int] | None:
    found = _WEEKLY.fullmatch(window)
    if found is None:
        return None
    start, end = (
        _DAYS.index(found.group(n).lower()) * DAY + _minutes(*found.group(n + 1, n + 2))
        for n in (1, 4)
    )
    return start, (end - start) % WEEK


def _minutes(hours: str, minutes: str) -> int:
    return int(hours) * 60 + int(minutes)


def _too_short(window: str, span: tuple[int, int]) -> str | None:
    if span[1] < SHORTEST:
        return f"must be at least {SHORTEST} minutes long, got {window!r}"
    return None
