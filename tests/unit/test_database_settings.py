"""Backups, maintenance, storage, parameters and surroundings of a database, as settings."""

from __future__ import annotations

import pytest

from rdsproxy_templates import render, validate
from rdsproxy_templates.variants import auth, base, bastion, edge, existing_vpc
from unit import rendered
from unit.rendered import of_type, problems

AURORA = {"engine": "aurora-mysql"}
MYSQL = {"engine": "mysql"}
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE = "arn:aws:iam::111122223333:role/reader"


def flat(variant, **settings):
    return rendered.flat(variant, **settings).resources


def cluster(**settings):
    return of_type(flat(base, rds=AURORA | settings), "RDS::DBCluster")[0]


def instance(**settings):
    return of_type(flat(base, rds=MYSQL | settings), "RDS::DBInstance")[0]


def refused(variant=base, **rds):
    return problems(variant, rds=rds)


def warnings(variant=base, **rds):
    config = variant.Config.parse({"rds": rds}, "my.yaml")
    return {problem.place: problem.sentence for problem in config.warnings()}


def one(lines, place, *words):
    """The one line about *place*, which has all *words*."""
    found = [line for line in lines if f" {place}]" in line]
    assert len(found) == 1, lines
    assert [word for word in words if word not in found[0]] == []


class TestBackup:
    def test_a_cluster_has_every_setting(self):
        found = cluster(
            backup={
                "window": "03:00-03:30",
                "copy_tags": False,
                "keep_automated": True,
                "backtrack_hours": 72,
            }
        )

        assert found["PreferredBackupWindow"] == "03:00-03:30"
        assert found["CopyTagsToSnapshot"] is False
        assert found["DeleteAutomatedBackups"] is False
        assert found["BacktrackWindow"] == 259_200

    @pytest.mark.parametrize("variant", [base, auth, edge])
    def test_an_instance_of_every_variant_has_a_window(self, variant):
        settings = MYSQL | {"backup": {"window": "23:45-00:15"}}
        found = of_type(flat(variant, rds=settings), "RDS::DBInstance")[0]

        assert found["PreferredBackupWindow"] == "23:45-00:15"

    @pytest.mark.parametrize(
        ("choice", "deletion", "replacement"),
        [
            ("snapshot", "Snapshot", "Snapshot"),
            ("retain", "Retain", "Retain"),
            ("delete", "Delete", "Snapshot"),
        ],
    )
    def test_deletion_leaves_what_was_chosen_and_a_replacement_never_loses_data(
        self, choice, deletion, replacement
    ):
        resources = flat(base, rds=AURORA | {"backup": {"at_deletion": choice}})
        body = next(one for one in resources.values() if one["Type"] == "AWS::RDS::DBCluster")

        assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == (deletion, replacement)

    def test_leaving_nothing_warns(self):
        found = warnings(**AURORA, backup={"at_deletion": "delete"}, deletion_protection=False)

        assert "no snapshot" in found["rds.backup.at_deletion"]
        assert "leaves nothing" in found["rds.deletion_protection"]

    @pytest.mark.parametrize("engine", [AURORA, MYSQL])
    def test_leaving_nothing_is_accepted_where_it_is_chosen(self, engine):
        rds = engine | {"backup": {"at_deletion": "delete"}, "deletion_protection": False}
        bundle = render(base, base.Config.parse({"rds": rds}, "any.yaml"), validate=False)

        assert validate(bundle, lint=False) == []

    @pytest.mark.parametrize(
        "window", ["3:00-3:30", "24:00-24:30", "03:00", "03:00-03:29", "03:00-03:00", "sun:03:00"]
    )
    def test_a_window_that_rds_refuses_is_refused(self, window):
        one(refused(**AURORA, backup={"window": window}), "rds.backup.window", window)

    @pytest.mark.parametrize(
        ("daily", "weekly"),
        [
            ("03:00-04:00", "mon:03:30-mon:05:00"),
            ("23:30-00:30", "sun:00:00-sun:00:30"),
            ("23:30-00:30", "sun:23:45-mon:02:00"),
            ("00:00-00:30", "sun:23:45-mon:00:15"),
        ],
    )
    def test_backup_and_maintenance_must_not_overlap(self, daily, weekly):
        lines = refused(**AURORA, backup={"window": daily}, maintenance={"window": weekly})

        one(lines, "rds.backup.window", "overlap", weekly)

    def test_windows_that_touch_do_not_overlap(self):
        found = cluster(
            backup={"window": "03:00-04:00"}, maintenance={"window": "sun:04:00-sun:05:00"}
        )

        assert found["PreferredMaintenanceWindow"] == "sun:04:00-sun:05:00"

    @pytest.mark.parametrize("engine", ["aurora-postgresql", "mysql", "postgres"])
    def test_only_aurora_mysql_can_be_rewound(self, engine):
        one(
            refused(engine=engine, backup={"backtrack_hours": 1}),
            "rds.backup.backtrack_hours",
            engine,
        )


