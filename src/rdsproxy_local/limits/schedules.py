"""EventBridge: targets of rules, and EventBridge Scheduler."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ..cloudformation.resource import Context
from ..values import is_json, repeated, service_and_region
from .check import Check
from .targets import (
    dead_letter_problems,
    role_problems,
    scheduled_target_problems,
    target_problems,
)

INPUTS: Final = ("Input", "InputPath", "InputTransformer")
LATEST: Final = timedelta(minutes=5)
"""How long ago a schedule may have started."""
WITH_ROLE: Final = ("batch", "ecs", "firehose", "kinesis", "redshift", "states")
"""Services whose targets EventBridge calls by a role only."""
ANYWHERE: Final = "events"
"""The only targets that may be in another Region are event buses."""


def _rule(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    yield from role_problems(context, given.get("RoleArn"), "events.amazonaws.com")
    names = [target.get("Id") for target in given.get("Targets", ())]
    for name in repeated(names):
        yield f"Target Ids must be unique: {name}"
    for target in given.get("Targets", ()):
        yield from _target(context, target)
        yield from target_problems(context, target)


def _bus(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if str(given.get("Name", "")).startswith("aws.") and not given.get("EventSourceName"):
        yield f"Event bus name starting with 'aws.' is not valid: {given['Name']}"
    yield from dead_letter_problems(context, given)


def _target(context: Context, target: Mapping[str, Any]) -> Iterator[str]:
    name, arn = target.get("Id"), str(target.get("Arn", ""))
    if len([one for one in INPUTS if one in target]) > 1:
        yield (f"Only one of {', '.join(INPUTS)} must be provided for target {name}.")
    if "Input" in target and not is_json(target["Input"]):
        yield f"JSON syntax error in Input for target {name}"
    if "InputPath" in target and not str(target["InputPath"]).startswith("$"):
        yield f"InputPath for target {name} is invalid"
    service, region = service_and_region(arn)
    if region not in ("", context.region) and service != ANYWHERE:
        yield (
            f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format: only "
            "event buses may be in another Region"
        )
    if service in WITH_ROLE and not target.get("RoleArn"):
        yield f"RoleArn is required for target {arn}."
    yield from role_problems(context, target.get("RoleArn"), "events.amazonaws.com")


def _schedule(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    window = given.get("FlexibleTimeWindow", {})
    if (window.get("Mode") == "FLEXIBLE") != ("MaximumWindowInMinutes" in window):
        yield "MaximumWindowInMinutes is for, and needed by, flexible time windows"
    start, end = _time(given.get("StartDate")), _time(given.get("EndDate"))
    if start is not None and start < datetime.now(UTC) - LATEST:
        yield "The StartDate you specify cannot be earlier than 5 minutes ago."
    if end is not None and end <= datetime.now(UTC):
        yield "The EndDate you specify must be in the future."
    if start is not None and end is not None and start >= end:
        yield "The StartDate you specify must come before the EndDate."
    yield from _called(given.get("Target", {}))
    yield from scheduled_target_problems(context, given.get("Target", {}))


def _called(target: Mapping[str, Any]) -> Iterator[str]:
    arn = str(target.get("Arn", ""))
    if not arn.startswith("arn:"):
        yield f"Provided Arn is not in correct format: {arn}"
    service = arn.split(":")[2] if arn.count(":") > 1 else ""
    group = target.get("SqsParameters", {}).get("MessageGroupId")
    if service == "sqs" and arn.endswith(".fifo") and not group:
        yield "MessageGroupId must be specified for a target that is a FIFO queue"
    if service == "events" and not {"DetailType", "Source"} <= set(
        target.get("EventBridgeParameters", {})
    ):
        yield "EventBridgeParameters must be specified for a target that is an event bus"


def _time(text: Any) -> datetime | None:
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _group(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if given.get("Name") == "default":
        yield "Schedule group default already exists."


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::Events::EventBus": (_bus,),
    "AWS::Events::Rule": (_rule,),
    "AWS::Scheduler::Schedule": (_schedule,),
    "AWS::Scheduler::ScheduleGroup": (_group,),
}
