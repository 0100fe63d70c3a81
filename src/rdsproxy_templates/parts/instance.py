"""A database instance of RDS, without Aurora."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field
from troposphere import rds

from ..engines import ENGINES
from ..kinds import DatabaseName, Hostname, SecretArn, SecurityGroupId, SubnetId
from . import database
from .database import Database, kept_safe, master_login, of_engine
from .present import present


class Choices(database.Choices):
    """The instance."""

    allocated_storage: int = Field(
        20, ge=20, le=65_536, description="RDS: GiB of gp3 storage; Aurora's grows by itself."
    )
    multi_az: bool = Field(
        default=False,
        description="RDS: keep a standby in the other zone, at twice the price; Aurora takes "
        "a reader.",
    )


def instance(
    choices: Choices,
    *,
    name: DatabaseName,
    master: SecretArn,
    subnets: Sequence[SubnetId],
    group: SecurityGroupId,
    iam: bool,
) -> Database:
    """``DBInstance``; *master* is the secret of the master user.

    *iam* lets database users log in to the instance itself with an IAM token.
    """
    engine = ENGINES[choices.engine]
    subnet_group = rds.DBSubnetGroup(
        "DBSubnetGroup",
        DBSubnetGroupDescription="Private subnets of the database instance",
        SubnetIds=list(subnets),
    )
    instance = rds.DBInstance(
        "DBInstance",
        **of_engine(choices),
        DBInstanceClass=choices.db_instance_class,
        DBName=name,
        **master_login(master),
        DBSubnetGroupName=subnet_group.ref(),
        VPCSecurityGroups=[group],
        PubliclyAccessible=False,
        MultiAZ=choices.multi_az,
        AllocatedStorage=str(choices.allocated_storage),
        StorageType="gp3",
        **kept_safe(choices),
        # The version stays until it is changed here.
        AutoMinorVersionUpgrade=False,
        EnableCloudwatchLogsExports=list(engine.log_exports),
        **present(EnableIAMDatabaseAuthentication=iam or None),
    )
    return Database(
        resources=[subnet_group, instance],
        itself=instance,
        engine=engine,
        host=Hostname(instance.get_att("Endpoint.Address")),
        resource_id=instance.get_att("DbiResourceId"),
        targets={"DBInstanceIdentifiers": [instance.ref()]},
        instances=[],
    )
