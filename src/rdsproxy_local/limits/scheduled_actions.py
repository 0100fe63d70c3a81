"""Application Auto Scaling: capacities that a schedule sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..events.expressions import NotUnderstood, parsed

CAPACITIES: Final = ("MinCapacity", "MaxCapacity")


def scheduled_action_problems(actions: list[Mapping[str, Any]]) -> Iterator[str]:
    """A sentence for each reason why a target takes no such actions."""
    names = Counter(action.get("ScheduledActionName") for action in actions)
    for name, number in names.items():
        if number > 1:
            yield f"Two scheduled actions have the name {name}"
    for action in actions:
        for problem in (*_times(action), *_capacities(action)):
            yield f"Scheduled action {action.get('ScheduledActionName')}: {problem}"


def _times(action: Mapping[str, Any]) -> Iterator[str]:
    zone, schedule = str(action.get("Timezone", "UTC")), str(action.get("Schedule", ""))
    try:
        parsed(schedule, ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError):
        yield f"Invalid timezone: {zone}"
    except NotUnderstood:
        yield f"Invalid schedule: {schedule}"
    start, end = _moment(action.get("StartTime")), _moment(action.get("EndTime"))
    if start is not None and end is not None and start >= end:
        yield "EndTime must be later than StartTime"


def _capacities(action: Mapping[str, Any]) -> Iterator[str]:
    wanted = action.get("ScalableTargetAction", {})
    least, most = (wanted.get(name) for name in CAPACITIES)
    for name in CAPACITIES:
        if (wanted.get(name) or 0) < 0:
            yield f"{name} cannot be negative: {wanted[name]}"
    if least is not None and most is not None and least > most:
        yield "Maximum capacity cannot be less than minimum capacity"


def _moment(text: Any) -> datetime | None:
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
