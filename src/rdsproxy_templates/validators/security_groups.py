"""Rules of security groups: who may reach whom, on which port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from .addresses import Network, network
from .graph import GROUP, Graph
from .once import once_a_graph
from .values import items, mappings, number, resource_ids, simple

Direction = Literal["in", "out"]
TCP: Final = ("tcp", "6")
ICMP: Final = ("icmp", "1", "icmpv6", "58")
ALL: Final = "-1"
EVERYWHERE: Final = (
    {"IpProtocol": ALL, "CidrIp": "0.0.0.0/0"},
    {"IpProtocol": ALL, "CidrIpv6": "::/0"},
)
"""The egress of a group for which no rule of egress is written."""
HTTPS: Final = 443
PEERS: Final = frozenset({
    "CidrIp", "CidrIpv6", "SourceSecurityGroupId", "SourceSecurityGroupName", "SourcePrefixListId",
    "DestinationSecurityGroupId", "DestinationPrefixListId",
})  # fmt: skip
OUTSIDE: Final[dict[str, Direction]] = {f"{GROUP}Ingress": "in", f"{GROUP}Egress": "out"}


@dataclass(frozen=True, kw_only=True)
class GroupRule:
    """One rule of a security group, wherever it is written."""

    resource: str
    group: str
    direction: Direction
    protocol: str | None
    ports: tuple[float, float] | None
    peer: str | None
    """The group at the other end: a resource, or a parameter as ``${Name}``."""
    cidrs: tuple[str, ...]
    """Ranges at the other end, those of a prefix list too; none where they are unknown."""

    @property
    def span(self) -> str:
        """The traffic in words."""
        if self.protocol == ALL:
            return "all traffic"
        if self.protocol in ICMP:
            return "ICMP"
        if self.ports is None:
            return "some ports"
        first, last = self.ports
        return f"port {first:g}" if first == last else f"ports {first:g} to {last:g}"

    @property
    def ranges(self) -> tuple[Network, ...]:
        """The ranges at the other end, as far as they are known."""
        return tuple(one for text in self.cidrs if (one := network(text)))

    def place(self, key: str) -> str:
        """Return the property of the resource that holds *key*."""
        lists = {"in": "SecurityGroupIngress", "out": "SecurityGroupEgress"}
        return lists[self.direction] if self.resource == self.group else key

    def admits(
        self, direction: str, peer: str, port: float, ranges: tuple[Network, ...] | None = None
    ) -> bool:
        """Tell if traffic to or from the group *peer*, in *ranges*, on *port* may pass."""
        return (
            self.direction == direction and self._reaches(peer, ranges) and self.covers(port, port)
        )

    def covers_only(self, port: float) -> bool:
        """Tell if it is about *port* of TCP, and nothing else."""
        return self.protocol in TCP and self.ports == (port, port)

    def covers(self, first: float, last: float) -> bool:
        """Tell if it is about one of these ports of TCP."""
        if self.protocol in (ALL, None):
            return True
        if self.protocol not in TCP:
            return False
        return self.ports is None or (self.ports[0] <= last and first <= self.ports[1])

    def reaches_addresses(self, ranges: tuple[Network, ...] | None) -> bool:
        """Tell if one of *ranges*, which may be unknown, is at the other end; never loopback."""
        known = [one for one in self.ranges if not one.is_loopback]
        if len(self.ranges) < len(self.cidrs) or not self.cidrs:
            return True
        if ranges is None:
            return bool(known)
        return any(
            one.version == other.version and one.overlaps(other)
            for one in known
            for other in ranges
        )

    def _reaches(self, peer: str, ranges: tuple[Network, ...] | None) -> bool:
        """Tell if the other end may be *peer*, or unknown."""
        if self.peer is None:
            return self.reaches_addresses(ranges)
        # Only deployment knows whether the group that a parameter names is another's.
        return self.peer == peer or is_given(self.peer) != is_given(peer)


@once_a_graph
def group_rules(graph: Graph) -> tuple[GroupRule, ...]:
    """Return every rule of every security group, written inside it or as a resource."""
    return (*_inside(graph), *_outside(graph))


def known_groups(graph: Graph, expressions: object) -> list[str]:
    """Return the groups in a list, or none where only deployment knows one of them."""
    named = items(expressions)
    groups = [name for name in graph.targets(resource_ids(named)) if graph.type(name) == GROUP]
    return groups if len(groups) == len(named) else []


def group_identity(graph: Graph, expression: object) -> str | None:
    """Return the group that *expression* is: a resource, ``${Parameter}``, or None if unknown."""
    if name := graph.target(expression):
        return name if graph.type(name) == GROUP else None
    match simple(expression):
        case {"Ref": str(name)} if name in graph.template.parameters:
            return f"${{{name}}}"
        case _:
            return None


def is_given(group: str) -> bool:
    """Tell whether *group* is a parameter."""
    return group.startswith("${")


def _inside(graph: Graph) -> Iterator[GroupRule]:
    apart = {
        graph.target(body.get("GroupId"))
        for _, body in graph.of_type("AWS::EC2::SecurityGroupEgress")
    }
    for name, group in graph.of_type(GROUP):
        for body in mappings(group.get("SecurityGroupIngress")):
            yield from _rule(graph, name, name, "in", body)
        # A group for which no egress is written is given rules to everywhere.
        written = mappings(group.get("SecurityGroupEgress"))
        for body in written or (() if name in apart else EVERYWHERE):
            yield from _rule(graph, name, name, "out", body)


def _outside(graph: Graph) -> Iterator[GroupRule]:
    for kind, direction in OUTSIDE.items():
        for name, body in graph.of_type(kind):
            if group := group_identity(graph, body.get("GroupId")):
                yield from _rule(graph, name, group, direction, body)


def _rule(
    graph: Graph, resource: str, group: str, direction: Direction, body: Mapping[str, Any]
) -> Iterator[GroupRule]:
    # EC2 is sent no rule that names nobody at the other end.
    if "IpProtocol" in body and not PEERS & body.keys():
        return
    peer = body.get("SourceSecurityGroupId", body.get("DestinationSecurityGroupId"))
    protocol = body.get("IpProtocol")
    first, last = number(body.get("FromPort", 0)), number(body.get("ToPort", 65535))
    yield GroupRule(
        resource=resource,
        group=group,
        direction=direction,
        protocol=str(protocol).lower() if isinstance(protocol, str | int) else None,
        ports=None if first is None or last is None else (first, last),
        peer=group_identity(graph, peer),
        cidrs=tuple(_cidrs(graph, body)),
    )


def _cidrs(graph: Graph, body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ranges of a rule, where all of them are text."""
    entries = [body.get("CidrIp", body.get("CidrIpv6"))]
    prefixes = graph.target(body.get("SourcePrefixListId", body.get("DestinationPrefixListId")))
    if prefixes and graph.type(prefixes) == "AWS::EC2::PrefixList":
        listed = mappings(graph.properties(prefixes).get("Entries"))
        entries = [entry.get("Cidr") for entry in listed]
    if all(isinstance(entry, str) for entry in entries):
        yield from entries
