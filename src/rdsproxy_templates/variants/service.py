"""HTTP API, function, RDS Proxy and database in the subnets of a VPC that exists already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from .. import stacks
from ..engines import ENGINES, default_connections
from ..errors import Problem
from ..frame import Child, Ports, Stack, did_you_mean, nest
from ..kinds import (
    Command,
    DatabaseName,
    DatabaseUser,
    Hostname,
    SecretArns,
    SecurityGroupId,
    SubnetId,
    SubnetIds,
    Url,
)
from . import common
from .common import Database, Regional, user_problems


class Config(Regional):
    """What can be chosen before rendering; every setting has a safe default."""

    database: Database = Field(Database(), description="Names inside the database.")
    secrets: stacks.secrets.Config = Field(
        stacks.secrets.Config(), description="The master user's secret."
    )
    rds: stacks.rds.Config = Field(stacks.rds.Config(), description="Database and proxy.")
    sam: stacks.sam.Choices = Field(stacks.sam.Choices(), description="Function and HTTP API.")
    function_user: str | None = Field(
        None,
        description="One of `rds.users` that the function logs in as, by IAM. Left out: the "
        "master user.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        engine = ENGINES[self.rds.engine]
        for sentence in engine.class_problems(self.rds.db_instance_class, self.regions):
            yield Problem("rds.instance_class", sentence)
        for problem in self.database.refused_by(engine):
            yield problem.within("database")
        yield from user_problems(self.rds.users, self.database)
        yield from self._function_user_problems()

    def _function_user_problems(self) -> Iterator[Problem]:
        logins = {user.name: user.login for user in self.rds.users}
        if self.function_user is None:
            if not self.rds.master_login:
                yield Problem(
                    "function_user",
                    "must name one of rds.users: rds.master_login is off, and the function "
                    "would log in as the master user",
                )
        elif self.function_user not in logins:
            similar = did_you_mean(self.function_user, list(logins))
            sentence = f"must name one of rds.users, got {self.function_user!r}{similar}"
            yield Problem("function_user", sentence)
        elif logins[self.function_user] == "password":
            yield Problem(
                "function_user",
                f"must log in by IAM, and {self.function_user!r} logs in with a password; "
                "choose `iam` or `end_to_end_iam`",
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
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


class Inputs(Ports):
    rds_master_username: DatabaseUser = Field(description="Name of the database's master user.")
    rds_database_name: DatabaseName = Field(description="Name of the first database.")
    private_subnet1_id: SubnetId = Field(description="Private subnet of the VPC.")
    private_subnet2_id: SubnetId = Field(description="The same, in another zone.")
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


class Outputs(Ports):
    api_endpoint: Url = Field(description="Address of the HTTP API; see /initialize and /load.")
    rds_proxy_endpoint: Hostname = Field(description="Host that clients connect to.")
    get_secret_value_by_cli: Command = Field(
        description="Prints the master user's secret; needs the AWS CLI and the right to read it."
    )
    rds_proxy_read_only_endpoint: Hostname | None = Field(
        None, description="Host whose connections go to readers, and may not write."
    )


@dataclass(frozen=True, kw_only=True)
class Service:
    """The stacks of the service, and what they offer."""

    children: Sequence[Child[Any]]
    outputs: Outputs
    rds: stacks.rds.Outputs


def build(config: Config, given: Inputs) -> Stack[Outputs]:
    """Secrets, the cluster and proxy that use them, the function that uses the proxy."""
    inside = stacks_of(config, given)
    return Stack(
        children=inside.children,
        outputs=inside.outputs,
        parameters=config.database.attributes(ENGINES[config.rds.engine]),
    )


def stacks_of(config: Config, given: Inputs) -> Service:
    """The service, for a variant that has more beside it."""
    secrets = nest(
        "SecretsStack",
        stacks.secrets,
        config.secrets,
        stacks.secrets.Inputs(rds_master_username=given.rds_master_username),
    )
    user_secrets = common.user_secrets(config.rds.users)
    rds = nest(
        "RDSStack",
        stacks.rds,
        config.rds,
        stacks.rds.Inputs(
            rds_database_name=given.rds_database_name,
            rds_master_user_secret_arn=secrets.outputs.rds_master_user_secret_arn,
            user_secret_arns=common.arns(user_secrets),
            private_subnet1_id=given.private_subnet1_id,
            private_subnet2_id=given.private_subnet2_id,
            db_cluster_security_group_id=given.db_cluster_security_group_id,
            rds_proxy_security_group_id=given.rds_proxy_security_group_id,
        ),
    )
    users, function_user = _administration(
        config, given, secrets.outputs, common.arns(user_secrets), rds.outputs
    )
    sam = nest(
        "SAMStack",
        stacks.sam,
        config.sam.completed(stacks.sam.Config, engine_family=ENGINES[config.rds.engine].family),
        stacks.sam.Inputs(
            private_subnet1_id=given.private_subnet1_id,
            private_subnet2_id=given.private_subnet2_id,
            function_security_group_id=given.function_security_group_id,
            rds_master_username=function_user or given.rds_master_username,
            rds_database_name=given.rds_database_name,
            rds_proxy_endpoint=rds.outputs.rds_proxy_endpoint,
            rds_proxy_arn=rds.outputs.rds_proxy_arn,
        ),
    )
    return Service(
        children=[secrets, *([user_secrets] if user_secrets else []), rds, *users, sam],
        outputs=Outputs(
            api_endpoint=sam.outputs.api_endpoint,
            rds_proxy_endpoint=rds.outputs.rds_proxy_endpoint,
            get_secret_value_by_cli=secrets.outputs.get_secret_value_by_cli,
            rds_proxy_read_only_endpoint=rds.outputs.rds_proxy_read_only_endpoint,
        ),
        rds=rds.outputs,
    )


def _administration(
    config: Config,
    given: Inputs,
    secrets: stacks.secrets.Outputs,
    user_secret_arns: SecretArns | None,
    rds: stacks.rds.Outputs,
) -> tuple[Sequence[Child[Any]], DatabaseUser | None]:
    """The stacks that create users and rotate secrets, and the user that the function is."""
    if rds.vpc_id is None:
        return [], None
    subnets = SubnetIds([given.private_subnet1_id, given.private_subnet2_id])
    endpoints = common.secrets_manager_endpoint(rds.vpc_id, subnets)
    users = common.users_stack(
        config.rds.users,
        config.rds.engine,
        config.sam,
        config.function_user,
        stacks.users.Inputs(
            vpc_id=rds.vpc_id,
            subnet_ids=subnets,
            db_security_group_id=given.db_cluster_security_group_id,
            endpoint_security_group_id=endpoints.outputs.endpoint_security_group_id,
            db_endpoint=rds.db_cluster_endpoint,
            rds_database_name=given.rds_database_name,
            rds_master_user_secret_arn=secrets.rds_master_user_secret_arn,
            user_secret_arns=user_secret_arns,
        )
        if rds.db_cluster_endpoint
        else None,
    )
    rotation = common.rotation_stack(
        config.rds.users,
        config.rds.engine,
        config.rds.rotate_secrets_after_days,
        stacks.rotation.Inputs(
            vpc_id=rds.vpc_id,
            subnet_ids=subnets,
            db_security_group_id=given.db_cluster_security_group_id,
            endpoint_security_group_id=endpoints.outputs.endpoint_security_group_id,
            attached_secret_arns=rds.attached_secret_arns,
        )
        if rds.attached_secret_arns
        else None,
    )
    return [one for one in (endpoints, users, rotation) if one], common.user_of(users)
