"""CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .steps import Setter, change_each, gone_tags, tags_by_key


def _create(context: Context, properties: Properties) -> Made:
    name = properties.get("LogGroupName") or context.name(512)
    key = properties.get("KmsKeyId")
    if key is not None:
        context.call("kms", "describe_key", KeyId=key)
    context.call(
        "logs",
        "create_log_group",
        logGroupName=name,
        kmsKeyId=key,
        tags=tags_by_key(properties.get("Tags")),
    )
    if "RetentionInDays" in properties:
        _retain(context, name, None, properties["RetentionInDays"])
    return Made(name, {"Arn": _arn(context, name) + ":*"})


def _update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    change_each(SETTERS, context, deployed, properties)
    return Made(deployed.physical_id, deployed.attributes)


def _delete(context: Context, deployed: DeployedResource) -> None:
    context.call("logs", "delete_log_group", logGroupName=deployed.physical_id)


def _retain(context: Context, name: str, _: Any, days: int | None) -> None:
    if days is None:
        context.call("logs", "delete_retention_policy", logGroupName=name)
    else:
        context.call("logs", "put_retention_policy", logGroupName=name, retentionInDays=days)


def _retag(context: Context, name: str, old: Any, new: Any) -> None:
    arn = _arn(context, name)
    if gone := gone_tags(old, new):
        context.call("logs", "untag_resource", resourceArn=arn, tagKeys=gone)
    if tags := tags_by_key(new):
        context.call("logs", "tag_resource", resourceArn=arn, tags=tags)


def _arn(context: Context, name: str) -> str:
    return f"arn:aws:logs:{context.region}:{context.account}:log-group:{name}"


SETTERS: Final[Mapping[str, Setter]] = {
    "RetentionInDays": _retain,
    "Tags": _retag,
}

TYPES: Final = [ResourceType("AWS::Logs::LogGroup", _create, _delete, _update)]
