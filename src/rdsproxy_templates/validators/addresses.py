"""Ranges of addresses: those of subnets, and those that make up most of the internet."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from .graph import Graph
from .values import is_network, items

Network = IPv4Network | IPv6Network

WIDEST = {4: 8, 6: 16}
"""The shortest prefix of a range that one organization may have."""


def network(text: object) -> Network | None:
    """Return the range that *text* is, host bits or not; None where it is an expression."""
    try:
        return ip_network(text, strict=False) if isinstance(text, str) else None
    except ValueError:
        return None


def overlaps(one: Network, other: Network) -> bool:
    """Tell whether two ranges have an address in common."""
    if isinstance(one, IPv4Network):
        return isinstance(other, IPv4Network) and one.overlaps(other)
    return isinstance(other, IPv6Network) and one.overlaps(other)


def world(ranges: Iterable[object]) -> list[str]:
    """Return the parts of the internet that *ranges* make up, halves joined: ``0.0.0.0/0``."""
    known = [one for text in ranges if (one := network(text))]
    joined: list[Network] = [
        *collapse_addresses([one for one in known if isinstance(one, IPv4Network)]),
        *collapse_addresses([one for one in known if isinstance(one, IPv6Network)]),
    ]
    return [
        str(one)
        for one in joined
        if one.prefixlen < WIDEST[one.version] and not (one.is_private and one.prefixlen)
    ]


def subnet_ranges(graph: Graph, subnets: object) -> tuple[Network, ...] | None:
    """Return the ranges of *subnets*; None where only deployment knows one of them."""
    found: list[Network] = []
    for subnet in items(subnets):
        name = graph.target(subnet)
        body = graph.properties(name) if name and graph.type(name) == "AWS::EC2::Subnet" else {}
        if not is_network(body.get("CidrBlock")) or set(body) & {
            "Ipv4IpamPoolId",
            "Ipv6IpamPoolId",
        }:
            return None
        found.append(ip_network(str(body["CidrBlock"])))
        if "Ipv6CidrBlock" in body or _has_ipv6_block(graph, str(name)):
            ipv6 = body.get("Ipv6CidrBlock")
            found.append(ip_network(str(ipv6)) if is_network(ipv6) else ip_network("::/0"))
    return tuple(found) or None


def _has_ipv6_block(graph: Graph, subnet: str) -> bool:
    return any(
        graph.target(body.get("SubnetId")) == subnet
        for _, body in graph.of_type("AWS::EC2::SubnetCidrBlock")
    )
