"""EC2: networks, and the rules of security groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any, Final

from botocore.exceptions import ClientError

from ..cloudformation.resource import Context
from .check import Check

NUMBERS: Final = {"icmp": "1", "tcp": "6", "udp": "17", "icmpv6": "58", "all": "-1"}
WITH_PORTS: Final = ("6", "17")
WITH_TYPES: Final = ("1", "58")
TYPES: Final = range(-1, 256)
MOST_PORT: Final = 65535
MOST_PROTOCOL: Final = 255
MASKS: Final = range(16, 29)
IPV6: Final = 6
MASKS_IPV6: Final = range(44, 65, 4)
RANGES: Final = (
    "AmazonProvidedIpv6CidrBlock",
    "CidrBlock",
    "Ipv4IpamPoolId",
    "Ipv6CidrBlock",
    "Ipv6IpamPoolId",
)
UNUSABLE: Final = ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4")
RESTRICTED: Final = "198.19.0.0/16"
"""https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"""
PRIVATE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")


def _rule(_: Context, rule: Mapping[str, Any]) -> Iterator[str]:
    named = str(rule.get("IpProtocol", "-1")).lower()
    protocol = NUMBERS.get(named, named)
    if protocol != "-1" and not (protocol.isdigit() and int(protocol) <= MOST_PROTOCOL):
        yield f"Invalid value '{rule['IpProtocol']}' for IP protocol. Unknown protocol."
    start, end = rule.get("FromPort"), rule.get("ToPort")
    if protocol in WITH_TYPES and None in (start, end):
        yield "Invalid value 'null' for ICMP type or code: FromPort and ToPort are needed, or -1"
    if protocol in WITH_TYPES and start is not None and end is not None:
        for what, number in (("type", start), ("code", end)):
            if number not in TYPES:
                yield f"ICMP {what} ({number}) out of range"
    if protocol not in WITH_PORTS or start is None or end is None:
        return
    for port in dict.fromkeys((start, end)):
        if not 0 <= port <= MOST_PORT:
            yield f"TCP/UDP port ({port}) out of range"
    if start > end:
        yield f"Invalid TCP/UDP port range ({start}:{end})"


def _ingress(context: Context, rule: Mapping[str, Any]) -> Iterator[str]:
    if "GroupId" not in rule:
        yield "The security group ID is required for the rule of a group in a VPC"
    yield from _rule(context, rule)


def _group(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    for name in ("SecurityGroupEgress", "SecurityGroupIngress"):
        for rule in given.get(name, ()):
            yield from _rule(context, rule)


def _nat(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    is_private = given.get("ConnectivityType", "public") == "private"
    if is_private and given.get("AllocationId"):
        yield "AllocationId cannot be specified for a private NAT gateway."


def _range(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    block = given.get("CidrBlock")
    if block is None:
        return
    try:
        mask = ip_network(block, strict=False).prefixlen
    except ValueError:
        yield f"Value ({block}) for parameter cidrBlock is invalid. This is not a valid CIDR block."
        return
    if mask not in MASKS or any(_is_in(block, outer) for outer in UNUSABLE):
        yield f"The CIDR '{block}' is invalid."


def _tenancy(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if given.get("EnableDnsHostnames") is True and given.get("EnableDnsSupport") is False:
        yield "DNS hostnames can only be enabled if DNS support is enabled"
    if given.get("InstanceTenancy") == "host":
        yield "Invalid value 'host' for instanceTenancy: a VPC has default or dedicated tenancy"


def _addresses(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse a subnet's IPv6 addresses that its VPC does not have."""
    block = given.get("Ipv6CidrBlock")
    if block is None:
        if given.get("AssignIpv6AddressOnCreation") is True and "Ipv6IpamPoolId" not in given:
            yield "AssignIpv6AddressOnCreation needs an Ipv6CidrBlock"
        return
    try:
        wanted = ip_network(block)
        vpc = context.call("ec2", "describe_vpcs", VpcIds=[given["VpcId"]])["Vpcs"][0]
    except ValueError:
        yield f"Value ({block}) for parameter ipv6CidrBlock is invalid."
        return
    except ClientError:
        return
    if wanted.version != IPV6 or wanted.prefixlen not in MASKS_IPV6:
        yield f"The CIDR '{block}' is invalid."
        return
    known = [one["Ipv6CidrBlock"] for one in vpc.get("Ipv6CidrBlockAssociationSet", ())]
    if not any(_contains(one, wanted) for one in known):
        yield f"The IPv6 CIDR '{block}' is not in the range of the VPC, which has {known}"
    for one in _others(context, given["VpcId"]):
        if ip_network(one).overlaps(wanted):
            yield f"The CIDR '{block}' conflicts with another subnet"


