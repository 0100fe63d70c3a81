"""HTTP API, function, RDS Proxy and database in the subnets of a VPC that exists already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from .. import stacks
from ..aws.connections import default_connections
from ..aws.engines import ENGINES
from ..aws.kinds import (
    Command,
    Hostname,
    SecurityGroupId,
    SubnetId,
    Url,
)
from ..errors import Problem, WiringError
from ..model import Child, Ports, Stack, nest
from ..resources.database_functions import FunctionNetwork
from ..resources.logins import TokenLogin
from ..resources.port_groups import DatabaseNames, ServiceNetwork
from . import common
from .administration import AdministrationSettings
from .common import Database, RegionalSettings, user_problems
from .data_tier import DataTier, data_tier
from .logins import (
    FUNCTION_USER,
    WithFunctionUser,
    function_user_problems,
    grant_warnings,
    master_warnings,
)


class ServiceSettings(RegionalSettings):
    """What can be chosen of the service, wherever its network comes from."""

    database: Database = Field(default=Database(), description="Names inside the database.")
    secrets: stacks.secrets.Config = Field(
        default=stacks.secrets.Config(), description="The master user's secret."
    )
    rds: stacks.rds.Config = Field(default=stacks.rds.Config(), description="Database and proxy.")
    sam: stacks.sam.FunctionApiSettings = Field(
        default=stacks.sam.FunctionApiSettings(), description="Function and HTTP API."
    )
    function_user: str | None = Field(
        default=None,
        description="One of `rds.users` that the function logs in as, by IAM. Left out: the "
        "master user, which AWS recommends against.",
    )

    @property
    def administration(self) -> AdministrationSettings:
        """The functions that create users and rotate secrets, from inside the VPC."""
        return AdministrationSettings(
            database=self.rds,
            users=self.rds.users,
            function_user=self.function_user,
            functions=self.sam,
            creates_tables=not self.sam.code_uri,
        )

    @property
    def function_settings(self) -> stacks.sam.Config:
        """The settings of functions that log in to the database's proxy."""
        return self.sam.with_context(
            stacks.sam.Config, engine_family=ENGINES[self.rds.engine].family
        )

    @property
    def has_proxy(self) -> bool:
        """Whether there is an RDS Proxy before the database."""
        return True

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from common.database_problems(self.rds, self.database, self.regions)
        if self.has_proxy:
            yield from user_problems(self.rds, self.database)
            yield from common.root_problems(self.rds.users, self.regions)
            yield from function_user_problems(self.function_user, self.rds)
            yield from common.proxy_problems(self.rds.engine, self.regions)

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.has_proxy:
            yield from common.proxy_warnings(self.rds.engine, self.regions)
            yield from self._login_warnings()
            yield from self._connection_warnings()

    def _login_warnings(self) -> Iterator[Problem]:
        yield from master_warnings(self.function_user, self.rds.users)
        if not self.sam.code_uri:
            yield from grant_warnings(self.function_user, self.rds.users, self.rds.engine)

    def _connection_warnings(self) -> Iterator[Problem]:
        concurrency = self.sam.reserved_concurrent_executions
        connections = default_connections(
            ENGINES[self.rds.engine], self.rds.db_instance_class, self.rds.max_capacity
        )
        if concurrency is None or connections is None:
            return
        pooled = connections * self.rds.max_connections_percent // 100
        if concurrency > pooled:
            yield Problem(
                "sam.reserved_concurrent_executions",
                f"is {concurrency}, and the proxy has {pooled} connections to share (about "
                f"{connections} of {self.rds.db_instance_class}, "
                f"{self.rds.max_connections_percent} %): executions will wait for one",
            )


class Config(ServiceSettings):
    """What can be chosen before rendering; every setting has a safe default."""

    rds: WithFunctionUser = Field(default=WithFunctionUser(), description="Database and proxy.")
    function_user: str | None = Field(
        default=FUNCTION_USER,
        description="One of `rds.users` that the function logs in as, by IAM; null is the master "
        "user, with `rds.master_login`.",
    )
    secrets_manager_endpoint: Literal["make", "existing"] = Field(
        default="make",
        description="Interface endpoint for Secrets Manager, which users and rotation need. "
        "`existing`: the VPC has one, whose security group is a parameter; a VPC cannot have two "
        "with private DNS.",
    )

    def root_inputs(self) -> frozenset[str]:
        inputs = self.administration.is_needed and self.secrets_manager_endpoint == "existing"
        return frozenset({"secrets_manager_endpoint_security_group_id"} if inputs else ())

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.secrets_manager_endpoint == "existing" and not self.administration.is_needed:
            yield Problem(
                "secrets_manager_endpoint",
                "is for rds.users and rds.rotate_secrets_after_days, and there are neither: "
                "nothing needs an endpoint",
            )


