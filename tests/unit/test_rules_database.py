"""Databases: versions, classes, names and capacity that RDS refuses."""

from __future__ import annotations

import json

import pytest
from faults import (
    GIVEN,
    assert_holds,
    faulted,
    resource,
    template,
    violations,
    without,
)

from rdsproxy_templates.validators.rules import database

CLUSTER = "RDSStackDBCluster"
INSTANCE = "RDSStackDBInstance1"


class TestVersion:
    def test_a_version_that_does_not_exist_is_refused(self):
        [one] = violations(
            database.version, faulted(f"{CLUSTER}/EngineVersion", "8.0.mysql_aurora.3.10.99")
        )

        assert one.resource == CLUSTER
        assert "unknown version '8.0.mysql_aurora.3.10.99' of aurora-mysql" in one.sentence
        assert "did you mean 8.0.mysql_aurora.3.10." in one.sentence
        assert one.remedy == "Choose a current version"

    def test_a_version_past_its_standard_support_is_refused(self):
        [one] = violations(
            database.version, faulted(f"{CLUSTER}/EngineVersion", "5.7.mysql_aurora.2.11.6")
        )

        assert one.resource == CLUSTER
        assert "is past the end of its standard support, 2024-10-31" in one.sentence
        assert one.remedy.startswith("Choose a current version: the default is 8.0.mysql_aurora.3")

    @pytest.mark.parametrize("lifecycle", ["open-source-rds-extended-support", None])
    def test_with_extended_support_which_is_the_default_it_is_accepted(self, lifecycle):
        chosen = {"EngineLifecycleSupport": lifecycle} if lifecycle else {}
        instance = resource("RDS::DBInstance", Engine="mysql", EngineVersion="8.0.46", **chosen)

        assert_holds(database.version, template(Database=instance))

    def test_a_deprecated_version_is_left_to_those_who_have_it(self):
        assert_holds(
            database.version, faulted(f"{CLUSTER}/EngineVersion", "8.0.mysql_aurora.3.02.0")
        )

    @pytest.mark.parametrize(
        ("engine", "version"), [("mysql", "5.6.51"), ("postgres", "9.6.22"), ("postgres", "10.20")]
    )
    def test_a_version_that_rds_has_ended_is_refused(self, engine, version):
        instance = resource("RDS::DBInstance", Engine=engine, EngineVersion=version)

        [one] = violations(database.version, template(Database=instance))

        assert one.sentence == f"{version!r} is a version that RDS creates no databases in any more"

    def test_a_number_is_a_version_that_lost_its_quotes(self):
        instance = resource("RDS::DBInstance", Engine="mysql", EngineVersion=8.1)

        [one] = violations(database.version, template(Database=instance))

        assert one.resource == "Database"
        assert "unknown version '8.1' of mysql" in one.sentence
        assert one.remedy == "Choose a current version, as text in quotes"

    @pytest.mark.parametrize(
        ("engine", "major"),
        [("mysql", "8.4"), ("mysql", 8.4), ("postgres", "17"), ("postgres", 17)],
    )
    def test_a_major_version_stands_for_one_of_its_minor_versions(self, engine, major):
        instance = resource("RDS::DBInstance", Engine=engine, EngineVersion=major)

        assert_holds(database.version, template(Database=instance))

    def test_a_major_version_past_its_support_is_refused_to_those_who_want_none_other(self):
        instance = resource(
            "RDS::DBInstance",
            Engine="mysql",
            EngineVersion=5.7,
            EngineLifecycleSupport="open-source-rds-extended-support-disabled",
        )

        [one] = violations(database.version, template(Database=instance))

        assert one.sentence.startswith("'5.7' is past the end of its standard support")

    def test_a_version_of_another_engine_is_refused(self):
        instance = resource("RDS::DBInstance", Engine="postgres", EngineVersion="8.4.11")

        [one] = violations(database.version, template(Database=instance))

        assert one.resource == "Database"
        assert "unknown version '8.4.11' of postgres" in one.sentence

    def test_the_version_may_be_left_to_rds(self):
        assert_holds(database.version, without(f"{CLUSTER}/EngineVersion"))

    def test_an_engine_that_we_do_not_know_is_left_alone(self):
        instance = resource(
            "RDS::DBInstance", Engine="mariadb", EngineVersion="1", DBInstanceClass="db.x"
        )

        assert_holds(database.version, template(Database=instance))


