"""Private network of the service: two subnets in two Availability Zones, no way in or out."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from ...aws.documentation import EC2_GUIDE
from ...aws.engines import ENGINES
from ...aws.kinds import RouteTableId, SecurityGroupId, SubnetId, VpcId
from ...errors import Problem
from ...model import OptionalPairOf, Ports, Stack
from ...model.tags import tag_problems
from ...resources.network import PrivateRanges, private_network
from ...resources.optional_properties import give_tags
from ...resources.port_groups import ServiceNetwork, VpcRanges
from ...resources.security_groups import function_to_database_groups
from ...resources.zones import zone_problems


class VpcSettings(PrivateRanges):
    """Availability Zones and address ranges; the ranges become the parameters' defaults."""

    availability_zones: OptionalPairOf[str] = Field(
        default=None,
        description="Two Availability Zones for the subnets, by name, or by ID such as `use1-az1`, "
        "which means the same in every account; at creation only. Default: the first two "
        "zones that the region offers. RDS Proxy does not support `use1-az3` and `usw1-az2`. "
        "See https://docs.aws.amazon.com/global-infrastructure/latest/regions/az-ids.html",
    )

    tags: dict[str, str] = Field(
        default={},
        description="Tags of the network's own resources (VPC, subnets, route table, security "
        "groups), beside those of the stack, which they override. Default: none. See "
        f"{EC2_GUIDE}Using_Tags.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from (problem.within("tags") for problem in tag_problems(self.tags))
        yield from zone_problems(self.availability_zones)


class Config(VpcSettings):
    """The settings, and what the parent stack knows of the database and of other stacks."""

    port: int = Field(
        default=ENGINES["aurora-mysql"].port,
        ge=1,
        le=65_535,
        description="TCP port that the proxy listens on, 1 to 65535.",
    )
    database_port: int | None = Field(
        default=None,
        description="TCP port that the database listens on. Left out: the same as the proxy.",
    )
    expose_network: bool = Field(
        default=False,
        description="Output the VPC and its route table, for stacks that extend them.",
    )


Inputs = VpcRanges


class ExtensibleNetwork(Ports):
    """Outputs for stacks that extend the network."""

    vpc_id: VpcId = Field(description="ID of the VPC.")
    private_route_table_id: RouteTableId = Field(description="Route table of both private subnets.")


class Outputs(ServiceNetwork):
    exposed: ExtensibleNetwork | None = Field(
        default=None, description="The network for stacks that add to it."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Create the network, and groups that admit the function to the proxy, it to the cluster."""
    network = private_network(
        inputs.vpc_cidr,
        inputs.private_subnet1_cidr,
        inputs.private_subnet2_cidr,
        config.availability_zones,
    )
    groups = function_to_database_groups(
        network.vpc,
        config.port,
        config.database_port,
        database="DBClusterSecurityGroup",
        noun="cluster",
    )
    resources = [*network.resources, *groups.resources]
    give_tags(resources, config.tags)
    return Stack(
        resources=resources,
        outputs=Outputs(
            private_subnet1_id=SubnetId(network.subnet1.ref()),
            private_subnet2_id=SubnetId(network.subnet2.ref()),
            function_security_group_id=SecurityGroupId(groups.function.ref()),
            db_cluster_security_group_id=SecurityGroupId(groups.database.ref()),
            rds_proxy_security_group_id=SecurityGroupId(groups.proxy.ref()),
            exposed=ExtensibleNetwork(
                vpc_id=VpcId(network.vpc.ref()),
                private_route_table_id=RouteTableId(network.routes.ref()),
            )
            if config.expose_network
            else None,
        ),
    )