class Inputs(ServiceNetwork, DatabaseNames):
    """Names in the database, then subnets and groups that exist."""

    private_subnet1_id: SubnetId = Field(
        description="ID of a private subnet of the VPC; at creation only."
    )
    private_subnet2_id: SubnetId = Field(
        description="ID of a second private subnet, in a different Availability Zone; at creation "
        "only."
    )
    function_security_group_id: SecurityGroupId = Field(
        description="Security group of the function, which may connect to the proxy's on the "
        "engine's port."
    )
    db_cluster_security_group_id: SecurityGroupId = Field(
        description="Security group of the database, which admits the proxy's on the engine's port."
    )
    rds_proxy_security_group_id: SecurityGroupId = Field(
        description="Security group of the proxy, which admits the function's on the engine's "
        "port, and may connect to the database's."
    )
    secrets_manager_endpoint_security_group_id: SecurityGroupId | None = Field(
        default=None,
        description="Group of the VPC's interface endpoint for Secrets Manager; rules that let "
        "the functions in are added to it.",
    )


class Outputs(Ports):
    api_endpoint: Url = Field(description="Address of the HTTP API; see /initialize and /load.")
    rds_proxy_endpoint: Hostname = Field(description="Host that clients connect to.")
    get_secret_value_by_cli: Command = Field(
        description="Prints the master user's secret; needs the AWS CLI and the right to read it."
    )
    rds_proxy_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host whose connections go to readers, and may not write."
    )


@dataclass(frozen=True, kw_only=True)
class Service:
    """The stacks of the service, and what they offer."""

    children: Sequence[Child[Any]]
    outputs: Outputs
    data: DataTier
    login: TokenLogin
    """What the service's function logs in with, and others may."""
    function_network: FunctionNetwork


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Secrets, the cluster and proxy that use them, the function that uses the proxy."""
    endpoint = inputs.secrets_manager_endpoint_security_group_id
    if endpoint is None and config.secrets_manager_endpoint == "existing":
        sentence = (
            "secrets_manager_endpoint_security_group_id is not wired, and "
            "secrets_manager_endpoint is existing"
        )
        raise WiringError([Problem("existing_vpc.Inputs", sentence)])
    service = service_in(config, inputs, inputs, endpoint_security_group_id=endpoint)
    return Stack(
        children=service.children,
        outputs=service.outputs,
        parameters=config.database.attributes(ENGINES[config.rds.engine]),
    )


def service_in(
    config: ServiceSettings,
    names: DatabaseNames,
    network: ServiceNetwork,
    *,
    endpoint_security_group_id: SecurityGroupId | None = None,
) -> Service:
    """The stacks of the service in *network*, for a variant that may have more beside it."""
    data = data_tier(
        config,
        names,
        network.proxy_network,
        endpoint_security_group_id=endpoint_security_group_id,
    )
    sam = nest(
        "SAMStack",
        stacks.sam,
        config.function_settings,
        stacks.sam.Inputs(
            subnets=network,
            function_security_group_id=network.function_security_group_id,
            rds_master_username=data.function_user,
            rds_database_name=names.rds_database_name,
            rds_proxy_endpoint=data.rds.rds_proxy_endpoint,
            rds_proxy_arn=data.rds.rds_proxy_arn,
        ),
    )
    return Service(
        children=[*data.children, sam],
        outputs=Outputs(
            api_endpoint=sam.outputs.api_endpoint,
            rds_proxy_endpoint=data.rds.rds_proxy_endpoint,
            get_secret_value_by_cli=data.secrets.get_secret_value_by_cli,
            rds_proxy_read_only_endpoint=data.rds.rds_proxy_read_only_endpoint,
        ),
        data=data,
        login=TokenLogin(
            host=data.rds.rds_proxy_endpoint,
            proxy_arn=data.rds.rds_proxy_arn,
            user=data.function_user,
            database=names.rds_database_name,
        ),
        function_network=FunctionNetwork(
            subnets=network.both, group=network.function_security_group_id
        ),
    )
