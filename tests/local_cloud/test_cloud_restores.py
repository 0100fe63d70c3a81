"""Databases that begin with the data of others, as resource types."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from test_cloud_databases import (
    PASSWORD,
    basics,
    cluster,
    described,
    harness,
    network,
    standalone,
    subnet_group,
)

from rdsproxy_local.cloudformation.failure import Failure

__all__ = ["basics", "cluster", "harness", "network", "standalone", "subnet_group"]

INHERITED = ("MasterUsername", "DatabaseName", "DBName", "StorageEncrypted")


def without_inherited(properties):
    return {name: value for name, value in properties.items() if name not in INHERITED}


@pytest.fixture
def snapshot(harness, cluster, request):
    name = f"before-{abs(hash(request.node.name))}"
    harness.call(
        "rds",
        "create_db_cluster_snapshot",
        DBClusterIdentifier=cluster.physical_id,
        DBClusterSnapshotIdentifier=name,
    )
    return name


class TestCluster:
    def test_it_has_the_name_of_the_sources_master_and_another_identity(
        self, harness, basics, cluster, snapshot
    ):
        restored = harness.create(
            "AWS::RDS::DBCluster",
            **without_inherited(basics),
            SnapshotIdentifier=snapshot,
            BackupRetentionPeriod=9,
        )

        found, source = (described(harness, one) for one in (restored, cluster))
        assert found["MasterUsername"] == source["MasterUsername"] == "admin"
        assert found["DbClusterResourceId"] != source["DbClusterResourceId"]
        assert found["BackupRetentionPeriod"] == 9

    def test_rds_keeps_its_password_on_request(self, harness, basics, snapshot):
        given = without_inherited(basics) | {"SnapshotIdentifier": snapshot}
        del given["MasterUserPassword"]
        restored = harness.create("AWS::RDS::DBCluster", **given, ManageMasterUserPassword=True)

        assert "MasterUserSecret.SecretArn" in restored.attributes

    @pytest.mark.parametrize("by_id", [False, True])
    def test_it_begins_with_another_at_the_latest_time(self, harness, basics, cluster, by_id):
        name = "DBClusterResourceId" if by_id else None
        source = (
            {"SourceDbClusterResourceId": cluster.attributes[name]}
            if name
            else {"SourceDBClusterIdentifier": cluster.physical_id}
        )
        restored = harness.create(
            "AWS::RDS::DBCluster",
            **without_inherited(basics),
            **source,
            UseLatestRestorableTime=True,
        )

        assert described(harness, restored)["MasterUsername"] == "admin"

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"MasterUsername": "admin"}, "takes no MasterUsername"),
            ({"StorageEncrypted": True}, "takes no StorageEncrypted"),
            ({"SnapshotIdentifier": "nothing"}, "nothing"),
            ({"Engine": "aurora-postgresql", "EngineVersion": "17.7"}, "is not that of the source"),
        ],
    )
    def test_what_a_snapshot_does_not_take_is_refused(
        self, harness, basics, snapshot, wrong, reason
    ):
        given = without_inherited(basics) | {"SnapshotIdentifier": snapshot} | wrong
        with pytest.raises((ClientError, Failure), match=reason) as caught:
            harness.create("AWS::RDS::DBCluster", **given)
        assert PASSWORD not in str(caught.value)

    @pytest.mark.parametrize("time", ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"])
    def test_a_time_outside_its_backups_is_refused(self, harness, basics, cluster, time):
        with pytest.raises(ClientError, match="range of the source's backups"):
            harness.create(
                "AWS::RDS::DBCluster",
                **without_inherited(basics),
                SourceDBClusterIdentifier=cluster.physical_id,
                RestoreToTime=time,
            )

    def test_one_time_is_needed(self, harness, basics, cluster):
        with pytest.raises(ClientError, match="Either a time or UseLatestRestorableTime"):
            harness.create(
                "AWS::RDS::DBCluster",
                **without_inherited(basics),
                SourceDBClusterIdentifier=cluster.physical_id,
            )


class TestInstance:
    @pytest.fixture
    def source(self, harness, standalone):
        return harness.create("AWS::RDS::DBInstance", **standalone)

    @pytest.mark.parametrize("by_id", [False, True])
    def test_it_begins_with_another_at_the_latest_time(self, harness, standalone, source, by_id):
        named = (
            {"SourceDbiResourceId": source.attributes["DbiResourceId"]}
            if by_id
            else {"SourceDBInstanceIdentifier": source.physical_id}
        )
        restored = harness.create(
            "AWS::RDS::DBInstance",
            **without_inherited(standalone),
            **named,
            UseLatestRestorableTime=True,
        )

        found, old = (described(harness, one) for one in (restored, source))
        assert found["MasterUsername"] == old["MasterUsername"]
        assert found["DBName"] == old["DBName"]
        assert found["DbiResourceId"] != old["DbiResourceId"]

    def test_a_smaller_one_is_refused(self, harness, standalone, source):
        larger = harness.create("AWS::RDS::DBInstance", **standalone | {"AllocatedStorage": "50"})
        with pytest.raises(ClientError, match="can't be less"):
            harness.create(
                "AWS::RDS::DBInstance",
                **without_inherited(standalone),
                SourceDBInstanceIdentifier=larger.physical_id,
                UseLatestRestorableTime=True,
            )

    def test_a_source_without_a_time_would_be_a_read_replica(self, harness, standalone, source):
        given = without_inherited(standalone)
        del given["MasterUserPassword"]
        with pytest.raises(Failure, match="read replicas"):
            harness.create(
                "AWS::RDS::DBInstance", **given, SourceDBInstanceIdentifier=source.physical_id
            )
