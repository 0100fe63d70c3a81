"""A service before a database that exists already: what is made, what is given, what is refused."""

from __future__ import annotations

import re

import pytest

from rdsproxy_templates import ConfigError, WiringError, render
from rdsproxy_templates.aws.engines import ENGINES
from rdsproxy_templates.aws.kinds import (
    DatabaseIdentifier,
    DatabaseName,
    DatabaseResourceId,
    DatabaseUser,
    Hostname,
    SecretArn,
    SecurityGroupId,
    SubnetId,
)
from rdsproxy_templates.stacks.data.existing_rds import ExistingDatabase
from rdsproxy_templates.variants import existing_database

KEY = "arn:aws:kms:us-east-1:111122223333:key/12345678-1234-1234-1234-123456789012"
INSTANCES = ["mysql", "postgres"]
CLUSTERS = ["aurora-mysql", "aurora-postgresql"]


def rendered(**settings):
    return render(existing_database, existing_database.Config.parse(settings, "my.yaml"))


def resources(bundle):
    return bundle.flat()[0].resources


def of_type(bundle, kind):
    return [body for body in resources(bundle).values() if body["Type"] == f"AWS::{kind}"]


def refusal(**settings):
    with pytest.raises(ConfigError) as error:
        existing_database.Config.parse(settings, "my.yaml")
    return str(error.value)


class TestWhatIsMade:
    def test_no_database_and_no_secret_of_a_master_is_made(self):
        made = rendered(rds={"users": [{"name": "app", "login": "end_to_end_iam"}]})

        kinds = {body["Type"] for body in resources(made).values()}
        assert not {kind for kind in kinds if kind.startswith("AWS::RDS::DB")} - {
            "AWS::RDS::DBProxy",
            "AWS::RDS::DBProxyTargetGroup",
        }
        assert not [kind for kind in kinds if kind.startswith("AWS::SecretsManager")]

    @pytest.mark.parametrize("engine", CLUSTERS)
    def test_aurora_is_reached_as_a_cluster(self, engine):
        (targets,) = of_type(rendered(rds={"engine": engine}), "RDS::DBProxyTargetGroup")

        assert targets["Properties"]["DBClusterIdentifiers"] == [{"Ref": "DBIdentifier"}]

    @pytest.mark.parametrize("engine", INSTANCES)
    def test_another_engine_is_reached_as_an_instance(self, engine):
        (targets,) = of_type(rendered(rds={"engine": engine}), "RDS::DBProxyTargetGroup")

        assert targets["Properties"]["DBInstanceIdentifiers"] == [{"Ref": "DBIdentifier"}]

    def test_a_cluster_of_mysql_is_one_of_several_zones(self):
        made = rendered(rds={"engine": "mysql", "kind": "cluster"})
        (targets,) = of_type(made, "RDS::DBProxyTargetGroup")

        assert "DBClusterIdentifiers" in targets["Properties"]

    def test_rules_are_added_to_the_group_of_the_database_on_its_own_port(self):
        made = rendered(rds={"engine": "postgres", "network": {"port": 6543}})
        into = [
            body["Properties"]["FromPort"]
            for body in of_type(made, "EC2::SecurityGroupIngress")
            if body["Properties"]["GroupId"] == {"Ref": "DBClusterSecurityGroupId"}
        ]
        (users,) = [
            body["Properties"]["Environment"]["Variables"]["RDS_PORT"]
            for name, body in resources(made).items()
            if name.endswith("ApplyUserFunction")
        ]

        assert into == [6543, 6543]
        assert users == "6543"

    def test_given_groups_get_no_rule_for_the_service(self):
        made = rendered(security_groups="existing")

        assert "VPCId" not in made.root.parameters
        assert "FunctionSecurityGroupId" in made.root.parameters
        assert "GroupsStack" not in made.root.children

    def test_a_cluster_with_readers_has_a_host_for_them(self):
        made = rendered(rds={"has_readers": True})
        (endpoint,) = of_type(made, "RDS::DBProxyEndpoint")

        assert endpoint["Properties"]["TargetRole"] == "READ_ONLY"
        assert "RDSProxyReadOnlyEndpoint" in made.root.outputs

    def test_the_key_of_the_masters_secret_may_decrypt_it_and_no_more(self):
        text = rendered(rds={"master_key_arn": KEY}).templates

        assert KEY in text["cloudformation/users.yaml"]
        assert KEY not in text["cloudformation/rds.yaml"]


