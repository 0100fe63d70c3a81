"""Scheduled rules and schedules, at their time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from moto.events.models import Rule, events_backends
from moto.scheduler.models import Schedule, scheduler_backends

from .expressions import Expression, NotUnderstood, Rate, parsed
from .rules import Sent, Targets, scheduled_event


class _Seen(NamedTuple):
    """A schedule as it was when it was first seen, and when it was last looked at."""

    expression: str
    start: datetime
    looked: datetime


class Clock:
    """Fires whatever is due since it was last asked."""

    def __init__(self, targets: Targets) -> None:
        self._targets = targets
        self._seen: dict[str, _Seen] = {}

    def tick(self, now: datetime) -> list[Sent]:
        """Fire what is due."""
        sent: list[Sent] = []
        known: dict[str, _Seen] = {}
        for one in scheduled():
            with suppress(NotUnderstood):
                text, expression = _expression(one)
                seen = self._seen.get(one.arn)
                if seen is None or seen.expression != text:
                    seen = _Seen(text, now, now)
                    # "If you do not provide a StartDate for a rate-based schedule, your schedule
                    # starts invoking the target immediately", unlike a rule.
                    due = isinstance(one, Schedule) and isinstance(expression, Rate)
                else:
                    due = expression.is_due(seen.looked, now, seen.start)
                known[one.arn] = seen._replace(looked=now)
                if due and one.state == "ENABLED" and _in_time(one, now):
                    sent += self.fire(one, now)
        self._seen = known
        return sent

    def fire(self, one: Any, now: datetime) -> list[Sent]:
        """Fire a rule or schedule."""
        if isinstance(one, Rule):
            return self._targets.send_event(one, scheduled_event("aws.events", one.arn, now))
        return self._targets.send_schedule(one, now)


def scheduled() -> Iterator[Any]:
    """All rules and schedules with a schedule expression."""
    yield from (rule for rule in rules() if rule.scheduled_expression)
    for account in list(scheduler_backends):
        for backend in list(scheduler_backends[account].values()):
            for group in list(backend.schedule_groups.values()):
                yield from list(group.schedules.values())


def rules() -> Iterator[Any]:
    """All rules of all buses."""
    for account in list(events_backends):
        for backend in list(events_backends[account].values()):
            for bus in list(backend.event_buses.values()):
                yield from list(bus.rules.values())


def _expression(one: Any) -> tuple[str, Expression]:
    if isinstance(one, Rule):
        text = str(one.scheduled_expression)
        return text, parsed(text)
    zone = one.schedule_expression_timezone
    return f"{one.schedule_expression} {zone}", parsed(one.schedule_expression, ZoneInfo(zone))


def _in_time(one: Any, now: datetime) -> bool:
    """True between a schedule's first and last date."""
    start, end = getattr(one, "start_date", None), getattr(one, "end_date", None)
    moment = now.timestamp()
    return (start is None or float(start) <= moment) and (end is None or moment <= float(end))


def utc_now() -> datetime:
    return datetime.now(UTC)
