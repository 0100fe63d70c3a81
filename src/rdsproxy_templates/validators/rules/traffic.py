"""Rules of traffic: each connection is let out and let in, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from ...aws.documentation import RDS_GUIDE, VPC_GUIDE
from ...aws.engines import ENGINES
from ..addresses import overlaps, world
from ..connections import (
    INTERFACE,
    Members,
    connections,
    database_groups,
    members_of_groups,
)
from ..graph import CLUSTER, ENDPOINT, GROUP, INSTANCE, PROXY, Graph
from ..hops import judge_connection, judge_hop, judge_sides, judge_way_out
from ..protocols import family_of, strangers_of
from ..rule import Violation, as_rule
from ..security_groups import HTTPS, ICMP, GroupRule, group_rules, known_groups
from ..values import number

__all__ = ["hops", "judge_hop", "open_to_the_world", "port", "unlimited_egress"]

BALANCERS = ("AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancing::LoadBalancer")
WEB = (80, 443)
"""Ports that a load balancer in the internet is there for."""


@as_rule(
    "network/port",
    level="warning",
    title="A database's security group opens only the port that its engine listens on.",
    why="Ports are open that the database does not use.",
    remedy="Open only the port that the engine listens on.",
    source=f"{VPC_GUIDE}security-group-rules.html",
)
def port(graph: Graph) -> Iterator[Violation]:
    rules = group_rules(graph)
    strangers = {one for proxy, _ in graph.of_type(PROXY) for one in strangers_of(graph, proxy)}
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        if database in strangers:
            continue  # which of the two ports is meant, nobody knows
        engine = ENGINES.get(str(body.get("Engine")))
        listens = engine and number(body.get("Port", engine.port))
        if engine is None or listens is None:
            continue
        for group in graph.targets(database_groups(body)):
            for rule in rules:
                if (
                    rule.group == group
                    and rule.direction == "in"
                    # A ping reaches no port.
                    and rule.protocol not in (None, *ICMP)
                    and (rule.protocol == "-1" or rule.ports not in ((listens, listens), None))
                ):
                    opened = "to" if rule.protocol == "-1" else "on"
                    yield Violation(
                        rule.resource,
                        rule.place("FromPort"),
                        f"it opens {database} {opened} {rule.span}",
                        f"Open only port {listens:g}, which {engine.name} listens on",
                    )


@as_rule(
    "network/hops",
    title="Security groups allow each connection from client to proxy to database at both ends.",
    why="Connections time out.",
    remedy="Allow it out of the one group, and into the other.",
    source=f"{RDS_GUIDE}rds-proxy-network-prereqs.html",
)
def hops(graph: Graph) -> Iterator[Violation]:
    rules, members = group_rules(graph), members_of_groups(graph)
    judged: set[str] = set()
    for hop in connections(graph):
        judged |= set(hop.target.groups)
        if hop.target.groups:
            yield from judge_connection(rules, hop)
        else:
            yield from judge_way_out(rules, hop, members)
    named = judged | {str(rule.peer) for rule in rules if rule.direction == "out"}
    for name, group, listens in _entrances(graph):
        if group not in named and not any(
            rule.group == group
            and rule.direction == "in"
            and rule.covers(listens, listens)
            and (rule.peer is not None or rule.reaches_addresses(None))
            for rule in rules
        ):
            named.add(group)
            yield Violation(
                group,
                "SecurityGroupIngress",
                f"{name} lets nobody in on port {listens:g}",
                f"Let {group} admit the groups of those who connect, on port {listens:g}",
            )


def _entrances(graph: Graph) -> Iterator[tuple[str, str, float]]:
    """Yield what is there only for clients, each with its group and its port."""
    shared = {
        group
        for _, body in graph.of_type(PROXY)
        for group in known_groups(graph, body.get("VpcSecurityGroupIds"))
    }
    for name, body in graph.of_type(INTERFACE):
        if body.get("VpcEndpointType") == "Interface":
            for group in known_groups(graph, body.get("SecurityGroupIds"))[:1]:
                yield name, group, HTTPS
    for name, body in graph.of_type(ENDPOINT):
        proxy = graph.target(body.get("DBProxyName"))
        family = family_of(graph, proxy) if proxy else None
        groups = known_groups(graph, body.get("VpcSecurityGroupIds"))
        # A consumer's own stack opens the group of the proxy, where the endpoint shares it.
        if family and groups and not shared.intersection(groups):
            yield name, groups[0], family.port


@as_rule(
    "network/both-ends",
    level="warning",
    title="A connection that one security group allows is allowed by the other one, too.",
    why="Connections time out.",
    remedy="Add the rule of the other end.",
    source=f"{VPC_GUIDE}security-group-rules.html",
)
def both_ends(graph: Graph) -> Iterator[Violation]:
    rules, members = group_rules(graph), members_of_groups(graph)
    # The rule network/hops judges the connections that the graph is known to need.
    judged = {
        (out, into)
        for hop in connections(graph)
        for out in hop.source.groups
        for into in hop.target.groups
    }
    sides = {
        (rule.group, rule.peer) if rule.direction == "out" else (rule.peer, rule.group)
        for rule in rules
        if rule.peer
    }
    for source, target in sorted(sides - judged):
        # Groups without members may be about to be used in another way.
        if source in members or target in members:
            yield from judge_sides(rules, source, target, members)


@as_rule(
    "network/default-group",
    level="warning",
    title="A database and an interface endpoint have security groups of their own.",
    why="AWS gives them the VPC's default group, which lets in only its own members.",
    remedy="Name a security group that admits the clients.",
    source=f"{VPC_GUIDE}default-security-group.html",
)
def default_group(graph: Graph) -> Iterator[Violation]:
    for name, body in graph.of_type(CLUSTER, INSTANCE):
        placed = "DBSubnetGroupName" in body and "DBClusterIdentifier" not in body
        if placed and not database_groups(body):
            key = "VpcSecurityGroupIds" if graph.type(name) == CLUSTER else "VPCSecurityGroups"
            yield _default(name, key)
    for name, body in graph.of_type(INTERFACE):
        if body.get("VpcEndpointType") == "Interface" and not body.get("SecurityGroupIds"):
            yield _default(name, "SecurityGroupIds")


def _default(name: str, key: str) -> Violation:
    return Violation(
        name, key, "it names no security group", "Name a group that admits its clients"
    )


@as_rule(
    "network/open-to-the-world",
    level="warning",
    title="No security group lets in the whole internet.",
    why="Anybody reaches the port.",
    remedy="Name the ranges or groups that need the port.",
    source=f"{VPC_GUIDE}security-group-rules.html",
)
def open_to_the_world(graph: Graph) -> Iterator[Violation]:
    rules, members = group_rules(graph), members_of_groups(graph)
    incoming = [rule for rule in rules if rule.direction == "in" and rule.cidrs]
    seen: set[tuple[object, ...]] = set()
    for rule in incoming:
        # Ranges that make up the world together, such as its two halves, open it too.
        alike = (rule.group, rule.protocol, rule.ports)
        together = [r.cidrs for r in incoming if (r.group, r.protocol, r.ports) == alike]
        for part in world(cidr for cidrs in together for cidr in cidrs):
            is_part = any(overlaps(one, ip_network(part)) for one in rule.ranges)
            is_said = (*alike, part) in seen and part not in world(rule.cidrs)
            if is_part and not is_said and not _is_front(rule, members.get(rule.group)):
                seen.add((*alike, part))
                yield Violation(
                    rule.resource,
                    rule.place("CidrIp"),
                    f"{rule.span} {'are' if 'ports' in rule.span else 'is'} open to {part}",
                    "Name the ranges or groups that need them",
                )


def _is_front(rule: GroupRule, members: Members | None) -> bool:
    """Tell whether *rule* is what a load balancer in the internet is there for."""
    return bool(members and members.types <= {*BALANCERS} and any(map(rule.covers_only, WEB)))


@as_rule(
    "network/unlimited-egress",
    level="opinion",
    title="A security group lets out only HTTPS to everywhere.",
    why="Code that an attacker runs may send data anywhere, by any protocol.",
    remedy="Name the groups to reach, or 127.0.0.1/32 if there are none.",
    source=f"{VPC_GUIDE}security-group-rules.html",
)
def unlimited_egress(graph: Graph) -> Iterator[Violation]:
    # AWS documents no addresses of its APIs, so HTTPS goes out to everywhere through a NAT
    # gateway. A group without egress rules lets everything out.
    rules = group_rules(graph)
    for name, _ in graph.of_type(GROUP):
        out = [r for r in rules if r.group == name and r.direction == "out"]
        beyond = [cidr for r in out if not r.covers_only(HTTPS) for cidr in r.cidrs]
        if world(beyond):
            yield Violation(
                name,
                "SecurityGroupEgress",
                "its members may connect to everywhere",
                "Name the groups that they need to reach, or 127.0.0.1/32 if there are none",
            )
