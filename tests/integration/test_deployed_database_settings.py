"""Databases with many settings at once, as deployed: read back from the services' own APIs."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.xdist_group("deployed-database-settings")

ACCOUNT = "100000000121"
INSTANCE_ACCOUNT = "100000000122"
STACK = "rdsproxy-bastion"
MONITORING = {
    "database_insights": "advanced",
    "enhanced_interval": 15,
    "role": {"path": "/monitoring/"},
}
NIGHT = {"name": "night", "schedule": "cron(0 22 * * ? *)", "min_readers": 1, "max_readers": 1}
CLUSTER = {
    "engine": "aurora-mysql",
    "min_capacity": 0,
    "max_capacity": 4,
    "seconds_until_auto_pause": 600,
    "readers": 1,
    "instances": [{"instance_class": "db.r7g.large", "promotion_tier": 0}, {"promotion_tier": 9}],
    "reader_scaling": {"min_readers": 1, "max_readers": 3, "schedule": [NIGHT]},
    "identifiers": {"database": "many-settings"},
    "logs": {
        "exports": ["audit", "error", "general", "slowquery"],
        "audit_events": ["CONNECT"],
        "groups": {"retention_in_days": 90},
    },
    "data_api": True,
    "local_write_forwarding": True,
    "ca_certificate": "rds-ca-rsa4096-g1",
    "deletion_protection": False,
}


class Deployed:
    """The account of the cluster, the key of its insights, and its resources by logical ID."""

    def __init__(self, desk, key):
        self.desk, self.account, self.key = desk, desk.account, key
        self.physical = self.account.resources(self.account.nested(STACK, "RDSStack"))

    def of_rds(self, operation, answer, **which):
        return getattr(self.account.client("rds"), operation)(**which)[answer]

    @property
    def cluster(self):
        [one] = self.of_rds("describe_db_clusters", "DBClusters")
        return one

    @property
    def instances(self):
        """The writer and the reader."""
        found = self.of_rds("describe_db_instances", "DBInstances")
        by_id = {one["DBInstanceIdentifier"]: one for one in found}
        return [by_id[self.physical[f"DBInstance{number}"]] for number in (1, 2)]

    @property
    def parameters(self):
        found = self.of_rds(
            "describe_db_cluster_parameters",
            "Parameters",
            DBClusterParameterGroupName=self.physical["DBClusterParameterGroup"],
        )
        return {one["ParameterName"]: one.get("ParameterValue") for one in found}

    def log_groups(self, prefix):
        """The days that each log group is kept, by its name."""
        found = self.account.client("logs").describe_log_groups(logGroupNamePrefix=prefix)
        return {one["logGroupName"]: one.get("retentionInDays") for one in found["logGroups"]}

    def of_scaling(self, what, answer):
        scaling = self.account.client("application-autoscaling")
        return getattr(scaling, f"describe_{what}")(ServiceNamespace="rds")[answer]


@pytest.fixture(scope="module")
def deployed(desk, deploy):
    mine = desk(ACCOUNT)
    key = mine.account.client("kms").create_key()["KeyMetadata"]["Arn"]
    rds = {**CLUSTER, "monitoring": {**MONITORING, "kms_key_arn": key}}
    deploy(mine, "bastion", {"regions": ["eu-west-1"], "rds": rds})
    return Deployed(mine, key)


def test_the_cluster_has_its_insights_and_its_features(deployed):
    cluster = deployed.cluster

    assert cluster["DatabaseInsightsMode"] == "advanced"
    assert cluster["PerformanceInsightsRetentionPeriod"] == 465
    assert cluster["PerformanceInsightsKMSKeyId"] == deployed.key
    assert cluster["LocalWriteForwardingStatus"] == "enabled"
    assert cluster["HttpEndpointEnabled"] is True
    assert cluster["ServerlessV2ScalingConfiguration"] == {
        "MinCapacity": 0.0,
        "MaxCapacity": 4.0,
        "SecondsUntilAutoPause": 600,
    }


def test_enhanced_monitoring_writes_by_a_role_of_the_stack(deployed):
    assert deployed.cluster["MonitoringInterval"] == 15
    iam = deployed.account.client("iam")
    role = iam.get_role(RoleName=deployed.physical["MonitoringRole"])["Role"]
    assert role["Arn"] == deployed.cluster["MonitoringRoleArn"]
    assert role["Path"] == "/monitoring/"


def test_what_is_exported_is_written(deployed):
    exported = deployed.cluster["EnabledCloudwatchLogsExports"]

    assert exported == ["audit", "error", "general", "slowquery"]
    groups = deployed.log_groups("/aws/rds/cluster/many-settings/")
    assert [name.rpartition("/")[2] for name in groups] == exported
    assert {*groups.values()} == {90}
    written = {name: deployed.parameters[name] for name in ("general_log", "server_audit_logging")}
    assert written == {"general_log": "1", "server_audit_logging": "1"}


def test_a_provisioned_writer_has_a_serverless_reader(deployed):
    writer, reader = deployed.instances

    assert (writer["DBInstanceClass"], writer["PromotionTier"]) == ("db.r7g.large", 0)
    assert (reader["DBInstanceClass"], reader["PromotionTier"]) == ("db.serverless", 9)
    assert {one["CACertificateIdentifier"] for one in (writer, reader)} == {"rds-ca-rsa4096-g1"}


def test_the_readers_follow_their_load_and_the_night(deployed):
    [target] = deployed.of_scaling("scalable_targets", "ScalableTargets")
    assert target["ResourceId"] == f"cluster:{deployed.physical['DBCluster']}"
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 3)
    [policy] = deployed.of_scaling("scaling_policies", "ScalingPolicies")
    assert policy["TargetTrackingScalingPolicyConfiguration"]["ScaleInCooldown"] == 300
    [night] = deployed.of_scaling("scheduled_actions", "ScheduledActions")
    assert night["ScalableTargetAction"] == {"MinCapacity": 1, "MaxCapacity": 1}


def test_a_reader_that_scaling_created_keeps_the_cluster_until_it_is_deleted(deployed):
    rds = deployed.account.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="application-autoscaling-1",
        DBClusterIdentifier=deployed.physical["DBCluster"],
        DBInstanceClass="db.serverless",
        Engine="aurora-mysql",
    )
    deployed.desk.delete(STACK, fails=True)
    assert deployed.of_scaling("scalable_targets", "ScalableTargets") == []

    rds.delete_db_instance(DBInstanceIdentifier="application-autoscaling-1", SkipFinalSnapshot=True)
    deployed.desk.delete(STACK)
    assert deployed.of_rds("describe_db_clusters", "DBClusters") == []
    assert deployed.log_groups("/aws/rds/cluster/many-settings/") == {}


INSTANCE = {
    "engine": "postgres",
    "identifiers": {"database": "one-instance"},
    "availability_zone": "eu-west-1a",
    "monitoring": {"performance_insights": True, "retention_days": 31, "enhanced_interval": 60},
    "logs": {"exports": ["postgresql", "iam-db-auth-error"], "groups": {"retention_in_days": 7}},
    "ca_certificate": "rds-ca-ecc384-g1",
}


def test_an_instance_has_them_too_and_answers(desk, deploy):
    mine = desk(INSTANCE_ACCOUNT)
    settings = {
        "regions": ["eu-west-1"],
        "vpc": {"availability_zones": ["eu-west-1a", "eu-west-1b"]},
        "rds": INSTANCE,
    }
    deploy(mine, "base", settings)

    [instance] = mine.account.client("rds").describe_db_instances()["DBInstances"]
    assert instance["DBInstanceIdentifier"] == "one-instance"
    assert instance["AvailabilityZone"] == "eu-west-1a"
    assert instance["PerformanceInsightsRetentionPeriod"] == 31
    assert (instance["MonitoringInterval"], instance["CACertificateIdentifier"]) == (
        60,
        "rds-ca-ecc384-g1",
    )
    logs = mine.account.client("logs")
    found = logs.describe_log_groups(logGroupNamePrefix="/aws/rds/instance/one-instance/")
    assert [one["retentionInDays"] for one in found["logGroups"]] == [7, 7]
    url = mine.account.outputs("rdsproxy-base")["APIEndpoint"]
    assert mine.account.call("POST", f"{url}initialize")[0] == 200