class TestParameters:
    @pytest.mark.parametrize(
        ("engine", "fits", "does_not"),
        [("aurora-mysql", "cluster-ABC", "db-ABC"), ("mysql", "db-ABC", "cluster-ABC")],
    )
    def test_a_resource_id_of_another_kind_is_refused_before_anything_is_made(
        self, engine, fits, does_not
    ):
        pattern = rendered(rds={"engine": engine}).root.parameters["DBResourceId"]["AllowedPattern"]

        assert re.fullmatch(pattern, fits)
        assert not re.fullmatch(pattern, does_not)

    def test_the_name_has_a_default_only_where_somebody_chose_one(self):
        assert "Default" not in rendered().root.parameters["RDSDatabaseName"]
        chosen = rendered(database={"name": "shop"}).root.parameters["RDSDatabaseName"]
        assert chosen["Default"] == "shop"

    def test_a_group_that_nobody_wired_is_named(self):
        inputs = existing_database.Inputs(
            rds_master_username=DatabaseUser("boss"),
            rds_database_name=DatabaseName("shop"),
            private_subnet1_id=SubnetId("subnet-1"),
            private_subnet2_id=SubnetId("subnet-2"),
            database=ExistingDatabase(
                db_identifier=DatabaseIdentifier("old"),
                db_endpoint=Hostname("old.example"),
                db_resource_id=DatabaseResourceId("cluster-OLD"),
            ),
            rds_master_user_secret_arn=SecretArn("arn"),
            db_cluster_security_group_id=SecurityGroupId("sg-1"),
        )
        config = existing_database.Config.parse({"security_groups": "existing"}, "my.yaml")

        with pytest.raises(WiringError) as error:
            existing_database.build(config, inputs)

        assert str(error.value).splitlines() == [
            "[existing_database.Inputs] function_security_group_id is not wired, and the settings "
            "ask for it",
            "[existing_database.Inputs] rds_proxy_security_group_id is not wired, and the settings "
            "ask for it",
        ]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"rds": {"engine": "sqlserver-ee"}}, "rds.engine] must be one of"),
        ({"rds": {"engine": "aurora-mysql", "kind": "instance"}}, "rds.kind] must be cluster"),
        ({"rds": {"engine": "mysql", "has_readers": True}}, "rds.has_readers] is for clusters"),
        ({"rds": {"engine_version": "1.2"}}, "rds.engine_version] unknown version '1.2'"),
        ({"rds": {"master_key_arn": "alias/mine"}}, "rds.master_key_arn] must be the ARN"),
        ({"rds": {"rotate_secrets_after_days": 30}}, "rds.rotate_secrets_after_days] "),
        ({"rds": {"readers": 2}}, "rds.readers] "),
        ({"rds": {"users": []}, "function_user": None}, "rds.master_login] is off"),
        ({"rds": {"network": {"port": 80}}}, "rds.network.port] must be at least 1150"),
        ({"secrets": {"password_length": 20}}, "secrets] is for a master's secret of the stack"),
        ({"function_user": "nobody"}, "function_user] must name one of rds.users"),
        ({"database": {"name": "no-name"}}, "database.name] "),
    ],
)
def test_what_a_database_that_exists_does_not_take_is_refused(settings, sentence):
    assert sentence in refusal(**settings)


@pytest.mark.parametrize("version", ["17", "17.99"])
def test_a_version_may_be_newer_than_what_is_known_or_only_begin(version):
    settings = {"rds": {"engine": "postgres", "engine_version": version}}

    assert [*existing_database.Config.parse(settings, "my.yaml").warnings()] == []


@pytest.mark.parametrize(
    "name", ["master", "rds!cluster-0a1b2c3d", "rds!db-0a1b2c3d", "a/b+c=d.@e"]
)
def test_a_secret_may_be_one_that_rds_manages(name):
    arn = f"arn:aws:secretsmanager:eu-west-1:111122223333:secret:{name}-AbCdEf"
    settings = {"rds": {"proxy": {"logins": [{"secret_arn": arn}]}}}
    config = existing_database.Config.parse(settings, "my.yaml")
    root = render(existing_database, config).root

    allowed = root.parameters["RDSMasterUserSecretArn"]["AllowedPattern"]
    assert re.fullmatch(allowed, arn)


def test_a_version_for_which_aws_documents_no_proxy_is_warned_of():
    engine = ENGINES["aurora-mysql"]
    old = next(one for one in engine.versions if not engine.behind_proxy(one))
    settings = {"rds": {"engine": "aurora-mysql", "engine_version": old}}
    config = existing_database.Config.parse(settings, "my.yaml")

    assert [one.place for one in config.warnings()] == ["rds.engine_version"]
