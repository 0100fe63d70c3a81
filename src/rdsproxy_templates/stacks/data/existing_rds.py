"""RDS Proxy before a database that exists already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field

from ...aws import database_users
from ...aws.database_users import User
from ...aws.engines import ENGINES
from ...aws.kinds import (
    DatabaseIdentifier,
    DatabaseResourceId,
    DatabaseUser,
    Hostname,
    SecretArn,
    SecretArns,
    SecurityGroupId,
)
from ...errors import Problem
from ...model import ListOf, Ports, Stack
from ...resources.existing_database import ExistingDatabaseSettings, existing_database
from ...resources.port_groups import PrivateSubnets
from ...resources.proxy import ProxySettings, rds_proxy
from ...resources.proxy_access import access_problems
from ...resources.proxy_details import ProxyDetails
from ...resources.proxy_endpoints import proxy_endpoint
from ...resources.proxy_logins import ExistingLogin, SecretLogin
from .rds import Outputs

__all__ = ["Config", "Inputs", "Outputs", "build"]


class Config(ExistingDatabaseSettings, ProxySettings):
    """The database as far as it is told, its users, and its proxy."""

    users: ListOf[User] = Field(
        default_factory=lambda: (User(name="app", login="iam"),),
        max_length=190,
        description="Users beside the master: each is created in the database and let in "
        "through the proxy in its own way. `end_to_end_iam` needs IAM authentication on in the "
        "database.",
    )
    master_login: bool = Field(
        default=False, description="Let the master user in through the proxy, by IAM."
    )
    proxy: ProxyDetails = Field(
        default_factory=ProxyDetails,
        description="Name, role, log, networks, further logins and endpoints of the proxy.",
    )

    @property
    def existing_logins(self) -> Sequence[ExistingLogin]:
        """Logins of users that the stack does not create."""
        return self.proxy.logins

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        engine = ENGINES[self.engine]
        yield from self.refused_by(engine)
        yield from access_problems(self, engine)
        for problem in database_users.problems(self.users, engine):
            yield problem.within("users")


class ExistingDatabase(Ports):
    """A database that exists already, as its owner and the AWS CLI tell."""

    db_identifier: DatabaseIdentifier = Field(
        description="Identifier of the cluster or instance that exists."
    )
    db_endpoint: Hostname = Field(description="Host of the database's writer.")
    db_resource_id: DatabaseResourceId = Field(
        description="DbClusterResourceId or DbiResourceId of the database: cluster-… or db-…."
    )


class Inputs(Ports):
    database: ExistingDatabase = Field(description="The database.")
    subnets: PrivateSubnets = Field(description="Subnets of the proxy, in the database's VPC.")
    rds_proxy_security_group_id: SecurityGroupId = Field(
        description="Security group of the proxy, which connects to the database."
    )
    rds_master_user_secret_arn: SecretArn | None = Field(
        default=None, description="Secret of the master user, where the proxy lets it in."
    )
    user_secret_arns: SecretArns | None = Field(
        default=None, description="Secrets of the users that have a password, in their order."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """A proxy that logs in to the database with secrets, and lets clients in."""
    secrets = list(database_users.secrets(config.users, inputs.user_secret_arns))
    database = existing_database(
        config,
        identifier=inputs.database.db_identifier,
        host=inputs.database.db_endpoint,
        resource_id=inputs.database.db_resource_id,
    )
    subnets, group = inputs.subnets.ids, inputs.rds_proxy_security_group_id
    end_to_end: list[DatabaseUser | str] = [*database_users.end_to_end(config.users)]
    master = inputs.rds_master_user_secret_arn
    master_key = config.master.key_arn if master else None
    front = rds_proxy(
        "RDSProxy",
        config,
        config.proxy,
        database,
        logins=[
            *([SecretLogin(master, iam=True)] if master else ()),
            *(SecretLogin(secret, iam=user.login == "iam") for user, secret in secrets),
        ],
        end_to_end=end_to_end,
        keys=[key for key in (master_key, config.secrets_key if secrets else None) if key],
        subnets=subnets,
        group=group,
    )
    readers = (
        proxy_endpoint("RDSProxyReadOnlyEndpoint", front.itself, subnets=subnets, groups=[group])
        if config.has_readers
        else None
    )
    return Stack(
        resources=[*front.resources, *([readers] if readers else ())],
        outputs=Outputs(
            rds_proxy_endpoint=front.endpoint,
            rds_proxy_arn=front.arn,
            rds_proxy_read_only_endpoint=Hostname(readers.get_att("Endpoint")) if readers else None,
            rds_proxy_endpoint_hosts=front.further_hosts,
            db_cluster_endpoint=database.host,
            db_arn=database.arn,
            db_resource_id=inputs.database.db_resource_id,
            vpc_id=front.vpc_id,
            attached_secret_arns=SecretArns([secret for _, secret in secrets]),
        ),
    )
