"""Names that another resource has: services that put whatever is given would change it instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from ..cloudformation.resource import Context
from .existence import answers


def taken_problems(type_name: str, context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse to create what is there; CloudFormation's handlers never take a resource over."""
    name_of, is_there = KINDS.get(type_name, ("", _never))
    name = given.get(name_of)
    if name and is_there(context.as_service(), str(name), given):
        named = SENTENCES.get(
            type_name, "Resource of type '{}' with identifier '{}' already exists."
        )
        yield named.format(type_name, name)


def _never(_: Context, name: str, given: Mapping[str, Any]) -> bool:
    return False


def _finds(service: str, operation: str, parameter: str) -> Callable[..., bool]:
    """The check by a call that fails where there is nothing of the name."""

    def is_there(context: Context, name: str, _: Mapping[str, Any]) -> bool:
        return answers(context, service, operation, **{parameter: name})

    return is_there


def _has_topic(context: Context, name: str, _: Mapping[str, Any]) -> bool:
    arn = f"arn:aws:sns:{context.region}:{context.account}:{name}"
    return answers(context, "sns", "get_topic_attributes", TopicArn=arn)


def _has_alarm(context: Context, name: str, _: Mapping[str, Any]) -> bool:
    found = context.call("cloudwatch", "describe_alarms", AlarmNames=[name])
    return bool(found["MetricAlarms"])


def _has_rule(context: Context, name: str, given: Mapping[str, Any]) -> bool:
    bus = given.get("EventBusName")
    return answers(context, "events", "describe_rule", Name=name, EventBusName=bus)


def _has_settings(context: Context, name: str, given: Mapping[str, Any]) -> bool:
    operation, qualifier = "get_function_event_invoke_config", given.get("Qualifier")
    return answers(context, "lambda", operation, FunctionName=name, Qualifier=qualifier)


def _has_target(context: Context, name: str, given: Mapping[str, Any]) -> bool:
    found = context.call(
        "application-autoscaling",
        "describe_scalable_targets",
        ServiceNamespace=given.get("ServiceNamespace"),
        ResourceIds=[name],
        ScalableDimension=given.get("ScalableDimension"),
    )
    return bool(found["ScalableTargets"])


def _has_authorizer(context: Context, name: str, given: Mapping[str, Any]) -> bool:
    try:
        found = context.call("apigatewayv2", "get_authorizers", ApiId=given.get("ApiId"))
    except ClientError:
        return False
    return name in [one["Name"] for one in found["Items"]]


SENTENCES: Final[Mapping[str, str]] = {
    "AWS::S3::BucketPolicy": "The bucket policy already exists on bucket {1}.",
}
"""A service's own words, in place of those of CloudFormation's resource handler contract."""
KINDS: Final[Mapping[str, tuple[str, Callable[..., bool]]]] = {
    "AWS::ApiGatewayV2::Authorizer": ("Name", _has_authorizer),
    "AWS::ApplicationAutoScaling::ScalableTarget": ("ResourceId", _has_target),
    "AWS::CloudWatch::Alarm": ("AlarmName", _has_alarm),
    "AWS::CloudWatch::Dashboard": (
        "DashboardName",
        _finds("cloudwatch", "get_dashboard", "DashboardName"),
    ),
    "AWS::Events::Rule": ("Name", _has_rule),
    "AWS::Lambda::EventInvokeConfig": ("FunctionName", _has_settings),
    "AWS::S3::BucketPolicy": ("Bucket", _finds("s3", "get_bucket_policy", "Bucket")),
    "AWS::SNS::Topic": ("TopicName", _has_topic),
    "AWS::SQS::Queue": ("QueueName", _finds("sqs", "get_queue_url", "QueueName")),
    "AWS::Scheduler::ScheduleGroup": (
        "Name",
        _finds("scheduler", "get_schedule_group", "Name"),
    ),
    "AWS::WAFv2::LoggingConfiguration": (
        "ResourceArn",
        _finds("wafv2", "get_logging_configuration", "ResourceArn"),
    ),
}
"""Types by the property that names them, and a check that the name is taken."""
