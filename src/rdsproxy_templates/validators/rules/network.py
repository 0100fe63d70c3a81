"""Rules of networks: address ranges, Availability Zones, and IDs of the right kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from itertools import combinations
from typing import Any

from ...aws.documentation import CLOUDFORMATION_GUIDE, RDS_GUIDE, VPC_GUIDE
from ..connections import network_of
from ..graph import GROUP, PROXY, Graph
from ..rule import Violation, as_rule
from ..values import is_network, items, number, resource_ids

ROUTE = "AWS::EC2::Route"
ROUTED = ("AWS::EC2::InternetGateway", "AWS::EC2::VPNGateway")
"""What ``GatewayId`` of a route takes; a NAT gateway has a property of its own."""
LINKS = {
    "VpcId": ("AWS::EC2::VPC",),
    "SubnetId": ("AWS::EC2::Subnet",),
    "RouteTableId": ("AWS::EC2::RouteTable", "AWS::EC2::LocalGatewayRouteTable"),
    "NatGatewayId": ("AWS::EC2::NatGateway",),
    "InternetGatewayId": ("AWS::EC2::InternetGateway",),
}
"""Properties that hold one ID, and the types that have such IDs."""
CUSTOM = ("Custom::", "AWS::CloudFormation::")
"""Types whose attributes only deployment knows."""


@as_rule(
    "network/subnets",
    title="Subnets lie inside their VPC and do not overlap.",
    why="EC2 refuses the subnet.",
    remedy="Choose ranges within the VPC's that do not overlap.",
    source=f"{VPC_GUIDE}configure-subnets.html",
)
def subnets(graph: Graph) -> Iterator[Violation]:
    for vpc, network in graph.of_type("AWS::EC2::VPC"):
        ranges: list[Any] = [network.get("CidrBlock")] + [
            more["CidrBlock"]
            for _, more in graph.of_type("AWS::EC2::VPCCidrBlock")
            if graph.target(more.get("VpcId")) == vpc and "CidrBlock" in more
        ]
        wholes = [ip_network(whole) for whole in ranges if is_network(whole)]
        inside = {
            name: ip_network(body["CidrBlock"])
            for name, body in graph.of_type("AWS::EC2::Subnet")
            if graph.target(body.get("VpcId")) == vpc and is_network(body.get("CidrBlock"))
        }
        for name, cidr in inside.items():
            if len(wholes) == len(ranges) and not any(cidr.subnet_of(whole) for whole in wholes):  # type: ignore[arg-type]
                yield Violation(
                    name,
                    "CidrBlock",
                    f"{cidr} lies outside the VPC's {', '.join(map(str, wholes))}",
                    "Choose a range inside it",
                )
        for (one, first), (two, second) in combinations(inside.items(), 2):
            if first.overlaps(second):
                yield Violation(
                    two, "CidrBlock", f"{second} overlaps {one}'s {first}", "Choose another range"
                )


@as_rule(
    "network/two-zones",
    title="A proxy and a database have subnets in at least two Availability Zones.",
    why="RDS refuses the proxy or the subnet group.",
    remedy="Name subnets in two Availability Zones.",
    source=f"{RDS_GUIDE}rds-proxy-network-prereqs.html",
)
def two_zones(graph: Graph) -> Iterator[Violation]:
    keys = {PROXY: "VpcSubnetIds", "AWS::RDS::DBSubnetGroup": "SubnetIds"}
    for kind, key in keys.items():
        for name, body in graph.of_type(kind):
            expressions = items(body.get(key))
            used = graph.targets(expressions)
            zones = {_zone(graph.properties(subnet)) for subnet in used}
            known = used and len(used) == len(expressions) and "None" not in zones
            if known and len(zones) < 2:  # noqa: PLR2004
                yield Violation(
                    name, key, "its subnets are in one zone", "Give it subnets in two zones"
                )


@as_rule(
    "network/kinds",
    title="A property for subnets, security groups, VPCs or gateways names one of that kind.",
    why="The service refuses an ID of another kind.",
    remedy="Name a resource of the kind that the property takes.",
    source=f"{CLOUDFORMATION_GUIDE}aws-resource-rds-dbproxy.html",
)
def kinds(graph: Graph) -> Iterator[Violation]:
    wanted = {
        "SubnetIds": "AWS::EC2::Subnet",
        "VpcSubnetIds": "AWS::EC2::Subnet",
        "SecurityGroupIds": GROUP,
        "VpcSecurityGroupIds": GROUP,
        "VPCSecurityGroups": GROUP,
    }
    for name, body in graph.template.resources.items():
        properties = body.get("Properties") or {}
        yield from _wrong_links(graph, name, properties)
        for outer, place in (("", properties), ("VpcConfig", network_of(properties))):
            for key, kind in wanted.items():
                ids = resource_ids(_unjoined(place[key])) if key in place else ()
                for target in graph.targets(ids):
                    if graph.type(target) != kind and not graph.type(target).startswith(CUSTOM):
                        yield Violation(
                            name,
                            outer or key,
                            f"{target} is of type {graph.type(target)}",
                            f"Wire a resource of type {kind}",
                        )


def _unjoined(expressions: object) -> list[object]:
    """Return the members of a list, also of one that a child's output joins for another child."""
    found: list[object] = []
    for one in items(expressions):
        match one:
            case {"Fn::Join": [",", [*members]]} | {
                "Fn::Split": [",", {"Fn::Join": [",", [*members]]}]
            }:
                found += members
            case {"Fn::Split": [",", {"Ref": _} | {"Fn::GetAtt": _} as only]}:
                found.append(only)
            case _:
                found.append(one)
    return found


def _wrong_links(graph: Graph, name: str, properties: Mapping[str, object]) -> Iterator[Violation]:
    """Yield the properties of a resource of a VPC that lead to a resource of another type."""
    gateways = ROUTED if graph.type(name) == ROUTE else ()
    for key, kinds in (*LINKS.items(), ("GatewayId", gateways)):
        if key not in properties or not kinds:
            continue
        for target in graph.targets(resource_ids(properties[key])):
            kind = graph.type(target)
            if kind not in kinds and kind.startswith("AWS::EC2::"):
                yield Violation(
                    name, key, f"{target} is of type {kind}", f"Wire a resource of type {kinds[0]}"
                )


def _zone(subnet: Mapping[str, object]) -> str:
    """Return the zone of *subnet*, in the shortest of its spellings."""
    match subnet.get("AvailabilityZone", subnet.get("AvailabilityZoneId")):
        case {"Fn::Select": [index, {"Fn::GetAZs": _}]} if number(index) is not None:
            return f"zone {number(index):g}"
        case zone:
            return str(zone)
