"""Public subnet with an internet gateway and, where it is asked for, a NAT gateway."""

from __future__ import annotations

from pydantic import Field

from ...aws.kinds import RouteTableId, SubnetId, VpcId
from ...model import OptionalPairOf, Ports, Settings, Stack
from ...resources.network import nat_gateway, public_network
from ...resources.zones import chosen_zone


class Config(Settings):
    public_subnet_cidr: str = Field(description="IPv4 range of the subnet, inside the VPC's.")
    availability_zones: OptionalPairOf[str] = Field(
        default=None,
        description="Zones of the VPC's subnets; this one is in the first.",
    )


class Inputs(Ports):
    vpc_id: VpcId = Field(description="VPC that gets a way in and out.")
    private_subnet_id: SubnetId | None = Field(
        default=None, description="Private subnet that gets a way out."
    )
    private_route_table_id: RouteTableId | None = Field(
        default=None,
        description="Routes of the private subnet, which get one through the NAT gateway.",
    )


class Outputs(Ports):
    subnet_id: SubnetId = Field(
        description="The private subnet, once it has its way out; without a NAT gateway the "
        "public one."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """A way in and out for who has a public address, and a way out through the NAT gateway."""
    place = (config.public_subnet_cidr, chosen_zone(config.availability_zones, 0))
    public = public_network(inputs.vpc_id, {"PublicSubnet": place})
    way_out = (
        nat_gateway(public, inputs.private_route_table_id) if inputs.private_route_table_id else []
    )
    return Stack(
        resources=[*public.resources, *way_out],
        outputs=Outputs(subnet_id=inputs.private_subnet_id or SubnetId(public.subnets[0].ref())),
    )
