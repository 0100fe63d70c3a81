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
    DatabaseName,
    DatabaseUser,
    Hostname,
    SecurityGroupId,
    SubnetId,
    SubnetIds,
    Url,
)
from ..errors import Problem, WiringError
from ..model import Child, Ports, Stack, nest
from . import common
from .administration import DatabaseContext, administration
from .common import Database, RegionalSettings, user_problems
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
    def needs_administration(self) -> bool:
        """Whether functions create users, or replace passwords, from inside the VPC."""
        return bool(self.rds.users or self.rds.rotate_secrets_after_days)

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
        inputs = self.needs_administration and self.secrets_manager_endpoint == "existing"
        return frozenset({"secrets_manager_endpoint_security_group_id"} if inputs else ())

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.secrets_manager_endpoint == "existing" and not self.needs_administration:
            yield Problem(
                "secrets_manager_endpoint",
                "is for rds.users and rds.rotate_secrets_after_days, and there are neither: "
                "nothing needs an endpoint",
            )


class Inputs(Ports):
    rds_master_username: DatabaseUser = Field(
        description="Name of the database's master user; at creation only."
    )
    rds_database_name: DatabaseName = Field(
        description="Name of the first database; at creation only."
    )
    private_subnet1_id: SubnetId = Field(description="Private subnet of the VPC; at creation only.")
    private_subnet2_id: SubnetId = Field(description="The same, in another zone; at creation only.")
    function_security_group_id: SecurityGroupId = Field(
        description="Group of the function; it may reach the proxy's on the engine's port."
    )
    db_cluster_security_group_id: SecurityGroupId = Field(
        description="Group of the database; it lets the proxy's in on the engine's port."
    )
    rds_proxy_security_group_id: SecurityGroupId = Field(
        description="Group of the proxy; it lets the function's in on the engine's port, and may "
        "reach the database's."
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
    rds: stacks.rds.Outputs


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Secrets, the cluster and proxy that use them, the function that uses the proxy."""
    endpoint = inputs.secrets_manager_endpoint_security_group_id
    if endpoint is None and config.secrets_manager_endpoint == "existing":
        sentence = (
            "secrets_manager_endpoint_security_group_id is not wired, and "
            "secrets_manager_endpoint is existing"
        )
        raise WiringError([Problem("existing_vpc.Inputs", sentence)])
    inside = stacks_of(config, inputs)
    return Stack(
        children=inside.children,
        outputs=inside.outputs,
        parameters=config.database.attributes(ENGINES[config.rds.engine]),
    )


def stacks_of(config: ServiceSettings, inputs: Inputs) -> Service:
    """The service, for a variant that has more beside it."""
    secrets = common.master_secret(config.secrets, inputs.rds_master_username)
    user_secrets = common.user_secrets(config.rds.users)
    rds = nest(
        "RDSStack",
        stacks.rds,
        config.rds,
        stacks.rds.Inputs(
            rds_database_name=inputs.rds_database_name,
            rds_master_user_secret_arn=secrets.outputs.rds_master_user_secret_arn,
            user_secret_arns=common.arns(user_secrets),
            private_subnet1_id=inputs.private_subnet1_id,
            private_subnet2_id=inputs.private_subnet2_id,
            db_cluster_security_group_id=inputs.db_cluster_security_group_id,
            rds_proxy_security_group_id=inputs.rds_proxy_security_group_id,
        ),
    )
    users = administration(
        config.rds.users,
        config.rds,
        config.sam,
        config.function_user,
        DatabaseContext(
            vpc_id=rds.outputs.vpc_id,
            subnet_ids=SubnetIds([inputs.private_subnet1_id, inputs.private_subnet2_id]),
            db_security_group_id=inputs.db_cluster_security_group_id,
            db_endpoint=rds.outputs.db_cluster_endpoint,
            db_resource_id=rds.outputs.db_resource_id,
            rds_database_name=inputs.rds_database_name,
            rds_master_user_secret_arn=secrets.outputs.rds_master_user_secret_arn,
            user_secret_arns=common.arns(user_secrets),
            attached_secret_arns=rds.outputs.attached_secret_arns,
            endpoint_security_group_id=inputs.secrets_manager_endpoint_security_group_id,
            has_tables=not config.sam.code_uri,
        ),
    )
    sam = nest(
        "SAMStack",
        stacks.sam,
        config.sam.with_context(stacks.sam.Config, engine_family=ENGINES[config.rds.engine].family),
        stacks.sam.Inputs(
            private_subnet1_id=inputs.private_subnet1_id,
            private_subnet2_id=inputs.private_subnet2_id,
            function_security_group_id=inputs.function_security_group_id,
            rds_master_username=users.function_user or inputs.rds_master_username,
            rds_database_name=inputs.rds_database_name,
            rds_proxy_endpoint=rds.outputs.rds_proxy_endpoint,
            rds_proxy_arn=rds.outputs.rds_proxy_arn,
        ),
    )
    return Service(
        children=[secrets, *([user_secrets] if user_secrets else []), rds, *users.children, sam],
        outputs=Outputs(
            api_endpoint=sam.outputs.api_endpoint,
            rds_proxy_endpoint=rds.outputs.rds_proxy_endpoint,
            get_secret_value_by_cli=secrets.outputs.get_secret_value_by_cli,
            rds_proxy_read_only_endpoint=rds.outputs.rds_proxy_read_only_endpoint,
        ),
        rds=rds.outputs,
    )
