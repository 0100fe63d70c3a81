"""Network of a database that the internet has a way to: two public subnets in two zones."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from ...aws.kinds import Cidr, SubnetId, VpcId
from ...errors import Problem
from ...model import OptionalPairOf, Ports, Stack
from ...resources.flow_log import FlowLogSettings, vpc_flow_log
from ...resources.network import Ranges, new_vpc, public_network
from ...resources.zones import chosen_zone, zone_problems


class PublicVpcSettings(FlowLogSettings, Ranges):
    """Address ranges, which become the defaults of the parameters, zones, and the flow log."""

    subnets = ("public_subnet1_cidr", "public_subnet2_cidr")

    vpc_cidr: str = Field(
        default="10.3.0.0/16", description="IPv4 range of the VPC, /16 to /28; at creation only."
    )
    public_subnet1_cidr: str = Field(
        default="10.3.0.0/24",
        description="IPv4 range of the first subnet, inside the VPC's; at creation only.",
    )
    public_subnet2_cidr: str = Field(
        default="10.3.1.0/24",
        description="IPv4 range of the second subnet, inside the VPC's; at creation only.",
    )
    availability_zones: OptionalPairOf[str] = Field(
        default=None,
        description="Zones of the subnets, by name or by ID; at creation only. Left out: the "
        "first two that the region offers.",
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


class Outputs(Ports):
    vpc_id: VpcId = Field(description="The VPC.")
    public_subnet1_id: SubnetId = Field(description="The first public subnet.")
    public_subnet2_id: SubnetId = Field(description="The second public subnet.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """A VPC with an internet gateway; who may use the way is up to security groups."""
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
