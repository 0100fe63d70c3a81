"""Private network of a database and its proxy, in the Availability Zones of their clients."""

from __future__ import annotations

from pydantic import Field
from troposphere import Select

from ...aws.engines import ENGINES
from ...aws.kinds import SecurityGroupId, SubnetId, ZoneIds
from ...model import Ports, Stack
from ...resources import network
from ...resources.network import PrivateRanges, new_subnet_by_zone_id, private_routes
from ...resources.port_groups import PrivateSubnets, ProxyNetwork, VpcRanges
from ...resources.security_groups import proxy_to_database_groups


class Config(PrivateRanges):
    """Address ranges, and the database's port, which the parent stack knows."""

    port: int = Field(
        default=ENGINES["aurora-mysql"].port,
        ge=1,
        le=65_535,
        description="TCP port that the database listens on, 1 to 65535.",
    )


class Inputs(Ports):
    ranges: VpcRanges = Field(description="Address ranges of the VPC and its subnets.")
    availability_zone_ids: ZoneIds = Field(
        description="Availability Zone IDs of the two subnets; at creation only."
    )


Outputs = ProxyNetwork


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Admit the proxy to the database; clients use proxy endpoints in a network of their own."""
    ranges = inputs.ranges
    vpc = network.new_vpc(ranges.vpc_cidr)
    subnets = [
        new_subnet_by_zone_id(
            f"PrivateSubnet{index + 1}", vpc, cidr, Select(index, inputs.availability_zone_ids)
        )
        for index, cidr in enumerate(
            (inputs.ranges.private_subnet1_cidr, inputs.ranges.private_subnet2_cidr)
        )
    ]
    groups = proxy_to_database_groups(
        vpc, config.port, database="DBClusterSecurityGroup", noun="cluster", client="nowhere"
    )
    return Stack(
        resources=[
            vpc,
            *subnets,
            *private_routes(vpc, *subnets),
            groups.proxy,
            groups.database,
            groups.into_database,
        ],
        outputs=Outputs(
            subnets=PrivateSubnets(
                private_subnet1_id=SubnetId(subnets[0].ref()),
                private_subnet2_id=SubnetId(subnets[1].ref()),
            ),
            db_cluster_security_group_id=SecurityGroupId(groups.database.ref()),
            rds_proxy_security_group_id=SecurityGroupId(groups.proxy.ref()),
        ),
    )
