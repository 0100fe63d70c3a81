"""Stack sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import (
    Context,
    DeployedResource,
    Made,
    PartiallyCreated,
    Properties,
    ResourceType,
)

INSTANCES: Final = "StackInstancesGroup"
PREFERENCES: Final = "OperationPreferences"
CALLER: Final = "CallAs"


def _create(context: Context, properties: Properties) -> Made:
    answer = context.call("cloudformation", "create_stack_set", **_what(properties))
    stack_set_id = answer["StackSetId"]
    made = Made(stack_set_id, {"StackSetId": stack_set_id})
    try:
        for group in properties.get(INSTANCES, []):
            _carry_out(context, stack_set_id, "create_stack_instances", **group, **_how(properties))
    except Failure as failure:
        raise PartiallyCreated(str(failure), made) from failure
    return made


def _update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    what, was, how = _what(properties), _what(Properties(deployed.properties)), _how(properties)
    stack_set_id = deployed.physical_id
    if what != was:
        del what["PermissionModel"]
        _carry_out(context, stack_set_id, "update_stack_set", **{**what, **how})
    old, new = (_by_targets(one.get(INSTANCES, [])) for one in (deployed.properties, properties))
    gone = [group for key, group in old.items() if key not in new]
    _delete_instances(context, stack_set_id, gone, how)
    for key, group in new.items():
        operation = "update_stack_instances" if key in old else "create_stack_instances"
        if group != old.get(key):
            _carry_out(context, stack_set_id, operation, **group, **how)
    return Made(stack_set_id, deployed.attributes)


def _delete(context: Context, deployed: DeployedResource) -> None:
    how = _how(deployed.properties)
    groups = deployed.properties.get(INSTANCES, [])
    _delete_instances(context, deployed.physical_id, groups, how)
    context.call(
        "cloudformation",
        "delete_stack_set",
        StackSetName=deployed.physical_id,
        CallAs=how.get(CALLER),
    )


def _delete_instances(
    context: Context,
    stack_set_id: str,
    groups: Iterable[Mapping[str, Any]],
    how: Mapping[str, Any],
) -> None:
    for group in groups:
        where = {name: group[name] for name in ("DeploymentTargets", "Regions")}
        _carry_out(
            context, stack_set_id, "delete_stack_instances", RetainStacks=False, **where, **how
        )


def _what(properties: Properties) -> dict[str, Any]:
    """The arguments that say what the stack set is."""
    return properties.without(INSTANCES, PREFERENCES)


def _how(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of each operation: who asks, and how it goes on."""
    return {name: properties[name] for name in (PREFERENCES, CALLER) if name in properties}


def _by_targets(groups: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {f"{group['DeploymentTargets']}{group['Regions']}": group for group in groups}


def _carry_out(context: Context, stack_set_id: str, operation: str, **given: Any) -> None:
    asked = {"StackSetName": stack_set_id, CALLER: given.get(CALLER)}
    started = context.call("cloudformation", operation, **{**given, **asked})
    answer = context.call(
        "cloudformation",
        "describe_stack_set_operation",
        **asked,
        OperationId=started["OperationId"],
    )["StackSetOperation"]
    if answer["Status"] != "SUCCEEDED":
        found = context.call("cloudformation", "list_stack_instances", **asked)["Summaries"]
        reasons = [
            f"{one['Account']} {one['Region']}: {one['StatusReason']}"
            for one in found
            if "StatusReason" in one
        ]
        raise Failure(
            f"Stack set operation {answer['OperationId']} was not successful: {'; '.join(reasons)}"
        )


TYPES: Final = [ResourceType("AWS::CloudFormation::StackSet", _create, _delete, _update)]
