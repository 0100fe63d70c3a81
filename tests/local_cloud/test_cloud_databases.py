"""Databases and their proxies in the local cloud are as strict as RDS's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from type_harness import TypeHarness

from rdsproxy_local.cloudformation.failure import Failure
from rdsproxy_local.types import TYPES

pytestmark = pytest.mark.xdist_group("cloud-databases")

REFUSED = (Failure, ClientError, ParamValidationError)
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:mine"
PASSWORD = "not-to-be-seen"  # noqa: S105
NUMBERS = count()
NO_EXTENDED_SUPPORT = "open-source-rds-extended-support-disabled"


@pytest.fixture(scope="module")
def harness(server):
    return TypeHarness(server.clients, account="222222222222")


@dataclass(frozen=True)
class Network:
    """A VPC with a subnet in each of three zones and a security group."""

    vpc: str
    subnets: list[str]
    group: str


def make_network(harness, **more):
    vpc = harness.call("ec2", "create_vpc", CidrBlock="10.0.0.0/16", **more)["Vpc"]["VpcId"]
    subnets = [
        harness.call(
            "ec2",
            "create_subnet",
            VpcId=vpc,
            CidrBlock=f"10.0.{number}.0/24",
            AvailabilityZone=f"{harness.region}{zone}",
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("abc")
    ]
    group = harness.call("ec2", "create_security_group", GroupName="g", Description="g", VpcId=vpc)
    return Network(vpc, subnets, group["GroupId"])


@pytest.fixture(scope="module")
def network(harness):
    return make_network(harness)


@pytest.fixture(scope="module")
def elsewhere(harness):
    return make_network(harness)


def tags(**values):
    return [{"Key": key, "Value": value} for key, value in values.items()]


def make_subnet_group(harness, network):
    return harness.create(
        "AWS::RDS::DBSubnetGroup", DBSubnetGroupDescription="d", SubnetIds=network.subnets
    )


@pytest.fixture(scope="module")
def subnet_group(harness, network):
    return make_subnet_group(harness, network).physical_id


@pytest.fixture
def basics(network, subnet_group) -> dict[str, Any]:
    """The properties that a cluster requires."""
    return {
        "Engine": "aurora-mysql",
        "EngineVersion": "8.0.mysql_aurora.3.10.6",
        "MasterUsername": "admin",
        "MasterUserPassword": PASSWORD,
        "DBSubnetGroupName": subnet_group,
        "VpcSecurityGroupIds": [network.group],
    }


@pytest.fixture
def cluster(harness, basics):
    return harness.create("AWS::RDS::DBCluster", **basics)


@pytest.fixture
def member(harness, cluster):
    return harness.create(
        "AWS::RDS::DBInstance",
        DBClusterIdentifier=cluster.physical_id,
        DBInstanceClass="db.t4g.medium",
        Engine="aurora-mysql",
    )


@pytest.fixture
def standalone(network, subnet_group) -> dict[str, Any]:
    """The properties that an instance without a cluster requires."""
    return {
        "AllocatedStorage": "20",
        "DBInstanceClass": "db.t4g.micro",
        "DBName": "app",
        "DBSubnetGroupName": subnet_group,
        "Engine": "postgres",
        "EngineVersion": "16.10",
        "MasterUsername": "owner",
        "MasterUserPassword": PASSWORD,
        "PubliclyAccessible": False,
        "VPCSecurityGroups": [network.group],
    }


@pytest.fixture
def instance(harness, standalone):
    return harness.create("AWS::RDS::DBInstance", **standalone)


def described(harness, deployed):
    """A cluster or an instance, as RDS describes it."""
    if deployed.type == "AWS::RDS::DBCluster":
        answer = harness.call(
            "rds", "describe_db_clusters", DBClusterIdentifier=deployed.physical_id
        )
        return answer["DBClusters"][0]
    answer = harness.call("rds", "describe_db_instances", DBInstanceIdentifier=deployed.physical_id)
    return answer["DBInstances"][0]


def delete_with_snapshot(harness, deployed):
    context = harness.context()
    context.final_snapshot = True
    TYPES[deployed.type].delete(context, deployed)


def option_group(harness, **properties):
    """An option group of MySQL 8.4, by which logins are recorded."""
    given = {
        "EngineName": "mysql",
        "MajorEngineVersion": "8.4",
        "OptionGroupDescription": "logins",
        "OptionConfigurations": [audit("CONNECT")],
        **properties,
    }
    return harness.create("AWS::RDS::OptionGroup", **given)


def audit(events, option="MARIADB_AUDIT_PLUGIN"):
    return {
        "OptionName": option,
        "OptionSettings": [{"Name": "SERVER_AUDIT_EVENTS", "Value": events}],
    }


class TestOptionGroup:
    def test_it_changes_its_options_and_tags_in_place(self, harness):
        made = option_group(harness, Tags=tags(a="1"))
        given = {**made.properties, "OptionConfigurations": [audit("CONNECT,QUERY_DCL")]}
        changed = harness.update(made, **{**given, "Tags": tags(b="2")})

        [group] = harness.call("rds", "describe_option_groups", OptionGroupName=made.physical_id)[
            "OptionGroupsList"
        ]
        [option] = group["Options"]
        assert option["OptionSettings"][0]["Value"] == "CONNECT,QUERY_DCL"
        harness.delete(changed)

    @pytest.mark.parametrize(
        ("wrong", "why"),
        [
            ({"MajorEngineVersion": "8.3"}, "Cannot find major version 8.3 for mysql"),
            ({"OptionConfigurations": [audit("LOGIN")]}, "SERVER_AUDIT_EVENTS: LOGIN"),
            ({"OptionConfigurations": [audit("CONNECT", "PGAUDIT")]}, "Invalid option: PGAUDIT"),
        ],
    )
    def test_an_option_that_rds_lacks_fails_and_leaves_nothing(self, harness, wrong, why):
        with pytest.raises(ClientError, match=why):
            option_group(harness, OptionGroupName="wrong", **wrong)
        with pytest.raises(ClientError, match="not found"):
            harness.call("rds", "describe_option_groups", OptionGroupName="wrong")

    def test_it_is_only_for_instances_of_its_version(self, harness, standalone):
        made = option_group(harness)
        given = {**standalone, "Engine": "mysql", "EngineVersion": "8.0.44"}
        with pytest.raises(ClientError, match=r"is for mysql 8\.4, and not for mysql 8\.0"):
            harness.create("AWS::RDS::DBInstance", **given, OptionGroupName=made.physical_id)
        harness.delete(made)

    def test_it_stays_as_long_as_an_instance_or_its_last_snapshot(self, harness, standalone):
        made = option_group(harness)
        given = {**standalone, "Engine": "mysql", "EngineVersion": "8.4.7"}
        instance = harness.create("AWS::RDS::DBInstance", **given, OptionGroupName=made.physical_id)
        with pytest.raises(ClientError, match="in use by the instance"):
            harness.delete(made)
        delete_with_snapshot(harness, instance)
        with pytest.raises(ClientError, match="in use by the snapshot"):
            harness.delete(made)
        [snapshot] = [
            one["DBSnapshotIdentifier"]
            for one in harness.call("rds", "describe_db_snapshots")["DBSnapshots"]
            if one["DBInstanceIdentifier"] == instance.physical_id
        ]
        harness.call("rds", "delete_db_snapshot", DBSnapshotIdentifier=snapshot)
        harness.delete(made)


class TestSubnetGroup:
    def test_it_changes_its_subnets_in_place(self, harness, network):
        deployed = make_subnet_group(harness, network)
        deployed = harness.update(
            deployed,
            DBSubnetGroupDescription="other",
            SubnetIds=network.subnets[:2],
            Tags=tags(a="1"),
        )

        found = harness.call(
            "rds", "describe_db_subnet_groups", DBSubnetGroupName=deployed.physical_id
        )["DBSubnetGroups"][0]
        ids = [one["SubnetIdentifier"] for one in found["Subnets"]]
        assert (found["DBSubnetGroupDescription"], ids) == ("other", network.subnets[:2])
        assert tags_of(harness, deployed.attributes["DBSubnetGroupArn"]) == tags(a="1")
        harness.delete(deployed)

    def test_it_must_cover_two_zones_of_one_vpc(self, harness, network, elsewhere):
        for subnets, reason in (
            (network.subnets[:1], "Current AZ coverage: eu-west-1a."),
            ([network.subnets[0], elsewhere.subnets[1]], "not all in the same VPC"),
            ([*network.subnets, "subnet-nowhere"], "subnet-nowhere"),
        ):
            with pytest.raises(ClientError, match=reason):
                harness.create(
                    "AWS::RDS::DBSubnetGroup", DBSubnetGroupDescription="d", SubnetIds=subnets
                )

    def test_it_cannot_be_deleted_while_it_is_used(self, harness, network, basics):
        group = make_subnet_group(harness, network)
        cluster = harness.create(
            "AWS::RDS::DBCluster", **basics | {"DBSubnetGroupName": group.physical_id}
        )
        with pytest.raises(ClientError, match="still using it"):
            harness.delete(group)
        harness.delete(cluster)
        harness.delete(group)

    def test_it_loses_no_subnet_while_a_database_uses_it(self, harness, network, basics):
        group = make_subnet_group(harness, network)
        cluster = harness.create(
            "AWS::RDS::DBCluster", **basics | {"DBSubnetGroupName": group.physical_id}
        )
        fewer = {"DBSubnetGroupDescription": "d", "SubnetIds": network.subnets[:2]}
        in_use = f"to be deleted are currently in use: {network.subnets[2]}"
        with pytest.raises(ClientError, match=in_use):
            harness.update(group, **fewer)
        harness.delete(cluster)
        harness.delete(harness.update(group, **fewer))

    def test_names_are_unique(self, harness, network, subnet_group):
        with pytest.raises(ClientError, match="already exists"):
            harness.create(
                "AWS::RDS::DBSubnetGroup",
                DBSubnetGroupName=subnet_group,
                DBSubnetGroupDescription="d",
                SubnetIds=network.subnets,
            )


def tags_of(harness, arn):
    return harness.call("rds", "list_tags_for_resource", ResourceName=arn)["TagList"]


THIRTY_PARAMETERS = [
    "performance_schema_accounts_size",
    "autocommit",
    "performance_schema_digests_size",
    "performance_schema_events_stages_history_long_size",
    "performance_schema_events_stages_history_size",
    "performance_schema_events_statements_history_long_size",
    "performance_schema_events_statements_history_size",
    "performance_schema_events_transactions_history_long_size",
    "performance_schema_events_transactions_history_size",
    "performance_schema_events_waits_history_long_size",
    "performance_schema_events_waits_history_size",
    "performance_schema_hosts_size",
    "performance_schema_max_cond_classes",
    "performance_schema_max_cond_instances",
    "performance_schema_max_digest_length",
    "performance_schema_max_file_classes",
    "performance_schema_max_file_handles",
    "performance_schema_max_file_instances",
    "performance_schema_max_index_stat",
    "performance_schema_max_memory_classes",
    "performance_schema_max_metadata_locks",
    "performance_schema_max_mutex_classes",
    "performance_schema_max_mutex_instances",
    "performance_schema_max_prepared_statements_instances",
    "performance_schema_max_program_instances",
    "performance_schema_max_rwlock_classes",
    "performance_schema_max_rwlock_instances",
    "performance_schema_max_socket_classes",
    "performance_schema_max_socket_instances",
    "performance_schema_max_sql_text_length",
]


class TestParameterGroup:
    @pytest.mark.parametrize("kind", ["DBClusterParameterGroup", "DBParameterGroup"])
    def test_parameters_and_tags_change_in_place(self, harness, kind):
        fixed = {"Family": "aurora-mysql8.0", "Description": "d"}
        many = {name: number for number, name in enumerate(THIRTY_PARAMETERS)}
        deployed = harness.create(f"AWS::RDS::{kind}", **fixed, Parameters=many, Tags=tags(a="1"))
        deployed = harness.update(deployed, **fixed, Parameters=many | {"autocommit": "on"})

        operation = {
            "DBClusterParameterGroup": "describe_db_cluster_parameters",
            "DBParameterGroup": "describe_db_parameters",
        }[kind]
        found = harness.call("rds", operation, **{f"{kind}Name": deployed.physical_id})[
            "Parameters"
        ]
        values = {one["ParameterName"]: one["ParameterValue"] for one in found}
        assert len(values) == 30
        assert (values["performance_schema_accounts_size"], values["autocommit"]) == ("0", "on")

        with pytest.raises(
            Failure, match="cannot reset the parameters performance_schema_accounts_size"
        ):
            harness.update(deployed, **fixed, Parameters={"autocommit": "on"})
        harness.delete(deployed)

    @pytest.mark.parametrize(
        ("kind", "family", "parameters", "reason"),
        [
            ("DBCluster", "aurora-mysql8.0", {"require_secure_transport": "1"}, "are: ON,OFF"),
            ("DB", "mysql8.4", {"require_secure_transport": "ON"}, "are: 0,1"),
            ("DB", "aurora-mysql8.0", {"require_secure_transport": "ON"}, "Could not find"),
            ("DB", "aurora-postgresql17", {"rds.force_ssl": "1"}, "Could not find"),
            ("DB", "mysql8.4", {"rds.force_ssl": "1"}, "Could not find"),
            ("DB", "mysql8.4", {"log_output": "CLOUDWATCH"}, "are: TABLE,FILE,NONE"),
            ("DB", "postgres17", {"log_min_duration_statement": "1s"}, "are: -1-2147483647"),
        ],
    )
    def test_a_parameter_of_another_group_or_value_is_refused(
        self, harness, kind, family, parameters, reason
    ):
        with pytest.raises(ClientError, match=reason):
            harness.create(
                f"AWS::RDS::{kind}ParameterGroup",
                Family=family,
                Description="d",
                Parameters=parameters,
            )

    def test_a_cluster_accepts_only_one_of_its_engine_and_version(self, harness, basics):
        for family, reason in (
            ("aurora-mysql8.0", None),
            ("aurora-mysql5.7", "can't be used"),
            ("aurora-postgresql16", "can't be used"),
        ):
            group = harness.create(
                "AWS::RDS::DBClusterParameterGroup",
                Family=family,
                Description="d",
                Parameters={"max_connections": "100"},
            )
            given = basics | {"DBClusterParameterGroupName": group.physical_id}
            if reason is None:
                deployed = harness.create("AWS::RDS::DBCluster", **given)
                found = described(harness, deployed)["DBClusterParameterGroup"]
                assert found == group.physical_id
                continue
            with pytest.raises(ClientError, match=reason):
                harness.create("AWS::RDS::DBCluster", **given)


class TestCluster:
    def test_it_matches_its_template(self, harness, basics):
        deployed = harness.create(
            "AWS::RDS::DBCluster",
            **basics,
            BackupRetentionPeriod="7",
            CopyTagsToSnapshot=True,
            DatabaseName="app",
            DeleteAutomatedBackups=True,
            EnableCloudwatchLogsExports=["error", "slowquery"],
            EnableIAMDatabaseAuthentication="true",
            EngineLifecycleSupport="open-source-rds-extended-support-disabled",
            Port="3307",
            ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 4},
            StorageEncrypted=True,
            Tags=tags(a="1"),
        )

        found = described(harness, deployed)
        assert found["BackupRetentionPeriod"] == 7
        assert found["CopyTagsToSnapshot"]
        assert found["DatabaseName"] == "app"
        assert found["EnabledCloudwatchLogsExports"] == ["error", "slowquery"]
        assert found["IAMDatabaseAuthenticationEnabled"]
        assert found["ServerlessV2ScalingConfiguration"]["MaxCapacity"] == 4
        assert found["StorageEncrypted"]
        assert found["TagList"] == tags(a="1")
        assert deployed.attributes == {
            "DBClusterArn": found["DBClusterArn"],
            "DBClusterResourceId": found["DbClusterResourceId"],
            "Endpoint.Address": found["Endpoint"],
            "Endpoint.Port": "3307",
            "ReadEndpoint.Address": found["ReaderEndpoint"],
        }

    def test_it_changes_in_place(self, harness, basics, network):
        deployed = harness.create(
            "AWS::RDS::DBCluster", **basics, EnableCloudwatchLogsExports=["error", "audit"]
        )
        other = harness.call(
            "ec2",
            "create_security_group",
            GroupName="other",
            Description="o",
            VpcId=network.vpc,
        )["GroupId"]
        harness.update(
            deployed,
            **basics
            | {
                "EngineVersion": "8.0.mysql_aurora.3.12.0",
                "MasterUserPassword": "another-password",
                "VpcSecurityGroupIds": [other],
            },
            BackupRetentionPeriod=9,
            DeletionProtection=True,
            EnableCloudwatchLogsExports=["error", "slowquery"],
            EnableHttpEndpoint=True,
            EnableIAMDatabaseAuthentication=True,
            PerformanceInsightsEnabled=True,
            PreferredBackupWindow="02:00-03:00",
            ServerlessV2ScalingConfiguration={"MinCapacity": 1, "MaxCapacity": 8},
            Tags=tags(b="2"),
        )

        found = described(harness, deployed)
        assert found["BackupRetentionPeriod"] == 9
        assert found["DeletionProtection"]
        assert found["EnabledCloudwatchLogsExports"] == ["error", "slowquery"]
        assert found["EngineVersion"] == "8.0.mysql_aurora.3.12.0"
        assert found["HttpEndpointEnabled"]
        assert found["IAMDatabaseAuthenticationEnabled"]
        assert found["PerformanceInsightsEnabled"]
        assert found["PreferredBackupWindow"] == "02:00-03:00"
        assert found["ServerlessV2ScalingConfiguration"]["MaxCapacity"] == 8
        assert found["TagList"] == tags(b="2")
        assert [one["VpcSecurityGroupId"] for one in found["VpcSecurityGroups"]] == [other]

    def test_a_refused_change_leaves_it_as_it_was(self, harness, basics, cluster):
        with pytest.raises(ClientError, match="shorter than 8"):
            harness.update(cluster, **basics | {"MasterUserPassword": "short"})
        assert described(harness, cluster)["EngineVersion"] == basics["EngineVersion"]

    def test_properties_that_cannot_change_in_place_fail(self, harness, basics, cluster):
        with pytest.raises(Failure, match="cannot remove EngineVersion"):
            harness.update(
                cluster, **{name: basics[name] for name in basics if name != "EngineVersion"}
            )

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"DBSubnetGroupName": "nowhere"}, "nowhere"),
            ({"VpcSecurityGroupIds": ["sg-nothing"]}, "sg-nothing"),
            ({"DBClusterParameterGroupName": "nothing"}, "nothing"),
            ({"ManageMasterUserPassword": True}, "You can't specify MasterUserPassword"),
            ({"AssociatedRoles": [{"RoleArn": "arn:x"}]}, "AssociatedRoles"),
            ({"Domain": "d-1234567890"}, "ignores Domain"),
        ],
        ids=[
            "subnet group",
            "group",
            "parameter group",
            "two passwords",
            "unknown to the API",
            "unknown to moto",
        ],
    )
    def test_invalid_properties_are_refused_and_passwords_are_not_shown(
        self, harness, basics, wrong, reason
    ):
        with pytest.raises(REFUSED, match=reason) as error:
            harness.create("AWS::RDS::DBCluster", **basics | wrong)
        assert PASSWORD not in str(error.value)

    def test_its_group_must_be_of_its_vpc(self, harness, basics, elsewhere):
        wrong = basics | {"VpcSecurityGroupIds": [elsewhere.group]}
        with pytest.raises(ClientError, match="different VPCs"):
            harness.create("AWS::RDS::DBCluster", **wrong)

    def test_it_needs_a_password(self, harness, basics):
        without = {name: basics[name] for name in basics if name != "MasterUserPassword"}
        with pytest.raises(ClientError, match="Invalid master password"):
            harness.create("AWS::RDS::DBCluster", **without)

    def test_rds_keeps_the_password_in_a_secret_on_request(self, harness, basics):
        without = {name: basics[name] for name in basics if name != "MasterUserPassword"}
        deployed = harness.create(
            "AWS::RDS::DBCluster",
            **without | {"MasterUsername": "chief"},
            ManageMasterUserPassword=True,
        )

        secret = {"SecretId": deployed.attributes["MasterUserSecret.SecretArn"]}
        value = harness.call("secretsmanager", "get_secret_value", **secret)["SecretString"]
        login = json.loads(value)
        assert login["username"] == "chief"
        assert len(login["password"]) == 32
        harness.delete(deployed)
        with pytest.raises(ClientError, match="ResourceNotFound"):
            harness.call("secretsmanager", "get_secret_value", **secret)

    def test_nobody_else_changes_the_secret_that_rds_manages(self, harness, basics):
        without = {name: basics[name] for name in basics if name != "MasterUserPassword"}
        deployed = harness.create("AWS::RDS::DBCluster", **without, ManageMasterUserPassword=True)
        secret = {"SecretId": deployed.attributes["MasterUserSecret.SecretArn"]}

        described = harness.call("secretsmanager", "describe_secret", **secret)
        assert described["OwningService"] == "rds"
        assert described["RotationRules"] == {"AutomaticallyAfterDays": 7}
        for call, more in (
            ("put_secret_value", {"SecretString": "mine"}),
            ("update_secret", {"SecretString": "mine"}),
            ("delete_secret", {"ForceDeleteWithoutRecovery": True}),
            ("rotate_secret", {"RotationLambdaARN": FUNCTION}),
        ):
            with pytest.raises(ClientError, match="owns and manages it"):
                harness.call("secretsmanager", call, **secret, **more)

    def test_rds_rotates_its_own_secret(self, harness, basics):
        without = {name: basics[name] for name in basics if name != "MasterUserPassword"}
        deployed = harness.create("AWS::RDS::DBCluster", **without, ManageMasterUserPassword=True)
        secret = {"SecretId": deployed.attributes["MasterUserSecret.SecretArn"]}
        before = harness.call("secretsmanager", "get_secret_value", **secret)["SecretString"]

        harness.call(
            "rds",
            "modify_db_cluster",
            DBClusterIdentifier=deployed.physical_id,
            RotateMasterUserPassword=True,
            ApplyImmediately=True,
        )

        after = harness.call("secretsmanager", "get_secret_value", **secret)["SecretString"]
        assert json.loads(after)["username"] == json.loads(before)["username"]
        assert after != before

    @pytest.mark.parametrize(
        ("more", "reason"),
        [
            ({}, "not supported for engine aurora-mysql"),
            ({"Engine": "aurora-postgresql"}, "can't specify a master user password"),
            (
                {"Engine": "aurora-postgresql", "MasterUserPassword": None},
                "needs EnableIAMDatabaseAuthentication",
            ),
        ],
    )
    def test_a_master_by_iam_is_postgresqls_and_has_no_password(
        self, harness, basics, more, reason
    ):
        own = ("EngineVersion", "DBClusterParameterGroupName")
        given = {name: basics[name] for name in basics if name not in own}
        given |= {"MasterUsername": "boss"} | more
        given = {name: value for name, value in given.items() if value is not None}
        with pytest.raises(ClientError, match=reason):
            harness.create(
                "AWS::RDS::DBCluster", **given, MasterUserAuthenticationType="iam-db-auth"
            )

    def test_its_password_may_be_managed_by_rds_and_by_the_template_again(
        self, harness, basics, cluster
    ):
        without = {name: basics[name] for name in basics if name != "MasterUserPassword"}
        deployed = harness.update(cluster, **without, ManageMasterUserPassword=True)
        secret = deployed.attributes["MasterUserSecret.SecretArn"]
        harness.call("secretsmanager", "describe_secret", SecretId=secret)

        deployed = harness.update(deployed, **basics)
        assert "MasterUserSecret.SecretArn" not in deployed.attributes

    def test_its_name_is_unique_and_free_after_its_deletion(self, harness, basics):
        named = basics | {"DBClusterIdentifier": "Named-Cluster"}
        deployed = harness.create("AWS::RDS::DBCluster", **named)
        assert deployed.physical_id == "named-cluster"
        with pytest.raises(ClientError, match="already exists"):
            harness.create("AWS::RDS::DBCluster", **named)
        harness.delete(deployed)
        harness.delete(harness.create("AWS::RDS::DBCluster", **named))

    def test_it_cannot_be_deleted_while_it_is_protected(self, harness, basics):
        deployed = harness.create("AWS::RDS::DBCluster", **basics, DeletionProtection=True)
        reason = (
            "Cannot delete protected Cluster, please disable deletion protection and try again."
        )
        with pytest.raises(ClientError, match=reason):
            harness.delete(deployed)
        harness.delete(harness.update(deployed, **basics, DeletionProtection=False))

    def test_it_cannot_be_deleted_while_it_has_instances(self, harness, cluster, member):
        with pytest.raises(ClientError, match="still contains DB instances"):
            harness.delete(cluster)
        harness.delete(member)
        harness.delete(cluster)

    def test_a_snapshot_stays_only_on_request(self, harness, basics):
        def snapshots():
            found = harness.call("rds", "describe_db_cluster_snapshots")["DBClusterSnapshots"]
            return {one["DBClusterIdentifier"]: one["SnapshotType"] for one in found}

        kept, gone = (harness.create("AWS::RDS::DBCluster", **basics) for _ in range(2))
        delete_with_snapshot(harness, kept)
        harness.delete(gone)

        assert snapshots()[kept.physical_id] == "manual"
        assert gone.physical_id not in snapshots()


class TestInstance:
    def test_a_member_follows_its_cluster(self, harness, basics):
        cluster = harness.create("AWS::RDS::DBCluster", **basics, Port=3307)
        fixed = {
            "DBClusterIdentifier": cluster.physical_id,
            "Engine": "aurora-mysql",
        }
        deployed = harness.create(
            "AWS::RDS::DBInstance",
            **fixed,
            AutoMinorVersionUpgrade="false",
            DBInstanceClass="db.t4g.medium",
            PubliclyAccessible=False,
        )

        found = described(harness, deployed)
        assert found["DBClusterIdentifier"] == cluster.physical_id
        assert deployed.attributes == {
            "DBInstanceArn": found["DBInstanceArn"],
            "DbiResourceId": found["DbiResourceId"],
            "Endpoint.Address": found["Endpoint"]["Address"],
            "Endpoint.Port": "3307",
        }

        harness.update(
            deployed,
            **fixed,
            AutoMinorVersionUpgrade=True,
            DBInstanceClass="db.r6g.large",
            PromotionTier=3,
            PubliclyAccessible=False,
        )
        found = described(harness, deployed)
        assert (found["DBInstanceClass"], found["PromotionTier"]) == ("db.r6g.large", 3)
        assert found["AutoMinorVersionUpgrade"]

    def test_settings_of_the_cluster_are_refused_on_a_member(self, harness, cluster):
        with pytest.raises(ClientError, match="Set backup retention period for the DB Cluster"):
            harness.create(
                "AWS::RDS::DBInstance",
                BackupRetentionPeriod=3,
                DBClusterIdentifier=cluster.physical_id,
                DBInstanceClass="db.t4g.medium",
                Engine="aurora-mysql",
            )

    def test_its_engine_must_match_its_cluster_which_must_exist(self, harness, cluster):
        names = {"DBInstanceClass": "db.t4g.medium", "Engine": "aurora-postgresql"}
        with pytest.raises(ClientError, match="engine"):
            harness.create("AWS::RDS::DBInstance", DBClusterIdentifier=cluster.physical_id, **names)
        with pytest.raises(ClientError, match="no-cluster"):
            harness.create("AWS::RDS::DBInstance", DBClusterIdentifier="no-cluster", **names)

    def test_one_without_a_cluster_changes_in_place(self, harness, standalone, instance):
        deployed = harness.update(
            instance,
            **standalone | {"AllocatedStorage": "40", "DBInstanceClass": "db.m6g.large"},
            AllowMajorVersionUpgrade=True,
            BackupRetentionPeriod=5,
            DeletionProtection=True,
            EnableCloudwatchLogsExports=["postgresql"],
            EnableIAMDatabaseAuthentication=True,
            MultiAZ=True,
            Port="5433",
            StorageType="gp3",
            Tags=tags(a="1"),
        )

        found = described(harness, deployed)
        assert found["AllocatedStorage"] == 40
        assert found["BackupRetentionPeriod"] == 5
        assert found["DBInstanceClass"] == "db.m6g.large"
        assert found["EnabledCloudwatchLogsExports"] == ["postgresql"]
        assert found["IAMDatabaseAuthenticationEnabled"]
        assert (found["MultiAZ"], found["StorageType"]) == (True, "gp3")
        assert found["TagList"] == tags(a="1")
        assert deployed.attributes["Endpoint.Port"] == "5433"
        with pytest.raises(ClientError, match="Cannot delete protected DB Instance"):
            harness.delete(deployed)

    def test_each_has_a_resource_id_of_its_own(self, harness, standalone, instance):
        other = harness.create("AWS::RDS::DBInstance", **standalone)
        assert other.attributes["DbiResourceId"] != instance.attributes["DbiResourceId"]

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"DBSubnetGroupName": "nowhere"}, "nowhere"),
            ({"VPCSecurityGroups": ["sg-nothing"]}, "sg-nothing"),
            ({"DBParameterGroupName": "nothing"}, "nothing"),
            ({"DBSnapshotIdentifier": "old"}, "takes no DBName, MasterUsername"),
            ({"AllocatedStorage": "0"}, "AllocatedStorage"),
        ],
        ids=["subnet group", "group", "parameter group", "snapshot", "storage"],
    )
    def test_invalid_properties_are_refused_and_passwords_are_not_shown(
        self, harness, standalone, wrong, reason
    ):
        with pytest.raises(REFUSED, match=reason) as error:
            harness.create("AWS::RDS::DBInstance", **standalone | wrong)
        assert PASSWORD not in str(error.value)

    def test_a_snapshot_stays_only_on_request(self, harness, standalone, instance, member):
        gone = harness.create("AWS::RDS::DBInstance", **standalone)
        delete_with_snapshot(harness, instance)
        harness.delete(gone)

        found = harness.call("rds", "describe_db_snapshots", SnapshotType="manual")["DBSnapshots"]
        assert [one["DBInstanceIdentifier"] for one in found] == [instance.physical_id]
        with pytest.raises(Failure, match="no snapshot of its own"):
            delete_with_snapshot(harness, member)


class TestEngineRefusals:
    @pytest.mark.parametrize(
        "name", ["admin", "Admin", "pg_owner", "user", "grant", "none", "rdsadmin", "rdstopmgr"]
    )
    def test_a_reserved_word_cannot_be_the_master(self, harness, standalone, name):
        said = f"MasterUsername {name} cannot be used as it is a reserved word used by the engine"
        with pytest.raises(ClientError, match=said):
            harness.create("AWS::RDS::DBInstance", **standalone | {"MasterUsername": name})

    def test_each_engine_has_reserved_words_of_its_own(self, harness, basics):
        with pytest.raises(REFUSED, match="MasterUsername"):
            harness.create("AWS::RDS::DBCluster", **basics | {"MasterUsername": "rdsadmin"})
        harness.delete(harness.create("AWS::RDS::DBCluster", **basics))

    def test_a_long_name_cannot_be_the_master(self, harness, basics):
        with pytest.raises(ClientError, match="must be 1 to 16 letters"):
            harness.create("AWS::RDS::DBCluster", **basics | {"MasterUsername": "a" * 17})

    @pytest.mark.parametrize(("engine", "version"), [("mysql", "8.0.42"), ("postgres", "13.23")])
    def test_an_instance_past_its_standard_support_needs_extended_support(
        self, harness, standalone, engine, version
    ):
        old = standalone | {"Engine": engine, "EngineVersion": version}
        with pytest.raises(ClientError, match="past its end of standard support date"):
            harness.create(
                "AWS::RDS::DBInstance", **old, EngineLifecycleSupport=NO_EXTENDED_SUPPORT
            )
        harness.delete(harness.create("AWS::RDS::DBInstance", **old))

    def test_so_does_a_cluster(self, harness, basics):
        old = basics | {"EngineVersion": "5.7.mysql_aurora.2.12.6"}
        with pytest.raises(ClientError, match="past its end of standard support date"):
            harness.create("AWS::RDS::DBCluster", **old, EngineLifecycleSupport=NO_EXTENDED_SUPPORT)
        harness.delete(harness.create("AWS::RDS::DBCluster", **old))


class TestAttachment:
    @pytest.fixture
    def secret(self, harness):
        login = {"username": "admin", "password": PASSWORD}
        return harness.create("AWS::SecretsManager::Secret", SecretString=json.dumps(login))

    def test_a_secret_learns_how_to_reach_a_cluster(self, harness, basics, secret):
        cluster = harness.create("AWS::RDS::DBCluster", **basics, DatabaseName="app")
        deployed = self.attach(harness, secret, cluster)

        assert deployed.physical_id == secret.physical_id
        assert self.value(harness, secret) == {
            "username": "admin",
            "password": PASSWORD,
            "engine": "mysql",
            "host": cluster.attributes["Endpoint.Address"],
            "port": 3306,
            "dbClusterIdentifier": cluster.physical_id,
            "dbname": "app",
        }
        harness.delete(deployed)

    def test_a_secret_learns_how_to_reach_an_instance(self, harness, instance, secret):
        self.attach(harness, secret, instance)

        value = self.value(harness, secret)
        assert value["engine"] == "postgres"
        assert value["host"] == instance.attributes["Endpoint.Address"]
        assert (value["port"], value["dbname"]) == (5432, "app")
        assert value["dbInstanceIdentifier"] == instance.physical_id

    def test_it_can_be_attached_to_another(self, harness, basics, cluster, secret):
        other = harness.create("AWS::RDS::DBCluster", **basics)
        deployed = self.attach(harness, secret, cluster)
        harness.update(deployed, **deployed.properties | {"TargetId": other.physical_id})
        assert self.value(harness, secret)["dbClusterIdentifier"] == other.physical_id

    def test_a_proxy_cannot_be_a_target(self, harness, secret):
        with pytest.raises(Failure, match="Unsupported target type"):
            harness.create(
                "AWS::SecretsManager::SecretTargetAttachment",
                SecretId=secret.physical_id,
                TargetId="proxy",
                TargetType="AWS::RDS::DBProxy",
            )

    def test_a_value_that_is_not_an_object_is_refused_and_not_shown(self, harness, cluster):
        secret = harness.create("AWS::SecretsManager::Secret", SecretString=PASSWORD)
        with pytest.raises(Failure, match="the secret is not a JSON object") as error:
            self.attach(harness, secret, cluster)
        assert PASSWORD not in str(error.value)

    @staticmethod
    def attach(harness, secret, target):
        return harness.create(
            "AWS::SecretsManager::SecretTargetAttachment",
            SecretId=secret.physical_id,
            TargetId=target.physical_id,
            TargetType=target.type,
        )

    @staticmethod
    def value(harness, secret):
        found = harness.call("secretsmanager", "get_secret_value", SecretId=secret.physical_id)
        return json.loads(found["SecretString"])


def trust(service):
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": ["sts:AssumeRole"],
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.fixture(scope="module")
def role(harness):
    deployed = harness.create("AWS::IAM::Role", AssumeRolePolicyDocument=trust("rds.amazonaws.com"))
    return deployed.attributes["Arn"]


@pytest.fixture(scope="module")
def login(harness):
    value = {"username": "admin", "password": PASSWORD}
    deployed = harness.create("AWS::SecretsManager::Secret", SecretString=json.dumps(value))
    return {"AuthScheme": "SECRETS", "IAMAuth": "REQUIRED", "SecretArn": deployed.physical_id}


@pytest.fixture
def settings(network, role, login) -> dict[str, Any]:
    """The properties that a proxy requires, with a unique name."""
    return {
        "Auth": [login],
        "DBProxyName": f"proxy-{next(NUMBERS)}",
        "EngineFamily": "MYSQL",
        "RequireTLS": True,
        "RoleArn": role,
        "VpcSecurityGroupIds": [network.group],
        "VpcSubnetIds": network.subnets[:2],
    }


@pytest.fixture
def proxy(harness, settings):
    return harness.create("AWS::RDS::DBProxy", **settings)


def shown(harness, proxy):
    answer = harness.call("rds", "describe_db_proxies", DBProxyName=proxy.physical_id)
    return answer["DBProxies"][0]


def with_ipv6(harness, network, subnets):
    """Give subnets an IPv6 block each, of a new one of their VPC."""
    made = harness.call(
        "ec2", "associate_vpc_cidr_block", VpcId=network.vpc, AmazonProvidedIpv6CidrBlock=True
    )
    block = ip_network(made["Ipv6CidrBlockAssociation"]["Ipv6CidrBlock"])
    for subnet, part in zip(subnets, block.subnets(new_prefix=64), strict=False):
        harness.call("ec2", "associate_subnet_cidr_block", SubnetId=subnet, Ipv6CidrBlock=str(part))


class TestProxy:
    def test_it_matches_its_template(self, harness, network, settings, login):
        with_ipv6(harness, network, settings["VpcSubnetIds"])
        deployed = harness.create(
            "AWS::RDS::DBProxy",
            **settings,
            DebugLogging="true",
            DefaultAuthScheme="IAM_AUTH",
            EndpointNetworkType="DUAL",
            IdleClientTimeout="900",
            TargetConnectionNetworkType="IPV4",
            Tags=tags(a="1"),
        )

        found = shown(harness, deployed)
        for name in ("DBProxyName", "EngineFamily", "RequireTLS", "RoleArn", "VpcSubnetIds"):
            assert found[name] == settings[name]
        assert found["Auth"] == [login]
        assert (found["DebugLogging"], found["IdleClientTimeout"]) == (True, 900)
        assert found["DefaultAuthScheme"] == "IAM_AUTH"
        assert found["EndpointNetworkType"] == "DUAL"
        assert found["VpcSecurityGroupIds"] == [network.group]
        assert deployed.attributes == {
            "DBProxyArn": found["DBProxyArn"],
            "Endpoint": found["Endpoint"],
            "VpcId": network.vpc,
        }
        assert tags_of(harness, found["DBProxyArn"]) == tags(a="1")

    def test_it_changes_in_place(self, harness, network, settings, proxy, login):
        before = shown(harness, proxy)
        other = harness.create(
            "AWS::IAM::Role", AssumeRolePolicyDocument=trust(["rds.amazonaws.com"])
        ).attributes["Arn"]
        group = harness.call(
            "ec2", "create_security_group", GroupName="p", Description="p", VpcId=network.vpc
        )["GroupId"]
        harness.update(
            proxy,
            **settings
            | {
                "Auth": [login | {"IAMAuth": "DISABLED"}],
                "RequireTLS": False,
                "RoleArn": other,
                "VpcSecurityGroupIds": [group],
            },
            DebugLogging=True,
            DefaultAuthScheme="IAM_AUTH",
            IdleClientTimeout=60,
            Tags=tags(b="2"),
        )

        found = shown(harness, proxy)
        assert found["Auth"] == [login | {"IAMAuth": "DISABLED"}]
        assert (found["RequireTLS"], found["RoleArn"]) == (False, other)
        assert found["VpcSecurityGroupIds"] == [group]
        assert (found["DebugLogging"], found["IdleClientTimeout"]) == (True, 60)
        assert found["DefaultAuthScheme"] == "IAM_AUTH"
        assert found["UpdatedDate"] > before["UpdatedDate"]
        assert found["Endpoint"] == before["Endpoint"]
        assert tags_of(harness, found["DBProxyArn"]) == tags(b="2")

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"RoleArn": "arn:aws:iam::222222222222:role/nobody"}, "not authorized to assume"),
            ({"RequireTLS": False}, "Must enable TLS, when IAM Auth is required"),
            ({"Auth": [{"AuthScheme": "SECRETS"}]}, "SecretArn is needed"),
            ({"VpcSecurityGroupIds": ["sg-nothing"]}, "sg-nothing"),
            ({"VpcSubnetIds": ["subnet-1", "subnet-2"]}, "subnet-"),
        ],
        ids=["role", "TLS", "no secret", "group", "subnets"],
    )
    def test_invalid_properties_are_refused(self, harness, settings, wrong, reason):
        with pytest.raises(REFUSED, match=reason):
            harness.create("AWS::RDS::DBProxy", **settings | wrong)
        with pytest.raises(ClientError, match="DBProxyNotFound"):
            harness.call("rds", "describe_db_proxies", DBProxyName=settings["DBProxyName"])

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"SecretArn": "arn:aws:secretsmanager:eu-west-1:222222222222:secret:no"}, "no secret"),
            ({"IAMAuth": "ENABLED"}, "only for SQLSERVER"),
            ({"IAMAuth": "PERHAPS"}, "IAMAuth: is not one of"),
            ({"ClientPasswordAuthType": "POSTGRES_MD5"}, "not valid for MYSQL"),
        ],
        ids=["secret", "IAM of SQL Server", "IAM", "password"],
    )
    def test_a_wrong_login_is_refused(self, harness, settings, login, wrong, reason):
        with pytest.raises(REFUSED, match=reason):
            harness.create("AWS::RDS::DBProxy", **settings | {"Auth": [login | wrong]})

    def test_it_has_a_secret_or_uses_end_to_end_iam(self, harness, settings):
        without = {name: settings[name] for name in settings if name != "Auth"}
        with pytest.raises(ClientError, match="Auth is needed"):
            harness.create("AWS::RDS::DBProxy", **without)
        harness.create("AWS::RDS::DBProxy", **without, DefaultAuthScheme="IAM_AUTH")

    def test_its_role_must_trust_rds(self, harness, settings):
        other = harness.create(
            "AWS::IAM::Role", AssumeRolePolicyDocument=trust("lambda.amazonaws.com")
        )
        with pytest.raises(ClientError, match="not authorized to assume"):
            harness.create("AWS::RDS::DBProxy", **settings | {"RoleArn": other.attributes["Arn"]})

    def test_it_must_cover_two_zones_of_one_vpc(self, harness, settings, network, elsewhere):
        for subnets, reason in (
            (network.subnets[:1] * 2, "at least 2 AZs"),
            ([network.subnets[0], elsewhere.subnets[1]], "not all in the same VPC"),
            (elsewhere.subnets, "different VPCs"),
        ):
            with pytest.raises(REFUSED, match=reason):
                harness.create("AWS::RDS::DBProxy", **settings | {"VpcSubnetIds": subnets})

    def test_its_name_is_unique_and_free_after_its_deletion(self, harness, settings, proxy):
        with pytest.raises(ClientError, match="already"):
            harness.create("AWS::RDS::DBProxy", **settings)
        harness.delete(proxy)
        harness.delete(harness.create("AWS::RDS::DBProxy", **settings))

    def test_a_refused_change_changes_nothing(self, harness, settings, proxy):
        before = shown(harness, proxy)
        with pytest.raises(ClientError, match="Must enable TLS"):
            harness.update(proxy, **settings | {"RequireTLS": False}, DebugLogging=True)
        assert shown(harness, proxy) == before

    def test_a_missing_proxy_is_neither_changed_nor_deleted(self, harness):
        for operation in ("modify_db_proxy", "delete_db_proxy"):
            with pytest.raises(ClientError, match="DBProxyNotFound"):
                harness.call("rds", operation, DBProxyName="nothing")


class TestProxyZones:
    """Proxies in us-east-1, whose zone e lacks RDS Proxy."""

    @pytest.fixture
    def virginia(self, server):
        return TypeHarness(server.clients, account="222222222222", region="us-east-1")

    @pytest.fixture
    def subnets(self, virginia):
        vpc = virginia.call("ec2", "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        return [
            virginia.call(
                "ec2",
                "create_subnet",
                VpcId=vpc,
                CidrBlock=f"10.0.{number}.0/24",
                AvailabilityZoneId=f"use1-az{number}",
            )["Subnet"]["SubnetId"]
            for number in (1, 2, 3)
        ]

    @pytest.fixture
    def wanted(self, virginia, settings):
        value = json.dumps({"username": "admin", "password": PASSWORD})
        secret = virginia.create("AWS::SecretsManager::Secret", SecretString=value)
        login = settings["Auth"][0] | {"SecretArn": secret.physical_id}
        elsewhere = {"VpcSecurityGroupIds", "VpcSubnetIds"}
        kept = {name: value for name, value in settings.items() if name not in elsewhere}
        return kept | {"Auth": [login]}

    def test_two_zones_must_have_rds_proxy(self, virginia, wanted, subnets):
        with pytest.raises(ClientError, match=r"not supported in the Availability Zones use1-az3"):
            virginia.create("AWS::RDS::DBProxy", **wanted | {"VpcSubnetIds": subnets[1:]})

    def test_a_third_zone_without_it_is_silently_left_out(self, virginia, wanted, subnets):
        deployed = virginia.create("AWS::RDS::DBProxy", **wanted | {"VpcSubnetIds": subnets})

        assert shown(virginia, deployed)["VpcSubnetIds"] == subnets[:2]
        virginia.delete(deployed)


class TestTargets:
    def test_aurora_mysql_cannot_be_a_target_in_some_regions(self, server, role, settings):
        taipei = TypeHarness(server.clients, account="222222222222", region="ap-east-2")
        network = make_network(taipei)
        group = make_subnet_group(taipei, network).physical_id
        cluster = taipei.create(
            "AWS::RDS::DBCluster",
            Engine="aurora-mysql",
            EngineVersion="8.0.mysql_aurora.3.10.6",
            MasterUsername="root",
            MasterUserPassword=PASSWORD,
            DBSubnetGroupName=group,
        )
        taipei.create(
            "AWS::RDS::DBInstance",
            DBClusterIdentifier=cluster.physical_id,
            DBInstanceClass="db.r7g.large",
            Engine="aurora-mysql",
        )
        place = {"VpcSubnetIds": network.subnets, "VpcSecurityGroupIds": [network.group]}
        without = {name: value for name, value in settings.items() if name != "Auth"}
        proxy = taipei.create("AWS::RDS::DBProxy", **without | place, DefaultAuthScheme="IAM_AUTH")

        with pytest.raises(ClientError, match="not available with Aurora MySQL in ap-east-2"):
            self.create(taipei, proxy, DBClusterIdentifiers=[cluster.physical_id])

    def test_a_group_has_a_cluster_and_a_pool(self, harness, proxy, cluster, member):
        deployed = self.create(
            harness,
            proxy,
            DBClusterIdentifiers=[cluster.physical_id],
            ConnectionPoolConfigurationInfo={
                "MaxConnectionsPercent": "90",
                "MaxIdleConnectionsPercent": 40,
                "ConnectionBorrowTimeout": 30,
                "SessionPinningFilters": ["EXCLUDE_VARIABLE_SETS"],
            },
        )

        assert self.group(harness, proxy)["ConnectionPoolConfig"] == {
            "MaxConnectionsPercent": 90,
            "MaxIdleConnectionsPercent": 40,
            "ConnectionBorrowTimeout": 30,
            "SessionPinningFilters": ["EXCLUDE_VARIABLE_SETS"],
        }
        assert deployed.physical_id == self.group(harness, proxy)["TargetGroupArn"]
        (target,) = self.targets(harness, proxy)
        assert (target["Type"], target["Port"]) == ("TRACKED_CLUSTER", 3306)
        assert target["Endpoint"] == cluster.attributes["Endpoint.Address"]

        harness.delete(deployed)
        assert self.targets(harness, proxy) == []

    def test_target_and_pool_change_in_place(self, harness, basics, proxy, cluster, member):
        other = harness.create("AWS::RDS::DBCluster", **basics)
        harness.create(
            "AWS::RDS::DBInstance",
            DBClusterIdentifier=other.physical_id,
            DBInstanceClass="db.t4g.medium",
            Engine="aurora-mysql",
        )
        fixed = {"DBProxyName": proxy.physical_id, "TargetGroupName": "default"}
        deployed = self.create(
            harness,
            proxy,
            DBClusterIdentifiers=[cluster.physical_id],
            ConnectionPoolConfigurationInfo={"ConnectionBorrowTimeout": 30},
        )
        deployed = harness.update(deployed, **fixed, DBClusterIdentifiers=[other.physical_id])

        assert [one["RdsResourceId"] for one in self.targets(harness, proxy)] == [other.physical_id]
        assert self.group(harness, proxy)["ConnectionPoolConfig"]["ConnectionBorrowTimeout"] == 120

        with pytest.raises(ClientError, match="nothing"):
            harness.update(deployed, **fixed, DBClusterIdentifiers=["nothing"])
        assert [one["RdsResourceId"] for one in self.targets(harness, proxy)] == [other.physical_id]

    def test_a_target_may_be_an_instance(self, harness, settings, instance):
        proxy = harness.create("AWS::RDS::DBProxy", **settings | {"EngineFamily": "POSTGRESQL"})
        self.create(harness, proxy, DBInstanceIdentifiers=[instance.physical_id])

        (target,) = self.targets(harness, proxy)
        assert (target["Type"], target["Port"]) == ("RDS_INSTANCE", 5432)
        assert target["Endpoint"] == instance.attributes["Endpoint.Address"]

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"TargetGroupName": "mine"}, "default"),
            ({"DBClusterIdentifiers": ["nothing"]}, "nothing"),
            ({"DBProxyName": "no-proxy"}, "DBProxyNotFound"),
            ({"DBInstanceIdentifiers": ["one"]}, "has one target"),
            (
                {
                    "ConnectionPoolConfigurationInfo": {
                        "MaxConnectionsPercent": 10,
                        "MaxIdleConnectionsPercent": 20,
                    }
                },
                "must not exceed",
            ),
            ({"ConnectionPoolConfigurationInfo": {"InitQuery": "SET x=1"}}, "InitQuery"),
        ],
        ids=["name", "cluster", "proxy", "both", "pool", "query"],
    )
    def test_invalid_properties_are_refused(self, harness, proxy, member, wrong, reason):
        cluster = member.properties["DBClusterIdentifier"]
        right = {"DBClusterIdentifiers": [cluster]}
        with pytest.raises(REFUSED, match=reason):
            self.create(harness, proxy, **right | wrong)
        assert self.targets(harness, proxy) == []

    def test_a_cluster_without_instances_is_refused(self, harness, proxy, cluster):
        with pytest.raises(ClientError, match="no available instance"):
            self.create(harness, proxy, DBClusterIdentifiers=[cluster.physical_id])

    def test_a_multi_az_cluster_has_instances_of_its_own(self, harness, settings, basics):
        harness.call(
            "rds", "create_db_cluster", DBClusterIdentifier="multi-az", Engine="postgres",
            EngineVersion="17.6", DBClusterInstanceClass="db.m5d.large", AllocatedStorage=100,
            StorageType="io1", Iops=1000, MasterUsername="boss", MasterUserPassword=PASSWORD,
            DBSubnetGroupName=basics["DBSubnetGroupName"],
        )  # fmt: skip
        proxy = harness.create("AWS::RDS::DBProxy", **settings | {"EngineFamily": "POSTGRESQL"})

        self.create(harness, proxy, DBClusterIdentifiers=["multi-az"])

        (target,) = self.targets(harness, proxy)
        assert (target["RdsResourceId"], target["Port"]) == ("multi-az", 5432)

    def test_a_cluster_that_is_stopped_is_refused(self, harness, proxy, cluster, member):
        harness.call("rds", "stop_db_cluster", DBClusterIdentifier=cluster.physical_id)

        with pytest.raises(ClientError, match="The database is stopped"):
            self.create(harness, proxy, DBClusterIdentifiers=[cluster.physical_id])

    def test_a_read_replica_is_refused(self, harness, settings, instance):
        proxy = harness.create("AWS::RDS::DBProxy", **settings | {"EngineFamily": "POSTGRESQL"})
        harness.call(
            "rds", "create_db_instance_read_replica", DBInstanceIdentifier="replica",
            SourceDBInstanceIdentifier=instance.physical_id,
        )  # fmt: skip

        with pytest.raises(ClientError, match="replica is a read replica"):
            self.create(harness, proxy, DBInstanceIdentifiers=["replica"])

    def test_serverless_v1_is_refused(self, harness, proxy):
        harness.call(
            "rds", "create_db_cluster", DBClusterIdentifier="v1", Engine="aurora-mysql",
            EngineMode="serverless", MasterUsername="admin", MasterUserPassword=PASSWORD,
        )  # fmt: skip

        with pytest.raises(ClientError, match="does not support Aurora Serverless v1"):
            self.create(harness, proxy, DBClusterIdentifiers=["v1"])

    def test_a_vpc_of_dedicated_tenancy_is_refused(self, harness, settings):
        dedicated = make_network(harness, InstanceTenancy="dedicated")
        place = {"VpcSecurityGroupIds": [dedicated.group], "VpcSubnetIds": dedicated.subnets}

        with pytest.raises(ClientError, match="which has dedicated tenancy"):
            harness.create("AWS::RDS::DBProxy", **settings | place)

    def test_another_engine_is_refused(self, harness, proxy, instance):
        with pytest.raises(ClientError, match="MYSQL of the proxy does not match postgres"):
            self.create(harness, proxy, DBInstanceIdentifiers=[instance.physical_id])

    def test_another_vpc_is_refused(self, harness, settings, elsewhere, cluster, member):
        place = {
            "VpcSecurityGroupIds": [elsewhere.group],
            "VpcSubnetIds": elsewhere.subnets,
        }
        proxy = harness.create("AWS::RDS::DBProxy", **settings | place)
        with pytest.raises(ClientError, match=f"The proxy is in {elsewhere.vpc}"):
            self.create(harness, proxy, DBClusterIdentifiers=[cluster.physical_id])

    @staticmethod
    def create(harness, proxy, **more):
        names = {"DBProxyName": proxy.physical_id, "TargetGroupName": "default"}
        return harness.create("AWS::RDS::DBProxyTargetGroup", **names | more)

    @staticmethod
    def group(harness, proxy):
        name = {"DBProxyName": proxy.physical_id}
        return harness.call("rds", "describe_db_proxy_target_groups", **name)["TargetGroups"][0]

    @staticmethod
    def targets(harness, proxy):
        name = {"DBProxyName": proxy.physical_id}
        return harness.call("rds", "describe_db_proxy_targets", **name)["Targets"]


class TestEndpoint:
    @pytest.fixture
    def names(self, proxy) -> dict[str, Any]:
        return {
            "DBProxyName": proxy.physical_id,
            "DBProxyEndpointName": f"endpoint-{next(NUMBERS)}",
        }

    def test_an_instance_of_rds_has_no_readers(self, harness, settings, standalone):
        instance = harness.create("AWS::RDS::DBInstance", **standalone)
        target = {"DBInstanceIdentifiers": [instance.physical_id]}
        endpoint = {"VpcSubnetIds": settings["VpcSubnetIds"], "TargetRole": "READ_ONLY"}

        first = self.of_postgresql(harness, settings)
        TestTargets.create(harness, first, **target)
        with pytest.raises(ClientError, match="only for proxies of Aurora"):
            self.reader(harness, first, endpoint)

        second = self.of_postgresql(harness, settings)
        self.reader(harness, second, endpoint)
        with pytest.raises(ClientError, match="only for proxies of Aurora"):
            TestTargets.create(harness, second, **target)

    @staticmethod
    def of_postgresql(harness, settings):
        own = {"DBProxyName": f"proxy-{next(NUMBERS)}", "EngineFamily": "POSTGRESQL"}
        return harness.create("AWS::RDS::DBProxy", **settings | own)

    @staticmethod
    def reader(harness, proxy, endpoint):
        names = {
            "DBProxyName": proxy.physical_id,
            "DBProxyEndpointName": f"endpoint-{next(NUMBERS)}",
        }
        return harness.create("AWS::RDS::DBProxyEndpoint", **names | endpoint)

    def test_it_is_created_changed_and_deleted(self, harness, names, elsewhere):
        given = {**names, "VpcSubnetIds": elsewhere.subnets, "TargetRole": "READ_ONLY"}
        deployed = harness.create(
            "AWS::RDS::DBProxyEndpoint",
            **given,
            VpcSecurityGroupIds=[elsewhere.group],
            Tags=tags(a="1"),
        )

        found = self.shown(harness, deployed)
        assert deployed.attributes == {
            "DBProxyEndpointArn": found["DBProxyEndpointArn"],
            "Endpoint": found["Endpoint"],
            "IsDefault": False,
            "VpcId": elsewhere.vpc,
        }
        assert found | given == found
        assert found["Status"] == "available"
        assert tags_of(harness, found["DBProxyEndpointArn"]) == tags(a="1")

        other = harness.call(
            "ec2", "create_security_group", GroupName="e", Description="e", VpcId=elsewhere.vpc
        )["GroupId"]
        deployed = harness.update(deployed, **given, VpcSecurityGroupIds=[other], Tags=tags(b="2"))
        assert self.shown(harness, deployed)["VpcSecurityGroupIds"] == [other]
        assert tags_of(harness, found["DBProxyEndpointArn"]) == tags(b="2")

        of_proxy = {"DBProxyName": names["DBProxyName"]}
        listed = harness.call("rds", "describe_db_proxy_endpoints", **of_proxy)["DBProxyEndpoints"]
        assert [one["DBProxyEndpointName"] for one in listed] == [deployed.physical_id]
        harness.delete(deployed)
        with pytest.raises(ClientError, match="DBProxyEndpointNotFound"):
            self.shown(harness, deployed)

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"DBProxyName": "no-proxy"}, "DBProxyNotFound"),
            ({"VpcSubnetIds": ["subnet-nothing", "subnet-no"]}, "subnet-no"),
            ({"VpcSecurityGroupIds": ["sg-nothing"]}, "sg-nothing"),
            ({"TargetRole": "ANY"}, "TargetRole: is not one of"),
        ],
        ids=["proxy", "subnets", "group", "role"],
    )
    def test_invalid_properties_are_refused(self, harness, names, network, wrong, reason):
        given = {**names, "VpcSubnetIds": network.subnets, **wrong}
        with pytest.raises(REFUSED, match=reason):
            harness.create("AWS::RDS::DBProxyEndpoint", **given)
        listed = harness.call("rds", "describe_db_proxy_endpoints")["DBProxyEndpoints"]
        assert names["DBProxyEndpointName"] not in str(listed)

    def test_its_group_must_be_of_its_vpc(self, harness, names, network, elsewhere):
        with pytest.raises(ClientError, match="different VPCs"):
            harness.create(
                "AWS::RDS::DBProxyEndpoint",
                **names,
                VpcSubnetIds=network.subnets,
                VpcSecurityGroupIds=[elsewhere.group],
            )

    def test_its_name_is_unique(self, harness, names, network):
        given = {**names, "VpcSubnetIds": network.subnets}
        harness.create("AWS::RDS::DBProxyEndpoint", **given)
        with pytest.raises(ClientError, match="already exists"):
            harness.create("AWS::RDS::DBProxyEndpoint", **given)

    @staticmethod
    def shown(harness, deployed):
        name = {"DBProxyEndpointName": deployed.physical_id}
        return harness.call("rds", "describe_db_proxy_endpoints", **name)["DBProxyEndpoints"][0]
