"""Subnets that are given: their VPC, zones, free addresses and IPv6 ranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...aws.documentation import RDS_GUIDE
from ...aws.support import zones_without_proxy
from ...errors import Problem
from .account import AccountReader
from .values import GivenValues, Use

Subnet = Mapping[str, Any]

PROXY, ENDPOINT = "AWS::RDS::DBProxy", "AWS::RDS::DBProxyEndpoint"
SUBNET_GROUP, INTERFACES = "AWS::RDS::DBSubnetGroup", "AWS::EC2::VPCEndpoint"
FUNCTIONS: Final = ("AWS::Serverless::Function", "AWS::Lambda::Function")
USES: Final[Mapping[str, tuple[str, ...]]] = {
    "VpcSubnetIds": (PROXY, ENDPOINT),
    "SubnetIds": (SUBNET_GROUP, INTERFACES),
    "VpcConfig.SubnetIds": FUNCTIONS,
    "SubnetId": ("AWS::EC2::Instance",),
}
DATABASES: Final = ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance")
FEWEST_ZONES: Final = 2
FEWEST_ADDRESSES: Final = 10
"""Free addresses that RDS Proxy wants for the smallest databases: "Planning for IP address
capacity", read 2026-11-26."""


def subnet_problems(account: AccountReader, given: GivenValues) -> Iterator[Problem]:
    """Report subnets that are missing, or cannot take what is placed in them."""
    uses = [*subnet_uses(given)]
    known = known_subnets(account, uses)
    if not known:
        return
    for use in uses:
        for one in use.given:
            if one.text not in known:
                yield Problem(one.place, f"there is no subnet {one.text} {_where(account)}")
        subnets = [known[one.text] for one in use.given if one.text in known]
        if len(subnets) == len(use.given):
            yield from _placed(account, given, use, subnets)


def subnet_uses(given: GivenValues) -> Iterator[Use]:
    """Yield everything that is placed in given subnets."""
    for path, types in USES.items():
        yield from given.uses(path, *types)


def known_subnets(account: AccountReader, uses: list[Use]) -> dict[str, Subnet]:
    """Return the given subnets that exist, by ID."""
    ids = sorted({one.text for use in uses for one in use.given})
    # A filter leaves out what does not exist; `SubnetIds` would fail at the first of them.
    answer = ids and account.ask(
        "ec2", "describe_subnets", "subnets", Filters=[{"Name": "subnet-id", "Values": ids}]
    )
    return {one["SubnetId"]: one for one in answer["Subnets"]} if answer else {}


def vpc_of(account: AccountReader, given: GivenValues, resource: str) -> str | None:
    """Return the VPC of the subnets that *resource* is placed in; None where they differ."""
    uses = [*subnet_uses(given)]
    known = known_subnets(account, uses)
    vpcs = {
        known[one.text]["VpcId"]
        for use in uses
        if use.resource == resource
        for one in use.given
        if one.text in known
    }
    return vpcs.pop() if len(vpcs) == 1 else None


def _placed(
    account: AccountReader, given: GivenValues, use: Use, subnets: list[Subnet]
) -> Iterator[Problem]:
    kind = given.flat.resources[use.resource]["Type"]
    vpcs = sorted({one["VpcId"] for one in subnets})
    if len(vpcs) > 1:
        yield Problem(use.places, f"are in {' and '.join(vpcs)}; give subnets of one VPC")
    if use.whole and kind in {PROXY, ENDPOINT, SUBNET_GROUP}:
        yield from _zones(account, use, subnets, has_proxy=kind != SUBNET_GROUP)
    yield from _without_ipv4(kind, use, subnets)
    if kind == INTERFACES:
        yield from _interface_zones(use, subnets)
    yield from _addresses(account, use, subnets, proxied=kind in {PROXY, ENDPOINT})
    if kind == SUBNET_GROUP:
        wanted = _databases_need_ipv6(given, use.resource)
    else:
        wanted = _network_type(use) in {"IPV6", "DUAL"}
    if wanted and (without := [one["SubnetId"] for one in subnets if not _has_ipv6(one)]):
        sentence = f"have no IPv6 range in {', '.join(without)}, and the network type needs one"
        yield Problem(use.places, sentence)


