"""DynamoDB's tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .steps import Setter, gone_tags, refuse_others, set_each, undone_on_failure

AT_CREATION: Final = (
    "AttributeDefinitions",
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "ProvisionedThroughput",
    "TableClass",
    "Tags",
)
IN_PLACE: Final[Mapping[str, Any]] = {
    "BillingMode": "PROVISIONED",
    "DeletionProtectionEnabled": False,
    "ProvisionedThroughput": None,
    "TableClass": "STANDARD",
}
"""The settings that UpdateTable changes, with the values for those left out of a template."""


def _create(context: Context, properties: Properties) -> Made:
    name = properties.get("TableName") or context.name(255)
    made = context.call(
        "dynamodb",
        "create_table",
        TableName=name,
        StreamSpecification=_stream(properties.get("StreamSpecification")),
        SSESpecification=_encryption(properties.get("SSESpecification")),
        **{one: properties[one] for one in AT_CREATION if one in properties},
    )["TableDescription"]
    with undone_on_failure(lambda: context.call("dynamodb", "delete_table", TableName=name)):
        set_each(SETTERS, context, name, properties)
    return Made(name, _attributes(made))


def _update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    known = [*IN_PLACE, *SETTERS, "StreamSpecification", "Tags"]
    changed = properties.changed_from(deployed, resets=known)
    refuse_others(changed, known)
    name, old = deployed.physical_id, deployed.properties
    settings = {
        one: IN_PLACE[one] if changed[one] is None else changed[one]
        for one in IN_PLACE
        if one in changed
    }
    if "StreamSpecification" in changed:
        # "You can't enable a stream for a table that already has one", nor change its view.
        if changed["StreamSpecification"] and old.get("StreamSpecification"):
            raise Failure("the local cloud cannot change StreamSpecification in place")
        stream = _stream(changed["StreamSpecification"]) or {"StreamEnabled": False}
        settings["StreamSpecification"] = stream
    made = (
        context.call("dynamodb", "update_table", TableName=name, **settings)["TableDescription"]
        if settings
        else context.call("dynamodb", "describe_table", TableName=name)["Table"]
    )
    for one in SETTERS:
        if one in changed:
            SETTERS[one](context, name, old.get(one), changed[one])
    if "Tags" in changed:
        _retag(context, deployed, changed["Tags"])
    return Made(name, _attributes(made))


def _delete(context: Context, deployed: DeployedResource) -> None:
    context.call("dynamodb", "delete_table", TableName=deployed.physical_id)


def _attributes(made: Mapping[str, Any]) -> dict[str, str]:
    stream = {"StreamArn": made["LatestStreamArn"]} if made.get("LatestStreamArn") else {}
    return {"Arn": made["TableArn"], **stream}


def _stream(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {"StreamEnabled": True, **given} if given else None


def _encryption(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if given is None:
        return None
    return {{"SSEEnabled": "Enabled"}.get(name, name): value for name, value in given.items()}


def _set_recovery(context: Context, table: str, _: Any, new: Mapping[str, Any] | None) -> None:
    context.call(
        "dynamodb",
        "update_continuous_backups",
        TableName=table,
        PointInTimeRecoverySpecification=new or {"PointInTimeRecoveryEnabled": False},
    )


def _set_time_to_live(
    context: Context, table: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> None:
    off = {"Enabled": False, "AttributeName": (old or {}).get("AttributeName")}
    context.call(
        "dynamodb", "update_time_to_live", TableName=table, TimeToLiveSpecification=new or off
    )


def _retag(context: Context, deployed: DeployedResource, tags: Any) -> None:
    arn = deployed.attributes["Arn"]
    if gone := gone_tags(deployed.properties.get("Tags"), tags):
        context.call("dynamodb", "untag_resource", ResourceArn=arn, TagKeys=gone)
    if tags:
        context.call("dynamodb", "tag_resource", ResourceArn=arn, Tags=tags)


SETTERS: Final[Mapping[str, Setter]] = {
    "PointInTimeRecoverySpecification": _set_recovery,
    "TimeToLiveSpecification": _set_time_to_live,
}

TYPES: Final = [ResourceType("AWS::DynamoDB::Table", _create, _delete, _update)]
