"""Rules of routes: what has a public address is reached, and gateways lead somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.documentation import RDS_GUIDE, VPC_GUIDE
from ..addresses import world
from ..graph import Graph
from ..rule import Violation, as_rule
from ..values import is_literal
from ..vpcs import is_public, route_tables_of, routes_of, subnets_of

GATEWAY, ATTACHMENT = "AWS::EC2::InternetGateway", "AWS::EC2::VPCGatewayAttachment"
DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock")


@as_rule(
    "network/public-route",
    title="Resources with a public address have a route to an internet gateway.",
    why="Nothing reaches them from the internet, or passes through them.",
    remedy="Add a route to an internet gateway, or take the address away.",
    source=f"{RDS_GUIDE}USER_VPC.WorkingWithRDSInstanceinaVPC.html",
)
def public_route(graph: Graph) -> Iterator[Violation]:
    for name in graph.template.resources:
        closed = [
            subnet
            for subnet in (subnets_of(graph, name) if is_public(graph, name) else ())
            if not _leads_out(graph, subnet)
        ]
        if closed:
            yield Violation(
                name,
                "PubliclyAccessible" if graph.type(name) == "AWS::RDS::DBInstance" else "SubnetId",
                f"it has a public address, and {closed[0]} has no route to an internet gateway",
                f"Associate {closed[0]} with a route table that leads to one",
            )


@as_rule(
    "network/attached-gateway",
    title="An internet gateway that a route leads to is attached to a VPC.",
    why="EC2 refuses the route.",
    remedy="Attach the gateway to the VPC, and let the route wait for it.",
    source=f"{VPC_GUIDE}VPC_Internet_Gateway.html",
)
def attached_gateway(graph: Graph) -> Iterator[Violation]:
    attachments = [body.get("InternetGatewayId") for _, body in graph.of_type(ATTACHMENT)]
    attached = {graph.target(gateway) for gateway in attachments if gateway}
    for name, body in graph.of_type("AWS::EC2::Route"):
        gateway = graph.target(body.get("GatewayId"))
        if gateway and graph.type(gateway) == GATEWAY and attached.isdisjoint({gateway, None}):
            yield Violation(
                name,
                "GatewayId",
                f"{gateway} is attached to no VPC",
                f"Add an {ATTACHMENT}, and let the route wait for it",
            )


def _leads_out(graph: Graph, subnet: str) -> bool:
    """Tell whether *subnet* has a route to the internet, or one that only deployment knows."""
    tables = route_tables_of(graph, subnet) or (
        # The main route table of a VPC leads nowhere else, unless somebody changes it.
        route_tables_of_unknown_subnets(graph)
    )
    return any(
        graph.target(table) is None
        or any(_is_way_out(graph, body) for _, body in routes_of(graph, table))
        for table in tables
    )


def route_tables_of_unknown_subnets(graph: Graph) -> list[object]:
    """Return the route tables of subnets that only deployment knows."""
    return [
        None
        for _, body in graph.of_type("AWS::EC2::SubnetRouteTableAssociation")
        if graph.target(body.get("SubnetId")) is None
    ]


def _is_way_out(graph: Graph, route: Mapping[str, Any]) -> bool:
    known = [route[key] for key in DESTINATIONS if is_literal(route.get(key))]
    gateway = route.get("GatewayId")
    leads = "NatGatewayId" not in route and "EgressOnlyInternetGatewayId" not in route
    target = graph.target(gateway)
    to_internet = target is None or graph.type(target) == GATEWAY
    return leads and to_internet and (not known or bool(world(known)))
