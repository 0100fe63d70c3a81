"""An Aurora cluster, provisioned or Serverless v2."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field
from troposphere import rds

from ..aws.documentation import AURORA_GUIDE
from ..aws.engines import ENGINES
from ..aws.kinds import DatabaseName, Hostname, SecretArn, SecurityGroupId, SubnetId
from ..aws.troposphere_compat import ServerlessV2ScalingConfiguration
from ..errors import Problem
from . import database
from .database import Database, durability, engine_properties, master_login
from .optional_properties import without_none
from .parameter_groups import cluster_parameters

SERVERLESS = "db.serverless"


class AuroraSettings(database.DatabaseSettings):
    """Settings of an Aurora cluster. ``max_capacity`` makes it Serverless v2."""

    min_capacity: float = Field(
        default=0.5,
        ge=0,
        le=256,
        multiple_of=0.5,
        description="Serverless v2: lowest capacity in ACUs, in steps of 0.5. 0 lets the cluster "
        "pause, which it cannot do behind a proxy. Applies only with `max_capacity`. "
        f"See {AURORA_GUIDE}aurora-serverless-v2.setting-capacity.html",
    )
    max_capacity: float | None = Field(
        default=None,
        ge=1,
        le=256,
        multiple_of=0.5,
        description="Serverless v2: highest capacity in ACUs, in steps of 0.5. Left out: "
        "instances are provisioned. See "
        f"{AURORA_GUIDE}aurora-serverless-v2.setting-capacity.html",
    )
    readers: int = Field(
        default=0,
        ge=0,
        le=15,
        description="Aurora: number of reader instances beside the writer. See "
        f"{AURORA_GUIDE}Concepts.AuroraHighAvailability.html",
    )

    @property
    def db_instance_class(self) -> str:
        """``DBInstanceClass`` of every instance: ``db.serverless`` with ``max_capacity``."""
        if self.instance_class is None and self.max_capacity:
            return SERVERLESS
        return super().db_instance_class

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.max_capacity is None:
            if self.instance_class == SERVERLESS:
                yield Problem("max_capacity", f"must be given, in ACUs, for {SERVERLESS}")
            if "min_capacity" in self.model_fields_set:
                yield Problem(
                    "min_capacity", "needs max_capacity; without it the cluster does not scale"
                )
            return
        if self.db_instance_class != SERVERLESS:
            yield Problem(
                "max_capacity",
                f"is for {SERVERLESS}, and instance_class is {self.instance_class!r}, "
                "which is provisioned; give one of the two",
            )
        if self.min_capacity > self.max_capacity:
            yield Problem(
                "min_capacity",
                f"must be at most max_capacity ({self.max_capacity:g}), got {self.min_capacity:g}",
            )


def aurora_cluster(
    choices: AuroraSettings,
    *,
    name: DatabaseName,
    master: SecretArn,
    subnets: Sequence[SubnetId],
    group: SecurityGroupId,
    iam: bool,
) -> Database:
    """``DBCluster`` and its instances: one writer and ``readers`` readers.

    *master* is the secret of the master user. *iam* lets database users log in to the cluster
    itself with an IAM token.
    """
    engine = ENGINES[choices.engine]
    subnet_group = rds.DBSubnetGroup(
        "DBClusterSubnetGroup",
        DBSubnetGroupDescription="Private subnets of the database cluster",
        SubnetIds=list(subnets),
    )
    parameters = cluster_parameters(choices)
    db_cluster = rds.DBCluster(
        "DBCluster",
        **engine_properties(choices),
        DatabaseName=name,
        **master_login(master),
        DBSubnetGroupName=subnet_group.ref(),
        VpcSecurityGroupIds=[group],
        **durability(choices),
        DBClusterParameterGroupName=parameters.ref(),
        EnableCloudwatchLogsExports=list(engine.log_exports),
        **without_none(EnableIAMDatabaseAuthentication=iam or None),
        **_scaling(choices),
    )
    instances = [
        rds.DBInstance(
            f"DBInstance{number}",
            # The cluster holds the data, and it is the cluster that leaves a snapshot.
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Delete",
            DBClusterIdentifier=db_cluster.ref(),
            Engine=choices.engine,
            DBInstanceClass=choices.db_instance_class,
            # The version changes only when it changes here.
            AutoMinorVersionUpgrade=False,
            PubliclyAccessible=False,
        )
        for number in range(1, choices.readers + 2)
    ]
    return Database(
        resources=[subnet_group, parameters, db_cluster, *instances],
        itself=db_cluster,
        engine=engine,
        host=Hostname(db_cluster.get_att("Endpoint.Address")),
        resource_id=db_cluster.get_att("DBClusterResourceId"),
        targets={"DBClusterIdentifiers": [db_cluster.ref()]},
        instances=instances,
    )


def _scaling(choices: AuroraSettings) -> dict[str, Any]:
    if choices.max_capacity is None:
        return {}
    return {
        "ServerlessV2ScalingConfiguration": ServerlessV2ScalingConfiguration(
            MinCapacity=choices.min_capacity, MaxCapacity=choices.max_capacity
        )
    }
