"""Networks: address ranges, zones, and whether each hop is let out and let in."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from itertools import combinations

from ...engines import ENGINES
from ..graph import CLUSTER, FUNCTION_TYPES, GROUP, INSTANCE, PROXY, Doubt, Graph, is_network
from ..graph import Rule as GroupRule


def subnets(graph: Graph) -> Iterator[Doubt]:
    """Subnets lie inside their VPC and do not overlap."""
    for vpc, network in graph.of_type("AWS::EC2::VPC"):
        whole = network.get("CidrBlock")
        inside = {
            name: ip_network(body["CidrBlock"])
            for name, body in graph.of_type("AWS::EC2::Subnet")
            if graph.target(body.get("VpcId")) == vpc and is_network(body.get("CidrBlock"))
        }
        for name, cidr in inside.items():
            if is_network(whole) and not cidr.subnet_of(ip_network(whole)):  # type: ignore[arg-type]
                yield Doubt(
                    name,
                    "CidrBlock",
                    f"{cidr} lies outside the VPC's {whole}",
                    "Choose a range inside it",
                )
        for (one, first), (two, second) in combinations(inside.items(), 2):
            if first.overlaps(second):
                yield Doubt(
                    two, "CidrBlock", f"{second} overlaps {one}'s {first}", "Choose another range"
                )


def two_zones(graph: Graph) -> Iterator[Doubt]:
    """Proxies and databases have subnets in two zones."""
    keys = {PROXY: "VpcSubnetIds", "AWS::RDS::DBSubnetGroup": "SubnetIds"}
    for kind, key in keys.items():
        for name, body in graph.of_type(kind):
            expressions = body.get(key, [])
            used = graph.targets(expressions)
            zones = {str(graph.properties(subnet).get("AvailabilityZone")) for subnet in used}
            if len(used) == len(expressions) and len(zones) < 2:  # noqa: PLR2004
                yield Doubt(
                    name, key, "its subnets are in one zone", "Give it subnets in two zones"
                )


def kinds(graph: Graph) -> Iterator[Doubt]:
    """A subnet stands where a subnet belongs, a security group where a group does."""
    wanted = {
        "SubnetIds": "AWS::EC2::Subnet",
        "VpcSubnetIds": "AWS::EC2::Subnet",
        "SecurityGroupIds": GROUP,
        "VpcSecurityGroupIds": GROUP,
    }
    for name, body in graph.template.resources.items():
        properties = body.get("Properties", {})
        for place in (properties, properties.get("VpcConfig", {})):
            for key, kind in wanted.items():
                for target in graph.targets(place.get(key)):
                    if graph.type(target) != kind:
                        yield Doubt(
                            name,
                            key,
                            f"{target} is of type {graph.type(target)}",
                            f"Wire a resource of type {kind}",
                        )


def port(graph: Graph) -> Iterator[Doubt]:
    """A database's group is opened on the port of its engine."""
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        engine = ENGINES.get(str(body.get("Engine")))
        for group in graph.targets(_groups(body)):
            for rule in graph.rules:
                if (
                    engine
                    and rule.group == group
                    and rule.direction == "in"
                    and rule.ports != (engine.port, engine.port)
                ):
                    yield Doubt(
                        rule.resource,
                        "FromPort",
                        f"it opens {database} on ports {rule.ports[0]} to {rule.ports[1]}",
                        f"Open port {engine.port} alone, which {engine.name} listens on",
                    )


def hops(graph: Graph) -> Iterator[Doubt]:
    """Function to proxy and proxy to database: let out at one end, let in at the other."""
    for proxy, body in graph.of_type(PROXY):
        engines = {e.family: e for e in ENGINES.values()}
        engine = engines.get(str(body.get("EngineFamily")))
        if engine is None:
            continue
        proxy_groups = graph.targets(body.get("VpcSecurityGroupIds"))
        for function, code in graph.of_type(*FUNCTION_TYPES):
            groups = graph.targets(code.get("VpcConfig", {}).get("SecurityGroupIds"))
            if _reaches_for(graph, code, proxy):
                yield from _hop(graph, function, groups, proxy, proxy_groups, engine.port)
        for database in graph.databases_of(proxy):
            groups = graph.targets(_groups(graph.properties(database)))
            yield from _hop(graph, proxy, proxy_groups, database, groups, engine.port)


def open_to_the_world(graph: Graph) -> Iterator[Doubt]:
    """No group lets the whole world in."""
    for rule in graph.rules:
        if rule.direction == "in" and rule.cidr in ("0.0.0.0/0", "::/0"):
            yield Doubt(
                rule.resource,
                "CidrIp",
                f"ports {rule.ports[0]} to {rule.ports[1]} are open to {rule.cidr}",
                "Name the ranges or groups that need them",
            )


def unlimited_egress(graph: Graph) -> Iterator[Doubt]:
    """Every group says where its members may connect to; saying nothing means everywhere."""
    for name, body in graph.of_type(GROUP):
        out: list[GroupRule] = [r for r in graph.rules if r.group == name and r.direction == "out"]
        if not body.get("SecurityGroupEgress") or any(r.cidr in ("0.0.0.0/0", "::/0") for r in out):
            yield Doubt(
                name,
                "SecurityGroupEgress",
                "its members may connect to everywhere",
                "Name the groups that they need to reach; 127.0.0.1/32 where there is none",
            )


def _reaches_for(graph: Graph, function: object, proxy: str) -> bool:
    """Whether the function is told the proxy's endpoint."""
    match function:
        case {"Environment": {"Variables": dict(variables)}}:
            return any(graph.target(value) == proxy for value in variables.values())
        case _:
            return False


def _hop(  # noqa: PLR0913, PLR0917 - two ends, each with its groups, and the port between them
    graph: Graph, source: str, outs: list[str], target: str, ins: list[str], port: int
) -> Iterator[Doubt]:
    """Groups that are parameters are not ours to judge: then one end is empty."""
    pairs = [(out, into) for out in outs for into in ins]
    if not pairs:
        return
    if not any(
        r.group == out and r.admits("out", into, port) for out, into in pairs for r in graph.rules
    ):
        yield Doubt(
            outs[0],
            "SecurityGroupEgress",
            f"{source} may not connect to {target} on port {port}",
            f"Let {outs[0]} out to {ins[0]} on port {port}",
        )
    if not any(
        r.group == into and r.admits("in", out, port) for out, into in pairs for r in graph.rules
    ):
        yield Doubt(
            ins[0],
            "SecurityGroupIngress",
            f"{target} does not let {source} in on port {port}",
            f"Let {ins[0]} admit {outs[0]} on port {port}",
        )


def _groups(body: object) -> object:
    match body:
        case {"VpcSecurityGroupIds": groups} | {"VPCSecurityGroups": groups}:
            return groups
        case _:
            return []
