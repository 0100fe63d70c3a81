"""CloudWatch Logs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from ..data_plane.policies import trusts
from .steps import Setter, change_each, gone_tags, tags_by_key

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
ENCRYPTING: Final = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey")


def _create(context: Context, properties: Properties) -> Made:
    name = properties.get("LogGroupName") or context.name(512)
    key = properties.get("KmsKeyId")
    if key is not None:
        _require_usable(context, name, key)
    context.call(
        "logs",
        "create_log_group",
        logGroupName=name,
        kmsKeyId=key,
        logGroupClass=properties.get("LogGroupClass"),
        tags=tags_by_key(properties.get("Tags")),
    )
    if "RetentionInDays" in properties:
        _retain(context, name, None, properties["RetentionInDays"])
    return Made(name, {"Arn": _arn(context, name) + ":*"})


def _update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    change_each(SETTERS, context, deployed, properties)
    return Made(deployed.physical_id, deployed.attributes)


def _require_usable(context: Context, name: str, key: str) -> None:
    """A key must be named by its ARN, be enabled, and have a policy that admits CloudWatch Logs."""
    own = context.as_service()
    state = own.call("kms", "describe_key", KeyId=key)["KeyMetadata"]["KeyState"]
    policy = own.call("kms", "get_key_policy", KeyId=key, PolicyName="default")["Policy"]
    known = {
        "kms:EncryptionContext:aws:logs:arn": _arn(context, name),
        "aws:SourceArn": _arn(context, name),
        "aws:SourceAccount": context.account,
    }
    service = f"logs.{context.region}.amazonaws.com"
    admitted = all(trusts(json.loads(policy), service, action, **known) for action in ENCRYPTING)
    if ":key/" not in key or state != "Enabled" or not admitted:
        raise Failure(
            "The specified KMS key does not exist or is not allowed to be used with "
            f"CloudWatch Logs: {key}"
        )


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
