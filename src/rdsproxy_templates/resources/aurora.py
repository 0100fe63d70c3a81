"""An Aurora cluster, provisioned or Serverless v2."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import Field
from troposphere import rds

from ..aws.documentation import AURORA_GUIDE
from ..aws.engines import ENGINES
from ..aws.features import Feature, version_doubt, version_problem
from ..aws.kinds import (
    DatabaseArn,
    DatabaseName,
    Hostname,
    SecurityGroupId,
    SubnetId,
)
from ..errors import Problem
from .aurora_instances import AuroraInstancesSettings, cluster_instances
from .database_logs import exported_logs, log_groups
from .database_properties import durability
from .database_record import Database
from .database_surroundings import cluster_roles
from .engine_choice import engine_properties
from .master_user import MasterUser, master_login, master_secrets
from .monitoring import monitoring
from .optional_properties import without_none
from .parameter_groups import cluster_groups
from .reader_scaling import ReaderScalingSettings, reader_scaling

BURSTABLE: Final = "db.t"
"""Prefix of the classes without the Data API."""


class AuroraSettings(AuroraInstancesSettings):
    """Settings of an Aurora cluster. ``max_capacity`` makes it Serverless v2."""

    reader_scaling: ReaderScalingSettings | None = Field(
        default=None,
        description="Aurora: let the number of readers follow their load. Left out: there are "
        "`readers`.",
    )
    data_api: bool = Field(
        default=False,
        description="Aurora: take SQL over HTTPS, too, from who may use IAM and a secret for that; "
        f"not with classes of type T. See {AURORA_GUIDE}data-api.html",
    )
    local_write_forwarding: bool = Field(
        default=False,
        description="Aurora: let readers pass writes on to the writer, which Aurora PostgreSQL "
        f"does not do behind RDS Proxy. See {AURORA_GUIDE}aurora-mysql-write-forwarding.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if not ENGINES[self.engine].aurora:
            return
        if self.reader_scaling is not None:
            for problem in self.reader_scaling.refused_with(self.readers):
                yield problem.within("reader_scaling")
        for feature in self._features:
            if sentence := version_problem(feature, ENGINES[self.engine], self.version):
                yield Problem(feature, sentence)
        small = [one for one in self.db_instance_classes if one.startswith(BURSTABLE)]
        if self.data_api and small:
            yield Problem(
                "data_api",
                f"is not offered for classes of type T, got {small[0]}; choose another "
                "`instance_class`, such as db.r7g.large, or give `max_capacity`",
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.reader_scaling is not None and not self.readers:
            yield Problem(
                "reader_scaling",
                "creates readers to which only the cluster's own reader endpoint leads: a proxy "
                "has a read-only endpoint with `readers: 1` or more",
            )
        for feature in self._features:
            if sentence := version_doubt(feature, ENGINES[self.engine], self.version):
                yield Problem(feature, sentence)

    @property
    def _features(self) -> Sequence[Feature]:
        """Settings that not every version has."""
        features: Sequence[Feature] = ("data_api", "local_write_forwarding")
        return [feature for feature in features if getattr(self, feature)]


def aurora_cluster(
    choices: AuroraSettings,
    *,
    name: DatabaseName | None,
    master: MasterUser,
    subnets: Sequence[SubnetId],
    group: SecurityGroupId,
    iam: bool,
) -> Database:
    """``DBCluster`` and its instances: one writer and ``readers`` readers.

    *iam* lets database users log in to the cluster itself with an IAM token. A restored one has
    its database already, and takes no *name*.
    """
    engine = ENGINES[choices.engine]
    subnet_group = rds.DBSubnetGroup(
        "DBClusterSubnetGroup",
        DBSubnetGroupDescription="Private subnets of the database cluster",
        SubnetIds=list(subnets),
    )
    groups = cluster_groups(choices)
    monitored = monitoring(choices.monitoring)
    exports = exported_logs(choices.logs, engine)
    groups_of_logs = log_groups(choices.logs, exports, "cluster", choices.identifiers.database)
    db_cluster = rds.DBCluster(
        "DBCluster",
        **without_none(
            Metadata=choices.metadata,
            DependsOn=[str(one.title) for one in groups_of_logs] or None,
        ),
        **engine_properties(choices),
        **without_none(DatabaseName=name),
        **master_login(choices.master, master, restored=choices.restore.is_chosen),
        DBSubnetGroupName=subnet_group.ref(),
        VpcSecurityGroupIds=[group],
        **durability(choices),
        **groups.of_cluster,
        EnableCloudwatchLogsExports=list(exports),
        **without_none(
            EnableIAMDatabaseAuthentication=iam or choices.master.by_iam or None,
            EnableHttpEndpoint=choices.data_api or None,
            EnableLocalWriteForwarding=choices.local_write_forwarding or None,
        ),
        **choices.scaling(),
        **monitored.of_cluster,
        **choices.backup.backtrack,
        **choices.maintenance.window_property,
        **choices.storage.of_cluster,
        **choices.restore.of_cluster,
        **choices.identifiers.of_cluster,
        **choices.network.of_cluster,
        **choices.directory.properties,
        **cluster_roles(choices.roles),
    )
    instances = cluster_instances(choices, db_cluster, groups.of_instance)
    secrets = master_secrets(choices.master, master, db_cluster)
    return Database(
        resources=[
            subnet_group,
            *groups.resources,
            *monitored.resources,
            *groups_of_logs,
            db_cluster,
            *instances,
            *reader_scaling(choices.reader_scaling, db_cluster, instances),
        ],
        itself=db_cluster,
        master_secret=secrets.current,
        managed_secret=secrets.managed,
        engine=engine,
        host=Hostname(db_cluster.get_att("Endpoint.Address")),
        arn=DatabaseArn(db_cluster.get_att("DBClusterArn")),
        resource_id=db_cluster.get_att("DBClusterResourceId"),
        targets={"DBClusterIdentifiers": [db_cluster.ref()]},
        instances=instances,
    )
