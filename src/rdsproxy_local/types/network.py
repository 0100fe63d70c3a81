"""EC2: networks, the subnets in them, lists of addresses, and what watches the traffic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .ec2 import ec2_type, picked, require_success, set_tags, set_value_by, tag_specifications
from .steps import Setter, change_each, set_by


def _vpc_attribute(name: str) -> Setter:
    return set_value_by("modify_vpc_attribute", "VpcId", name)


def _subnet_attribute(name: str) -> Setter:
    return set_value_by("modify_subnet_attribute", "SubnetId", name)


def _vpc_attributes(context: Context, vpc_id: str) -> Mapping[str, Any]:
    vpc = context.call("ec2", "describe_vpcs", VpcIds=[vpc_id])["Vpcs"][0]
    in_vpc = {"Name": "vpc-id", "Values": [vpc_id]}
    groups = context.call(
        "ec2",
        "describe_security_groups",
        Filters=[in_vpc, {"Name": "group-name", "Values": ["default"]}],
    )["SecurityGroups"]
    acls = context.call(
        "ec2", "describe_network_acls", Filters=[in_vpc, {"Name": "default", "Values": ["true"]}]
    )["NetworkAcls"]
    return {
        "CidrBlockAssociations": [one["AssociationId"] for one in vpc["CidrBlockAssociationSet"]],
        "DefaultNetworkAcl": acls[0]["NetworkAclId"],
        "DefaultSecurityGroup": groups[0]["GroupId"],
        "Ipv6CidrBlocks": [one["Ipv6CidrBlock"] for one in vpc["Ipv6CidrBlockAssociationSet"]],
    }


def _prefix_list(context: Context, list_id: str) -> Mapping[str, Any]:
    answer = context.call("ec2", "describe_managed_prefix_lists", PrefixListIds=[list_id])
    found: Mapping[str, Any] = answer["PrefixLists"][0]
    return found


def _prefix_list_attributes(context: Context, list_id: str) -> Mapping[str, Any]:
    found = _prefix_list(context, list_id)
    return {"Arn": found["PrefixListArn"], "Version": found["Version"]}


def _set_entries(context: Context, list_id: str, old: Any, new: Any) -> None:
    before, after = old or [], new or []
    found = _prefix_list(context, list_id)
    context.call(
        "ec2",
        "modify_managed_prefix_list",
        PrefixListId=list_id,
        PrefixListName=found["PrefixListName"],
        CurrentVersion=found["Version"],
        AddEntries=[entry for entry in after if entry not in before],
        RemoveEntries=[{"Cidr": entry["Cidr"]} for entry in before if entry not in after],
    )


def _create_cidr_block(context: Context, properties: Properties) -> Made:
    given = picked(properties, ("AmazonProvidedIpv6CidrBlock", "CidrBlock", "VpcId"))
    answer = context.call("ec2", "associate_vpc_cidr_block", **given)
    association = answer.get("CidrBlockAssociation") or answer["Ipv6CidrBlockAssociation"]
    return Made(association["AssociationId"], {"Id": association["AssociationId"]})


def _delete_cidr_block(context: Context, deployed: DeployedResource) -> None:
    context.call("ec2", "disassociate_vpc_cidr_block", AssociationId=deployed.physical_id)


def _create_flow_log(context: Context, properties: Properties) -> Made:
    given = picked(
        properties,
        (
            "DeliverLogsPermissionArn",
            "LogDestination",
            "LogDestinationType",
            "LogFormat",
            "LogGroupName",
            "MaxAggregationInterval",
            "ResourceType",
            "TrafficType",
        ),
    )
    answer = context.call(
        "ec2",
        "create_flow_logs",
        ResourceIds=[properties["ResourceId"]],
        TagSpecifications=tag_specifications("vpc-flow-log", properties),
        **given,
    )
    require_success(answer)
    (flow_log,) = answer["FlowLogIds"]
    return Made(flow_log, {"Id": flow_log})


def _update_flow_log(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    change_each({"Tags": set_tags}, context, deployed, properties)
    return Made(deployed.physical_id, deployed.attributes)


def _delete_flow_log(context: Context, deployed: DeployedResource) -> None:
    require_success(context.call("ec2", "delete_flow_logs", FlowLogIds=[deployed.physical_id]))


TYPES: Final = [
    ec2_type(
        "AWS::EC2::VPC",
        "vpc",
        ("CidrBlock", "InstanceTenancy"),
        tagged="vpc",
        later={name: _vpc_attribute(name) for name in ("EnableDnsSupport", "EnableDnsHostnames")},
        more=_vpc_attributes,
    ),
    ec2_type(
        "AWS::EC2::Subnet",
        "subnet",
        (
            "AvailabilityZone",
            "AvailabilityZoneId",
            "CidrBlock",
            "Ipv6CidrBlock",
            "Ipv6Native",
            "VpcId",
        ),
        tagged="subnet",
        later={
            name: _subnet_attribute(name)
            for name in ("AssignIpv6AddressOnCreation", "MapPublicIpOnLaunch")
        },
    ),
    ec2_type(
        "AWS::EC2::PrefixList",
        "managed_prefix_list",
        ("AddressFamily", "Entries", "MaxEntries", "PrefixListName"),
        answer="PrefixList",
        tagged="prefix-list",
        in_place={
            "Entries": _set_entries,
            "PrefixListName": set_by(
                "ec2", "modify_managed_prefix_list", "PrefixListId", "PrefixListName"
            ),
        },
        more=_prefix_list_attributes,
    ),
    ResourceType("AWS::EC2::VPCCidrBlock", _create_cidr_block, _delete_cidr_block),
    ResourceType("AWS::EC2::FlowLog", _create_flow_log, _delete_flow_log, _update_flow_log),
]
