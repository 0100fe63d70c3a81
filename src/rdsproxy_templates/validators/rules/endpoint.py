"""Rules of interface endpoints: services of AWS for subnets without a way out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.documentation import PRIVATELINK_GUIDE, SYSTEMS_MANAGER_GUIDE
from ...model.references import wires
from ..connections import INTERFACE, SSM_POLICY, service_of
from ..graph import Graph
from ..rule import Violation, as_rule
from ..values import is_literal, is_true, spelled
from ..vpcs import vpc_of, vpcs_of_subnets

BY_ROUTE = ("s3", "dynamodb")
"""Services that have gateway endpoints."""
REGIONAL = re.compile(r"com\.amazonaws\.([a-z]{2}(?:-[a-z]+)+-\d+)\.[a-z0-9.-]+")
ZONE = re.compile(r"([a-z]{2}(?:-[a-z]+)+-\d+)[a-z]")
NEEDED_BY_SSM = ("ssm", "ssmmessages")
WAYS_OUT = (
    "AWS::EC2::NatGateway",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::TransitGatewayAttachment",
)


@as_rule(
    "endpoint/private-dns",
    level="warning",
    title="An interface endpoint has private DNS.",
    why="SDKs use the service's public name, which leads out of the VPC; without a way out, calls "
    "time out.",
    remedy="Set PrivateDnsEnabled to true.",
    source=f"{PRIVATELINK_GUIDE}manage-dns-names.html",
)
def private_dns(graph: Graph) -> Iterator[Violation]:
    read = {wire for body in graph.template.resources.values() for wire in wires(dict(body))}
    read |= {wire for body in graph.template.outputs.values() for wire in wires(dict(body))}
    # A private hosted zone of one's own may hold the name.
    if any(graph.of_type("AWS::Route53::HostedZone")):
        return
    for name, body in _interfaces(graph):
        given = body.get("PrivateDnsEnabled")
        is_off = given is None or (isinstance(given, bool | str) and not is_true(given))
        if is_off and f"{name}.DnsEntries" not in read and _is_of_aws(body):
            yield Violation(
                name,
                "PrivateDnsEnabled",
                f"clients in the VPC find {service_of(body)} by its public name only with it",
                "Set PrivateDnsEnabled to true",
            )


@as_rule(
    "endpoint/type",
    title="An endpoint has a type that its service offers.",
    why="EC2 refuses the endpoint.",
    remedy="Choose a type that the service offers, Interface or Gateway.",
    source=f"{PRIVATELINK_GUIDE}gateway-endpoints.html",
)
def endpoint_type(graph: Graph) -> Iterator[Violation]:
    for name, body in graph.of_type(INTERFACE):
        service = service_of(body)
        if body.get("VpcEndpointType", "Gateway") != "Gateway" or not _is_of_aws(body):
            continue
        if service not in BY_ROUTE and "s3express" not in str(service):
            yield Violation(
                name,
                "VpcEndpointType",
                f"{service} has no gateway endpoints, which is the default type",
                "Set VpcEndpointType to Interface",
            )


@as_rule(
    "endpoint/region",
    level="warning",
    title="An endpoint is for a service in the stack's own Region.",
    why="EC2 refuses the endpoint, or clients miss the service of their own Region.",
    remedy="Write the service's name with ${AWS::Region}.",
    source=f"{PRIVATELINK_GUIDE}aws-services-privatelink-support.html",
)
def region(graph: Graph) -> Iterator[Violation]:
    follows = any(
        wire == "AWS::Region"
        for body in graph.template.resources.values()
        for wire in wires(dict(body))
    )
    zones = {
        match[1]
        for _, body in graph.of_type("AWS::EC2::Subnet")
        if (match := ZONE.fullmatch(str(body.get("AvailabilityZone"))))
    }
    for name, body in graph.of_type(INTERFACE):
        service = body.get("ServiceName")
        match = REGIONAL.fullmatch(service) if is_literal(service) else None
        if match is None or "ServiceRegion" in body or match[1] in {*zones, graph.region}:
            continue
        if zones or follows or graph.region:
            place = "the rest is for any Region"
            if here := graph.region or min(zones, default=None):
                place = f"the subnets are in {here}"
            yield Violation(
                name,
                "ServiceName",
                f"it is for {match[1]}, and {place}",
                "Write ${AWS::Region} into the name, by Fn::Sub",
            )


@as_rule(
    "endpoint/subnets",
    title="An interface endpoint has subnets.",
    why="Without any it has no address, so nobody reaches the service through it.",
    remedy="Name the subnets of the endpoint's clients.",
    source=f"{PRIVATELINK_GUIDE}create-interface-endpoint.html",
)
def placed(graph: Graph) -> Iterator[Violation]:
    for name, body in _interfaces(graph):
        if not body.get("SubnetIds") and not body.get("SubnetConfigurations"):
            yield Violation(
                name, "SubnetIds", "it is in no subnet", "Name the subnets of its clients"
            )


@as_rule(
    "endpoint/session-manager",
    title="An instance for Session Manager can reach the endpoints ssm and ssmmessages.",
    why="The instance never registers, and no session begins.",
    remedy="Add the endpoints ssm and ssmmessages, or a way out.",
    source=f"{SYSTEMS_MANAGER_GUIDE}setup-create-vpc.html",
)
def session_manager(graph: Graph) -> Iterator[Violation]:
    if any(graph.of_type(*WAYS_OUT)):
        return
    for name, body in graph.of_type("AWS::EC2::Instance"):
        profile = graph.target(body.get("IamInstanceProfile"))
        roles = graph.targets(graph.properties(profile).get("Roles")) if profile else []
        policies = [graph.properties(role).get("ManagedPolicyArns") for role in roles]
        vpcs = {vpc for _, vpc in vpcs_of_subnets(graph, body) if vpc in graph.template.resources}
        if SSM_POLICY not in str(policies) or not vpcs:
            continue
        here = [
            one for _, one in graph.of_type(INTERFACE) if vpc_of(graph, one.get("VpcId")) in vpcs
        ]
        offered = {service_of(one) for one in here}
        if missing := [service for service in NEEDED_BY_SSM if service not in offered]:
            yield Violation(
                name,
                "SubnetId",
                f"its VPC has no way to {' and '.join(missing)}",
                f"Add an interface endpoint for {' and '.join(missing)}",
            )


def _interfaces(graph: Graph) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, body in graph.of_type(INTERFACE):
        if body.get("VpcEndpointType") == "Interface":
            yield name, body


def _is_of_aws(body: Mapping[str, Any]) -> bool:
    """Tell whether an endpoint is for a service of AWS, of which the name is known."""
    text = spelled(body.get("ServiceName"))
    return text.startswith("com.amazonaws.") and "vpce" not in text
