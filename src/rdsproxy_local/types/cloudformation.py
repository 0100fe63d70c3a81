"""Nested stacks, and the handles of wait conditions."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from botocore.exceptions import ClientError

from ..cloudformation import background
from ..cloudformation.failure import Failure
from ..cloudformation.resource import (
    Context,
    DeployedResource,
    Made,
    PartiallyCreated,
    Properties,
    ResourceType,
)
from ..cloudformation.statuses import WITHOUT_ROLLBACK

NO_UPDATES: Final = "No updates are to be performed."
WAITS: Final = "Waits"
"""Attribute, of none that a template reads, of a stack that may still be in progress."""
CREATION_CANCELLED: Final = "Resource creation cancelled"


def _create_stack(context: Context, properties: Properties) -> Made:
    parent = context.call("cloudformation", "describe_stacks", StackName=context.stack_name)
    stack_id = _asked(
        context,
        "create_stack",
        StackName=context.name(128),
        OnFailure="DO_NOTHING" if parent["Stacks"][0]["DisableRollback"] else "ROLLBACK",
        **_wanted(context, properties),
    )
    try:
        background.settle(stack_id, lambda: context.pause(0))
    except background.Cancelled:
        raise PartiallyCreated(CREATION_CANCELLED, Made(stack_id, {})) from None
    return Made(stack_id, {WAITS: "created"})


def _update_stack(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    wanted = _wanted(context, properties)
    status = _stack(context, deployed.physical_id)["StackStatus"]
    if status == "UPDATE_ROLLBACK_FAILED":
        return _rolled_back(context, deployed)
    wanted["DisableRollback"] = status in WITHOUT_ROLLBACK
    try:
        _asked(context, "update_stack", StackName=deployed.physical_id, **wanted)
    except Failure as failure:
        if str(failure) != NO_UPDATES:
            raise
        return _made(_stack(context, deployed.physical_id))
    try:
        background.settle(deployed.physical_id, lambda: context.pause(0))
    except background.Cancelled:
        _cancel(context, deployed)
        raise
    return Made(deployed.physical_id, {WAITS: "updated"})


def _stabilized(context: Context, deployed: DeployedResource) -> Made | None:
    """The stack with its outputs, once nothing is in progress in it."""
    if (verb := deployed.attributes.get(WAITS)) is None:
        return Made(deployed.physical_id, deployed.attributes)
    stack_id = deployed.physical_id
    if not background.settled(stack_id, 0):
        return None
    stack = _stack(context, stack_id)
    if stack["StackStatus"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        return _made(stack)
    reason = _reason(context, stack_id)
    if verb == "created":
        raise Failure(f"Embedded stack {stack_id} was not successfully created: {reason}")
    raise Failure(
        f"Embedded stack {stack_id} was not successfully updated. Currently in "
        f"{stack['StackStatus']} with reason: {reason}"
    )


def _delete_stack(context: Context, deployed: DeployedResource) -> None:
    context.call("cloudformation", "delete_stack", StackName=deployed.physical_id)
    background.settled(deployed.physical_id)
    if (stack := _stack(context, deployed.physical_id))["StackStatus"] != "DELETE_COMPLETE":
        raise Failure(
            f"Embedded stack {deployed.physical_id} was not successfully deleted: "
            f"{stack.get('StackStatusReason')}"
        )


def _rolled_back(context: Context, deployed: DeployedResource) -> Made:
    """Go on with the rollback of a nested stack, when its parent's goes on."""
    _asked(context, "continue_update_rollback", StackName=deployed.physical_id)
    background.settled(deployed.physical_id)
    stack = _stack(context, deployed.physical_id)
    if stack["StackStatus"] != "UPDATE_ROLLBACK_COMPLETE":
        raise Failure(
            f"Embedded stack {deployed.physical_id} was not successfully updated. Currently in "
            f"{stack['StackStatus']} with reason: {_reason(context, deployed.physical_id)}"
        )
    return _made(stack)


def _cancel(context: Context, deployed: DeployedResource) -> None:
    """Cancel an update together with its parent's, unless it is over by now."""
    with suppress(ClientError):
        context.call("cloudformation", "cancel_update_stack", StackName=deployed.physical_id)
    background.settled(deployed.physical_id)


def _wanted(context: Context, properties: Properties) -> dict[str, Any]:
    """The request for a nested stack; it inherits the capabilities acknowledged for its parent."""
    answer = context.call("cloudformation", "describe_stacks", StackName=context.stack_name)
    parent = answer["Stacks"][0]
    return {
        "TemplateURL": properties["TemplateURL"],
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": parameter_text(value)}
            for name, value in properties.get("Parameters", {}).items()
        ],
        "Tags": list(_by_key(parent["Tags"] + properties.get("Tags", [])).values()),
        "Capabilities": parent["Capabilities"],
        "RoleARN": parent.get("RoleARN"),
        "NotificationARNs": properties.get("NotificationARNs"),
        "TimeoutInMinutes": properties.get("TimeoutInMinutes"),
    }


def _asked(context: Context, operation: str, **wanted: Any) -> str:
    """The stack's ID, of which CloudFormation shows the refusal as it is."""
    try:
        answer = context.call("cloudformation", operation, **wanted)
    except ClientError as error:
        raise Failure(error.response["Error"]["Message"]) from error
    return str(answer.get("StackId", wanted["StackName"]))


def _stack(context: Context, stack_id: str) -> dict[str, Any]:
    answer = context.call("cloudformation", "describe_stacks", StackName=stack_id)
    stack: dict[str, Any] = answer["Stacks"][0]
    return stack


def _reason(context: Context, stack_id: str) -> str | None:
    """The reason why the last operation on a stack failed."""
    events = context.call("cloudformation", "describe_stack_events", StackName=stack_id)
    for event in events["StackEvents"]:
        if event["PhysicalResourceId"] == stack_id and "ResourceStatusReason" in event:
            return str(event["ResourceStatusReason"])
    return None


def _made(stack: Mapping[str, Any]) -> Made:
    outputs = stack.get("Outputs", [])
    attributes = {f"Outputs.{one['OutputKey']}": one["OutputValue"] for one in outputs}
    return Made(stack["StackId"], attributes)


def parameter_text(value: Any) -> str:
    """The text of a nested stack's parameter."""
    match value:
        case list():
            return ",".join(map(parameter_text, value))
        case bool():
            return str(value).lower()
    return str(value)


def _by_key(tags: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {tag["Key"]: tag for tag in tags}


TYPES: Final = [
    ResourceType(
        "AWS::CloudFormation::Stack", _create_stack, _delete_stack, _update_stack, _stabilized
    ),
]
