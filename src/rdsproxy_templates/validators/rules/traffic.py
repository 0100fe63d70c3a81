"""Rules of traffic: each connection is let out and let in, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator

from ...aws.documentation import RDS_GUIDE, VPC_GUIDE
from ...aws.engine_families import ENGINE_FAMILIES
from ...aws.engines import ENGINES
from ..graph import CLUSTER, FUNCTION_TYPES, GROUP, INSTANCE, PROXY, Graph
from ..rule import Violation, as_rule
from ..security_groups import HTTPS, WORLD, GroupRule, group_rules, known_groups
from ..values import number


@as_rule(
    "network/port",
    level="warning",
    title="A database's security group opens only the port that its engine listens on.",
    why="Ports are open that the database does not use.",
    source=f"{VPC_GUIDE}security-group-rules.html",
)
def port(graph: Graph) -> Iterator[Violation]:
    rules = group_rules(graph)
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
                        f"Open only port {listens:g}, which {engine.name} listens on",
                    )


@as_rule(
    "network/hops",
    title="Function, proxy and database are let out and let in at both ends of each connection.",
    why="Connections time out.",
    source=f"{RDS_GUIDE}rds-proxy-network-prereqs.html",
)
def hops(graph: Graph) -> Iterator[Violation]:
    rules = group_rules(graph)
    for proxy, body in graph.of_type(PROXY):
        family = ENGINE_FAMILIES.get(str(body.get("EngineFamily")))
        if family is None:
            continue
        proxy_groups = known_groups(graph, body.get("VpcSecurityGroupIds"))
        for function, code in graph.of_type(*FUNCTION_TYPES):
            groups = known_groups(graph, code.get("VpcConfig", {}).get("SecurityGroupIds"))
            for entrance, behind in graph.entrances(code):
                admitting = graph.properties(entrance).get("VpcSecurityGroupIds")
                ins = known_groups(graph, admitting) if admitting else proxy_groups
                if behind == proxy:
                    yield from judge_hop(rules, function, groups, entrance, ins, family.port)
        for database in graph.databases_of(proxy):
            properties = graph.properties(database)
            groups = known_groups(graph, _groups(properties))
            listens = number(properties.get("Port", family.port))
            if listens is not None:
                yield from judge_hop(rules, proxy, proxy_groups, database, groups, listens)


@as_rule(
    "network/open-to-the-world",
    level="warning",
    title="No security group lets in the whole internet.",
    why="Anybody reaches the port.",
    source=f"{VPC_GUIDE}security-group-rules.html",
)
def open_to_the_world(graph: Graph) -> Iterator[Violation]:
    for rule in group_rules(graph):
        if rule.direction == "in" and rule.cidr in WORLD:
            yield Violation(
                rule.resource,
                rule.place("CidrIp"),
                f"{rule.span} are open to {rule.cidr}",
                "Name the ranges or groups that need them",
            )


@as_rule(
    "network/unlimited-egress",
    level="warning",
    title="A security group lets out only HTTPS to everywhere.",
    why="Code that an attacker runs may send data anywhere, by any protocol.",
    source=f"{VPC_GUIDE}security-group-rules.html",
)
def unlimited_egress(graph: Graph) -> Iterator[Violation]:
    # AWS documents no addresses of its APIs, so HTTPS goes out to everywhere through a NAT
    # gateway. A group without egress rules lets everything out.
    rules = group_rules(graph)
    for name, _ in graph.of_type(GROUP):
        out = [r for r in rules if r.group == name and r.direction == "out"]
        if any(r.cidr in WORLD and not r.covers_only(HTTPS) for r in out):
            yield Violation(
                name,
                "SecurityGroupEgress",
                "its members may connect to everywhere",
                "Name the groups that they need to reach, or 127.0.0.1/32 if there are none",
            )


def judge_hop(  # noqa: PLR0913, PLR0917 - two ends, each with its groups, and the port between them
    rules: list[GroupRule], source: str, outs: list[str], target: str, ins: list[str], port: float
) -> Iterator[Violation]:
    """Judge one connection; an end whose groups only deployment knows is empty."""
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


def _groups(body: object) -> object:
    match body:
        case {"VpcSecurityGroupIds": groups} | {"VPCSecurityGroups": groups}:
            return groups
        case _:
            return []
