"""SQS: queues, and their policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .steps import gone_tags, refuse_others, tags_by_key

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
DEFAULTS: Final[Mapping[str, Any]] = {
    "ContentBasedDeduplication": False,
    "DeduplicationScope": "queue",
    "DelaySeconds": 0,
    "FifoThroughputLimit": "perQueue",
    "KmsDataKeyReusePeriodSeconds": 300,
    "KmsMasterKeyId": "",
    "MaximumMessageSize": 1_048_576,
    "MessageRetentionPeriod": 345_600,
    "ReceiveMessageWaitTimeSeconds": 0,
    "RedriveAllowPolicy": "",
    "RedrivePolicy": "",
    "SqsManagedSseEnabled": True,
    "VisibilityTimeout": 30,
}
"""The attributes that change in place, with the values for those left out of a template."""


def _create(context: Context, properties: Properties) -> Made:
    is_fifo = properties.get("FifoQueue", False)
    name = properties.get("QueueName") or context.name(75) + (".fifo" if is_fifo else "")
    attributes = {one: properties[one] for one in DEFAULTS if one in properties}
    if is_fifo:
        attributes["FifoQueue"] = True
    url: str = context.call(
        "sqs",
        "create_queue",
        QueueName=name,
        Attributes=attributes,
        tags=tags_by_key(properties.get("Tags")),
    )["QueueUrl"]
    arn = f"arn:aws:sqs:{context.region}:{context.account}:{name}"
    return Made(url, {"Arn": arn, "QueueName": name, "QueueUrl": url})


def _update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changed = properties.changed_from(deployed, resets=[*DEFAULTS, "Tags"])
    refuse_others(changed, [*DEFAULTS, "Tags"])
    url = deployed.physical_id
    if attributes := {
        name: DEFAULTS[name] if changed[name] is None else changed[name]
        for name in DEFAULTS
        if name in changed
    }:
        context.call("sqs", "set_queue_attributes", QueueUrl=url, Attributes=attributes)
    if "Tags" in changed:
        if gone := gone_tags(deployed.properties.get("Tags"), changed["Tags"]):
            context.call("sqs", "untag_queue", QueueUrl=url, TagKeys=gone)
        if tags := tags_by_key(changed["Tags"]):
            context.call("sqs", "tag_queue", QueueUrl=url, Tags=tags)
    return Made(url, deployed.attributes)


def _delete(context: Context, deployed: DeployedResource) -> None:
    context.call("sqs", "delete_queue", QueueUrl=deployed.physical_id)


def _put_policy(context: Context, properties: Properties) -> Made:
    for url in properties["Queues"]:
        _set_policy(context, url, properties["PolicyDocument"])
    name = context.name()
    return Made(name, {"Id": name})


def _change_policy(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    for url in set(deployed.properties["Queues"]) - set(properties["Queues"]):
        _set_policy(context, url, "")
    for url in properties["Queues"]:
        _set_policy(context, url, properties["PolicyDocument"])
    return Made(deployed.physical_id, deployed.attributes)


def _delete_policy(context: Context, deployed: DeployedResource) -> None:
    for url in deployed.properties["Queues"]:
        _set_policy(context, url, "")


def _set_policy(context: Context, url: str, document: Any) -> None:
    context.call("sqs", "set_queue_attributes", QueueUrl=url, Attributes={"Policy": document})


TYPES: Final = [
    ResourceType("AWS::SQS::Queue", _create, _delete, _update),
    ResourceType("AWS::SQS::QueuePolicy", _put_policy, _delete_policy, _change_policy),
]
