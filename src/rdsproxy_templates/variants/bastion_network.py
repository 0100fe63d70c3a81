"""Networks of a way in: a public subnet, and endpoints of Session Manager."""

from __future__ import annotations

from .. import stacks
from ..aws.kinds import SubnetIds
from ..model import Child, nest
from .endpoints import interface_endpoints


def public_network(
    choices: stacks.vpc.VpcSettings,
    network: stacks.database_vpc.Outputs,
    *,
    subnet_cidr: str,
    nat: bool,
) -> Child[stacks.public_network.Outputs]:
    """``PublicNetworkStack``: around the bastion for ``ssh``, else a way out for it."""
    return nest(
        "PublicNetworkStack",
        stacks.public_network,
        stacks.public_network.Config(
            public_subnet_cidr=subnet_cidr,
            availability_zones=choices.availability_zones,
        ),
        stacks.public_network.Inputs(
            vpc_id=network.vpc_id,
            private_subnet_id=network.subnets.private_subnet1_id if nat else None,
            private_route_table_id=network.private_route_table_id if nat else None,
        ),
    )


def session_endpoints(network: stacks.database_vpc.Outputs) -> Child[stacks.endpoints.Outputs]:
    """``BastionEndpointsStack``: Session Manager's APIs, in the zone of the one bastion."""
    return interface_endpoints(
        network.vpc_id,
        SubnetIds([network.subnets.private_subnet1_id]),
        ("ssm", "ssmmessages"),
        title="BastionEndpointsStack",
    )
