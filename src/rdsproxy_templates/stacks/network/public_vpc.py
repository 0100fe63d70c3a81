"""Public network of a database: two subnets, in two Availability Zones, with a way in and out."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from ...aws.kinds import Cidr, SubnetId, VpcId
from ...errors import Problem
from ...model import OptionalPairOf, Ports, Stack
from ...resources.flow_log import FlowLogSettings, vpc_flow_log
from ...resources.network import Ranges, new_vpc, public_network
from ...resources.port_groups import PublicNetwork
from ...resources.zones import chosen_zone, zone_problems


class PublicVpcSettings(FlowLogSettings, Ranges):
    """Availability Zones, flow log, and address ranges, which become the parameters' defaults."""

    subnets = ("public_subnet1_cidr", "public_subnet2_cidr")

    vpc_cidr: str = Field(
        default="10.3.0.0/16",
        description="IPv4 range of the VPC in CIDR notation, /16 to /28; at creation only. "
        "See https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html",
    )
    public_subnet1_cidr: str = Field(
        default="10.3.0.0/24",
        description="IPv4 range of the first subnet, /16 to /28, inside the VPC's; at creation "
        "only.",
    )
    public_subnet2_cidr: str = Field(
        default="10.3.1.0/24",
        description="IPv4 range of the second subnet, /16 to /28, inside the VPC's; at creation "
        "only.",
    )
    availability_zones: OptionalPairOf[str] = Field(
        default=None,
        description="Two Availability Zones for the subnets, by name, or by ID such as `use1-az1`, "
        "which means the same in every account; at creation only. Default: the first two zones "
        "that the region offers. "
        "See https://docs.aws.amazon.com/global-infrastructure/latest/regions/az-ids.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from zone_problems(self.availability_zones, proxied=False)


Config = PublicVpcSettings


class Inputs(Ports):
    vpc_cidr: Cidr = Field(description="IPv4 range of the VPC; at creation only.")
    public_subnet1_cidr: Cidr = Field(
        description="IPv4 range of the first public subnet; at creation only."
    )
    public_subnet2_cidr: Cidr = Field(
        description="IPv4 range of the second public subnet; at creation only."
    )


Outputs = PublicNetwork


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Create a VPC with an internet gateway; security groups decide who may use it."""
    whole = new_vpc(inputs.vpc_cidr)
    public = public_network(
        VpcId(whole.ref()),
        {
            "PublicSubnet1": (
                inputs.public_subnet1_cidr,
                chosen_zone(config.availability_zones, 0),
            ),
            "PublicSubnet2": (
                inputs.public_subnet2_cidr,
                chosen_zone(config.availability_zones, 1),
            ),
        },
    )
    first, second = public.subnets
    return Stack(
        resources=[whole, *public.resources, *vpc_flow_log(config, whole)],
        outputs=Outputs(
            vpc_id=VpcId(whole.ref()),
            public_subnet1_id=SubnetId(first.ref()),
            public_subnet2_id=SubnetId(second.ref()),
        ),
    )
