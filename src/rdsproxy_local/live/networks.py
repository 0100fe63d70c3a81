"""EC2: networks, and the security groups in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource
from .reading import Reader, described, only, picked, reads, same

ANY: Final = "-1"
PEERS: Final = (
    ("IpRanges", "CidrIp", "CidrIp", "CidrIp"),
    ("Ipv6Ranges", "CidrIpv6", "CidrIpv6", "CidrIpv6"),
    ("PrefixListIds", "PrefixListId", "SourcePrefixListId", "DestinationPrefixListId"),
    ("UserIdGroupPairs", "GroupId", "SourceSecurityGroupId", "DestinationSecurityGroupId"),
)
"""The place of peers in EC2's permissions, their name there, and those in rules in and out."""


def _rules(permissions: Any, *, incoming: bool) -> Iterator[dict[str, Any]]:
    """Yield EC2's permissions as rules of a template, one for each peer."""
    for one in permissions:
        protocol = one["IpProtocol"]
        ports = {} if protocol == ANY else picked(one, "FromPort", "ToPort")
        for place, name, source, destination in PEERS:
            for peer in one.get(place, ()):
                yield {
                    "IpProtocol": protocol,
                    **ports,
                    source if incoming else destination: peer[name],
                    **picked(peer, "Description"),
                }


@reads(
    "GroupDescription",
    "GroupName",
    "SecurityGroupEgress",
    "SecurityGroupIngress",
    "Tags",
    "VpcId",
)
def _group(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    answer = context.call("ec2", "describe_security_groups", GroupIds=[deployed.physical_id])
    found = only(answer["SecurityGroups"])
    return {
        "GroupDescription": found["Description"],
        **picked(found, "GroupName", "VpcId"),
        "SecurityGroupEgress": list(_rules(found["IpPermissionsEgress"], incoming=False)),
        "SecurityGroupIngress": list(_rules(found["IpPermissions"], incoming=True)),
        "Tags": found.get("Tags", []),
    }


@reads("CidrBlock", "EnableDnsHostnames", "EnableDnsSupport", "InstanceTenancy", "Tags")
def _vpc(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    vpc = deployed.physical_id
    found = only(context.call("ec2", "describe_vpcs", VpcIds=[vpc])["Vpcs"])

    def attribute(name: str) -> Any:
        asked = name[0].lower() + name[1:]
        answer = context.call("ec2", "describe_vpc_attribute", VpcId=vpc, Attribute=asked)
        return answer[name]["Value"]

    dns = ("EnableDnsHostnames", "EnableDnsSupport")
    return {
        **picked(found, "CidrBlock", "InstanceTenancy"),
        **{name: attribute(name) for name in dns if name in deployed.properties},
        "Tags": found.get("Tags", []),
    }


READERS: Final[Mapping[str, Reader]] = {
    "AWS::EC2::InternetGateway": described(
        "ec2",
        "describe_internet_gateways",
        "InternetGatewayIds",
        "InternetGateways[0]",
        same("Tags"),
        listed=True,
    ),
    "AWS::EC2::RouteTable": described(
        "ec2",
        "describe_route_tables",
        "RouteTableIds",
        "RouteTables[0]",
        same("Tags", "VpcId"),
        listed=True,
    ),
    "AWS::EC2::SecurityGroup": _group,
    "AWS::EC2::Subnet": described(
        "ec2",
        "describe_subnets",
        "SubnetIds",
        "Subnets[0]",
        {
            **same(
                "AssignIpv6AddressOnCreation",
                "AvailabilityZone",
                "CidrBlock",
                "MapPublicIpOnLaunch",
                "Tags",
                "VpcId",
            ),
            "Ipv6CidrBlock": "Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock",
        },
        listed=True,
    ),
    "AWS::EC2::VPC": _vpc,
}
