"""Application Auto Scaling: targets with their schedules, and policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .steps import refuse_others, undone_on_failure

SERVICE: Final = "application-autoscaling"
WHERE: Final = ("ResourceId", "ScalableDimension", "ServiceNamespace")
"""What a target is of, in the order of its identifier."""
CHANGEABLE: Final = ("MinCapacity", "MaxCapacity", "ScheduledActions", "SuspendedState")


def _create_target(context: Context, properties: Properties) -> Made:
    where = {name: properties[name] for name in WHERE}
    settings = properties.without(*WHERE, "ScheduledActions")
    context.call(SERVICE, "register_scalable_target", **where, **settings)
    with undone_on_failure(lambda: context.call(SERVICE, "deregister_scalable_target", **where)):
        _schedule(context, where, properties.get("ScheduledActions"))
    identifier = "|".join(where.values())
    return Made(identifier, {"Id": identifier})


def _update_target(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changed = properties.changed_from(deployed, resets=["ScheduledActions"])
    refuse_others(changed, CHANGEABLE)
    where = _where(deployed.physical_id)
    settings = {name: value for name, value in changed.items() if name != "ScheduledActions"}
    if settings:
        context.call(SERVICE, "register_scalable_target", **where, **settings)
    if "ScheduledActions" in changed:
        wanted = {action["ScheduledActionName"] for action in changed["ScheduledActions"] or ()}
        for action in deployed.properties.get("ScheduledActions", ()):
            if (name := action["ScheduledActionName"]) not in wanted:
                context.call(SERVICE, "delete_scheduled_action", **where, ScheduledActionName=name)
        _schedule(context, where, changed["ScheduledActions"])
    return Made(deployed.physical_id, deployed.attributes)


def _delete_target(context: Context, deployed: DeployedResource) -> None:
    context.call(SERVICE, "deregister_scalable_target", **_where(deployed.physical_id))


def _schedule(context: Context, where: Mapping[str, str], actions: Any) -> None:
    for action in actions or ():
        context.call(SERVICE, "put_scheduled_action", **where, **action)


def _create_policy(context: Context, properties: Properties) -> Made:
    return _put_policy(context, _policy_target(properties), properties)


def _update_policy(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    return _put_policy(context, _policy_target(properties), properties)


def _delete_policy(context: Context, deployed: DeployedResource) -> None:
    context.call(
        SERVICE,
        "delete_scaling_policy",
        PolicyName=deployed.properties["PolicyName"],
        **_policy_target(Properties(deployed.properties)),
    )


def _policy_target(properties: Properties) -> dict[str, str]:
    """The target of a policy: by its identifier, or by the three properties of one."""
    if "ScalingTargetId" in properties:
        return _where(properties["ScalingTargetId"])
    return {name: properties[name] for name in WHERE}


def _put_policy(context: Context, where: Mapping[str, str], properties: Properties) -> Made:
    settings = properties.without("ScalingTargetId", *WHERE)
    arn = context.call(SERVICE, "put_scaling_policy", **where, **settings)["PolicyARN"]
    return Made(arn, {"Arn": arn})


def _where(identifier: str) -> dict[str, str]:
    return dict(zip(WHERE, identifier.split("|"), strict=True))


TYPES: Final = [
    ResourceType(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        _create_target,
        _delete_target,
        _update_target,
    ),
    ResourceType(
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        _create_policy,
        _delete_policy,
        _update_policy,
    ),
]
