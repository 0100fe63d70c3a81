"""HTTP API -> Lambda -> RDS Proxy -> database, in a VPC without a way in or out."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from .. import stacks
from ..aws.engines import ENGINES
from ..aws.kinds import Cidr, DatabaseName, DatabaseUser
from ..errors import Problem
from ..model import Child, ParameterAttributes, Ports, Stack, nest
from ..resources.zones import zones_outside_regions
from . import common, existing_vpc

Database = common.Database


class Config(existing_vpc.ServiceSettings):
    """The settings of ``existing_vpc``, and those of the network around it."""

    vpc: stacks.vpc.VpcSettings = Field(
        default=stacks.vpc.VpcSettings(), description="The network."
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from zones_outside_regions(self.vpc.availability_zones, self.regions)


class Inputs(Ports):
    vpc_cidr: Cidr = Field(description="IPv4 range of the VPC; at creation only.")
    private_subnet1_cidr: Cidr = Field(
        description="IPv4 range of the first private subnet; at creation only."
    )
    private_subnet2_cidr: Cidr = Field(
        description="IPv4 range of the second private subnet; at creation only."
    )
    rds_master_username: DatabaseUser = Field(
        description="Name of the database's master user; at creation only."
    )
    rds_database_name: DatabaseName = Field(
        description="Name of the first database; at creation only."
    )


Outputs = existing_vpc.Outputs


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """A network of its own, and the service inside it."""
    vpc = network(config, inputs)
    inside = within(vpc.outputs, config, inputs)
    return Stack(
        children=[vpc, *inside.children],
        outputs=inside.outputs,
        parameters=attributes(config),
    )


def network(
    config: Config, inputs: Inputs, *, expose_network: bool = False
) -> Child[stacks.vpc.Outputs]:
    """``VPCStack``, with the groups of function, proxy and cluster."""
    known = {"port": ENGINES[config.rds.engine].port, "expose_network": expose_network}
    return nest(
        "VPCStack",
        stacks.vpc,
        config.vpc.with_context(stacks.vpc.Config, **known),
        stacks.vpc.Inputs(
            vpc_cidr=inputs.vpc_cidr,
            private_subnet1_cidr=inputs.private_subnet1_cidr,
            private_subnet2_cidr=inputs.private_subnet2_cidr,
        ),
    )


def within(vpc: stacks.vpc.Outputs, config: Config, inputs: Inputs) -> existing_vpc.Service:
    """The service in this network."""
    return existing_vpc.stacks_of(
        config,
        existing_vpc.Inputs(
            rds_master_username=inputs.rds_master_username,
            rds_database_name=inputs.rds_database_name,
            private_subnet1_id=vpc.private_subnet1_id,
            private_subnet2_id=vpc.private_subnet2_id,
            function_security_group_id=vpc.function_security_group_id,
            db_cluster_security_group_id=vpc.db_cluster_security_group_id,
            rds_proxy_security_group_id=vpc.rds_proxy_security_group_id,
        ),
    )


def attributes(config: Config) -> dict[str, ParameterAttributes]:
    """What the root says of its parameters."""
    return {
        **config.vpc.attributes(),
        **config.database.attributes(ENGINES[config.rds.engine]),
    }