class TestMaintenance:
    def test_cluster_and_instances_have_the_window_and_the_upgrades(self):
        settings = {"window": "sun:04:00-sun:05:00", "auto_minor_version_upgrade": True}
        resources = flat(base, rds=AURORA | {"readers": 1, "maintenance": settings})
        members = of_type(resources, "RDS::DBInstance")

        assert [one["AutoMinorVersionUpgrade"] for one in members] == [True, True]
        assert {
            one["PreferredMaintenanceWindow"]
            for one in (*members, *of_type(resources, "RDS::DBCluster"))
        } == {"sun:04:00-sun:05:00"}

    def test_an_instance_can_change_in_its_window_only(self):
        assert instance(maintenance={"apply_immediately": False})["ApplyImmediately"] is False
        one(
            refused(**AURORA, maintenance={"apply_immediately": False}),
            "rds.maintenance.apply_immediately",
            "aurora-mysql",
        )

    def test_what_moves_behind_the_template_warns(self):
        settings = {"auto_minor_version_upgrade": True, "apply_immediately": False}
        found = warnings(**MYSQL, maintenance=settings)

        assert "engine_version" in found["rds.maintenance.auto_minor_version_upgrade"]
        assert "window" in found["rds.maintenance.apply_immediately"]

    @pytest.mark.parametrize(
        "window", ["sun:04:00", "so:04:00-so:05:00", "sun:04:00-sun:04:20", "sun:04:00-mon:04:00"]
    )
    def test_a_window_that_rds_refuses_is_refused(self, window):
        one(refused(**AURORA, maintenance={"window": window}), "rds.maintenance.window", window)


class TestStorage:
    def test_gp3_has_a_speed_of_its_own_from_400_gib(self):
        storage = {"iops": 16_000, "throughput": 1_000, "max_allocated": 1_000, "kms_key_arn": KEY}
        found = instance(allocated_storage=400, storage=storage)

        assert found["StorageType"] == "gp3"
        assert (found["Iops"], found["StorageThroughput"]) == (16_000, 1_000)
        assert (found["MaxAllocatedStorage"], found["KmsKeyId"]) == (1_000, KEY)

    def test_io2_has_iops_and_a_volume_for_logs(self):
        storage = {"type": "io2", "iops": 3_000, "dedicated_log_volume": True}
        found = instance(allocated_storage=100, storage=storage)

        assert (found["StorageType"], found["Iops"]) == ("io2", 3_000)
        assert found["DedicatedLogVolume"] is True

    def test_aurora_is_io_optimized(self):
        found = cluster(storage={"type": "aurora-iopt1", "kms_key_arn": KEY})

        assert (found["StorageType"], found["KmsKeyId"]) == ("aurora-iopt1", KEY)

    @pytest.mark.parametrize(
        ("size", "storage", "place", "words"),
        [
            (399, {"iops": 12_000}, "iops", "400 GiB"),
            (399, {"throughput": 500}, "throughput", "400 GiB"),
            (400, {"iops": 11_999}, "iops", "12000 to 64000"),
            (400, {"iops": 12_000, "throughput": 3_001}, "throughput", "quarter"),
            (400, {"throughput": 3_001}, "throughput", "12000"),
            (400, {"iops": 40_000, "throughput": 624}, "throughput", "625 for MySQL"),
            (20, {"dedicated_log_volume": True}, "dedicated_log_volume", "io1 or io2"),
            (500, {"type": "gp2", "iops": 12_000}, "iops", "gp2"),
            (99, {"type": "io1", "iops": 1_000}, "type", "100 GiB"),
            (100, {"type": "io1"}, "iops", "must be given"),
            (100, {"type": "io1", "iops": 5_001}, "iops", "at most 5000"),
            (399, {"type": "io1", "iops": 19_951}, "iops", "at most 19950"),
            (60_000, {"type": "io2", "iops": 29_999}, "iops", "at least 30000"),
            (100, {"type": "io2", "iops": 100_001}, "iops", "at most 100000"),
            (
                100,
                {"type": "io1", "iops": 1_000, "max_allocated": 4_000},
                "iops",
                "at least 2000",
            ),
            (100, {"type": "io2", "iops": 1_000, "throughput": 500}, "throughput", "io2"),
            (100, {"max_allocated": 109}, "max_allocated", "10 percent"),
            (100, {"type": "aurora"}, "type", "gp2, gp3, io1 or io2"),
        ],
    )
    def test_what_rds_refuses_is_refused(self, size, storage, place, words):
        lines = refused(**MYSQL, allocated_storage=size, storage=storage)

        one(lines, f"rds.storage.{place}", words)

    def test_postgresql_may_have_little_throughput_with_many_iops(self):
        storage = {"iops": 40_000, "throughput": 500}

        assert flat(base, rds={"engine": "postgres", "allocated_storage": 400, "storage": storage})

    @pytest.mark.parametrize(
        ("storage", "place"),
        [
            ({"type": "gp3"}, "type"),
            ({"iops": 12_000}, "iops"),
            ({"throughput": 500}, "throughput"),
            ({"max_allocated": 100}, "max_allocated"),
            ({"dedicated_log_volume": True}, "dedicated_log_volume"),
        ],
    )
    def test_aurora_has_no_volumes(self, storage, place):
        one(refused(**AURORA, storage=storage), f"rds.storage.{place}", "aurora-mysql")

    @pytest.mark.parametrize(
        ("key", "word"),
        [
            ("alias/aws/rds", "alias"),
            ("arn:aws:kms:us-east-1:111122223333:alias/mine", "alias"),
            ("1234abcd-12ab-34cd-56ef-1234567890ab", "ARN"),
        ],
    )
    def test_only_a_keys_own_arn_is_taken(self, key, word):
        one(refused(**AURORA, storage={"kms_key_arn": key}), "rds.storage.kms_key_arn", word)


