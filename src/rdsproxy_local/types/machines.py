"""EC2: instances, and endpoints for access to them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import (
    Context,
    DeployedResource,
    Made,
    Properties,
    ResourceType,
    attributes_in,
)
from .ec2 import ec2_type, picked, set_tags, set_value_by, tag_specifications
from .steps import Setter, change_each, set_each, undone_on_failure


def _create_instance(context: Context, properties: Properties) -> Made:
    same = (
        "EbsOptimized",
        "ImageId",
        "InstanceInitiatedShutdownBehavior",
        "InstanceType",
        "KeyName",
        "MetadataOptions",
        "PrivateIpAddress",
        "SecurityGroupIds",
        "SubnetId",
    )
    renamed = {
        asked: ask(properties[name]) for name, (asked, ask) in RENAMED.items() if name in properties
    }
    instance_id = context.call(
        "ec2",
        "run_instances",
        MinCount=1,
        MaxCount=1,
        TagSpecifications=_tags(properties),
        **picked(properties, same),
        **renamed,
    )["Instances"][0]["InstanceId"]
    with undone_on_failure(lambda: _terminate(context, instance_id)):
        set_each(SET_LATER, context, instance_id, properties)
        return _instance(context, instance_id)


def _update_instance(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    change_each(SETTERS, context, deployed, properties)
    return _instance(context, deployed.physical_id)


def _delete_instance(context: Context, deployed: DeployedResource) -> None:
    _terminate(context, deployed.physical_id)


def _terminate(context: Context, instance_id: str) -> None:
    context.call("ec2", "terminate_instances", InstanceIds=[instance_id])


def _instance(context: Context, instance_id: str) -> Made:
    answer = context.call("ec2", "describe_instances", InstanceIds=[instance_id])
    found = answer["Reservations"][0]["Instances"][0]
    read = {
        "AvailabilityZone": found["Placement"]["AvailabilityZone"],
        "PrivateIp": found["PrivateIpAddress"],
        "PublicIp": found.get("PublicIpAddress"),
        **attributes_in(found, ["InstanceId", "PrivateDnsName", "PublicDnsName", "VpcId"]),
    }
    return Made(instance_id, {name: value for name, value in read.items() if value is not None})


def _tags(properties: Properties) -> list[Any] | None:
    """The tags of the instance, and of the volumes that it hands them on to."""
    handed_on = properties.get("PropagateTagsToVolumeOnCreation") in (True, "true")
    kinds = ("instance", "volume") if handed_on else ("instance",)
    return [one for kind in kinds for one in tag_specifications(kind, properties) or ()] or None


def _interfaces(given: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """CloudFormation's word for an interface's groups is not the API's."""
    return [
        {"Groups" if name == "GroupSet" else name: value for name, value in interface.items()}
        for interface in given
    ]


def _devices(given: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """CloudFormation says {} where the API says "" for a device that is not to be."""
    return [
        {name: "" if name == "NoDevice" else value for name, value in device.items()}
        for device in given
    ]


RENAMED: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "AvailabilityZone": ("Placement", lambda zone: {"AvailabilityZone": zone}),
    "BlockDeviceMappings": ("BlockDeviceMappings", _devices),
    "IamInstanceProfile": ("IamInstanceProfile", lambda name: {"Name": name}),
    "Monitoring": ("Monitoring", lambda enabled: {"Enabled": enabled}),
    "NetworkInterfaces": ("NetworkInterfaces", _interfaces),
    # boto3 encodes it again.
    "UserData": ("UserData", partial(base64.b64decode, validate=True)),
}
"""The API's name for a property, and its form there."""


def _instance_attribute(name: str) -> Setter:
    return set_value_by("modify_instance_attribute", "InstanceId", name)


def _while_stopped(setter: Setter) -> Setter:
    """The setter of an attribute that EC2 changes only in stopped instances."""

    def set_while_stopped(context: Context, instance_id: str, old: Any, new: Any) -> None:
        context.call("ec2", "stop_instances", InstanceIds=[instance_id])
        try:
            setter(context, instance_id, old, new)
        finally:
            context.call("ec2", "start_instances", InstanceIds=[instance_id])

    return set_while_stopped


def _set_user_data(context: Context, instance_id: str, old: Any, new: Any) -> None:
    # boto3 encodes it again, and moto keeps what it decodes once.
    _instance_attribute("UserData")(context, instance_id, old, (new or "").encode())


def _set_instance_groups(context: Context, instance_id: str, _: Any, new: Any) -> None:
    if not new:
        raise Failure("the local cloud cannot remove SecurityGroupIds in place")
    context.call("ec2", "modify_instance_attribute", InstanceId=instance_id, Groups=new)


def _set_metadata_options(context: Context, instance_id: str, _: Any, new: Any) -> None:
    if not new:
        raise Failure("the local cloud cannot remove MetadataOptions in place")
    context.call("ec2", "modify_instance_metadata_options", InstanceId=instance_id, **new)


def _set_at_launch(_context: Context, _instance_id: str, _old: Any, _new: Any) -> None:
    """Accept a change that counts when an instance is launched, and changes no running one."""


SET_LATER: Final[Mapping[str, Setter]] = {
    name: _instance_attribute(name) for name in ("DisableApiTermination", "SourceDestCheck")
}
SETTERS: Final[Mapping[str, Setter]] = {
    **SET_LATER,
    "InstanceType": _while_stopped(_instance_attribute("InstanceType")),
    "MetadataOptions": _set_metadata_options,
    "PropagateTagsToVolumeOnCreation": _set_at_launch,
    "SecurityGroupIds": _set_instance_groups,
    "Tags": set_tags,
    "UserData": _while_stopped(_set_user_data),
}


TYPES: Final = [
    ec2_type(
        "AWS::EC2::InstanceConnectEndpoint",
        "instance_connect_endpoint",
        ("ClientToken", "PreserveClientIp", "SecurityGroupIds", "SubnetId"),
        tagged="instance-connect-endpoint",
    ),
    ResourceType("AWS::EC2::Instance", _create_instance, _delete_instance, _update_instance),
]
