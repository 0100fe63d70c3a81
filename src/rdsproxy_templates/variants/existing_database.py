"""HTTP API, function and RDS Proxy before a database that exists already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final, Literal

from pydantic import Field

from .. import stacks
from ..aws.engines import ENGINES
from ..aws.kinds import DatabaseName, DatabaseUser, SecretArn, SecurityGroupId, SubnetId, VpcId
from ..errors import Problem, WiringError
from ..model import Child, ParameterAttributes, Stack, nest
from ..resources.existing_database import database_parameters
from ..resources.port_groups import DatabaseNames, PrivateSubnets, ProxyNetwork, ServiceNetwork
from ..stacks.data.existing_rds import ExistingDatabase
from .data_tier import DataTier, tended
from .database_secrets import given_secrets
from .logins import FUNCTION_USER
from .service_stacks import ServiceOutputs, ServiceSettings, service_on

GROUPS: Final = frozenset({"function_security_group_id", "rds_proxy_security_group_id"})
"""Inputs that take the place of what the stack makes with ``security_groups: make``."""


class Config(ServiceSettings):
    """Settings of the variant; each has a safe default."""

    # The service reads only what a database that exists also has.
    rds: stacks.existing_rds.Config = Field(  # type: ignore[assignment]
        default_factory=stacks.existing_rds.Config,
        description="The database as far as it is told, its users, and the proxy.",
    )
    function_user: str | None = Field(
        default=FUNCTION_USER,
        description="One of `rds.users` that the function logs in as, by IAM; null is the master "
        "user, with `rds.master_login`.",
    )
    security_groups: Literal["make", "existing"] = Field(
        default="make",
        description="Groups of function and proxy. `make`: the stack creates both, and adds a rule "
        "for the proxy to the database's group. `existing`: both are parameters, and their rules "
        "are yours.",
    )
    secrets_manager_endpoint: Literal["make", "existing"] = Field(
        default="make",
        description="Interface endpoint for Secrets Manager, which the function that creates users "
        "needs. `existing`: the VPC has one, whose security group is a parameter; a VPC cannot "
        "have two with private DNS.",
    )

    def root_inputs(self) -> frozenset[str]:
        endpoint = self.administration.reads_secrets and self.secrets_manager_endpoint == "existing"
        return frozenset(
            ({"vpc_id"} if self.security_groups == "make" else GROUPS)
            | ({"secrets_manager_endpoint_security_group_id"} if endpoint else set())
        )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if "secrets" in self.model_fields_set:
            yield Problem(
                "secrets", "is for a master's secret of the stack; the database has its own"
            )
        if self.secrets_manager_endpoint == "existing" and not self.administration.reads_secrets:
            yield Problem(
                "secrets_manager_endpoint",
                "is for rds.users, and there are none: nothing needs an endpoint",
            )

    def _database_problems(self) -> Iterator[Problem]:
        for problem in self.database.refused_by(ENGINES[self.rds.engine]):
            yield problem.within("database")

    def _connection_warnings(self) -> Iterator[Problem]:
        """Nothing: how many connections the database has is not told."""
        yield from ()

    def parameters(self) -> dict[str, ParameterAttributes]:
        """Attributes of the parameters; only names that somebody chose are defaults."""
        chosen = {
            "rds_database_name": "name" in self.database.model_fields_set,
            "rds_master_username": self.database.master_username is not None,
        }
        named = self.database.attributes(ENGINES[self.rds.engine]).items()
        return {
            **{name: one if chosen[name] else replace(one, default=None) for name, one in named},
            **database_parameters(self.rds),
        }


class Inputs(PrivateSubnets, DatabaseNames):
    """The database as it is, and the network around it."""

    rds_master_username: DatabaseUser = Field(
        description="Name of the database's master user; needed where a function logs in as it."
    )
    rds_database_name: DatabaseName = Field(
        description="Name of the database, inside the cluster or instance, that functions use."
    )
    private_subnet1_id: SubnetId = Field(
        description="ID of a private subnet of the database's VPC; at creation only."
    )
    private_subnet2_id: SubnetId = Field(
        description="ID of a second private subnet, in a different Availability Zone; at creation "
        "only."
    )
    database: ExistingDatabase = Field(description="The cluster or instance that exists.")
    rds_master_user_secret_arn: SecretArn = Field(
        description="Whole ARN of the secret with username and password of a user that may create "
        "users, such as the master."
    )
    db_cluster_security_group_id: SecurityGroupId = Field(
        description="Security group of the database, to which rules for the stack's own groups are "
        "added."
    )
    vpc_id: VpcId | None = Field(
        default=None, description="ID of the database's VPC; at creation only."
    )
    function_security_group_id: SecurityGroupId | None = Field(
        default=None,
        description="Security group of the function, which may connect to the proxy's on the "
        "engine's port.",
    )
    rds_proxy_security_group_id: SecurityGroupId | None = Field(
        default=None,
        description="Security group of the proxy, which admits the function's on the engine's "
        "port, and may connect to the database's.",
    )
    secrets_manager_endpoint_security_group_id: SecurityGroupId | None = Field(
        default=None,
        description="Group of the VPC's interface endpoint for Secrets Manager; rules that let "
        "the functions in are added to it.",
    )


Outputs = ServiceOutputs


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """The proxy before the database, users in it, and the function that uses the proxy."""
    _refuse_unwired(config, inputs)
    groups = _groups(config, inputs) if config.security_groups == "make" else None
    network = ServiceNetwork(
        private_subnet1_id=inputs.private_subnet1_id,
        private_subnet2_id=inputs.private_subnet2_id,
        db_cluster_security_group_id=inputs.db_cluster_security_group_id,
        **(dict(groups.outputs) if groups else _optional(inputs, *sorted(GROUPS))),
    )
    service = service_on(config, inputs, network, _data_tier(config, inputs, network.proxy_network))
    return Stack(
        children=[*([groups] if groups else ()), *service.children],
        outputs=service.outputs,
        parameters=config.parameters(),
    )


def _groups(config: Config, inputs: Inputs) -> Child[stacks.service_groups.Outputs]:
    return nest(
        "GroupsStack",
        stacks.service_groups,
        stacks.service_groups.Config(
            proxy_port=ENGINES[config.rds.engine].port, database_port=config.rds.port
        ),
        stacks.service_groups.Inputs(
            **_optional(inputs, "vpc_id"),
            db_cluster_security_group_id=inputs.db_cluster_security_group_id,
        ),
    )


def _refuse_unwired(config: Config, inputs: Inputs) -> None:
    unwired = [name for name in sorted(config.root_inputs()) if getattr(inputs, name) is None]
    if unwired:
        raise WiringError(
            Problem("existing_database.Inputs", f"{name} is not wired, and the settings ask for it")
            for name in unwired
        )


def _optional(inputs: Inputs, *names: str) -> dict[str, Any]:
    """Ports that are wired, because the settings ask for them."""
    return {name: getattr(inputs, name) for name in names}


def _data_tier(config: Config, inputs: Inputs, network: ProxyNetwork) -> DataTier:
    """The data tier without a database of its own."""
    secrets = given_secrets(
        config.rds.master, inputs.rds_master_user_secret_arn, config.rds.users, inputs
    )
    rds = nest(
        "RDSStack",
        stacks.existing_rds,
        config.rds,
        stacks.existing_rds.Inputs(
            database=inputs.database,
            subnets=network.subnets,
            rds_proxy_security_group_id=network.rds_proxy_security_group_id,
            rds_master_user_secret_arn=inputs.rds_master_user_secret_arn
            if config.rds.master_login
            else None,
            user_secret_arns=secrets.credentials.user_secret_arns,
        ),
    )
    endpoint = inputs.secrets_manager_endpoint_security_group_id
    return tended(config.administration, secrets, rds, network, endpoint)
