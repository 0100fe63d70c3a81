"""Networks: address ranges, zones, and whether each hop is let out and let in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from itertools import combinations
from typing import Any

from ...aws.engines import ENGINES
from ..graph import CLUSTER, FUNCTION_TYPES, GROUP, INSTANCE, PROXY, Graph, Violation
from ..groups import HTTPS, WORLD, Rule, rules_of
from ..values import is_network, number

CUSTOM = ("Custom::", "AWS::CloudFormation::")
"""Types whose attributes only deployment knows."""


def subnets(graph: Graph) -> Iterator[Violation]:
    """Subnets lie inside their VPC and do not overlap."""
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


def two_zones(graph: Graph) -> Iterator[Violation]:
    """Proxies and databases have subnets in two zones."""
    keys = {PROXY: "VpcSubnetIds", "AWS::RDS::DBSubnetGroup": "SubnetIds"}
    for kind, key in keys.items():
        for name, body in graph.of_type(kind):
            expressions = body.get(key, [])
            used = graph.targets(expressions)
            zones = {str(_zone(graph.properties(subnet))) for subnet in used}
            known = len(used) == len(expressions) and "None" not in zones
            if known and len(zones) < 2:  # noqa: PLR2004
                yield Violation(
                    name, key, "its subnets are in one zone", "Give it subnets in two zones"
                )


def kinds(graph: Graph) -> Iterator[Violation]:
    """A subnet stands where a subnet belongs, a security group where a group does."""
    wanted = {
        "SubnetIds": "AWS::EC2::Subnet",
        "VpcSubnetIds": "AWS::EC2::Subnet",
        "SecurityGroupIds": GROUP,
        "VpcSecurityGroupIds": GROUP,
        "VPCSecurityGroups": GROUP,
    }
    for name, body in graph.template.resources.items():
        properties = body.get("Properties", {})
        for outer, place in (("", properties), ("VpcConfig", properties.get("VpcConfig", {}))):
            for key, kind in wanted.items():
                for target in graph.targets(_by_id(place.get(key))):
                    if graph.type(target) != kind and not graph.type(target).startswith(CUSTOM):
                        yield Violation(
                            name,
                            outer or key,
                            f"{target} is of type {graph.type(target)}",
                            f"Wire a resource of type {kind}",
                        )


def port(graph: Graph) -> Iterator[Violation]:
    """A database's group is opened on the port of its engine."""
    rules = rules_of(graph)
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        engine = ENGINES.get(str(body.get("Engine")))
        listens = engine and number(body.get("Port", engine.port))
        if engine is None or listens is None:
            continue
        for group in graph.targets(_groups(body)):
            for rule in rules:
                if (
                    rule.group == group
                    and rule.direction == "in"
                    and rule.ports not in ((listens, listens), None)
                ):
                    yield Violation(
                        rule.resource,
                        rule.place("FromPort"),
                        f"it opens {database} on {rule.span}",
                        f"Open port {listens:g} alone, which {engine.name} listens on",
                    )


def hops(graph: Graph) -> Iterator[Violation]:
    """Function to proxy and proxy to database: let out at one end, let in at the other."""
    rules = rules_of(graph)
    for proxy, body in graph.of_type(PROXY):
        engines = {e.family: e for e in ENGINES.values()}
        engine = engines.get(str(body.get("EngineFamily")))
        if engine is None:
            continue
        proxy_groups = known_groups(graph, body.get("VpcSecurityGroupIds"))
        for function, code in graph.of_type(*FUNCTION_TYPES):
            groups = known_groups(graph, code.get("VpcConfig", {}).get("SecurityGroupIds"))
            for entrance, behind in graph.entrances(code):
                admitting = graph.properties(entrance).get("VpcSecurityGroupIds")
                ins = known_groups(graph, admitting) if admitting else proxy_groups
                if behind == proxy:
                    yield from hop(rules, function, groups, entrance, ins, engine.port)
        for database in graph.databases_of(proxy):
            properties = graph.properties(database)
            groups = known_groups(graph, _groups(properties))
            listens = number(properties.get("Port", engine.port))
            if listens is not None:
                yield from hop(rules, proxy, proxy_groups, database, groups, listens)


def open_to_the_world(graph: Graph) -> Iterator[Violation]:
    """No group lets the whole world in."""
    for rule in rules_of(graph):
        if rule.direction == "in" and rule.cidr in WORLD:
            yield Violation(
                rule.resource,
                rule.place("CidrIp"),
                f"{rule.span} are open to {rule.cidr}",
                "Name the ranges or groups that need them",
            )


def unlimited_egress(graph: Graph) -> Iterator[Violation]:
    """Every group says where its members may connect to; to everywhere goes HTTPS alone.

    The public addresses of AWS's APIs are not known beforehand, so that from a subnet with a
    NAT gateway HTTPS has to be let out to everywhere. Saying nothing lets everything out.
    """
    rules = rules_of(graph)
    for name, _ in graph.of_type(GROUP):
        out = [r for r in rules if r.group == name and r.direction == "out"]
        if any(r.cidr in WORLD and not r.covers_only(HTTPS) for r in out):
            yield Violation(
                name,
                "SecurityGroupEgress",
                "its members may connect to everywhere",
                "Name the groups that they need to reach; 127.0.0.1/32 where there is none",
            )


def hop(  # noqa: PLR0913, PLR0917 - two ends, each with its groups, and the port between them
    rules: list[Rule], source: str, outs: list[str], target: str, ins: list[str], port: float
) -> Iterator[Violation]:
    """Groups that are parameters are not ours to judge: then one end is empty."""
    pairs = [(out, into) for out in outs for into in ins]
    if not pairs:
        return
    if not any(
        r.group == out and r.admits("out", into, port) for out, into in pairs for r in rules
    ):
        yield Violation(
            outs[0],
            "SecurityGroupEgress",
            f"{source} may not connect to {target} on port {port:g}",
            f"Let {outs[0]} out to {ins[0]} on port {port:g}",
        )
    if not any(r.group == into and r.admits("in", out, port) for out, into in pairs for r in rules):
        yield Violation(
            ins[0],
            "SecurityGroupIngress",
            f"{target} does not let {source} in on port {port:g}",
            f"Let {ins[0]} admit {outs[0]} on port {port:g}",
        )


def known_groups(graph: Graph, expressions: object) -> list[str]:
    """The groups in a list, all of them; none where one is not ours to judge."""
    items = expressions if isinstance(expressions, list) else []
    groups = [name for name in graph.targets(_by_id(items)) if graph.type(name) == GROUP]
    return groups if len(groups) == len(items) else []


def _by_id(expressions: object) -> list[object]:
    """The expressions that give the ID of a resource, and not what it has or looks up."""
    items = expressions if isinstance(expressions, list) else []
    return [item for item in items if _is_id(item)]


def _is_id(expression: object) -> bool:
    match expression:
        case {"Ref": _} | {"Fn::GetAtt": [_, "GroupId" | "SubnetId"]}:
            return True
        case _:
            return False


def _zone(subnet: Mapping[str, object]) -> object:
    return subnet.get("AvailabilityZone", subnet.get("AvailabilityZoneId"))


def _groups(body: object) -> object:
    match body:
        case {"VpcSecurityGroupIds": groups} | {"VPCSecurityGroups": groups}:
            return groups
        case _:
            return []
