"""Instances, scaling and features of Aurora clusters."""

from __future__ import annotations

import pytest
from rendered import flat, named_of_type, of_type, problems

from rdsproxy_templates.variants import base, bastion

PAUSING = {"min_capacity": 0, "max_capacity": 4}


def cluster(variant=base, **rds):
    [one] = of_type(flat(variant, rds=rds).resources, "RDS::DBCluster")
    return one


def instances(**rds):
    found = flat(base, regions=["us-east-1"], rds=rds).resources
    return of_type(found, "RDS::DBInstance")


def refused(variant=base, **rds):
    return "\n".join(problems(variant, rds=rds))


class TestInstances:
    def test_the_writer_and_single_readers_have_their_own_class_zone_and_tier(self):
        writer, first, second = instances(
            instance_class="db.r7g.large",
            readers=2,
            instances=[
                {"instance_class": "db.r7g.xlarge", "promotion_tier": 0},
                {"availability_zone": "us-east-1b", "promotion_tier": 15},
            ],
        )

        assert (writer["DBInstanceClass"], writer["PromotionTier"]) == ("db.r7g.xlarge", 0)
        assert (first["DBInstanceClass"], first["PromotionTier"]) == ("db.r7g.large", 15)
        assert first["AvailabilityZone"] == "us-east-1b"
        assert second["DBInstanceClass"] == "db.r7g.large"
        assert not {"PromotionTier", "AvailabilityZone"} & set(second)

    def test_serverless_readers_stand_beside_a_provisioned_writer(self):
        writer, reader = instances(
            max_capacity=8, readers=1, instances=[{"instance_class": "db.r7g.large"}]
        )

        assert (writer["DBInstanceClass"], reader["DBInstanceClass"]) == (
            "db.r7g.large",
            "db.serverless",
        )

    def test_rolling_updates_change_one_instance_after_the_other(self):
        rds = {"readers": 2, "rolling_updates": True}
        found = flat(base, rds=rds).resources

        waits = [found[f"RDSStackDBInstance{number}"].get("DependsOn") for number in (1, 2, 3)]
        assert waits == [None, ["RDSStackDBInstance1"], ["RDSStackDBInstance2"]]

    def test_every_instance_has_the_chosen_certificate_authority(self):
        found = instances(readers=1, ca_certificate="rds-ca-ecc384-g1")

        assert [one["CACertificateIdentifier"] for one in found] == ["rds-ca-ecc384-g1"] * 2

    @pytest.mark.parametrize(
        ("rds", "expected"),
        [
            (
                {"instances": [{}, {}]},
                "[my.yaml: rds.instances] must have at most 1 entries, the writer's and those of "
                "its readers (`readers: 0`), got 2",
            ),
            (
                {"instances": [{"instance_class": "db.t4g.mikro"}]},
                "[my.yaml: rds.instances.0.instance_class] unknown class 'db.t4g.mikro'",
            ),
            (
                {"instances": [{"instance_class": "db.serverless"}]},
                "[my.yaml: rds.max_capacity] must be given, in ACUs, for db.serverless",
            ),
            (
                {"instances": [{"availability_zone": "use1-az1"}]},
                "[my.yaml: rds.instances.0.availability_zone] must be the name of an Availability "
                "Zone, such as us-east-1a, got 'use1-az1'",
            ),
            (
                {"instances": [{"availability_zone": "us-west-2a"}]},
                "[my.yaml: rds.instances.0.availability_zone] 'us-west-2a' is not a zone of "
                "us-east-1",
            ),
            ({"instances": [{"promotion_tier": 16}]}, "promotion_tier] must be at most 15, got 16"),
            ({"engine": "mysql", "instances": []}, "rds.instances] is for engines of Aurora"),
            ({"ca_certificate": "rds-ca-2019"}, "rds.ca_certificate] must be one of rds-ca-rsa"),
        ],
    )
    def test_what_aurora_refuses_is_refused(self, rds, expected):
        assert expected in refused(**rds)


