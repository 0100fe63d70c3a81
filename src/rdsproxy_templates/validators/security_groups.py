"""Rules of security groups: who may reach whom, on which port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Final, Literal

from .graph import GROUP, Graph
from .values import is_network, number, resource_ids

Direction = Literal["in", "out"]
TCP: Final = ("tcp", "6")
WORLD: Final = ("0.0.0.0/0", "::/0")
HTTPS: Final = 443
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
    cidr: str | None

    @property
    def span(self) -> str:
        """The ports in words."""
        return f"ports {self.ports[0]:g} to {self.ports[1]:g}" if self.ports else "some ports"

    def place(self, key: str) -> str:
        """Return the property of the resource that holds *key*."""
        lists = {"in": "SecurityGroupIngress", "out": "SecurityGroupEgress"}
        return lists[self.direction] if self.resource == self.group else key

    def admits(self, direction: str, peer: str, port: float) -> bool:
        """Tell if traffic to or from the group *peer* on *port* may pass."""
        return self.direction == direction and self._reaches(peer) and self._covers(port)

    def covers_only(self, port: float) -> bool:
        """Tell if it is about *port* of TCP, and nothing else."""
        return self.protocol in TCP and self.ports == (port, port)

    def _reaches(self, peer: str) -> bool:
        """Tell if the other end may be *peer*: in any range but loopback, or unknown."""
        if self.peer is not None:
            return self.peer == peer
        return not (is_network(self.cidr) and ip_network(str(self.cidr)).is_loopback)

    def _covers(self, port: float) -> bool:
        if self.protocol in ("-1", None) or self.ports is None:
            return True
        return self.protocol in TCP and self.ports[0] <= port <= self.ports[1]


def group_rules(graph: Graph) -> list[GroupRule]:
    """Return every rule of every security group, written inside it or as a resource."""
    return [*_inside(graph), *_outside(graph)]


def known_groups(graph: Graph, expressions: object) -> list[str]:
    """Return the groups in a list, or none where only deployment knows one of them."""
    items = expressions if isinstance(expressions, list) else []
    groups = [name for name in graph.targets(resource_ids(items)) if graph.type(name) == GROUP]
    return groups if len(groups) == len(items) else []


def _inside(graph: Graph) -> Iterator[GroupRule]:
    for name, group in graph.of_type(GROUP):
        for body in group.get("SecurityGroupIngress", []):
            yield _rule(graph, name, name, "in", body)
        # A group that says nothing of egress is given a rule to everywhere.
        everywhere = [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]
        for body in group.get("SecurityGroupEgress") or everywhere:
            yield _rule(graph, name, name, "out", body)


def _outside(graph: Graph) -> Iterator[GroupRule]:
    for kind, direction in OUTSIDE.items():
        for name, body in graph.of_type(kind):
            if group := graph.target(body.get("GroupId")):
                yield _rule(graph, name, group, direction, body)


def _rule(
    graph: Graph, resource: str, group: str, direction: Direction, body: Mapping[str, Any]
) -> GroupRule:
    peer = body.get("SourceSecurityGroupId", body.get("DestinationSecurityGroupId"))
    cidr = body.get("CidrIp", body.get("CidrIpv6"))
    protocol = body.get("IpProtocol")
    first, last = number(body.get("FromPort", 0)), number(body.get("ToPort", 65535))
    return GroupRule(
        resource=resource,
        group=group,
        direction=direction,
        protocol=str(protocol) if isinstance(protocol, str | int) else None,
        ports=None if first is None or last is None else (first, last),
        peer=graph.target(peer),
        cidr=cidr if isinstance(cidr, str) else None,
    )
