"""Rules of VPCs: what works together is in one, and names resolve in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from ...aws.documentation import VPC_GUIDE
from ..connections import connections
from ..graph import CLUSTER, INSTANCE, PROXY, Graph
from ..rule import Violation, as_rule
from ..security_groups import group_rules
from ..values import is_false, is_true
from ..vpcs import (
    SUBNET,
    VPC,
    are_linked,
    is_public,
    subnets_of,
    vpc_of,
    vpcs_of_groups,
    vpcs_of_subnets,
)

ITSELF = "it"
TWO = "Take subnets, groups and gateways of one VPC"


@as_rule(
    "network/one-vpc",
    title="The subnets, security groups and gateways of a resource are in one VPC.",
    why="The service refuses them, or the connection leads nowhere.",
    remedy="Name subnets, groups and gateways of one VPC.",
    source=f"{VPC_GUIDE}security-groups.html",
)
def one_vpc(graph: Graph) -> Iterator[Violation]:
    wrong: set[str] = set()
    others = _vpc_of_others(graph)
    said: set[tuple[str, str]] = set()
    for name in graph.template.resources:
        places = list(_places(graph, name, others))
        for (first, here), (second, there) in pairwise(places):
            if here != there:
                wrong |= {name, first, second}
                if (first, second) not in said:
                    sentence = f"{second} is in {there}, and {first} in {here}"
                    yield Violation(name, "VpcId", sentence, TWO)
                if first != ITSELF:
                    said.add((first, second))
                break
    if are_linked(graph):
        return
    for rule in group_rules(graph):
        ends = [_vpc(graph, group) for group in (rule.group, rule.peer) if group]
        if None not in ends and len(set(ends)) > 1 and not {rule.group, rule.peer} & wrong:
            sentence = f"{rule.group} is in {ends[0]}, and {rule.peer} in {ends[1]}"
            yield Violation(rule.resource, rule.place("GroupId"), sentence, TWO)
            wrong |= {rule.group}
    for hop in connections(graph):
        ends = [_vpc(graph, group) for end in (hop.source, hop.target) for group in end.groups[:1]]
        groups = {*hop.source.groups, *hop.target.groups}
        if None not in ends and len(set(ends)) > 1 and not groups & wrong:
            yield Violation(
                hop.source.name,
                "VpcConfig",
                f"it connects to {hop.target.name}, and they are in {ends[0]} and {ends[1]}",
                "Place both in one VPC, or connect the VPCs",
            )


def _vpc(graph: Graph, group: str) -> str | None:
    known = group in graph.template.resources
    return vpc_of(graph, graph.properties(group).get("VpcId")) if known else None


def _places(graph: Graph, name: str, of: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what the resource *name* takes from a VPC, with that VPC."""
    kind, body = graph.type(name), graph.properties(name)
    if kind == "AWS::EC2::Route":
        taken = [graph.target(body.get(k)) for k in ("RouteTableId", "NatGatewayId", "GatewayId")]
        yield from ((one, of[one]) for one in taken if one and one in of)
        return
    if kind == "AWS::EC2::SubnetRouteTableAssociation":
        table = graph.target(body.get("RouteTableId"))
        if table and table in of:
            yield table, of[table]
    elif kind not in (SUBNET, "AWS::EC2::SecurityGroup") and (
        own := vpc_of(graph, body.get("VpcId"))
    ):
        yield ITSELF, own
    network = body.get("VpcConfig")
    for place in (body, network if isinstance(network, Mapping) else {}):
        yield from vpcs_of_subnets(graph, place)
        yield from vpcs_of_groups(graph, place)
    for table in graph.targets(body.get("RouteTableIds")):
        if table in of:
            yield table, of[table]
    if kind in (CLUSTER, INSTANCE) and (group := graph.target(body.get("DBSubnetGroupName"))):
        yield from vpcs_of_subnets(graph, graph.properties(group))
    if kind == PROXY:
        for database in graph.databases_of(name):
            if group := graph.target(graph.properties(database).get("DBSubnetGroupName")):
                found = vpcs_of_subnets(graph, graph.properties(group))
                yield from ((database, vpc) for _, vpc in found)


def _vpc_of_others(graph: Graph) -> dict[str, str]:
    """Map route tables and gateways to their VPC, where it is known."""
    found: dict[str, str] = {}
    for name, body in graph.of_type("AWS::EC2::RouteTable"):
        if vpc := vpc_of(graph, body.get("VpcId")):
            found[name] = vpc
    for _, body in graph.of_type("AWS::EC2::VPCGatewayAttachment"):
        gateway = graph.target(body.get("InternetGatewayId"))
        if gateway and (vpc := vpc_of(graph, body.get("VpcId"))):
            found[gateway] = vpc
    for name, body in graph.of_type("AWS::EC2::NatGateway"):
        for _, vpc in vpcs_of_subnets(graph, body):
            found[name] = vpc
    return found


@as_rule(
    "network/dns",
    title="A VPC with private endpoints, databases or proxies resolves DNS names.",
    why="EC2 refuses a private DNS name, RDS a public instance; a proxy's host has no address.",
    remedy="Set EnableDnsSupport and EnableDnsHostnames of the VPC to true.",
    source=f"{VPC_GUIDE}vpc-dns.html",
)
def dns(graph: Graph) -> Iterator[Violation]:
    for vpc, network in graph.of_type(VPC):
        has_support = not is_false(network.get("EnableDnsSupport"))
        # A VPC that is not the account's default one has no host names by default.
        has_names = not is_false(network.get("EnableDnsHostnames", False))
        for name, body in graph.template.resources.items():
            properties = body.get("Properties") or {}
            is_private = is_true(properties.get("PrivateDnsEnabled"))
            mine = vpc_of(graph, properties.get("VpcId")) == vpc
            lies_here = {one for _, one in vpcs_of_subnets(graph, properties)} == {vpc}
            if mine and is_private and not (has_support and has_names):
                yield _dns(vpc, f"{name} has a private DNS name", has_support=has_support)
            elif is_public(graph, name) and body["Type"] == INSTANCE:
                within = {_vpc(graph, subnet) for subnet in subnets_of(graph, name)}
                if within == {vpc} and not (has_support and has_names):
                    yield _dns(vpc, f"{name} is public", has_support=has_support)
            elif body["Type"] == PROXY and lies_here and not has_support:
                yield _dns(vpc, f"{name} is reached by its host name", has_support=False)


def _dns(vpc: str, sentence: str, *, has_support: bool) -> Violation:
    key = "EnableDnsHostnames" if has_support else "EnableDnsSupport"
    return Violation(vpc, key, f"{key} is not true, and {sentence}", f"Set {key} to true")
