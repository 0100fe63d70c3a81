"""An Aurora cluster, provisioned or Serverless v2."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import Field
from troposphere import rds

from ..engines import ENGINES
from ..errors import Problem
from ..gaps import ServerlessV2ScalingConfiguration
from ..kinds import DatabaseName, Hostname, SecretArn, SecurityGroupId, SubnetId
from . import database
from .database import Database, from_secret
from .present import present

SERVERLESS = "db.serverless"


class Choices(database.Choices):
    """The cluster. ``max_capacity`` makes it Serverless v2."""

    engine: Literal["aurora-mysql"] = Field("aurora-mysql", description="Engine of the cluster.")
    engine_version: str = Field(
        ENGINES["aurora-mysql"].default_version,
        description="Version in which the cluster is created; the default is a long-term one.",
    )
    instance_class: str | None = Field(
        None,
        description="Class of a provisioned instance. Left out: the engine's default, or "
        "`db.serverless` where `max_capacity` is given.",
    )
    min_capacity: float = Field(
        0.5, ge=0, le=256, multiple_of=0.5, description="Serverless v2: ACUs at rest, from 0.5."
    )
    max_capacity: float | None = Field(
        None, ge=1, le=256, multiple_of=0.5, description="Serverless v2: ACUs at full load."
    )
    readers: int = Field(0, ge=0, le=15, description="Instances beside the writer.")

    @property
    def db_instance_class(self) -> str:
        """``DBInstanceClass`` of every instance."""
        if self.instance_class:
            return self.instance_class
        return SERVERLESS if self.max_capacity else ENGINES[self.engine].default_class

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from database.version_problems(self.engine, self.engine_version)
        for sentence in ENGINES[self.engine].class_problems(self.db_instance_class, ()):
            yield Problem("instance_class", sentence)
        yield from self._capacity_problems()

    def _capacity_problems(self) -> Iterator[Problem]:
        if self.max_capacity is None:
            if self.instance_class == SERVERLESS:
                yield Problem("max_capacity", f"must be given, in ACUs, for {SERVERLESS}")
            if "min_capacity" in self.model_fields_set:
                yield Problem("min_capacity", "needs a max_capacity; without one nothing scales")
            return
        if self.db_instance_class != SERVERLESS:
            yield Problem(
                "max_capacity",
                f"is for {SERVERLESS}, and instance_class is {self.instance_class!r}, "
                "which is provisioned; give one of the two",
            )
        if self.min_capacity == 0:
            yield Problem(
                "min_capacity",
                "must be at least 0.5, got 0: a cluster behind RDS Proxy cannot pause, "
                "because the proxy keeps connections open",
            )
        if self.min_capacity > self.max_capacity:
            yield Problem(
                "min_capacity",
                f"must be at most max_capacity ({self.max_capacity:g}), got {self.min_capacity:g}",
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        yield from database.version_warnings(self.engine, self.engine_version)


def cluster(
    choices: Choices,
    *,
    name: DatabaseName,
    master: SecretArn,
    subnets: Sequence[SubnetId],
    group: SecurityGroupId,
    iam: bool,
) -> Database:
    """``DBCluster`` and its instances; *master* is the secret of the master user.

    *iam* lets database users log in to the cluster itself with an IAM token.
    """
    engine = ENGINES[choices.engine]
    subnet_group = rds.DBSubnetGroup(
        "DBClusterSubnetGroup",
        DBSubnetGroupDescription="Private subnets of the database cluster",
        SubnetIds=list(subnets),
    )
    cluster = rds.DBCluster(
        "DBCluster",
        DeletionPolicy="Snapshot",
        UpdateReplacePolicy="Snapshot",
        Engine=choices.engine,
        EngineVersion=choices.engine_version,
        EngineLifecycleSupport=choices.lifecycle,
        DatabaseName=name,
        MasterUsername=from_secret(master, "username"),
        MasterUserPassword=from_secret(master, "password"),
        DBSubnetGroupName=subnet_group.ref(),
        VpcSecurityGroupIds=[group],
        StorageEncrypted=True,
        BackupRetentionPeriod=choices.backup_retention_period,
        CopyTagsToSnapshot=True,
        DeletionProtection=choices.deletion_protection,
        EnableCloudwatchLogsExports=list(engine.log_exports),
        **present(EnableIAMDatabaseAuthentication=iam or None),
        **_scaling(choices),
    )
    instances = [
        rds.DBInstance(
            f"DBInstance{number}",
            # The cluster holds the data; its snapshot is the one that counts.
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Delete",
            DBClusterIdentifier=cluster.ref(),
            Engine=choices.engine,
            DBInstanceClass=choices.db_instance_class,
            # A long-term version stays until it is changed here.
            AutoMinorVersionUpgrade=False,
            PubliclyAccessible=False,
        )
        for number in range(1, choices.readers + 2)
    ]
    return Database(
        resources=[subnet_group, cluster, *instances],
        itself=cluster,
        engine=engine,
        host=Hostname(cluster.get_att("Endpoint.Address")),
        resource_id=cluster.get_att("DBClusterResourceId"),
        targets={"DBClusterIdentifiers": [cluster.ref()]},
        instances=instances,
    )


def _scaling(choices: Choices) -> dict[str, Any]:
    if choices.max_capacity is None:
        return {}
    return {
        "ServerlessV2ScalingConfiguration": ServerlessV2ScalingConfiguration(
            MinCapacity=choices.min_capacity, MaxCapacity=choices.max_capacity
        )
    }
