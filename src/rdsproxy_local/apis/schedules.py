"""EventBridge: expressions and roles that it would refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from moto.events.exceptions import ValidationException as WrongRule
from moto.events.models import EventsBackend
from moto.scheduler.exceptions import ValidationException as WrongSchedule
from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule

from ..events.expressions import NotUnderstood, Once, parsed
from .roles import may_assume
from .surround import mend, surround


def install() -> None:
    surround(EventsBackend, "put_rule", _put_rule)
    surround(EventBridgeSchedulerBackend, "update_schedule", _update_schedule)
    mend(
        EventBridgeSchedulerBackend,
        "create_schedule",
        _create_schedule,
        moto="CreateSchedule in a group that is missing is an internal error",
        aws="it is a ResourceNotFoundException",
        source="https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html",
    )


def _put_rule(put: Callable[..., Any], backend: EventsBackend, name: str, **given: Any) -> Any:
    expression = given.get("scheduled_expression")
    if expression:
        try:
            wrong = isinstance(parsed(expression), Once)
        except NotUnderstood:
            wrong = True
        if wrong:
            raise WrongRule("Parameter ScheduleExpression is not valid.")
    return put(backend, name, **given)


def _create_schedule(
    create: Callable[..., Schedule], backend: EventBridgeSchedulerBackend, **given: Any
) -> Schedule:
    backend.get_schedule_group(given["group_name"])
    _require_valid(backend, given)
    return create(backend, **given)


def _update_schedule(
    update: Callable[..., Schedule], backend: EventBridgeSchedulerBackend, **given: Any
) -> Schedule:
    _require_valid(backend, given)
    return update(backend, **given)


def _require_valid(backend: EventBridgeSchedulerBackend, given: dict[str, Any]) -> None:
    zone = given.get("schedule_expression_timezone") or "UTC"
    try:
        parsed(given["schedule_expression"], ZoneInfo(zone))
    except ZoneInfoNotFoundError:
        raise WrongSchedule(f"Invalid Schedule Expression Timezone {zone}.") from None
    except NotUnderstood:
        raise WrongSchedule(
            f"Invalid Schedule Expression {given['schedule_expression']}."
        ) from None
    if not may_assume(backend, given["target"]["RoleArn"], "scheduler.amazonaws.com"):
        raise WrongSchedule(
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the "
            "role."
        )
