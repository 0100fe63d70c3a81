"""Names that another resource has: services that put whatever is given would change it instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from ..cloudformation.resource import Context


def taken_problems(type_name: str, context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse to create what is there; CloudFormation's handlers never take a resource over."""
    name_of, is_there = KINDS.get(type_name, ("", _never))
    name = given.get(name_of)
    if name and is_there(context.as_service(), str(name), given):
        yield f"Resource of type '{type_name}' with identifier '{name}' already exists."


def _never(_: Context, name: str, given: Mapping[str, Any]) -> bool:
    return False


def _finds(service: str, operation: str, parameter: str) -> Callable[..., bool]:
    """The check by a call that fails where there is nothing of the name."""

    def is_there(context: Context, name: str, _: Mapping[str, Any]) -> bool:
        try:
            context.call(service, operation, **{parameter: name})
        except ClientError:
            return False
        return True

    return is_there


def _has_topic(context: Context, name: str, _: Mapping[str, Any]) -> bool:
    arn = f"arn:aws:sns:{context.region}:{context.account}:{name}"
    return _finds("sns", "get_topic_attributes", "TopicArn")(context, arn, {})


def _has_alarm(context: Context, name: str, _: Mapping[str, Any]) -> bool:
    found = context.call("cloudwatch", "describe_alarms", AlarmNames=[name])
    return bool(found["MetricAlarms"])


def _has_rule(context: Context, name: str, given: Mapping[str, Any]) -> bool:
    try:
        context.call("events", "describe_rule", Name=name, EventBusName=given.get("EventBusName"))
    except ClientError:
        return False
    return True


KINDS: Final[Mapping[str, tuple[str, Callable[..., bool]]]] = {
    "AWS::CloudWatch::Alarm": ("AlarmName", _has_alarm),
    "AWS::CloudWatch::Dashboard": (
        "DashboardName",
        _finds("cloudwatch", "get_dashboard", "DashboardName"),
    ),
    "AWS::Events::Rule": ("Name", _has_rule),
    "AWS::SNS::Topic": ("TopicName", _has_topic),
    "AWS::SQS::Queue": ("QueueName", _finds("sqs", "get_queue_url", "QueueName")),
    "AWS::Scheduler::ScheduleGroup": (
        "Name",
        _finds("scheduler", "get_schedule_group", "Name"),
    ),
}
"""Types by the property that names them, and a check that the name is taken."""
