"""Private network of the service: two subnets in two zones, no way in or out."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from ...aws.engines import ENGINES
from ...aws.kinds import Cidr, RouteTableId, SecurityGroupId, SubnetId, VpcId
from ...errors import Problem
from ...model import OptionalPairOf, Ports, Stack
from ...resources.network import PrivateRanges, private_network
from ...resources.security_groups import function_to_database_groups
from ...resources.zones import zone_problems


class VpcSettings(PrivateRanges):
    """Address ranges, which become the defaults of the parameters, and zones."""

    availability_zones: OptionalPairOf[str] = Field(
        default=None,
        description="Zones of the subnets, by name or by ID, such as `use1-az1`, which means the "
        "same in every account; at creation only. Left out: the first two that the region "
        "offers. RDS Proxy is missing in `use1-az3` and `usw1-az2`.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from zone_problems(self.availability_zones)


class Config(VpcSettings):
    """The choices, and what the parent knows of the database."""

    port: int = Field(
        default=ENGINES["aurora-mysql"].port,
        ge=1,
        le=65_535,
        description="Port that the database listens on.",
    )
    expose_network: bool = Field(
        default=False, description="Whether other stacks add to the VPC, and to its routes."
    )


class Inputs(Ports):
    vpc_cidr: Cidr = Field(description="IPv4 range of the VPC; at creation only.")
    private_subnet1_cidr: Cidr = Field(
        description="IPv4 range of the first private subnet; at creation only."
    )
    private_subnet2_cidr: Cidr = Field(
        description="IPv4 range of the second private subnet; at creation only."
    )


class Outputs(Ports):
    private_subnet1_id: SubnetId = Field(description="The first private subnet.")
    private_subnet2_id: SubnetId = Field(description="The second private subnet.")
    function_security_group_id: SecurityGroupId = Field(
        description="Group of the function; it may reach the proxy."
    )
    db_cluster_security_group_id: SecurityGroupId = Field(
        description="Group of the cluster; the proxy may reach it."
    )
    rds_proxy_security_group_id: SecurityGroupId = Field(
        description="Group of the proxy; the function may reach it, and it the cluster."
    )
    vpc_id: VpcId | None = Field(default=None, description="The VPC.")
    private_route_table_id: RouteTableId | None = Field(
        default=None, description="Routes of both private subnets."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Network and security groups: function to proxy to cluster, on the database's port."""
    network = private_network(
        inputs.vpc_cidr,
        inputs.private_subnet1_cidr,
        inputs.private_subnet2_cidr,
        config.availability_zones,
    )
    groups = function_to_database_groups(
        network.vpc, config.port, database="DBClusterSecurityGroup", noun="cluster"
    )
    return Stack(
        resources=[*network.resources, *groups.resources],
        outputs=Outputs(
            private_subnet1_id=SubnetId(network.subnet1.ref()),
            private_subnet2_id=SubnetId(network.subnet2.ref()),
            function_security_group_id=SecurityGroupId(groups.function.ref()),
            db_cluster_security_group_id=SecurityGroupId(groups.database.ref()),
            rds_proxy_security_group_id=SecurityGroupId(groups.proxy.ref()),
            vpc_id=VpcId(network.vpc.ref()) if config.expose_network else None,
            private_route_table_id=RouteTableId(network.routes.ref())
            if config.expose_network
            else None,
        ),
    )