class TestInstanceClass:
    def test_a_class_that_the_engine_lacks_is_refused(self):
        [one] = violations(
            database.instance_class, faulted(f"{INSTANCE}/DBInstanceClass", "db.t4g.micro")
        )

        assert one.resource == INSTANCE
        assert "unknown class 'db.t4g.micro' of aurora-mysql" in one.sentence
        assert one.remedy == "Choose a class of the engine"

    def test_a_class_that_is_misspelled_is_refused(self):
        [one] = violations(
            database.instance_class, faulted(f"{INSTANCE}/DBInstanceClass", "db.r8g.larg")
        )

        assert one.resource == INSTANCE
        assert "did you mean db.r8g.large?" in one.sentence

    def test_a_class_of_serverless_is_accepted(self):
        assert_holds(
            database.instance_class, faulted(f"{INSTANCE}/DBInstanceClass", "db.serverless")
        )


class TestNames:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("blog-rds-proxy", "letters, digits or underscores"),
            ("1blog", "a letter first"),
            ("a" * 65, "1 to 64"),
            ("mysql", "a name that RDS reserves"),
            ("select", "reserved word"),
        ],
    )
    def test_a_database_of_a_name_that_rds_refuses_is_refused(self, name, words):
        [one] = violations(database.names, faulted(f"{CLUSTER}/DatabaseName", name))

        assert one.resource == CLUSTER
        assert one.property == "DatabaseName"
        assert one.sentence.startswith("DatabaseName must")
        assert words in one.sentence
        assert one.remedy == "Choose another name"

    @pytest.mark.parametrize("name", ["admin", "identity", "user"])
    def test_a_database_of_postgresql_has_words_of_its_own(self, name):
        postgresql = faulted(f"{CLUSTER}/Engine", "aurora-postgresql")
        found = violations(database.names, faulted(f"{CLUSTER}/DatabaseName", name, postgresql))

        [sentence] = [one.sentence for one in found if one.property == "DatabaseName"]
        assert "reserved word" in sentence

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("rdsadmin", "a name that RDS reserves"),
            ("RDSProxyAdmin", "a name that RDS reserves"),
            ("order", "reserved word"),
            ("blog-user", "letters, digits or underscores"),
            ("a" * 17, "1 to 16"),
        ],
    )
    def test_a_user_of_a_name_that_rds_refuses_is_refused(self, name, words):
        [one] = violations(database.names, faulted(f"{CLUSTER}/MasterUsername", name))

        assert one.resource == CLUSTER
        assert one.property == "MasterUsername"
        assert words in one.sentence

    @pytest.mark.parametrize("name", ["rdsadmin", "a" * 40])
    def test_a_user_is_read_where_its_secret_is_made(self, name):
        login = "SecretsStackRDSMasterUserSecret/GenerateSecretString/SecretStringTemplate"

        [one] = violations(database.names, faulted(login, json.dumps({"username": name})))

        assert one.resource == CLUSTER
        assert one.property == "MasterUsername"

    @pytest.mark.parametrize("name", ["admin", "Admin", "pg_keeper", "rds_keeper", "user"])
    @pytest.mark.parametrize("engine", ["postgres", "aurora-postgresql"])
    def test_postgresql_keeps_more_names_for_itself(self, engine, name):
        instance = resource("RDS::DBInstance", Engine=engine, MasterUsername=name)

        [one] = violations(database.names, template(Database=instance))

        assert one.resource == "Database"
        assert one.sentence.startswith("MasterUsername must not b")

    def test_the_database_of_an_instance_has_the_rule_of_its_engine(self):
        instance = resource("RDS::DBInstance", Engine="postgres", DBName="template1")

        [one] = violations(database.names, template(Database=instance))

        assert one.resource == "Database"
        assert "DBName must not be 'template1'" in one.sentence

    @pytest.mark.parametrize(
        "name", ["root", "{{resolve:ssm:/blog/user}}", {"Fn::Sub": "${Given}-user"}]
    )
    def test_other_names_are_accepted(self, name):
        assert_holds(database.names, faulted(f"{CLUSTER}/MasterUsername", name))


