"""Queues, topics, rules, schedules, and CloudWatch's alarms and dashboards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource
from .reading import Reader, known, only, picked, reads, tag_list

OF_QUEUE: Final = (
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
)
OF_TOPIC: Final = (
    "ArchivePolicy",
    "ContentBasedDeduplication",
    "DisplayName",
    "FifoTopic",
    "KmsMasterKeyId",
    "SignatureVersion",
    "TracingConfig",
)
OF_RULE: Final = ("Description", "EventPattern", "Name", "RoleArn", "ScheduleExpression", "State")
OF_SCHEDULE: Final = (
    "Description",
    "FlexibleTimeWindow",
    "GroupName",
    "Name",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "State",
    "Target",
)
OF_ALARM: Final = (
    "ActionsEnabled",
    "AlarmActions",
    "AlarmDescription",
    "AlarmName",
    "ComparisonOperator",
    "DatapointsToAlarm",
    "Dimensions",
    "EvaluateLowSampleCountPercentile",
    "EvaluationPeriods",
    "ExtendedStatistic",
    "InsufficientDataActions",
    "MetricName",
    "Metrics",
    "Namespace",
    "OKActions",
    "Period",
    "Statistic",
    "Threshold",
    "ThresholdMetricId",
    "TreatMissingData",
    "Unit",
)
DOCUMENTS: Final = ("ArchivePolicy", "EventPattern", "RedriveAllowPolicy", "RedrivePolicy")
"""What services show as text and templates state as objects."""


def _opened(found: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {
        name: json.loads(one) if name in DOCUMENTS and isinstance(one, str) else one
        for name, one in picked(found, *names).items()
        if one != ""
    }


@reads(*OF_QUEUE, "QueueName", "Tags")
def _queue(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    queue = {"QueueUrl": deployed.physical_id}
    answer = context.call("sqs", "get_queue_attributes", **queue, AttributeNames=["All"])
    tags = context.call("sqs", "list_queue_tags", **queue).get("Tags", {})
    return {
        **_opened(answer["Attributes"], *OF_QUEUE),
        "QueueName": deployed.physical_id.rpartition("/")[2],
        "Tags": tag_list(tags),
    }


@reads(*OF_TOPIC, "Subscription", "Tags", "TopicName")
def _topic(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    arn = deployed.physical_id
    attributes = context.call("sns", "get_topic_attributes", TopicArn=arn)["Attributes"]
    answer = context.call("sns", "list_subscriptions_by_topic", TopicArn=arn)
    return {
        **_opened(attributes, *OF_TOPIC),
        "Subscription": [picked(one, "Endpoint", "Protocol") for one in answer["Subscriptions"]],
        "Tags": context.call("sns", "list_tags_for_resource", ResourceArn=arn)["Tags"],
        "TopicName": arn.rpartition(":")[2],
    }


@reads(*OF_RULE, "EventBusName", "Targets")
def _rule(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    bus = deployed.properties.get("EventBusName")
    name = deployed.attributes["RuleName"]
    found = context.call("events", "describe_rule", Name=name, EventBusName=bus)
    targets = context.call("events", "list_targets_by_rule", Rule=name, EventBusName=bus)
    return {**_opened(found, *OF_RULE), **known(EventBusName=bus), "Targets": targets["Targets"]}


@reads("Description", "Name")
def _bus(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    found = context.call("events", "describe_event_bus", Name=deployed.physical_id)
    return picked(found, "Description", "Name")


@reads(*OF_SCHEDULE)
def _schedule(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    where = {"Name": deployed.physical_id, "GroupName": deployed.properties.get("GroupName")}
    return picked(context.call("scheduler", "get_schedule", **where), *OF_SCHEDULE)


@reads("Name", "Tags")
def _group(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    found = context.call("scheduler", "get_schedule_group", Name=deployed.physical_id)
    tags = context.call("scheduler", "list_tags_for_resource", ResourceArn=found["Arn"])
    return {"Name": found["Name"], "Tags": tags.get("Tags", [])}


@reads(*OF_ALARM, "Tags")
def _alarm(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    answer = context.call("cloudwatch", "describe_alarms", AlarmNames=[deployed.physical_id])
    found = only(answer["MetricAlarms"])
    tags = context.call("cloudwatch", "list_tags_for_resource", ResourceARN=found["AlarmArn"])
    return {**picked(found, *OF_ALARM), "Tags": tags["Tags"]}


@reads("DashboardBody", "DashboardName")
def _dashboard(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    found = context.call("cloudwatch", "get_dashboard", DashboardName=deployed.physical_id)
    return picked(found, "DashboardBody", "DashboardName")


READERS: Final[Mapping[str, Reader]] = {
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::Dashboard": _dashboard,
    "AWS::Events::EventBus": _bus,
    "AWS::Events::Rule": _rule,
    "AWS::SNS::Topic": _topic,
    "AWS::SQS::Queue": _queue,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::Scheduler::ScheduleGroup": _group,
}
