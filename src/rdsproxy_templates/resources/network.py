"""A VPC, its subnets, and the gateways that some networks add."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network
from itertools import combinations
from typing import ClassVar, Final

from pydantic import Field
from troposphere import AWSHelperFn, AWSObject, ec2

from ..aws.documentation import VPC_GUIDE
from ..aws.kinds import Cidr, RouteTableId, VpcId
from ..errors import Problem
from ..model import ParameterAttributes, Settings
from ..records import record
from .zones import chosen_zone, zone_property


class Ranges(Settings):
    """Address ranges of a VPC and its subnets: the defaults of the root template's parameters."""

    subnets: ClassVar[tuple[str, ...]]
    """Names of the settings that hold the subnets' ranges."""

    vpc_cidr: str = Field(
        default="10.1.0.0/16",
        description="IPv4 range of the VPC, /16 to /28; at creation only. See "
        f"{VPC_GUIDE}vpc-cidr-blocks.html",
    )

    @property
    def subnet_ranges(self) -> dict[str, str]:
        """Range of each subnet by the name of its setting."""
        return {name: getattr(self, name) for name in self.subnets}

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from range_problems(self.vpc_cidr, self.subnet_ranges)

    def attributes(self) -> dict[str, ParameterAttributes]:
        """Default and pattern of each range's parameter in the root template."""
        ranges = {"vpc_cidr": self.vpc_cidr, **self.subnet_ranges}
        return {name: _range_attributes(text) for name, text in ranges.items()}


class PrivateRanges(Ranges):
    """Address ranges of a VPC with two private subnets."""

    subnets = ("private_subnet1_cidr", "private_subnet2_cidr")

    private_subnet1_cidr: str = Field(
        default="10.1.0.0/24",
        description="IPv4 range of the first private subnet, inside the VPC's; at creation only.",
    )
    private_subnet2_cidr: str = Field(
        default="10.1.1.0/24",
        description="IPv4 range of the second private subnet, inside the VPC's; at creation only.",
    )


def new_vpc(cidr: Cidr) -> ec2.VPC:
    """``VPC`` with DNS resolution, which private DNS names of endpoints need."""
    return ec2.VPC(
        "VPC",
        CidrBlock=cidr,
        EnableDnsHostnames=True,
        EnableDnsSupport=True,
        InstanceTenancy="default",
    )


def new_subnet(title: str, vpc: ec2.VPC, cidr: Cidr, zone: AWSHelperFn | str) -> ec2.Subnet:
    """Subnet *title* in *zone*, an Availability Zone's name or ID."""
    return ec2.Subnet(title, VpcId=vpc.ref(), CidrBlock=cidr, **zone_property(zone))


def new_subnet_by_zone_id(title: str, vpc: ec2.VPC, cidr: Cidr, zone_id: AWSHelperFn) -> ec2.Subnet:
    """Subnet *title* in the zone whose ID is known only at deployment."""
    return ec2.Subnet(title, VpcId=vpc.ref(), CidrBlock=cidr, AvailabilityZoneId=zone_id)


def private_routes(vpc: ec2.VPC, *subnets: ec2.Subnet) -> list[AWSObject]:
    """``PrivateRouteTable`` and its associations: routes that stay inside the VPC."""
    routes = ec2.RouteTable("PrivateRouteTable", VpcId=vpc.ref())
    return [routes, *(_associated(subnet, routes) for subnet in subnets)]


def _associated(subnet: ec2.Subnet, routes: AWSObject) -> ec2.SubnetRouteTableAssociation:
    return ec2.SubnetRouteTableAssociation(
        f"{subnet.title}RouteTableAssociation", RouteTableId=routes.ref(), SubnetId=subnet.ref()
    )


@record(frozen=True, kw_only=True)
class PrivateNetwork:
    """A VPC with two private subnets, and their resources."""

    vpc: ec2.VPC
    subnet1: ec2.Subnet
    subnet2: ec2.Subnet
    routes: AWSObject
    resources: Sequence[AWSObject]


