"""Private network for a database only: two subnets in two Availability Zones, no way in or out."""

from __future__ import annotations

from pydantic import Field

from ...aws.kinds import RouteTableId, SecurityGroupId, SubnetId, VpcId
from ...model import Ports, Stack
from ...resources.network import private_network
from ...resources.port_groups import PrivateSubnets
from ...resources.security_groups import database_group
from . import vpc

Config = vpc.VpcSettings
Inputs = vpc.Inputs


class Outputs(Ports):
    vpc_id: VpcId = Field(description="ID of the VPC.")
    subnets: PrivateSubnets = Field(description="The private subnets.")
    private_route_table_id: RouteTableId = Field(description="Route table of both private subnets.")
    db_cluster_security_group_id: SecurityGroupId = Field(
        description="Security group of the cluster; each client adds a rule to it."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Create the network of ``vpc``, without the groups of a function and a proxy."""
    network = private_network(
        inputs.vpc_cidr,
        inputs.private_subnet1_cidr,
        inputs.private_subnet2_cidr,
        config.availability_zones,
    )
    group = database_group(
        network.vpc,
        "DBClusterSecurityGroup",
        "Database cluster: in from those that add a rule, out to nowhere",
    )
    return Stack(
        resources=[*network.resources, group],
        outputs=Outputs(
            vpc_id=VpcId(network.vpc.ref()),
            subnets=PrivateSubnets(
                private_subnet1_id=SubnetId(network.subnet1.ref()),
                private_subnet2_id=SubnetId(network.subnet2.ref()),
            ),
            private_route_table_id=RouteTableId(network.routes.ref()),
            db_cluster_security_group_id=SecurityGroupId(group.ref()),
        ),
    )