class TestParameters:
    def test_a_cluster_has_its_own_beside_ours(self):
        found = of_type(
            flat(base, rds=AURORA | {"parameters": {"cluster": {"binlog_format": "ROW"}}}),
            "RDS::DBClusterParameterGroup",
        )[0]["Parameters"]

        assert found["binlog_format"] == "ROW"
        assert found["require_secure_transport"] == "ON"

    def test_a_clusters_instances_get_a_group_which_upgrades_name_too(self):
        settings = AURORA | {"readers": 1, "parameters": {"instance": {"max_connections": 500}}}
        resources = flat(base, rds=settings)
        group = of_type(resources, "RDS::DBParameterGroup")[0]

        assert group["Parameters"] == {"max_connections": "500"}
        named = [one["DBParameterGroupName"] for one in of_type(resources, "RDS::DBInstance")]
        whole = of_type(resources, "RDS::DBCluster")[0]
        assert named == [whole["DBInstanceParameterGroupName"]] * 2

    def test_given_groups_take_the_place_of_ours_and_warn(self):
        settings = AURORA | {"parameters": {"cluster_group": "ours", "instance_group": "theirs"}}
        resources = flat(base, rds=settings)

        assert not of_type(resources, "RDS::DBClusterParameterGroup")
        assert not of_type(resources, "RDS::DBParameterGroup")
        assert of_type(resources, "RDS::DBCluster")[0]["DBClusterParameterGroupName"] == "ours"
        assert of_type(resources, "RDS::DBInstance")[0]["DBParameterGroupName"] == "theirs"
        sentence = warnings(**settings)["rds.parameters.cluster_group"]
        assert "require_secure_transport = ON" in sentence
        assert "aurora-mysql8.0" in sentence

    def test_an_instance_takes_given_groups_of_parameters_and_options(self):
        found = instance(parameters={"instance_group": "ours", "option_group": "audit"})

        assert found["DBParameterGroupName"] == "ours"
        assert found["OptionGroupName"] == "audit"

    @pytest.mark.parametrize(
        ("engine", "parameters", "place", "word"),
        [
            ("mysql", {"instance": {"work_mem": 1}}, "instance.work_mem", "PostgreSQL"),
            ("mysql", {"instance": {"rds.force_ssl": 1}}, "instance.rds.force_ssl", "PostgreSQL"),
            ("postgres", {"instance": {"binlog_format": "ROW"}}, "instance.binlog_format", "MySQL"),
            (
                "mysql",
                {"instance": {"require_secure_transport": 0}},
                "instance.require_secure_transport",
                "TLS",
            ),
            (
                "aurora-postgresql",
                {"cluster": {"rds.force_ssl": 0}},
                "cluster.rds.force_ssl",
                "TLS",
            ),
            (
                "mysql",
                {"instance": {"long_query_time": 9}},
                "instance.long_query_time",
                "slow_query_seconds",
            ),
            ("mysql", {"instance": {"max_connections": True}}, "instance.max_connections", "true"),
            ("mysql", {"instance": {"Max Connections": 1}}, "instance.Max Connections", "lower"),
            ("mysql", {"cluster": {"max_connections": 1}}, "cluster", "Aurora"),
            ("mysql", {"cluster_group": "ours"}, "cluster_group", "Aurora"),
            ("postgres", {"option_group": "ours"}, "option_group", "mysql"),
            ("mysql", {"instance_group": "9to5"}, "instance_group", "letter"),
            (
                "mysql",
                {"instance_group": "ours", "instance": {"max_connections": 1}},
                "instance_group",
                "exists already",
            ),
        ],
    )
    def test_what_the_engine_lacks_or_we_need_is_refused(self, engine, parameters, place, word):
        one(refused(engine=engine, parameters=parameters), f"rds.parameters.{place}", word)

    def test_a_name_that_nobody_knows_warns_and_suggests(self):
        found = warnings(**MYSQL, parameters={"instance": {"max_conections": 5}})

        assert "max_connections" in found["rds.parameters.instance.max_conections"]

    def test_a_public_database_keeps_its_record_of_logins(self):
        postgres = {"engine": "postgres"}
        own = {"instance": {"log_connections": 0}}
        place = "rds.parameters.instance.log_connections"

        one(refused(edge, **postgres, parameters=own), place, "audit_log")
        one(
            refused(edge, **MYSQL, parameters={"option_group": "ours"}),
            "rds.parameters.option_group",
            "audit_log",
        )


