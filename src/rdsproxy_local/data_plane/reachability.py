"""Reachability in a network: VPCs, security groups' rules, endpoints and gateways.

Network ACLs and peering are not looked at: what is in one VPC has a route.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network
from typing import Any, Final

from moto.ec2.models import ec2_backends

INTERNET: Final = (ip_network("0.0.0.0/0"),)
OUTSIDE: Final = ip_network("198.51.100.10/32")
"""The origin of functions outside any VPC: on AWS any address of EC2 in the Region, here always
this one, of a range for documentation."""
HTTPS: Final = 443
VERSIONS: Final = {"IPV4": frozenset({4}), "IPV6": frozenset({6}), "DUAL": frozenset({4, 6})}
"""Versions of IP by RDS's name for a network type."""


@dataclass(frozen=True)
class Interface:
    """An owner of addresses in a VPC: a function, a proxy, a database, an endpoint."""

    vpc: str
    groups: frozenset[str]
    subnets: frozenset[str]
    versions: frozenset[int] = VERSIONS["IPV4"]
    """Versions of IP that it speaks."""

    @classmethod
    def of(
        cls, groups: Iterable[str], subnets: Iterable[str], network_type: str = "IPV4"
    ) -> Interface:
        found = frozenset(subnets)
        vpc = next((one.vpc_id for one in _subnets() if one.id in found), "")
        return cls(vpc, frozenset(groups), found, VERSIONS[network_type])

    @property
    def networks(self) -> tuple[IPv4Network, ...]:
        """The ranges of its addresses."""
        blocks = (one.cidr_block for one in _subnets() if one.id in self.subnets)
        return tuple(IPv4Network(block) for block in blocks)


def reaches(source: Interface, target: Interface, port: int) -> bool:
    """True if the groups of both, in one VPC, let a connection by an IP of both through."""
    return (
        source.vpc == target.vpc
        and bool(source.versions & target.versions)
        and _rule(source, "egress_rules", target.groups, target.networks, port)
        and _rule(target, "ingress_rules", source.groups, source.networks, port)
    )


def is_open_to(target: Interface, addresses: Collection[Any], port: int) -> bool:
    """True if all these come in from the internet: they have a route, and a rule names each."""
    ways = all(_has_internet_gateway(subnet, target.vpc) for subnet in target.subnets)
    named = all(
        _rule(target, "ingress_rules", frozenset(), (address,), port) for address in addresses
    )
    return bool(addresses) and ways and named


def addresses_outside(source: Interface | None, port: int) -> Collection[Any]:
    """The addresses that the internet sees a function under; none where it does not get out."""
    if source is None:
        return (OUTSIDE,)
    if not reaches_internet(source, port):
        return ()
    routes = [route for subnet in source.subnets for route in _default_routes(subnet, source.vpc)]
    gateways = [route.nat_gateway for route in routes if route.nat_gateway]
    return {ip_network(one._eni.public_ip) for one in gateways if one._eni.public_ip}


def reaches_internet(source: Interface, port: int) -> bool:
    """True if its groups let it out, and each of its subnets has a route through a NAT gateway."""
    ways = all(_has_nat(subnet, source.vpc) for subnet in source.subnets)
    return ways and _rule(source, "egress_rules", frozenset(), INTERNET, port)


def endpoints(source: Interface, region: str) -> Iterator[str]:
    """The services whose interface endpoints answer *source* under their usual names."""
    for backend in _backends():
        for endpoint in list(backend.vpc_end_points.values()):
            is_interface = endpoint.vpc_endpoint_type == "Interface"
            if not (
                is_interface and endpoint.private_dns_enabled and endpoint.state == "available"
            ):
                continue
            target = Interface.of(endpoint.security_group_ids, endpoint.subnet_ids or ())
            prefix = f"com.amazonaws.{region}."
            if endpoint.service_name.startswith(prefix) and reaches(source, target, HTTPS):
                yield endpoint.service_name.removeprefix(prefix)


def _rule(
    owner: Interface,
    direction: str,
    groups: frozenset[str],
    networks: tuple[Any, ...],
    port: int,
) -> bool:
    """True if rules of the owner's groups name one of *groups*, or cover all *networks*."""
    rules = [
        rule
        for group in _groups()
        if group.id in owner.groups
        for rule in getattr(group, direction)
        if _is_for(rule, port)
    ]
    if any(rule.source_group.get("GroupId") in groups for rule in rules):
        return True
    return bool(networks) and all(
        any(_covers(rule, network) for rule in rules) for network in networks
    )


def _is_for(rule: Any, port: int) -> bool:
    if rule.ip_protocol == "-1":
        return True
    return bool(rule.ip_protocol == "tcp" and rule.from_port <= port <= rule.to_port)


def _covers(rule: Any, network: Any) -> bool:
    return bool(rule.cidr_ipv4) and network.subnet_of(ip_network(rule.cidr_ipv4))


def _has_nat(subnet: str, vpc: str) -> bool:
    return any(route.nat_gateway for route in _default_routes(subnet, vpc))


def _has_internet_gateway(subnet: str, vpc: str) -> bool:
    gateways = (route.gateway_id for route in _default_routes(subnet, vpc))
    return any(gateway and gateway.startswith("igw-") for gateway in gateways)


def _default_routes(subnet: str, vpc: str) -> list[Any]:
    """The default routes of a subnet, from its own table or from the VPC's main one."""
    tables = [table for one in _backends() for table in list(one.route_tables.values())]
    own = [table for table in tables if subnet in table._associations.values()]
    main = [table for table in tables if table.vpc_id == vpc and table.main_association_id]
    routes = [route for table in own or main for route in table.routes]
    return [route for route in routes if route.destination_cidr_block == "0.0.0.0/0"]


def _subnets() -> Iterator[Any]:
    for backend in _backends():
        for zone in list(backend.subnets.values()):
            yield from list(zone.values())


def _groups() -> Iterator[Any]:
    for backend in _backends():
        for in_vpc in list(backend.groups.values()):
            yield from list(in_vpc.values())


def _backends() -> Iterator[Any]:
    """The EC2 backends of all accounts: IDs are unique, and subnets are shared."""
    for regions in list(ec2_backends.values()):
        yield from list(regions.values())
