"""CloudWatch Logs."""

from __future__ import annotations

from typing import Final

from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType


def _create(context: Context, properties: Properties) -> Made:
    name = properties.get("LogGroupName") or context.name(512)
    context.call("logs", "create_log_group", logGroupName=name)
    return _retain(context, name, properties.get("RetentionInDays"))


def _update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changed = properties.changed_from(deployed)
    return _retain(context, deployed.physical_id, changed.get("RetentionInDays"))


def _delete(context: Context, deployed: DeployedResource) -> None:
    context.call("logs", "delete_log_group", logGroupName=deployed.physical_id)


def _retain(context: Context, name: str, days: int | None) -> Made:
    if days is not None:
        context.call("logs", "put_retention_policy", logGroupName=name, retentionInDays=days)
    arn = f"arn:aws:logs:{context.region}:{context.account}:log-group:{name}:*"
    return Made(name, {"Arn": arn})


TYPES: Final = [ResourceType("AWS::Logs::LogGroup", _create, _delete, _update)]
