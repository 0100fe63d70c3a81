"""Insights, monitoring, logs, zones and reader scaling in the local cloud are as strict as AWS's."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-database-settings")

PASSWORD = "not-to-be-seen"  # noqa: S105
DIMENSION = "rds:cluster:ReadReplicaCount"
TRACKING = {
    "PredefinedMetricSpecification": {"PredefinedMetricType": "RDSReaderAverageCPUUtilization"},
    "TargetValue": 70,
}


@pytest.fixture(scope="module")
def network(harness):
    """A security group, and a subnet group of two zones."""
    vpc = harness.call("ec2", "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        harness.call(
            "ec2",
            "create_subnet",
            VpcId=vpc,
            CidrBlock=f"10.0.{number}.0/24",
            AvailabilityZone=f"eu-west-1{zone}",
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    group = harness.call("ec2", "create_security_group", GroupName="g", Description="g", VpcId=vpc)
    made = harness.create(
        "AWS::RDS::DBSubnetGroup", DBSubnetGroupDescription="d", SubnetIds=subnets
    )
    return group["GroupId"], made.physical_id


def role(harness, service, *managed):
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    made = harness.create(
        "AWS::IAM::Role", AssumeRolePolicyDocument=document, ManagedPolicyArns=[*managed]
    )
    return made.attributes["Arn"]


@pytest.fixture(scope="module")
def monitors(harness):
    managed = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    return role(harness, "monitoring.rds.amazonaws.com", managed)


@pytest.fixture
def create(harness, network):
    """Create a cluster, or an instance of *engine*, with some properties."""
    group, subnets = network

    def create_database(engine="aurora-mysql", **properties):
        given = {
            "Engine": engine,
            "MasterUsername": "owner",
            "MasterUserPassword": PASSWORD,
            "DBSubnetGroupName": subnets,
            **properties,
        }
        if engine.startswith("aurora"):
            return harness.create("AWS::RDS::DBCluster", VpcSecurityGroupIds=[group], **given)
        size = {"AllocatedStorage": "20", "DBInstanceClass": "db.m7g.large"}
        return harness.create(
            "AWS::RDS::DBInstance", VPCSecurityGroups=[group], **{**size, **given}
        )

    return create_database


@pytest.fixture
def cluster(create):
    return create()


@pytest.fixture
def add_member(harness, cluster):
    def add(**properties):
        given = {"DBInstanceClass": "db.t4g.medium", "Engine": "aurora-mysql", **properties}
        return harness.create(
            "AWS::RDS::DBInstance", DBClusterIdentifier=cluster.physical_id, **given
        )

    return add


ADVANCED = {"DatabaseInsightsMode": "advanced", "PerformanceInsightsEnabled": True}


class TestDefaults:
    @pytest.mark.parametrize(
        ("engine", "version", "group"),
        [
            ("aurora-mysql", "8.0.mysql_aurora.3.10.6", "default.aurora-mysql8.0"),
            ("aurora-postgresql", "17.7", "default.aurora-postgresql17"),
        ],
    )
    def test_a_cluster_has_rdss_parameter_group_and_storage(
        self, harness, create, engine, version, group
    ):
        made = create(engine, EngineVersion=version)

        [found] = harness.call("rds", "describe_db_clusters", DBClusterIdentifier=made.physical_id)[
            "DBClusters"
        ]
        assert (found["DBClusterParameterGroup"], found["StorageType"]) == (group, "aurora")
        [there] = harness.call(
            "rds", "describe_db_cluster_parameter_groups", DBClusterParameterGroupName=group
        )["DBClusterParameterGroups"]
        assert there["DBParameterGroupFamily"] == group.removeprefix("default.")
        with pytest.raises(ClientError, match="not found"):
            harness.call(
                "rds",
                "describe_db_cluster_parameter_groups",
                DBClusterParameterGroupName="default.aurora9",
            )


class TestInsights:
    def test_a_cluster_has_the_chosen_ones(self, harness, create):
        made = create(**ADVANCED, PerformanceInsightsRetentionPeriod=465)

        [found] = harness.call("rds", "describe_db_clusters", DBClusterIdentifier=made.physical_id)[
            "DBClusters"
        ]
        assert found["DatabaseInsightsMode"] == "advanced"
        assert found["PerformanceInsightsRetentionPeriod"] == 465

    @pytest.mark.parametrize(
        ("properties", "reason"),
        [
            (ADVANCED, "set the retention period for Performance Insights to at least 465 days"),
            ({"DatabaseInsightsMode": "advanced"}, "enable Performance Insights"),
            (
                {"PerformanceInsightsEnabled": True, "PerformanceInsightsRetentionPeriod": 94},
                "Invalid Performance Insights retention period: 94",
            ),
            ({"PerformanceInsightsRetentionPeriod": 7}, "which is not enabled"),
        ],
    )
    def test_combinations_that_rds_refuses_fail(self, create, properties, reason):
        with pytest.raises(ClientError, match=reason):
            create(**properties)

    def test_a_class_without_them_is_refused(self, create):
        small = {"DBInstanceClass": "db.t4g.micro", "EnablePerformanceInsights": True}
        with pytest.raises(ClientError, match=r"not supported for this .*: db\.t4g\.micro"):
            create("mysql", **small)
        assert create("postgres", **small).physical_id

    def test_no_member_is_smaller_than_what_its_cluster_records(self, harness, create):
        made = create(PerformanceInsightsEnabled=True)
        with pytest.raises(ClientError, match=r"not supported .*: db\.t3\.medium"):
            harness.create(
                "AWS::RDS::DBInstance",
                DBClusterIdentifier=made.physical_id,
                DBInstanceClass="db.t3.medium",
                Engine="aurora-mysql",
            )

    def test_they_are_the_clusters_and_not_its_members(self, add_member):
        with pytest.raises(ClientError, match="Set database insights mode for the DB Cluster"):
            add_member(DatabaseInsightsMode="standard")

    def test_a_change_is_judged_with_what_there_was(self, harness, create):
        made = create("mysql", EnablePerformanceInsights=True)
        with pytest.raises(ClientError, match="at least 465 days"):
            harness.update(made, **{**made.properties, "DatabaseInsightsMode": "advanced"})


class TestChanges:
    """Settings that a deployed database gains by an update, in place."""

    LATER = {
        "PerformanceInsightsRetentionPeriod": 465,
        "MonitoringInterval": 30,
        "EnableCloudwatchLogsExports": ["error"],
    }

    def test_a_cluster_gains_them(self, harness, create, monitors):
        made = create()
        later = {**ADVANCED, **self.LATER, "MonitoringRoleArn": monitors}
        features = {"EnableHttpEndpoint": True, "EnableLocalWriteForwarding": True}
        harness.update(made, **made.properties, **later, **features)

        [found] = harness.call("rds", "describe_db_clusters", DBClusterIdentifier=made.physical_id)[
            "DBClusters"
        ]
        assert found["DatabaseInsightsMode"] == "advanced"
        assert found["MonitoringInterval"] == 30
        assert found["EnabledCloudwatchLogsExports"] == ["error"]
        assert found["HttpEndpointEnabled"] is True
        assert found["LocalWriteForwardingStatus"] == "enabled"

    def test_an_instance_gains_them(self, harness, create, monitors):
        made = create("mysql")
        insights = {"DatabaseInsightsMode": "advanced", "EnablePerformanceInsights": True}
        others = {"MonitoringRoleArn": monitors, "CACertificateIdentifier": "rds-ca-ecc384-g1"}
        harness.update(made, **made.properties, **insights, **self.LATER, **others)

        [found] = harness.call(
            "rds", "describe_db_instances", DBInstanceIdentifier=made.physical_id
        )["DBInstances"]
        assert found["DatabaseInsightsMode"] == "advanced"
        assert found["MonitoringInterval"] == 30
        assert found["CACertificateIdentifier"] == "rds-ca-ecc384-g1"

    def test_a_member_gains_its_tier_and_another_class(self, harness, add_member):
        made = add_member()
        changed = {**made.properties, "DBInstanceClass": "db.r7g.large", "PromotionTier": 9}
        harness.update(made, **changed)

        [found] = harness.call(
            "rds", "describe_db_instances", DBInstanceIdentifier=made.physical_id
        )["DBInstances"]
        assert (found["DBInstanceClass"], found["PromotionTier"]) == ("db.r7g.large", 9)


class TestEnhancedMonitoring:
    def test_a_role_that_it_may_assume_writes_the_records(self, create, monitors):
        assert create(MonitoringInterval=60, MonitoringRoleArn=monitors).physical_id

    @pytest.mark.parametrize(
        ("properties", "reason"),
        [
            ({"MonitoringInterval": 60}, "A MonitoringRoleARN value is required"),
            ({"MonitoringInterval": 7}, "Invalid monitoring interval: 7"),
        ],
    )
    def test_combinations_that_rds_refuses_fail(self, create, properties, reason):
        for engine in ("aurora-mysql", "postgres"):
            with pytest.raises(ClientError, match=reason):
                create(engine, **properties)

    def test_a_role_of_another_service_is_refused(self, harness, create):
        other = role(harness, "rds.amazonaws.com")
        with pytest.raises(ClientError, match="permissions for: ENHANCED_MONITORING"):
            create(MonitoringInterval=60, MonitoringRoleArn=other)


class TestLogs:
    @pytest.mark.parametrize(
        ("engine", "log"),
        [("aurora-postgresql", "error"), ("mysql", "instance"), ("postgres", "slowquery")],
    )
    def test_a_log_of_another_engine_is_refused(self, create, engine, log):
        with pytest.raises(ClientError, match=f"You cannot use the log types '{log}'"):
            create(engine, EnableCloudwatchLogsExports=[log])

    def test_a_change_to_such_a_log_is_refused(self, harness, create):
        made = create("postgres", EnableCloudwatchLogsExports=["postgresql"])
        with pytest.raises(ClientError, match="You cannot use the log types 'audit'"):
            harness.update(made, **{**made.properties, "EnableCloudwatchLogsExports": ["audit"]})

    def test_rds_writes_to_a_group_of_its_own_or_to_the_one_there_is(self, harness, create):
        made = create(EnableCloudwatchLogsExports=["error"])
        taken = f"/aws/rds/cluster/{made.physical_id}/error"
        with pytest.raises(ClientError, match="already exists"):
            harness.create("AWS::Logs::LogGroup", LogGroupName=taken, RetentionInDays=7)

        given = {"LogGroupName": "/aws/rds/instance/known/postgresql", "RetentionInDays": 7}
        group = harness.create("AWS::Logs::LogGroup", **given, LogGroupClass="INFREQUENT_ACCESS")
        create(
            "postgres",
            DBInstanceIdentifier="known",
            EnableCloudwatchLogsExports=["postgresql", "upgrade"],
        )
        found = harness.call(
            "logs", "describe_log_groups", logGroupNamePrefix="/aws/rds/instance/known/"
        )["logGroups"]
        assert [one.get("retentionInDays") for one in found] == [7, None]
        harness.delete(group)

    @pytest.mark.parametrize(
        ("family", "parameters", "reason"),
        [
            ("aurora-mysql8.0", {"server_audit_events": "CONNECT,LOGIN"}, "allowed values are:"),
            ("aurora-mysql8.0", {"general_log": "ON"}, "allowed values are: 0,1"),
            ("aurora-postgresql17", {"server_audit_logging": "1"}, "Could not find parameter"),
        ],
    )
    def test_parameters_that_write_them_have_values_of_theirs(
        self, harness, family, parameters, reason
    ):
        with pytest.raises(ClientError, match=reason):
            harness.create(
                "AWS::RDS::DBClusterParameterGroup",
                Family=family,
                Description="d",
                Parameters=parameters,
            )


class TestZones:
    def test_an_instance_is_in_a_zone_of_its_subnets(self, create, add_member):
        assert create("mysql", AvailabilityZone="eu-west-1b").physical_id
        assert add_member(AvailabilityZone="eu-west-1a").physical_id
        for place in (lambda zone: create("mysql", AvailabilityZone=zone),
                      lambda zone: add_member(AvailabilityZone=zone)):  # fmt: skip
            with pytest.raises(ClientError, match="no subnet in eu-west-1c"):
                place("eu-west-1c")

    def test_a_standby_has_no_chosen_zone(self, create):
        with pytest.raises(ClientError, match="not valid for Multi-AZ instances"):
            create("mysql", AvailabilityZone="eu-west-1a", MultiAZ=True)


def test_writes_are_forwarded_where_it_is_said(harness, create):
    made = create(EnableLocalWriteForwarding=True)

    [found] = harness.call("rds", "describe_db_clusters", DBClusterIdentifier=made.physical_id)[
        "DBClusters"
    ]
    assert found["LocalWriteForwardingStatus"] == "enabled"


class TestReaderScaling:
    @pytest.fixture
    def scaled(self, harness, cluster, add_member):
        """The properties of a target, whose cluster has a writer."""
        add_member()
        return {
            "ServiceNamespace": "rds",
            "ScalableDimension": DIMENSION,
            "ResourceId": f"cluster:{cluster.physical_id}",
            "MinCapacity": 1,
            "MaxCapacity": 4,
        }

    def make_target(self, harness, given, **properties):
        return harness.create(
            "AWS::ApplicationAutoScaling::ScalableTarget", **{**given, **properties}
        )

    def make_policy(self, harness, **properties):
        return harness.create(
            "AWS::ApplicationAutoScaling::ScalingPolicy",
            PolicyName="readers",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=TRACKING,
            **properties,
        )

    def described(self, harness, what, given):
        answer = harness.call(
            "application-autoscaling",
            f"describe_{what}",
            ServiceNamespace="rds",
            ResourceId=given["ResourceId"],
        )
        [found] = [one for name, one in answer.items() if isinstance(one, list)]
        return found

    def test_a_target_takes_a_policy_and_goes_with_it(self, harness, scaled):
        night = {
            "ScheduledActionName": "night",
            "Schedule": "cron(0 22 * * ? *)",
            "ScalableTargetAction": {"MaxCapacity": 1},
        }
        target = self.make_target(harness, scaled, ScheduledActions=[night])
        self.make_policy(harness, ScalingTargetId=target.physical_id)

        [policy] = self.described(harness, "scaling_policies", scaled)
        assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 70
        [action] = self.described(harness, "scheduled_actions", scaled)
        assert action["ScalableTargetAction"]["MaxCapacity"] == 1
        harness.delete(target)
        assert self.described(harness, "scaling_policies", scaled) == []
        assert self.described(harness, "scheduled_actions", scaled) == []

    def test_limits_and_schedule_change_in_place(self, harness, scaled):
        actions = [
            {"ScheduledActionName": name, "Schedule": "rate(1 day)"} for name in ("one", "two")
        ]
        target = self.make_target(harness, scaled, ScheduledActions=actions)
        target = harness.update(
            target, **{**scaled, "MaxCapacity": 9, "ScheduledActions": actions[1:]}
        )

        [found] = harness.call(
            "application-autoscaling",
            "describe_scalable_targets",
            ServiceNamespace="rds",
            ResourceIds=[scaled["ResourceId"]],
        )["ScalableTargets"]
        assert found["MaxCapacity"] == 9
        [action] = self.described(harness, "scheduled_actions", scaled)
        assert action["ScheduledActionName"] == "two"
        harness.delete(target)

    def test_a_policy_changes_and_goes(self, harness, scaled):
        target = self.make_target(harness, scaled)
        policy = self.make_policy(harness, ScalingTargetId=target.physical_id)
        changed = {**TRACKING, "TargetValue": 50}
        policy = harness.update(
            policy,
            **{**policy.properties, "TargetTrackingScalingPolicyConfiguration": changed},
        )

        [found] = self.described(harness, "scaling_policies", scaled)
        assert found["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 50
        harness.delete(policy)
        assert self.described(harness, "scaling_policies", scaled) == []

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"ResourceId": "cluster:nowhere"}, "DB cluster doesn't exist: cluster:nowhere"),
            ({"MinCapacity": 5}, "Maximum capacity cannot be less than minimum capacity"),
            ({"MaxCapacity": 16}, "cannot be greater than 15"),
        ],
    )
    def test_what_cannot_scale_is_refused(self, harness, scaled, wrong, reason):
        with pytest.raises(ClientError, match=reason):
            self.make_target(harness, scaled, **wrong)

    def test_a_cluster_without_its_writer_is_refused(self, harness, create):
        empty = create()
        where = {"ServiceNamespace": "rds", "ScalableDimension": DIMENSION}
        with pytest.raises(ClientError, match="DB cluster has no instance"):
            self.make_target(
                harness,
                where,
                ResourceId=f"cluster:{empty.physical_id}",
                MinCapacity=1,
                MaxCapacity=2,
            )

    def test_a_policy_needs_its_target(self, harness, cluster):
        where = f"cluster:{cluster.physical_id}|{DIMENSION}|rds"
        with pytest.raises(ClientError, match="No scalable target registered for service"):
            self.make_policy(harness, ScalingTargetId=where)

    def test_a_dimension_that_aws_lacks_is_refused(self, harness, scaled):
        with pytest.raises(Failure, match="ScalableDimension: is not one of"):
            self.make_target(harness, scaled, ScalableDimension="rds:cluster:Readers")
