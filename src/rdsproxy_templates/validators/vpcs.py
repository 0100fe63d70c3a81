"""The VPC that a subnet or security group is in, and the routes of a subnet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .graph import GROUP, PROXY, Graph
from .values import choices, is_literal, is_true, items, simple

SUBNET, VPC = "AWS::EC2::Subnet", "AWS::EC2::VPC"
SUBNET_KEYS = ("SubnetIds", "VpcSubnetIds", "Subnets", "SubnetId", "SubnetID")
GROUP_KEYS = ("SecurityGroupIds", "VpcSecurityGroupIds", "VPCSecurityGroups", "SecurityGroups")
LINKS = (
    "AWS::EC2::VPCPeeringConnection", "AWS::EC2::TransitGatewayAttachment",
    "AWS::EC2::TransitGatewayVpcAttachment",
)  # fmt: skip
"""Types that lead from one VPC to another."""


def vpc_of(graph: Graph, expression: object) -> str | None:
    """Return the VPC that *expression* is: a resource, or an ID as it stands; else None."""
    if is_literal(expression):
        return expression
    match simple(expression):
        case {"Ref": str(name)} if name in graph.template.resources:
            return name if graph.type(name) == VPC else None
        case {"Fn::GetAtt": [str(name), "VpcId"]} if name in graph.template.resources:
            if graph.type(name) == VPC:
                return name
            places = graph.targets(graph.properties(name).get("VpcSubnetIds"))
            # Only a Ref: whatever else a subnet names may lead back to the proxy.
            vpcs = [simple(graph.properties(place).get("VpcId")) for place in places]
            known = [vpc for vpc in vpcs if isinstance(vpc, dict) and "Ref" in vpc]
            return vpc_of(graph, known[0]) if known and graph.type(name) == PROXY else None
        case _:
            return None


def vpcs_of_subnets(graph: Graph, place: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each subnet that *place* names, with its VPC, where both are known."""
    yield from _vpcs(graph, place, SUBNET_KEYS, SUBNET)


def vpcs_of_groups(graph: Graph, place: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each security group that *place* names, with its VPC, where both are known."""
    yield from _vpcs(graph, place, GROUP_KEYS, GROUP)


def _vpcs(
    graph: Graph, place: Mapping[str, Any], keys: tuple[str, ...], kind: str
) -> Iterator[tuple[str, str]]:
    for key in keys:
        for name in graph.targets(place[key]) if key in place else ():
            vpc = vpc_of(graph, graph.properties(name).get("VpcId"))
            if graph.type(name) == kind and vpc:
                yield name, vpc


def are_linked(graph: Graph) -> bool:
    """Tell whether something leads from one VPC of the graph to another."""
    return any(graph.of_type(*LINKS))


def route_tables_of(graph: Graph, subnet: str) -> list[object]:
    """Return the route tables that *subnet* is associated with; none for the VPC's main table."""
    return [
        body.get("RouteTableId")
        for _, body in graph.of_type("AWS::EC2::SubnetRouteTableAssociation")
        if graph.target(body.get("SubnetId")) == subnet
    ]


def routes_of(graph: Graph, table: object) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the routes of a route table, which may be a resource or a parameter."""
    return [
        (name, body)
        for name, body in graph.of_type("AWS::EC2::Route")
        if simple(body.get("RouteTableId")) == simple(table)
    ]


def is_public(graph: Graph, name: str) -> bool:
    """Tell whether the resource *name* has an address in the internet."""
    body, kind = graph.properties(name), graph.type(name)
    if kind == "AWS::RDS::DBInstance":
        return is_true(body.get("PubliclyAccessible"))
    if kind == "AWS::EC2::NatGateway":
        return bool(body.get("ConnectivityType", "public") == "public")
    if kind == "AWS::EC2::Instance":
        interfaces = [one for one in items(body.get("NetworkInterfaces")) if isinstance(one, dict)]
        return any(is_true(one.get("AssociatePublicIpAddress")) for one in interfaces)
    return False


def subnets_of(graph: Graph, name: str) -> list[str]:
    """Return the subnets of an instance, database or gateway that the graph creates."""
    body = graph.properties(name)
    owner = graph.target(body.get("DBClusterIdentifier"))
    group = graph.target((graph.properties(owner) if owner else body).get("DBSubnetGroupName"))
    places = [graph.properties(group) if group else {}, body]
    places += [one for one in choices(body.get("NetworkInterfaces")) for one in items(one)]
    return [
        subnet
        for place in places
        if isinstance(place, Mapping)
        for key in SUBNET_KEYS
        for subnet in graph.targets(place.get(key))
        if graph.type(subnet) == SUBNET
    ]