def _without_ipv4(kind: str, use: Use, subnets: list[Subnet]) -> Iterator[Problem]:
    """Report subnets without IPv4, which only a proxy that is reached by IPv6 may be in."""
    only = [one["SubnetId"] for one in subnets if one.get("Ipv6Native")]
    if only and not (kind in {PROXY, ENDPOINT} and _network_type(use) == "IPV6"):
        yield Problem(
            use.places,
            f"have IPv6 only in {', '.join(only)}; functions, databases, interface endpoints and "
            "proxies that are reached by IPv4 need subnets with IPv4, too",
        )


def _network_type(use: Use) -> Any:
    return use.properties.get("EndpointNetworkType", "IPV4")


def _zones(
    account: AccountReader, use: Use, subnets: list[Subnet], *, has_proxy: bool
) -> Iterator[Problem]:
    lacking = zones_without_proxy() if has_proxy else ()
    zones = {one["AvailabilityZone"] for one in subnets}
    served = {
        one["AvailabilityZone"] for one in subnets if one.get("AvailabilityZoneId") not in lacking
    }
    unserved = sorted(zones - served)
    if len(zones) < FEWEST_ZONES:
        sentence = f"are in {', '.join(sorted(zones))} only; give subnets of two Availability Zones"
        yield Problem(use.places, sentence)
    elif len(served) < FEWEST_ZONES:
        yield Problem(
            use.places,
            f"are in {', '.join(sorted(zones))}, and RDS Proxy is not in {', '.join(unserved)} "
            f"({' and '.join(lacking)} by ID); give subnets of two other zones",
        )
    elif unserved:
        # https://github.com/hashicorp/terraform-provider-aws/issues/17781
        account.note(
            f"{use.places}: RDS Proxy is not in {', '.join(unserved)}, and leaves its subnet out"
        )


def _interface_zones(use: Use, subnets: list[Subnet]) -> Iterator[Problem]:
    zones = [one["AvailabilityZone"] for one in subnets]
    twice = sorted({zone for zone in zones if zones.count(zone) > 1})
    # A single zone is reported with the proxy, which needs two.
    if twice and len({*zones}) > 1:
        yield Problem(
            use.places,
            f"has two subnets in {', '.join(twice)}, and an interface endpoint takes one of each "
            "Availability Zone",
        )


def _addresses(
    account: AccountReader, use: Use, subnets: list[Subnet], *, proxied: bool
) -> Iterator[Problem]:
    for one in subnets:
        if one.get("Ipv6Native"):
            continue  # Their addresses are not counted.
        free, name = one.get("AvailableIpAddressCount"), one["SubnetId"]
        if free == 0 and account.creates:
            yield Problem(use.places, f"has no free address in {name}")
        elif proxied and free is not None and free < FEWEST_ADDRESSES:
            account.note(
                f"{use.places}: {name} has {free} free addresses, and RDS Proxy wants "
                f"{FEWEST_ADDRESSES}: {RDS_GUIDE}rds-proxy-network-prereqs.html"
            )


def _databases_need_ipv6(given: GivenValues, group: str) -> bool:
    return any(
        body.get("Properties", {}).get("NetworkType") == "DUAL"
        and body["Properties"].get("DBSubnetGroupName") == {"Ref": group}
        for body in given.flat.resources.values()
        if body["Type"] in DATABASES
    )


def _has_ipv6(subnet: Subnet) -> bool:
    states = [
        one.get("Ipv6CidrBlockState", {}).get("State")
        for one in subnet.get("Ipv6CidrBlockAssociationSet", ())
    ]
    return "associated" in states


def _where(account: AccountReader) -> str:
    return f"in account {account.session.id}, {account.session.region}"