class TestCapacity:
    SCALING = f"{CLUSTER}/ServerlessV2ScalingConfiguration"

    @pytest.mark.parametrize(
        ("least", "most"),
        [
            (4, 2),
            ("4", "2"),
            (0.5, 0.5),
            (0.5, 257),
            (-1, 4),
            (0.25, 4),
            (0.7, 4),
            (0.5, 4.3),
        ],
    )
    def test_a_capacity_out_of_bounds_is_refused(self, least, most):
        scaling = {"MinCapacity": least, "MaxCapacity": most}

        [one] = violations(database.capacity, faulted(self.SCALING, scaling))

        assert one.resource == CLUSTER
        assert one.sentence == f"it cannot scale from {least} to {most} ACU"
        assert "from 0.5 or more to at most 256" in one.remedy

    @pytest.mark.parametrize(("least", "most"), [(0.5, 1), (256, 256), ("0.5", "4")])
    def test_a_capacity_within_the_bounds_is_accepted(self, least, most):
        scaling = {"MinCapacity": least, "MaxCapacity": most}

        assert_holds(database.capacity, faulted(self.SCALING, scaling))

    def test_a_pause_behind_a_proxy_is_refused(self):
        [one] = violations(
            database.capacity, faulted(self.SCALING, {"MinCapacity": 0, "MaxCapacity": 4})
        )

        assert one.resource == CLUSTER
        assert "would pause at 0 ACU" in one.sentence
        assert one.remedy == "Set MinCapacity to 0.5 or more"

    def test_a_pause_without_a_proxy_is_accepted(self):
        scaling = {"MinCapacity": 0, "MaxCapacity": 4}
        cluster = resource("RDS::DBCluster", ServerlessV2ScalingConfiguration=scaling)

        assert_holds(database.capacity, template(Cluster=cluster))

    @pytest.mark.parametrize(
        "scaling",
        [
            {"MinCapacity": GIVEN, "MaxCapacity": 4},
            {"MinCapacity": 0.5, "MaxCapacity": GIVEN},
            {"MaxCapacity": 4},
            {"MinCapacity": 0.5},
            GIVEN,
        ],
    )
    def test_a_capacity_that_is_not_wholly_known_is_left_alone(self, scaling):
        assert_holds(database.capacity, faulted(self.SCALING, scaling))


class TestPublic:
    @pytest.mark.parametrize("public", [True, "true"])
    def test_an_instance_in_the_internet_is_refused(self, public):
        [one] = violations(database.public, faulted(f"{INSTANCE}/PubliclyAccessible", public))

        assert one.resource == INSTANCE
        assert one.sentence == "it has an address in the internet"

    @pytest.mark.parametrize("public", [False, GIVEN])
    def test_one_that_is_not_or_need_not_be_is_accepted(self, public):
        assert_holds(database.public, faulted(f"{INSTANCE}/PubliclyAccessible", public))


class TestServerless:
    def test_a_serverless_instance_without_a_capacity_is_refused(self):
        [one] = violations(
            database.serverless, faulted("RDSStackDBInstance1/DBInstanceClass", "db.serverless")
        )

        assert one.resource == "RDSStackDBInstance1"
        assert one.sentence == (
            f"its class is db.serverless, and {CLUSTER} has no ServerlessV2ScalingConfiguration"
        )

    @pytest.mark.parametrize("scaling", [{"MinCapacity": 0.5, "MaxCapacity": 4}, GIVEN])
    def test_one_with_a_capacity_is_accepted(self, scaling):
        scaled = faulted(f"{CLUSTER}/ServerlessV2ScalingConfiguration", scaling)

        assert_holds(
            database.serverless,
            faulted("RDSStackDBInstance1/DBInstanceClass", "db.serverless", scaled),
        )

    def test_serverless_of_the_first_version_is_refused(self):
        [one] = violations(database.serverless, faulted(f"{CLUSTER}/EngineMode", "serverless"))

        assert one.sentence == "Aurora Serverless v1 has ended"

    @pytest.mark.parametrize("mode", ["provisioned", GIVEN])
    def test_other_modes_are_accepted(self, mode):
        assert_holds(database.serverless, faulted(f"{CLUSTER}/EngineMode", mode))


class TestMember:
    def test_an_instance_of_another_engine_than_its_cluster_is_refused(self):
        [one] = violations(database.member, faulted("RDSStackDBInstance1/Engine", "mysql"))

        assert one.resource == "RDSStackDBInstance1"
        assert one.sentence == f"its engine is mysql, and that of {CLUSTER} is aurora-mysql"

    @pytest.mark.parametrize("name", ["RDSStackDBInstance1", CLUSTER])
    def test_an_engine_that_is_given_may_be_the_same(self, name):
        assert_holds(database.member, faulted(f"{name}/Engine", GIVEN))


class TestClusterType:
    @pytest.mark.parametrize(
        "key", ["PubliclyAccessible", "AllocatedStorage", "Iops", "DBClusterInstanceClass"]
    )
    def test_what_is_for_multi_az_clusters_is_refused_for_aurora(self, key):
        [one] = violations(database.cluster_type, faulted(f"{CLUSTER}/{key}", GIVEN))

        assert (one.resource, one.property) == (CLUSTER, key)

    def test_a_multi_az_cluster_may_have_it(self):
        cluster = resource("RDS::DBCluster", Engine="postgres", PubliclyAccessible=False)

        assert_holds(database.cluster_type, template(Cluster=cluster))