def _others(context: Context, vpc_id: str) -> Iterator[str]:
    """The IPv6 ranges of the subnets of a VPC."""
    in_vpc = [{"Name": "vpc-id", "Values": [vpc_id]}]
    for subnet in context.call("ec2", "describe_subnets", Filters=in_vpc)["Subnets"]:
        for one in subnet.get("Ipv6CidrBlockAssociationSet", ()):
            yield one["Ipv6CidrBlock"]


def _route(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    for name, version in (("DestinationCidrBlock", 4), ("DestinationIpv6CidrBlock", 6)):
        block = given.get(name)
        if block is not None and not _is_network(block, version):
            yield (
                f"Value ({block}) for parameter {name} is invalid. This is not a valid CIDR block."
            )
    yield from _inner_route(context, given)
    prefixes = given.get("DestinationPrefixListId")
    if prefixes is not None:
        wanted = {"PrefixListIds": [prefixes]}
        if not context.call("ec2", "describe_managed_prefix_lists", **wanted)["PrefixLists"]:
            yield f"The prefix list ID '{prefixes}' does not exist"


def _inner_route(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse an internet gateway for addresses of the VPC itself."""
    block, gateway = str(given.get("DestinationCidrBlock")), str(given.get("GatewayId", ""))
    if not gateway.startswith("igw-") or not _is_network(block, 4):
        return
    try:
        tables = [given["RouteTableId"]]
        table = context.call("ec2", "describe_route_tables", RouteTableIds=tables)["RouteTables"][0]
        vpc = context.call("ec2", "describe_vpcs", VpcIds=[table["VpcId"]])["Vpcs"][0]
    except ClientError:
        return
    if any(_is_in(block, one["CidrBlock"]) for one in vpc["CidrBlockAssociationSet"]):
        yield (
            f"The destination CIDR block {block} is equal to or more specific than one of this "
            "VPC's CIDR blocks. This route can target only an interface or an instance."
        )


def _is_network(block: str, version: int) -> bool:
    try:
        return ip_network(block, strict=False).version == version
    except ValueError:
        return False


def _contains(outer: str, inner: Any) -> bool:
    return bool(inner.subnet_of(ip_network(outer)))


def _one_range(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse an association of a range that names none."""
    if not any(given.get(name) for name in RANGES):
        yield f"One of {', '.join(RANGES)} must be specified"
    block = given.get("CidrBlock")
    if block and _is_in(block, RESTRICTED):
        yield f"The CIDR '{block}' is restricted. Use a CIDR outside of {RESTRICTED}."


def _is_in(block: str, outer: str) -> bool:
    try:
        inner: Any = ip_network(block, strict=False)
        return _contains(outer, inner)
    except (TypeError, ValueError):
        return False


def _second_range(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse a range that overlaps one of the VPC's, or is of another private block than those."""
    try:
        block = ip_network(given.get("CidrBlock", ""), strict=False)
        vpc = context.call("ec2", "describe_vpcs", VpcIds=[given["VpcId"]])["Vpcs"][0]
    except (ValueError, ClientError):
        return
    for one in vpc["CidrBlockAssociationSet"]:
        known = ip_network(one["CidrBlock"])
        if block.overlaps(known):
            yield f"The CIDR '{block}' conflicts with another: {known}"
        elif _private(block) and _private(known) and _private(block) != _private(known):
            yield (
                f"The CIDR '{block}' is restricted. Use a CIDR from the same private address "
                f"range as the current VPC CIDR, {known}, or use a publicly-routable CIDR."
            )


def _private(block: Any) -> str | None:
    return next((one for one in PRIVATE if block.subnet_of(ip_network(one))), None)


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::EC2::NatGateway": (_nat,),
    "AWS::EC2::Route": (_route,),
    "AWS::EC2::SecurityGroup": (_group,),
    "AWS::EC2::SecurityGroupEgress": (_rule,),
    "AWS::EC2::SecurityGroupIngress": (_ingress,),
    "AWS::EC2::Subnet": (_range, _addresses),
    "AWS::EC2::VPC": (_range, _tenancy),
    "AWS::EC2::VPCCidrBlock": (_one_range, _range, _second_range),
}
