"""HTTP API, function and RDS Proxy before a database that exists already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, Literal

from pydantic import Field

from .. import stacks
from ..aws.engines import ENGINES
from ..aws.kinds import DatabaseName, DatabaseUser, SecretArn, SecurityGroupId, SubnetId
from ..errors import Problem
from ..model import ParameterAttributes, Stack, nest
from ..resources.existing_database import database_parameters
from ..resources.port_groups import DatabaseNames, ProxyNetwork
from ..stacks.data.existing_rds import ExistingDatabase
from .data_stacks import DataTier, tended
from .database_secrets import given_secrets
from .given_network import GivenNetwork, GivenNetworkSettings, service_network
from .logins import FUNCTION_USER
from .service_outputs import ServiceOutputs
from .service_stacks import service_on

MASTER: Final = "rds_master_user_secret_arn"


class Config(GivenNetworkSettings):
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

    @property
    def makes_groups(self) -> bool:
        return self.security_groups == "make"

    @property
    def makes_database_group(self) -> bool:
        return False

    @property
    def reads_master(self) -> bool:
        """True where the master's secret is read: to create users, or for its own login."""
        return bool(self.rds.users) or self.rds.master_login

    def root_inputs(self) -> frozenset[str]:
        return super().root_inputs() | ({MASTER} if self.reads_master else set())

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if "secrets" in self.model_fields_set:
            yield Problem(
                "secrets", "is for a master's secret of the stack; the database has its own"
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
            **{
                name: one
                for name, one in database_parameters(self.rds).items()
                if name != MASTER or self.reads_master
            },
        }


class Inputs(GivenNetwork, DatabaseNames):
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
    rds_master_user_secret_arn: SecretArn | None = Field(
        default=None,
        description="Whole ARN of the secret with username and password of a user that may create "
        "users, such as the master.",
    )
    db_cluster_security_group_id: SecurityGroupId | None = Field(
        default=None,
        description="Security group of the database, to which rules for the stack's own groups are "
        "added.",
    )


Outputs = ServiceOutputs


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """The proxy before the database, users in it, and the function that uses the proxy."""
    groups, network = service_network(config, inputs, "existing_database.Inputs")
    service = service_on(config, inputs, network, _data_tier(config, inputs, network.proxy_network))
    return Stack(
        children=[*groups, *service.children],
        outputs=service.outputs,
        parameters=config.parameters(),
    )


def _data_tier(config: Config, inputs: Inputs, network: ProxyNetwork) -> DataTier:
    """The data tier without a database of its own."""
    master = inputs.rds_master_user_secret_arn if config.reads_master else None
    secrets = given_secrets(
        config.rds.master,
        master,
        config.rds.users,
        inputs,
        config.rds.secrets_key,
    )
    rds = nest(
        "RDSStack",
        stacks.existing_rds,
        config.rds,
        stacks.existing_rds.Inputs(
            database=inputs.database,
            subnets=network.subnets,
            rds_proxy_security_group_id=network.rds_proxy_security_group_id,
            rds_master_user_secret_arn=master if config.rds.master_login else None,
            user_secret_arns=secrets.credentials.user_secret_arns,
        ),
    )
    endpoint = inputs.secrets_manager_endpoint_security_group_id
    return tended(config.administration, secrets, rds, network, endpoint)
