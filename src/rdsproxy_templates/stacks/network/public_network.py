"""Public subnet with an internet gateway and, if a private subnet needs one, a NAT gateway."""

from __future__ import annotations

from pydantic import Field

from ...aws.kinds import RouteTableId, SubnetId, VpcId
from ...model import OptionalPairOf, Ports, Settings, Stack
from ...resources.network import nat_gateway, public_network
from ...resources.zones import chosen_zone


class Config(Settings):
    public_subnet_cidr: str = Field(description="IPv4 range of the subnet, inside the VPC's range.")
    availability_zones: OptionalPairOf[str] = Field(
        default=None,
        description="Availability Zones of the VPC's subnets; the public subnet is in the first. "
        "Default: the first that the region offers.",
    )


class Inputs(Ports):
    vpc_id: VpcId = Field(description="VPC that gets the internet gateway.")
    private_subnet_id: SubnetId | None = Field(
        default=None, description="Private subnet that the NAT gateway serves."
    )
    private_route_table_id: RouteTableId | None = Field(
        default=None,
        description="Route table of the private subnet, which gets a route to the NAT gateway.",
    )


class Outputs(Ports):
    subnet_id: SubnetId = Field(
        description="ID of the private subnet once it has a route out; without a NAT gateway, of "
        "the public subnet."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Route public addresses through the internet gateway, the private subnet through NAT."""
    place = (config.public_subnet_cidr, chosen_zone(config.availability_zones, 0))
    public = public_network(inputs.vpc_id, {"PublicSubnet": place})
    way_out = (
        nat_gateway(public, inputs.private_route_table_id) if inputs.private_route_table_id else []
    )
    return Stack(
        resources=[*public.resources, *way_out],
        outputs=Outputs(subnet_id=inputs.private_subnet_id or SubnetId(public.subnets[0].ref())),
    )