class TestSurroundings:
    def test_cluster_and_instances_have_the_names_that_were_chosen(self):
        names = {"database": "shop", "instances": "shop-db"}
        resources = flat(base, rds=AURORA | {"readers": 1, "identifiers": names})

        assert of_type(resources, "RDS::DBCluster")[0]["DBClusterIdentifier"] == "shop"
        assert [one["DBInstanceIdentifier"] for one in of_type(resources, "RDS::DBInstance")] == [
            "shop-db-1",
            "shop-db-2",
        ]
        assert instance(identifiers={"database": "shop"})["DBInstanceIdentifier"] == "shop"

    def test_a_name_of_ones_own_is_accepted_in_metadata(self):
        """Beside what else the resource accepts."""
        named = {"identifiers": {"database": "shop"}}
        public = flat(edge, rds=named)["RDSStackDBInstance"]["Metadata"]["rdsproxy_templates"]
        rules = AURORA | {"identifiers": {"database": "shop", "instances": "node"}}
        private = flat(base, rds=rules)

        assert public["Accepted"].keys() == {"database/public", "database/fixed-name"}
        for title in ("RDSStackDBCluster", "RDSStackDBInstance1"):
            accepted = private[title]["Metadata"]["rdsproxy_templates"]["Accepted"]
            assert accepted == {"database/fixed-name": "a setting names it"}

    def test_a_fixed_name_warns(self):
        found = warnings(**AURORA, identifiers={"database": "shop"})

        assert "replace" in found["rds.identifiers.database"]

    @pytest.mark.parametrize("name", ["Shop", "9shop", "shop-", "sh--op", "s" * 64])
    def test_a_name_that_rds_would_change_or_refuse_is_refused(self, name):
        one(refused(**AURORA, identifiers={"database": name}), "rds.identifiers.database", name)

    def test_only_a_cluster_names_instances(self):
        one(
            refused(**MYSQL, identifiers={"instances": "shop"}),
            "rds.identifiers.instances",
            "Aurora",
        )

    def test_only_subnets_of_ones_own_can_have_ipv6(self):
        dual = AURORA | {"network": {"type": "DUAL"}}
        found = of_type(flat(existing_vpc, rds=dual), "RDS::DBCluster")[0]

        assert found["NetworkType"] == "DUAL"
        for variant in (base, auth, bastion):
            one(problems(variant, rds=dual), "rds.network.type", "existing_vpc")

    def test_a_port_is_the_databases_and_the_proxy_keeps_the_engines(self):
        users = {"users": [{"name": "app", "login": "iam"}]}
        settings = AURORA | users | {"network": {"port": 3307}}
        found = rendered.flat(base, rds=settings, function_user="app").resources
        rules = of_type(found, "EC2::SecurityGroupIngress")
        ports = {(rule["Description"], rule["FromPort"]) for rule in rules}

        assert of_type(found, "RDS::DBCluster")[0]["Port"] == 3307
        assert {("RDS Proxy", 3307), ("The users function", 3307)} <= ports
        assert ("The function", 3306) in ports
        assert "'RDS_PORT': '3307'" in str(of_type(found, "Serverless::Function"))
        assert instance(network={"port": 3307})["Port"] == "3307"

    def test_a_port_needs_groups_and_clients_that_use_it(self):
        port = {"network": {"port": 3307}}

        assert "3307" in warnings(existing_vpc, **port)["rds.network.port"]
        one(problems(edge, rds=port), "rds.network.port", "left out")
        one(refused(network={"port": 1149}), "rds.network.port", "1150")

    def test_a_directory_is_joined_with_a_role(self):
        directory = {"id": "d-1234567890", "role_name": "directory"}
        for found in (cluster(directory=directory), instance(directory=directory)):
            assert (found["Domain"], found["DomainIAMRoleName"]) == ("d-1234567890", "directory")
        one(refused(**AURORA, directory={"id": "d-1234567890"}), "rds.directory.role_name", "both")
        one(
            refused(**AURORA, directory={"id": "corp", "role_name": "a"}),
            "rds.directory.id",
            "d-1234567890",
        )

    def test_roles_are_for_a_feature_of_the_engine(self):
        roles = [{"arn": ROLE, "feature": "s3Import"}, {"arn": ROLE, "feature": "s3Export"}]
        found = of_type(flat(base, rds={"engine": "postgres", "roles": roles}), "RDS::DBInstance")

        assert [one["FeatureName"] for one in found[0]["AssociatedRoles"]] == [
            "s3Import",
            "s3Export",
        ]
        assert cluster(roles=[{"arn": ROLE}])["AssociatedRoles"] == [{"RoleArn": ROLE}]

    @pytest.mark.parametrize(
        ("engine", "roles", "place"),
        [
            ("mysql", [{"arn": ROLE}], "rds.roles"),
            ("postgres", [{"arn": ROLE}], "rds.roles.0.feature"),
            ("postgres", [{"arn": ROLE, "feature": "SageMaker"}], "rds.roles.0.feature"),
            ("aurora-mysql", [{"arn": ROLE, "feature": "s3Import"}], "rds.roles.0.feature"),
            ("postgres", [{"arn": "reader", "feature": "Lambda"}], "rds.roles.0.arn"),
        ],
    )
    def test_other_roles_are_refused(self, engine, roles, place):
        one(refused(engine=engine, roles=roles), place)

    def test_a_feature_has_one_role(self):
        lines = refused(engine="postgres", roles=[{"arn": ROLE, "feature": "Lambda"}] * 2)

        assert len(lines) == 2
        assert all("once" in line for line in lines)


def test_without_settings_nothing_is_added():
    assert not {
        "BacktrackWindow",
        "KmsKeyId",
        "StorageType",
        "PreferredBackupWindow",
        "PreferredMaintenanceWindow",
        "NetworkType",
        "AssociatedRoles",
        "Domain",
    } & set(cluster())


def test_a_wrong_group_hides_no_other_that_the_engine_refuses():
    groups = {
        "storage": {"type": "nonsense"},
        "backup": {"backtrack_hours": 5},
        "master": {"password": "none"},
        "roles": [{"arn": "arn:aws:iam::111122223333:role/loads"}],
    }

    found = problems(base, rds={"engine": "mysql", **groups})

    assert [one.partition("]")[0] for one in found] == [
        "[my.yaml: rds.storage.type",
        "[my.yaml: rds.backup.backtrack_hours",
        "[my.yaml: rds.master.password",
        "[my.yaml: rds.roles",
    ]
