"""RDS Proxy and database in a VPC of its own, for services that are deployed elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from .. import stacks
from ..aws.engines import ENGINES
from ..aws.kinds import Command, DatabaseName, Hostname, Hostnames, SecurityGroupId
from ..errors import Problem
from ..model import Ports, Stack, nest
from ..resources.functions import FunctionSettings
from ..resources.port_groups import DatabaseNames, DataTierOutputs, PrivateSubnets, VpcRanges
from ..resources.zones import zones_outside_regions
from . import common, data_stacks
from .administration import AdministrationSettings
from .logins import WithFunctionUser

Database = common.Database


class Config(common.RegionalSettings):
    """Settings of the variant; each has a safe default."""

    vpc: stacks.vpc.VpcSettings = Field(
        default_factory=stacks.vpc.VpcSettings, description="The network."
    )
    database: Database = Field(default_factory=Database, description="Names inside the database.")
    secrets: stacks.secrets.Config = Field(
        default_factory=stacks.secrets.Config, description="The master user's secret."
    )
    rds: WithFunctionUser = Field(
        default_factory=WithFunctionUser, description="Database and proxy."
    )
    functions: FunctionSettings = Field(
        default_factory=FunctionSettings, description="The functions that create users."
    )

    @property
    def administration(self) -> AdministrationSettings:
        """The functions that create users and rotate secrets."""
        return AdministrationSettings(
            database=self.rds,
            users=self.rds.users,
            function_user=None,
            functions=self.functions,
            creates_tables=False,
        )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from common.database_problems(self.rds, self.database, self.regions)
        yield from common.proxy_problems(self.rds.engine, self.regions)
        yield from common.user_problems(self.rds, self.database)
        yield from common.root_problems(self.rds.users, self.regions)
        yield from zones_outside_regions(self.vpc.availability_zones, self.regions)
        for problem in self.rds.proxy.ipv6_problems():
            yield problem.within("rds.proxy")

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        yield from common.proxy_warnings(self.rds.engine, self.regions)


class Inputs(DatabaseNames, VpcRanges):
    """Address ranges of the network, and names in the database."""


class Outputs(Ports):
    rds_proxy_endpoint: Hostname = Field(description="Host that clients connect to.")
    rds_proxy_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host whose connections go to readers, and may not write."
    )
    rds_proxy_endpoint_hosts: Hostnames | None = Field(
        default=None, description="Hosts of `rds.proxy.endpoints`, in their order."
    )
    rds_database_name: DatabaseName = Field(description="Database that clients use.")
    db_cluster_endpoint: Hostname = Field(
        description="Host of the database's writer itself, for administration."
    )
    get_secret_value_by_cli: Command | None = Field(
        default=None,
        description="Prints the master user's secret; needs the AWS CLI and the right to read it.",
    )
    data: DataTierOutputs = Field(description="The database and its proxy.")
    subnets: PrivateSubnets = Field(description="Subnets of the database, for clients too.")
    function_security_group_id: SecurityGroupId = Field(
        description="ID of the group for clients, which may connect to the proxy."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """A network, and the data tier inside it."""
    engine = ENGINES[config.rds.engine]
    ports = {"port": engine.port, "database_port": config.rds.network.port}
    vpc = nest("VPCStack", stacks.vpc, config.vpc.with_context(stacks.vpc.Config, **ports), inputs)
    data = data_stacks.data_tier(config, inputs, vpc.outputs.proxy_network)
    return Stack(
        children=[vpc, *data.children],
        outputs=Outputs(
            rds_proxy_endpoint=data.rds.rds_proxy_endpoint,
            rds_proxy_read_only_endpoint=data.rds.rds_proxy_read_only_endpoint,
            rds_proxy_endpoint_hosts=data.rds.rds_proxy_endpoint_hosts,
            rds_database_name=inputs.rds_database_name,
            db_cluster_endpoint=data.rds.db_cluster_endpoint,
            get_secret_value_by_cli=data.secrets.get_secret_value_by_cli,
            data=data.outputs,
            subnets=PrivateSubnets(
                private_subnet1_id=vpc.outputs.private_subnet1_id,
                private_subnet2_id=vpc.outputs.private_subnet2_id,
            ),
            function_security_group_id=vpc.outputs.function_security_group_id,
        ),
        parameters={**config.vpc.attributes(), **config.database.attributes(engine)},
    )