def private_network(
    cidr: Cidr, subnet1_cidr: Cidr, subnet2_cidr: Cidr, zones: tuple[str, str] | None
) -> PrivateNetwork:
    """``VPC``, ``PrivateSubnet1`` and ``PrivateSubnet2``, with no route to the internet."""
    whole = new_vpc(cidr)
    subnet1 = new_subnet("PrivateSubnet1", whole, subnet1_cidr, chosen_zone(zones, 0))
    subnet2 = new_subnet("PrivateSubnet2", whole, subnet2_cidr, chosen_zone(zones, 1))
    routes, *associations = private_routes(whole, subnet1, subnet2)
    return PrivateNetwork(
        vpc=whole,
        subnet1=subnet1,
        subnet2=subnet2,
        routes=routes,
        resources=[whole, subnet1, subnet2, routes, *associations],
    )


EVERYWHERE: Final = "0.0.0.0/0"


@record(frozen=True, kw_only=True)
class PublicNetwork:
    """Subnets with a route to and from the internet, and their resources."""

    subnets: Sequence[ec2.Subnet]
    resources: Sequence[AWSObject]


def public_network(
    vpc_id: VpcId, places: Mapping[str, tuple[Cidr | str, AWSHelperFn | str]]
) -> PublicNetwork:
    """Subnets with an internet gateway; *places* has range and zone of each by title.

    Nothing in them gets a public address unless it asks for one.
    """
    gateway = ec2.InternetGateway("InternetGateway")
    attachment = ec2.VPCGatewayAttachment(
        "InternetGatewayAttachment", VpcId=vpc_id, InternetGatewayId=gateway.ref()
    )
    subnets = [
        ec2.Subnet(
            title,
            # Public addresses in the subnet need the attachment: AWS::EC2::EIP, "DependsOn".
            DependsOn=[str(attachment.title)],
            VpcId=vpc_id,
            CidrBlock=cidr,
            **zone_property(zone),
        )
        for title, (cidr, zone) in places.items()
    ]
    routes = ec2.RouteTable("PublicRouteTable", VpcId=vpc_id)
    route = ec2.Route(
        "PublicRoute",
        DependsOn=[str(attachment.title)],
        RouteTableId=routes.ref(),
        DestinationCidrBlock=EVERYWHERE,
        GatewayId=gateway.ref(),
    )
    associations = [_associated(subnet, routes) for subnet in subnets]
    return PublicNetwork(
        subnets=subnets,
        resources=[gateway, attachment, *subnets, routes, route, *associations],
    )


def nat_gateway(public: PublicNetwork, route_table: RouteTableId) -> list[AWSObject]:
    """``NatGateway`` in the public subnet, and the default route of private subnets to it."""
    address = ec2.EIP(
        "NatGatewayAddress",
        DependsOn=["InternetGatewayAttachment"],
        Domain="vpc",
    )
    gateway = ec2.NatGateway(
        "NatGateway",
        # Without a route of its own the gateway is created all the same, and reaches nothing.
        DependsOn=["PublicRoute"],
        AllocationId=address.get_att("AllocationId"),
        SubnetId=public.subnets[0].ref(),
    )
    route = ec2.Route(
        "PrivateRoute",
        RouteTableId=route_table,
        DestinationCidrBlock=EVERYWHERE,
        NatGatewayId=gateway.ref(),
    )
    return [address, gateway, route]


def range_problems(whole: str, ranges: Mapping[str, str]) -> Iterator[Problem]:
    """Report invalid, overlapping and stray ranges; *whole* is the VPC's, named ``vpc_cidr``."""
    networks: dict[str, IPv4Network] = {}
    for name, text in {"vpc_cidr": whole, **ranges}.items():
        try:
            networks[name] = IPv4Network(text)
        except ValueError as error:
            yield Problem(name, f"must be an IPv4 range such as 10.1.0.0/16: {error}")
            continue
        if not 16 <= networks[name].prefixlen <= 28:  # noqa: PLR2004 - the VPC's limits
            yield Problem(name, f"must be a /16 to /28, got {text!r}")
    around = networks.pop("vpc_cidr", None)
    for name, network in networks.items():
        if around and not network.subnet_of(around):
            yield Problem(name, f"must lie inside vpc_cidr ({around}), got '{network}'")
    for (one, first), (two, second) in combinations(networks.items(), 2):
        if first.overlaps(second):
            yield Problem(two, f"must not overlap {one} ({first}), got '{second}'")


def _range_attributes(default: str) -> ParameterAttributes:
    """Attributes of a root parameter that is an address range."""
    return ParameterAttributes(
        default=default,
        allowed_pattern=r"(\d{1,3}\.){3}\d{1,3}/(1[6-9]|2[0-8])",
        constraint_description="must be an IPv4 range of /16 to /28, such as 10.1.0.0/16",
    )
