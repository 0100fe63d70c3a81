"""EventBridge: buses, rules, and the schedules of EventBridge Scheduler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .steps import gone_tags, refuse_others, undone_on_failure

RULE: Final = ("Description", "EventPattern", "RoleArn", "ScheduleExpression", "State")
SCHEDULE: Final = (
    "Description",
    "EndDate",
    "FlexibleTimeWindow",
    "KmsKeyArn",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartDate",
    "State",
    "Target",
)


def _create_bus(context: Context, properties: Properties) -> Made:
    made = context.call("events", "create_event_bus", **properties)
    return Made(properties["Name"], {"Arn": made["EventBusArn"]})


def _delete_bus(context: Context, deployed: DeployedResource) -> None:
    context.call("events", "delete_event_bus", Name=deployed.physical_id)


def _create_rule(context: Context, properties: Properties) -> Made:
    name = properties.get("Name") or context.name(64)
    where = {"EventBusName": properties.get("EventBusName")}
    arn: str = _put_rule(context, name, properties, Tags=properties.get("Tags"))
    with undone_on_failure(lambda: _remove_rule(context, name, where, ())):
        if targets := properties.get("Targets"):
            context.call("events", "put_targets", Rule=name, Targets=targets, **where)
    bus = where["EventBusName"]
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
    reference = name if bus in (None, "default") else f"{bus.rpartition('/')[2]}|{name}"
    return Made(reference, {"Arn": arn, "RuleName": name})


def _update_rule(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changed = properties.changed_from(deployed, resets=[*RULE, "Tags", "Targets"])
    refuse_others(changed, [*RULE, "Tags", "Targets"])
    name, arn = deployed.attributes["RuleName"], deployed.attributes["Arn"]
    where = {"EventBusName": properties.get("EventBusName")}
    _put_rule(context, name, properties)
    if "Targets" in changed:
        targets = changed["Targets"] or []
        if gone := sorted(_ids(deployed) - {target["Id"] for target in targets}):
            context.call("events", "remove_targets", Rule=name, Ids=gone, **where)
        if targets:
            context.call("events", "put_targets", Rule=name, Targets=targets, **where)
    if "Tags" in changed:
        if keys := gone_tags(deployed.properties.get("Tags"), changed["Tags"]):
            context.call("events", "untag_resource", ResourceARN=arn, TagKeys=keys)
        if changed["Tags"]:
            context.call("events", "tag_resource", ResourceARN=arn, Tags=changed["Tags"])
    return Made(deployed.physical_id, deployed.attributes)


def _delete_rule(context: Context, deployed: DeployedResource) -> None:
    where = {"EventBusName": deployed.properties.get("EventBusName")}
    _remove_rule(context, deployed.attributes["RuleName"], where, sorted(_ids(deployed)))


def _put_rule(context: Context, name: str, properties: Properties, **more: Any) -> str:
    settings = {one: properties[one] for one in RULE if one in properties}
    bus = properties.get("EventBusName")
    made = context.call("events", "put_rule", Name=name, EventBusName=bus, **settings, **more)
    arn: str = made["RuleArn"]
    return arn


def _remove_rule(context: Context, name: str, where: Mapping[str, Any], ids: Any) -> None:
    if ids:
        context.call("events", "remove_targets", Rule=name, Ids=ids, **where)
    context.call("events", "delete_rule", Name=name, **where)


def _ids(deployed: DeployedResource) -> set[str]:
    return {target["Id"] for target in deployed.properties.get("Targets") or ()}


def _create_group(context: Context, properties: Properties) -> Made:
    name = properties.get("Name") or context.name(64)
    made = context.call(
        "scheduler", "create_schedule_group", Name=name, Tags=properties.get("Tags")
    )
    return Made(name, {"Arn": made["ScheduleGroupArn"], "State": "ACTIVE"})


def _delete_group(context: Context, deployed: DeployedResource) -> None:
    context.call("scheduler", "delete_schedule_group", Name=deployed.physical_id)


def _create_schedule(context: Context, properties: Properties) -> Made:
    name = properties.get("Name") or context.name(64)
    settings = {one: properties[one] for one in SCHEDULE if one in properties}
    made = context.call(
        "scheduler",
        "create_schedule",
        Name=name,
        GroupName=properties.get("GroupName"),
        **settings,
    )
    return Made(name, {"Arn": made["ScheduleArn"]})


def _update_schedule(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changed = properties.changed_from(deployed, resets=SCHEDULE)
    refuse_others(changed, SCHEDULE)
    # The API resets what is left out.
    settings = {one: properties[one] for one in SCHEDULE if one in properties}
    where = {"Name": deployed.physical_id, "GroupName": properties.get("GroupName")}
    context.call("scheduler", "update_schedule", **where, **settings)
    return Made(deployed.physical_id, deployed.attributes)


def _delete_schedule(context: Context, deployed: DeployedResource) -> None:
    group = deployed.properties.get("GroupName")
    context.call("scheduler", "delete_schedule", Name=deployed.physical_id, GroupName=group)


TYPES: Final = [
    ResourceType("AWS::Events::EventBus", _create_bus, _delete_bus),
    ResourceType("AWS::Events::Rule", _create_rule, _delete_rule, _update_rule),
    ResourceType("AWS::Scheduler::Schedule", _create_schedule, _delete_schedule, _update_schedule),
    ResourceType("AWS::Scheduler::ScheduleGroup", _create_group, _delete_group),
]