class TestPause:
    def test_a_cluster_without_a_proxy_pauses_after_the_chosen_time(self):
        one = cluster(bastion, **PAUSING, seconds_until_auto_pause=3600)

        assert one["ServerlessV2ScalingConfiguration"] == {
            "MinCapacity": 0,
            "MaxCapacity": 4,
            "SecondsUntilAutoPause": 3600,
        }

    @pytest.mark.parametrize(
        ("rds", "expected"),
        [
            (
                {"seconds_until_auto_pause": 300},
                "[my.yaml: rds.seconds_until_auto_pause] needs min_capacity: 0, got 0.5",
            ),
            ({**PAUSING, "seconds_until_auto_pause": 299}, "must be at least 300, got 299"),
            ({**PAUSING, "seconds_until_auto_pause": 86_401}, "must be at most 86400, got 86401"),
            (
                {**PAUSING, "engine_version": "16.2"},
                "[my.yaml: rds.min_capacity] of 0, at which the cluster pauses, needs a newer "
                "engine_version than '16.2': one of 13.15, 14.12, 15.7, 16.3, or one after these",
            ),
            (
                {**PAUSING, "engine": "aurora-mysql", "engine_version": "8.0.mysql_aurora.3.04.4"},
                "needs a newer engine_version than '8.0.mysql_aurora.3.04.4'",
            ),
        ],
    )
    def test_what_serverless_refuses_is_refused(self, rds, expected):
        assert expected in refused(bastion, **rds)

    def test_a_provisioned_cluster_never_pauses(self):
        expected = "rds.seconds_until_auto_pause] needs max_capacity; without it"
        assert expected in refused(seconds_until_auto_pause=300)


class TestFeatures:
    def test_the_data_api_is_offered_where_it_is_chosen(self):
        assert cluster(data_api=True, max_capacity=2)["EnableHttpEndpoint"] is True
        assert "EnableHttpEndpoint" not in cluster(max_capacity=2)

    def test_readers_forward_writes_where_it_is_chosen(self):
        assert cluster(local_write_forwarding=True, readers=1)["EnableLocalWriteForwarding"] is True

    @pytest.mark.parametrize(
        ("rds", "expected"),
        [
            (
                {"data_api": True},
                "[my.yaml: rds.data_api] is not offered for classes of type T, got db.t4g.medium; "
                "choose another `instance_class`, such as db.r7g.large, or give `max_capacity`",
            ),
            (
                {
                    "data_api": True,
                    "engine_version": "8.0.mysql_aurora.3.04.4",
                    "instance_class": "db.r7g.large",
                },
                "[my.yaml: rds.data_api] needs a newer engine_version than",
            ),
            ({"engine": "postgres", "data_api": True}, "rds.data_api] is for engines of Aurora"),
            (
                {"engine": "aurora-postgresql", "local_write_forwarding": True},
                "[my.yaml: rds.local_write_forwarding] is not supported behind RDS Proxy with "
                "aurora-postgresql; leave it out",
            ),
        ],
    )
    def test_what_a_version_or_class_lacks_is_refused(self, rds, expected):
        assert expected in refused(**rds)

    def test_an_engine_without_a_cluster_is_told_so_and_nothing_else(self):
        assert len(refused(engine="mysql", data_api=True).splitlines()) == 1

    def test_without_a_proxy_postgresql_forwards_writes(self):
        one = cluster(bastion, local_write_forwarding=True, engine_version="16.11")

        assert one["EnableLocalWriteForwarding"] is True

    def test_a_version_of_which_aws_says_nothing_warns(self):
        rds = {"local_write_forwarding": True, "engine_version": "17.7"}
        config = bastion.Config.parse({"rds": rds}, "my.yaml")

        assert "rds.local_write_forwarding" in [one.place for one in config.warnings()]


