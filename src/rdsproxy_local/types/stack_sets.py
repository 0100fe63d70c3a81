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
HOW: Final = ("AutoDeployment", "CallAs", "ManagedExecution", "OperationPreferences")
"""The properties of a stack set that say how its stacks are made, not from what."""


def _create(context: Context, properties: Properties) -> Made:
    answer = context.call("cloudformation", "create_stack_set", **_what(properties))
    stack_set_id = answer["StackSetId"]
    made = Made(stack_set_id, {"StackSetId": stack_set_id})
    try:
        for group in properties.get(INSTANCES, []):
            _carry_out(context, stack_set_id, "create_stack_instances", **group)
    except Failure as failure:
        raise PartiallyCreated(str(failure), made) from failure
    return made


def _update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    what, was = _what(properties), _what(Properties(deployed.properties))
    if what != was:
        del what["PermissionModel"]
        _carry_out(context, deployed.physical_id, "update_stack_set", **what)
    old, new = (_by_targets(one.get(INSTANCES, [])) for one in (deployed.properties, properties))
    _delete_instances(context, deployed, [group for key, group in old.items() if key not in new])
    for key, group in new.items():
        operation = "update_stack_instances" if key in old else "create_stack_instances"
        if group != old.get(key):
            _carry_out(context, deployed.physical_id, operation, **group)
    return Made(deployed.physical_id, deployed.attributes)


def _delete(context: Context, deployed: DeployedResource) -> None:
    _delete_instances(context, deployed, deployed.properties.get(INSTANCES, []))
    context.call("cloudformation", "delete_stack_set", StackSetName=deployed.physical_id)


def _delete_instances(
    context: Context, deployed: DeployedResource, groups: Iterable[Mapping[str, Any]]
) -> None:
    for group in groups:
        where = {name: group[name] for name in ("DeploymentTargets", "Regions")}
        _carry_out(
            context, deployed.physical_id, "delete_stack_instances", RetainStacks=False, **where
        )


def _what(properties: Properties) -> dict[str, Any]:
    """The arguments that say what the set's stacks are made from."""
    match properties.get("AutoDeployment"), properties.get("CallAs"):
        case {"Enabled": True}, _:
            raise Failure("The local cloud does not deploy to accounts that join later")
        case _, "DELEGATED_ADMIN":
            raise Failure("The local cloud knows no delegated administrators of stack sets")
    # All is done at once, one after the other.
    properties.get("ManagedExecution")
    properties.get("OperationPreferences")
    return properties.without(INSTANCES, *HOW)


def _by_targets(groups: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {f"{group['DeploymentTargets']}{group['Regions']}": group for group in groups}


def _carry_out(context: Context, stack_set_id: str, operation: str, **given: Any) -> None:
    given = {"StackSetName": stack_set_id, **given}
    started = context.call("cloudformation", operation, **given)["OperationId"]
    answer = context.call(
        "cloudformation",
        "describe_stack_set_operation",
        StackSetName=stack_set_id,
        OperationId=started,
    )
    if answer["StackSetOperation"]["Status"] != "SUCCEEDED":
        found = context.call("cloudformation", "list_stack_instances", StackSetName=stack_set_id)[
            "Summaries"
        ]
        reasons = [
            f"{one['Account']} {one['Region']}: {one['StatusReason']}"
            for one in found
            if "StatusReason" in one
        ]
        raise Failure(f"Stack set operation {started} was not successful: {'; '.join(reasons)}")


TYPES: Final = [ResourceType("AWS::CloudFormation::StackSet", _create, _delete, _update)]
