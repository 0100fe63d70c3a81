"""Database in private subnets, which clients connect to without a proxy."""

from __future__ import annotations

from pydantic import Field

from ...aws.kinds import DatabaseName, Hostname, SecretArn, SecurityGroupId, SubnetId
from ...model import Ports, Stack
from ...resources.database import attachments
from ...resources.proxied_database import ClusterOrInstanceSettings, cluster_or_instance

Config = ClusterOrInstanceSettings


class Inputs(Ports):
    rds_database_name: DatabaseName = Field(description="Name of the first database.")
    rds_master_user_secret_arn: SecretArn = Field(
        description="Secret with the username and password of the master user."
    )
    private_subnet1_id: SubnetId = Field(description="Subnet of the database.")
    private_subnet2_id: SubnetId = Field(description="The same, in another zone.")
    db_cluster_security_group_id: SecurityGroupId = Field(description="Group of the database.")


class Outputs(Ports):
    db_cluster_endpoint: Hostname = Field(description="Host of the writer itself.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """The database of ``rds``, by itself."""
    database = cluster_or_instance(
        config,
        name=inputs.rds_database_name,
        master=inputs.rds_master_user_secret_arn,
        subnets=[inputs.private_subnet1_id, inputs.private_subnet2_id],
        group=inputs.db_cluster_security_group_id,
        iam=False,
    )
    attached = attachments(database, inputs.rds_master_user_secret_arn)
    return Stack(
        resources=[*database.resources, *attached],
        outputs=Outputs(db_cluster_endpoint=database.host),
    )
