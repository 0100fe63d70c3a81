"""A database instance of RDS, without Aurora."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field
from troposphere import rds

from ..engines import ENGINES
from ..errors import Problem
from ..kinds import DatabaseName, Hostname, SecretArn, SecurityGroupId, SubnetId
from . import database
from .database import Database, from_secret
from .present import present


class Choices(database.Choices):
    """The instance."""

    engine: Literal["mysql"] = Field("mysql", description="Engine of the instance.")
    engine_version: str = Field(
        ENGINES["mysql"].default_version,
        description="Version in which the instance is created.",
    )
    instance_class: str | None = Field(
        None, description="Class of the instance. Left out: the engine's default."
    )
    allocated_storage: int = Field(20, ge=20, le=65_536, description="GiB of gp3 storage.")
    multi_az: bool = Field(
        default=False, description="Keep a standby in the other zone, at twice the price."
    )

    @property
    def db_instance_class(self) -> str:
        """``DBInstanceClass``."""
        return self.instance_class or ENGINES[self.engine].default_class

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from database.version_problems(self.engine, self.engine_version)
        for sentence in ENGINES[self.engine].class_problems(self.db_instance_class, ()):
            yield Problem("instance_class", sentence)

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        yield from database.version_warnings(self.engine, self.engine_version)


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
        DeletionPolicy="Snapshot",
        UpdateReplacePolicy="Snapshot",
        Engine=choices.engine,
        EngineVersion=choices.engine_version,
        EngineLifecycleSupport=choices.lifecycle,
        DBInstanceClass=choices.db_instance_class,
        DBName=name,
        MasterUsername=from_secret(master, "username"),
        MasterUserPassword=from_secret(master, "password"),
        DBSubnetGroupName=subnet_group.ref(),
        VPCSecurityGroups=[group],
        PubliclyAccessible=False,
        MultiAZ=choices.multi_az,
        AllocatedStorage=str(choices.allocated_storage),
        StorageType="gp3",
        StorageEncrypted=True,
        BackupRetentionPeriod=choices.backup_retention_period,
        CopyTagsToSnapshot=True,
        DeletionProtection=choices.deletion_protection,
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
