"""Database in private subnets, which clients connect to without a proxy."""

from __future__ import annotations

from pydantic import Field

from ...aws.kinds import Hostname, SecretArn, SecurityGroupId
from ...model import Ports, Stack
from ...resources.attachments import attachments
from ...resources.port_groups import DatabaseCredentials, PrivateSubnets
from ...resources.proxied_database import ClusterOrInstanceSettings, cluster_or_instance

Config = ClusterOrInstanceSettings


class Inputs(Ports):
    credentials: DatabaseCredentials = Field(description="Name of the database, and its secrets.")
    subnets: PrivateSubnets = Field(description="Subnets of the database.")
    db_cluster_security_group_id: SecurityGroupId = Field(description="Group of the database.")


class Outputs(Ports):
    when_read = frozenset({"managed_secret_arn"})

    db_cluster_endpoint: Hostname = Field(description="Host of the writer itself.")
    managed_secret_arn: SecretArn | None = Field(
        default=None, description="Secret of the master user, where RDS manages it."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """The database of ``rds``, by itself."""
    database = cluster_or_instance(
        config,
        name=inputs.credentials.rds_database_name,
        master=inputs.credentials.master,
        subnets=inputs.subnets.ids,
        group=inputs.db_cluster_security_group_id,
        iam=False,
    )
    attached = attachments(database, config.master)
    return Stack(
        resources=[*database.resources, *attached],
        outputs=Outputs(
            db_cluster_endpoint=database.host,
            managed_secret_arn=database.managed_secret,
        ),
    )
