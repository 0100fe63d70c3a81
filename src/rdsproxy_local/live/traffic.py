"""EC2: instances, routes, what they lead to, and what watches the traffic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource
from ..types.gateways import DESTINATIONS, TARGETS
from .reading import Gone, Reader, described, known, only, picked, reads, same

TERMINATED: Final = frozenset({"shutting-down", "terminated"})
OF_RESOURCES: Final = {"eni": "NetworkInterface", "subnet": "Subnet", "vpc": "VPC"}
"""Kinds of resources whose traffic is logged, by the beginnings of their IDs."""
OF_INSTANCE: Final = (
    "EbsOptimized",
    "ImageId",
    "InstanceType",
    "KeyName",
    "MetadataOptions",
    "PrivateIpAddress",
    "SourceDestCheck",
    "SubnetId",
)
OF_FLOW_LOG: Final = (
    "DeliverLogsPermissionArn",
    "LogDestination",
    "LogDestinationType",
    "LogFormat",
    "LogGroupName",
    "MaxAggregationInterval",
    "ResourceId",
    "TrafficType",
)


@reads("RouteTableId", *DESTINATIONS, *TARGETS)
def _route(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    table, _, destination = deployed.physical_id.partition("|")
    answer = context.call("ec2", "describe_route_tables", RouteTableIds=[table])
    routes = only(answer["RouteTables"])["Routes"]
    found = only(one for one in routes if destination in [one.get(name) for name in DESTINATIONS])
    return {**picked(found, *DESTINATIONS, *TARGETS), "RouteTableId": table}


@reads("AllocationId", "ConnectivityType", "SubnetId", "Tags")
def _nat_gateway(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    answer = context.call("ec2", "describe_nat_gateways", NatGatewayIds=[deployed.physical_id])
    found = only(one for one in answer["NatGateways"] if one["State"] != "deleted")
    addresses = found.get("NatGatewayAddresses") or [{}]
    return {
        **picked(found, "ConnectivityType", "SubnetId"),
        **picked(addresses[0], "AllocationId"),
        "Tags": found.get("Tags", []),
    }


@reads("Domain", "InstanceId", "Tags")
def _address(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    answer = context.call("ec2", "describe_addresses", PublicIps=[deployed.physical_id])
    found = only(answer["Addresses"])
    instance = found.get("InstanceId") or None
    return {
        **picked(found, "Domain"),
        **known(InstanceId=instance),
        "Tags": found.get("Tags", []),
    }


@reads(*OF_FLOW_LOG, "ResourceType", "Tags")
def _flow_log(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    answer = context.call("ec2", "describe_flow_logs", FlowLogIds=[deployed.physical_id])
    found = only(answer["FlowLogs"])
    kind = OF_RESOURCES.get(found["ResourceId"].partition("-")[0])
    return {
        **picked(found, *OF_FLOW_LOG),
        **known(ResourceType=kind),
        "Tags": found.get("Tags", []),
    }


@reads("AddressFamily", "Entries", "MaxEntries", "PrefixListName", "Tags")
def _prefix_list(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    name = deployed.physical_id
    answer = context.call("ec2", "describe_managed_prefix_lists", PrefixListIds=[name])
    found = only(answer["PrefixLists"])
    entries = context.call("ec2", "get_managed_prefix_list_entries", PrefixListId=name)["Entries"]
    return {
        **picked(found, "AddressFamily", "MaxEntries", "PrefixListName"),
        "Entries": entries,
        "Tags": found.get("Tags", []),
    }


@reads(
    *OF_INSTANCE,
    "AvailabilityZone",
    "DisableApiTermination",
    "IamInstanceProfile",
    "Monitoring",
    "SecurityGroupIds",
    "Tags",
)
def _instance(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    name = deployed.physical_id
    answer = context.call("ec2", "describe_instances", InstanceIds=[name])
    found = only(one for each in answer["Reservations"] for one in each["Instances"])
    if found["State"]["Name"] in TERMINATED:
        raise Gone
    protection = context.call(
        "ec2", "describe_instance_attribute", InstanceId=name, Attribute="disableApiTermination"
    )
    profile = found.get("IamInstanceProfile", {}).get("Arn")
    return {
        **picked(found, *OF_INSTANCE),
        **known(IamInstanceProfile=profile.rpartition("/")[2] if profile else None),
        "AvailabilityZone": found["Placement"]["AvailabilityZone"],
        "DisableApiTermination": protection["DisableApiTermination"]["Value"],
        "Monitoring": found["Monitoring"]["State"] in {"enabled", "pending"},
        "SecurityGroupIds": [one["GroupId"] for one in found["SecurityGroups"]],
        "Tags": found.get("Tags", []),
    }


READERS: Final[Mapping[str, Reader]] = {
    "AWS::EC2::EIP": _address,
    "AWS::EC2::FlowLog": _flow_log,
    "AWS::EC2::Instance": _instance,
    "AWS::EC2::InstanceConnectEndpoint": described(
        "ec2",
        "describe_instance_connect_endpoints",
        "InstanceConnectEndpointIds",
        "InstanceConnectEndpoints[0]",
        same("PreserveClientIp", "SecurityGroupIds", "SubnetId", "Tags"),
        listed=True,
    ),
    "AWS::EC2::NatGateway": _nat_gateway,
    "AWS::EC2::PrefixList": _prefix_list,
    "AWS::EC2::Route": _route,
}