class TestReaderScaling:
    SCALING = {"max_readers": 4, "target": 60}

    def scaled(self, **scaling):
        found = flat(base, rds={"readers": 1, "reader_scaling": self.SCALING | scaling}).resources
        [target] = of_type(found, "ApplicationAutoScaling::ScalableTarget")
        [policy] = of_type(found, "ApplicationAutoScaling::ScalingPolicy")
        return target, policy

    def test_the_readers_of_the_cluster_follow_their_load(self):
        target, policy = self.scaled()

        assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 4)
        assert target["ResourceId"] == {"Fn::Sub": "cluster:${RDSStackDBCluster}"}
        assert "RoleARN" not in target
        tracking = policy["TargetTrackingScalingPolicyConfiguration"]
        assert tracking["PredefinedMetricSpecification"] == {
            "PredefinedMetricType": "RDSReaderAverageCPUUtilization"
        }
        assert (tracking["TargetValue"], tracking["DisableScaleIn"]) == (60, False)

    def test_the_target_waits_for_every_instance(self):
        rds = {"readers": 1, "reader_scaling": self.SCALING}
        found = flat(base, rds=rds).resources

        [title] = named_of_type(found, "ApplicationAutoScaling::ScalableTarget")
        assert set(found[title]["DependsOn"]) >= {"RDSStackDBInstance1", "RDSStackDBInstance2"}

    def test_connections_cooldowns_and_scale_in_are_choices(self):
        _, policy = self.scaled(
            metric="connections", target=200, scale_in=False, scale_out_cooldown=60
        )

        tracking = policy["TargetTrackingScalingPolicyConfiguration"]
        metric = tracking["PredefinedMetricSpecification"]["PredefinedMetricType"]
        assert metric == "RDSReaderAverageDatabaseConnections"
        assert (tracking["ScaleOutCooldown"], tracking["DisableScaleIn"]) == (60, True)

    def test_limits_change_on_a_schedule(self):
        morning = {
            "name": "morning",
            "schedule": "cron(0 8 ? * MON-FRI *)",
            "timezone": "Europe/Berlin",
            "min_readers": 3,
        }
        target, _ = self.scaled(schedule=[morning])

        assert target["ScheduledActions"] == [
            {
                "ScheduledActionName": "morning",
                "Schedule": "cron(0 8 ? * MON-FRI *)",
                "Timezone": "Europe/Berlin",
                "ScalableTargetAction": {"MinCapacity": 3},
            }
        ]

    def test_without_a_reader_of_the_stack_it_warns_that_the_proxy_has_no_host_for_them(self):
        for readers, found in ((0, True), (1, False)):
            rds = {"readers": readers, "reader_scaling": self.SCALING}
            warned = base.Config.parse({"rds": rds}, "my.yaml").warnings()
            assert ("rds.reader_scaling" in [one.place for one in warned]) is found

    def test_a_cluster_with_such_readers_warns_that_it_is_not_deleted(self):
        config = base.Config.parse({"rds": {"reader_scaling": self.SCALING}}, "my.yaml")

        assert "rds.reader_scaling.max_readers" in [one.place for one in config.warnings()]

    @pytest.mark.parametrize(
        ("scaling", "expected"),
        [
            ({}, "reader_scaling.max_readers] is missing; it has no default"),
            (
                {"max_readers": 2, "min_readers": 3},
                "reader_scaling.min_readers] must be at most max_readers (2), got 3",
            ),
            (
                {"max_readers": 1, "min_readers": 0},
                "reader_scaling.max_readers] must be at least the 2 of `readers`",
            ),
            ({"max_readers": 16}, "reader_scaling.max_readers] must be at most 15, got 16"),
            (
                {"max_readers": 4, "target": 101},
                "reader_scaling.target] must be at most 100 percent of CPU, got 101",
            ),
            (
                {"max_readers": 4, "metric": "connections"},
                "reader_scaling.target] must be given, in connections of a reader",
            ),
            (
                {"max_readers": 4, "schedule": [{"name": "a", "schedule": "daily"}]},
                "reader_scaling.schedule.0.schedule] must be at(…), rate(…) or cron(…)",
            ),
            (
                {"max_readers": 4, "schedule": [{"name": "a", "schedule": "rate(1 day)"}]},
                "reader_scaling.schedule.0.min_readers] or max_readers must be given",
            ),
            (
                {
                    "max_readers": 4,
                    "schedule": [{"name": "a", "schedule": "rate(1 day)", "min_readers": 1}] * 2,
                },
                "reader_scaling.schedule] must have a name of its own each, got 'a' twice",
            ),
        ],
    )
    def test_what_scaling_refuses_is_refused(self, scaling, expected):
        assert expected in refused(readers=2, reader_scaling=scaling)

    def test_instances_without_a_cluster_have_no_readers(self):
        expected = "rds.reader_scaling] is for engines of Aurora, such as aurora-mysql"
        assert expected in refused(engine="mysql", reader_scaling=self.SCALING)
