"""Rule of those who administer a database: what lets them in reaches it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...aws.documentation import EC2_GUIDE
from ..addresses import Network
from ..connections import database_end, database_port, end
from ..graph import CLUSTER, INSTANCE, PROXY, Graph
from ..protocols import family_of
from ..rule import Violation, as_rule
from ..security_groups import GroupRule, group_rules, known_groups


@as_rule(
    "network/administration",
    level="warning",
    title="An instance that is let out to a database's port is let in, and EC2 Instance Connect "
    "is let out.",
    why="Connections of whoever administers the database time out.",
    remedy="Let the database's group admit the instance's, and the endpoint's group out to it.",
    source=f"{EC2_GUIDE}eice-security-groups.html",
)
def administration(graph: Graph) -> Iterator[Violation]:
    machines = list(graph.of_type("AWS::EC2::Instance"))
    endpoints = list(graph.of_type("AWS::EC2::InstanceConnectEndpoint"))
    rules = group_rules(graph) if machines or endpoints else ()
    for name, body in endpoints:
        own = known_groups(graph, body.get("SecurityGroupIds"))
        out = [rule for rule in rules if rule.direction == "out" and rule.group in own]
        if own and not any(rule.peer or rule.reaches_addresses(None) for rule in out):
            yield Violation(
                own[0],
                "SecurityGroupEgress",
                f"{name} may connect to nothing",
                f"Let {own[0]} out to the groups of the instances",
            )
    doors = _doors(graph) if machines else None
    for name, body in machines if doors else ():
        client = end(graph, name, body.get("SecurityGroupIds"), [body.get("SubnetId")])
        for port, groups in (doors or {}).items():
            out = [
                rule
                for rule in rules
                if rule.group in client.groups
                and rule.direction == "out"
                and rule.covers_only(port)
                and rule.peer is None
                and rule.reaches_addresses(None)
            ]
            if out and not _is_admitted(rules, client.groups, client.ranges, groups, port):
                yield Violation(
                    min(groups),
                    "SecurityGroupIngress",
                    f"{name} is let out to port {port:g}, and nothing lets it in",
                    f"Let {min(groups)} admit {client.groups[0]} on port {port:g}",
                )


def _is_admitted(
    rules: Sequence[GroupRule],
    sources: tuple[str, ...],
    ranges: tuple[Network, ...] | None,
    targets: set[str],
    port: float,
) -> bool:
    return any(
        rule.group in targets and rule.admits("in", source, port, ranges)
        for source in sources
        for rule in rules
    )


def _doors(graph: Graph) -> dict[float, set[str]] | None:
    """Return the groups of databases and proxies by port; None where one is unknown."""
    found: dict[float, set[str]] = {}
    for name, body in graph.of_type(CLUSTER, INSTANCE, PROXY):
        if "DBClusterIdentifier" in body:
            continue
        if graph.type(name) == PROXY:
            family = family_of(graph, name)
            port: float | None = family.port if family else None
            groups: tuple[str, ...] = tuple(known_groups(graph, body.get("VpcSecurityGroupIds")))
        else:
            port, groups = database_port(graph, name), database_end(graph, name).groups
        if port is None or not groups:
            return None
        found.setdefault(port, set()).update(groups)
    return found
