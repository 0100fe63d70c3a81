"""Databases, their groups, proxies and changes that RDS refuses, each beside one that it takes."""

from __future__ import annotations

from typing import ClassVar

import pytest
from botocore.exceptions import ClientError
from test_limits import CLUSTER, INSTANCE, NO_KEY, TRUST

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-limits")

REFUSED = (Failure, ClientError)
POSTGRESQL = {**CLUSTER, "Engine": "aurora-postgresql", "EngineVersion": "17.5"}
MULTI_AZ = {
    **CLUSTER,
    "Engine": "mysql",
    "EngineVersion": "8.4.11",
    "DBClusterInstanceClass": "db.m6gd.large",
    "StorageType": "io1",
    "AllocatedStorage": 100,
}
MEMBER = {"Engine": "aurora-mysql", "DBInstanceClass": "db.r7g.large"}
GP3 = {**INSTANCE, "AllocatedStorage": "400"}
KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}


def trusting(service):
    statement = {**TRUST["Statement"][0], "Principal": {"Service": service}}
    return {**TRUST, "Statement": [statement]}


@pytest.fixture(scope="module")
def place(harness):
    """A DB subnet group in two zones, and a security group."""
    vpc = harness.create("AWS::EC2::VPC", CidrBlock="10.8.0.0/16").physical_id
    subnets = [
        harness.create(
            "AWS::EC2::Subnet",
            VpcId=vpc,
            CidrBlock=f"10.8.{number}.0/24",
            AvailabilityZone=f"eu-west-1{zone}",
        ).physical_id
        for number, zone in enumerate("abc")
    ]
    two, three = (
        harness.create(
            "AWS::RDS::DBSubnetGroup", DBSubnetGroupDescription="d", SubnetIds=subnets[:count]
        ).physical_id
        for count in (2, 3)
    )
    group = harness.create("AWS::EC2::SecurityGroup", GroupDescription="d", VpcId=vpc)
    return {"two": two, "three": three, "group": group.physical_id, "subnets": subnets}


@pytest.fixture(scope="module")
def make(harness, place):
    """Makes databases in the place."""

    def make_database(properties, **wrong):
        given = {"DBSubnetGroupName": place["two"], **properties, **wrong}
        kind = "DBInstance" if "DBInstanceClass" in given else "DBCluster"
        groups = "VPCSecurityGroups" if kind == "DBInstance" else "VpcSecurityGroupIds"
        if "DBClusterIdentifier" not in given or kind == "DBCluster":
            given[groups] = [place["group"]]
        return harness.create(
            f"AWS::RDS::{kind}", **{name: one for name, one in given.items() if one is not None}
        )

    return make_database


@pytest.fixture(scope="module")
def cluster(make):
    return make(CLUSTER)


@pytest.mark.parametrize(
    ("properties", "wrong", "reason"),
    [
        (CLUSTER, {"KmsKeyId": "alias/aws/rds"}, "StorageEncrypted parameter must be true"),
        (CLUSTER, {"StorageEncrypted": True, "KmsKeyId": "alias/aws/s3"}, "KMS key"),
        (CLUSTER, {"EngineMode": "parallelquery"}, "currently unavailable"),
        (CLUSTER, {"GlobalClusterIdentifier": "nowhere"}, "Global cluster nowhere not found"),
        (CLUSTER, {"EnableGlobalWriteForwarding": True}, "members of a global database"),
        (CLUSTER, {"AssociatedRoles": [{"RoleArn": "arn:aws:iam::123456789012:role/no"}]}, "ARN"),
        (CLUSTER, {"PreferredBackupWindow": ""}, "Invalid backup window format"),
        (CLUSTER, {"ReplicationSourceIdentifier": "other"}, "no replicas of clusters"),
        (INSTANCE, {"StorageType": ""}, "must not be blank|Invalid storage type"),
        (INSTANCE, {"DBSubnetGroupName": ""}, "must not be blank"),
        (CLUSTER, {"MasterUsername": None}, "MasterUsername must be provided"),
        (CLUSTER, {"MasterUserPassword": "2short"}, "shorter than 8"),
        (CLUSTER, {"ManageMasterUserPassword": True}, "You can't specify MasterUserPassword"),
        (CLUSTER, {"Tags": [{"Key": "a*", "Value": "v"}]}, "characters that are not allowed"),
        (CLUSTER, {"Tags": [{"Key": "rds:a", "Value": "v"}]}, "can't be prefixed"),
        (CLUSTER, {"Tags": [{"Key": "a", "Value": "aws:v"}]}, "can't be prefixed"),
        (
            {**CLUSTER, "EngineVersion": "8.0.mysql_aurora.3.04.4"},
            {"ServerlessV2ScalingConfiguration": {"MinCapacity": 1, "MaxCapacity": 129}},
            "it is 128 at most",
        ),
        (
            {**POSTGRESQL, "EngineVersion": "12.22"},
            {"ServerlessV2ScalingConfiguration": {"MinCapacity": 1, "MaxCapacity": 2}},
            "Serverless v2 isn't supported",
        ),
        (
            {**POSTGRESQL, "EngineVersion": "12.22"},
            {"StorageType": "aurora-iopt1"},
            "aurora-iopt1 isn't supported",
        ),
        (POSTGRESQL, {"MasterUsername": "rds_superuser"}, "reserved word"),
        (POSTGRESQL, {"DatabaseName": "admin"}, "DatabaseName admin cannot be used"),
        (POSTGRESQL, {"DatabaseName": "Catalog"}, "DatabaseName Catalog cannot be used"),
        (POSTGRESQL, {"DatabaseName": "user"}, "DatabaseName user cannot be used"),
        (CLUSTER, {"DatabaseName": "database"}, "DatabaseName database cannot be used"),
        (CLUSTER, {"MasterUsername": "select"}, "MasterUsername select cannot be used"),
        (
            {**INSTANCE, "Engine": "postgres", "EngineVersion": "17.7"},
            {"DBName": "identity"},
            "DBName identity cannot be used",
        ),
        (
            {**INSTANCE, "Engine": "mariadb", "EngineVersion": "10.11.15"},
            {"DBName": "history"},
            "DBName history cannot be used",
        ),
        (MULTI_AZ, {"Iops": 1000}, "Availability Zone"),
        (MULTI_AZ, {"Iops": 6000}, "Invalid IOPS 6000"),
        (MULTI_AZ, {"Iops": 1000, "DBClusterIdentifier": "a" * 53}, "up to 52"),
        (INSTANCE, {"MasterUsername": None}, "MasterUsername must be provided"),
        (INSTANCE, {"MasterUserPassword": "2short"}, "shorter than 8"),
        (INSTANCE, {"DBSecurityGroups": ["default"]}, "DB instance in a VPC"),
        (INSTANCE, {"CharacterSetName": "UTF8"}, "CharacterSetName is not supported"),
        (INSTANCE, {"ProcessorFeatures": [{"Name": "coreCount", "Value": "1"}]}, "not supported"),
        (INSTANCE, {"BackupTarget": "moon"}, "Invalid backup target"),
        (INSTANCE, {"Engine": "oracle-ee"}, "Cannot find version 8.4.11 for oracle-ee"),
        (INSTANCE, {"MaxAllocatedStorage": 21}, "at least 10%"),
        (INSTANCE, {"MaxAllocatedStorage": 65537}, "at most 65536"),
        (GP3, {"Iops": 12000, "StorageThroughput": 4000}, r"more than 0\.25"),
        (INSTANCE, {"StorageEncrypted": True, "KmsKeyId": "alias/aws/lambda"}, "KMS key"),
        (
            {**INSTANCE, "Engine": "mariadb", "EngineVersion": "10.5.29"},
            {"EnableIAMDatabaseAuthentication": True},
            "not supported for mariadb",
        ),
    ],
)
def test_a_new_database_that_rds_refuses_fails(make, properties, wrong, reason):
    with pytest.raises(REFUSED, match=reason):
        make(properties, **wrong)


@pytest.mark.parametrize(
    ("properties", "more"),
    [
        (CLUSTER, {"StorageEncrypted": True, "KmsKeyId": "alias/aws/rds"}),
        (CLUSTER, {"ServerlessV2ScalingConfiguration": {"MinCapacity": 1, "MaxCapacity": 256}}),
        (CLUSTER, {"EngineMode": "provisioned", "StorageType": "aurora-iopt1"}),
        (POSTGRESQL, {"StorageType": "aurora-iopt1"}),
        (POSTGRESQL, {"MasterUsername": "postgres", "DatabaseName": "postgres"}),
        (POSTGRESQL, {"MasterUsername": "catalog"}),
        (CLUSTER, {"DatabaseName": "admin"}),
        (INSTANCE, {"MaxAllocatedStorage": 22, "BackupTarget": "region"}),
        (INSTANCE, {"AllocatedStorage": "100", "MaxAllocatedStorage": 110}),
        (GP3, {"StorageThroughput": 3000}),
        (INSTANCE, {"MasterUserPassword": "8letters", "EnableIAMDatabaseAuthentication": True}),
        (GP3, {"Iops": 12000, "StorageThroughput": 3000}),
        (INSTANCE, {"MasterUserPassword": None, "ManageMasterUserPassword": True}),
    ],
)
def test_a_new_database_beside_the_limits_is_made(harness, make, properties, more):
    harness.delete(make(properties, **more))


def test_a_multi_az_cluster_covers_three_zones(harness, make, place):
    harness.delete(make(MULTI_AZ, Iops=1000, DBSubnetGroupName=place["three"]))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"EngineVersion": "8.0.mysql_aurora.3.04.4"}, "does not match the engine version"),
        ({"PreferredBackupWindow": "03:00-04:00"}, "Set backup window for the DB Cluster"),
        ({"StorageType": "gp2"}, "Invalid storage type"),
        ({"MaxAllocatedStorage": 100}, "MaxAllocatedStorage isn't supported"),
        ({"Iops": 1000}, "Iops isn't supported"),
        ({"DBInstanceClass": "db.r4.large"}, "does not support creating"),
        ({"DBInstanceClass": "db.t3.small"}, "does not support creating"),
        ({"DBSubnetGroupName": "three"}, "not that of the DB cluster"),
    ],
)
def test_a_member_has_what_its_cluster_has(make, cluster, place, wrong, reason):
    known = {name: place.get(value, value) for name, value in wrong.items()}
    member = {**MEMBER, "DBClusterIdentifier": cluster.physical_id, "DBSubnetGroupName": None}
    with pytest.raises(REFUSED, match=reason):
        make(member, **known)


def test_a_member_may_name_the_version_of_its_cluster(harness, make, cluster):
    for version in ("8.0.mysql_aurora.3.10.6", "8.0"):
        member = {**MEMBER, "DBClusterIdentifier": cluster.physical_id, "EngineVersion": version}
        harness.delete(make(member, StorageType="aurora"))


@pytest.fixture(scope="module")
def keys(harness):
    def key(**properties):
        made = harness.create("AWS::KMS::Key", KeyPolicy=KEY_POLICY, **properties)
        return made.attributes["Arn"]

    return {
        "symmetric": key(),
        "disabled": key(Enabled=False),
        "RSA": key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT"),
    }


class TestKeys:
    @pytest.mark.parametrize("kind", ["disabled", "RSA"])
    def test_only_a_symmetric_one_that_is_enabled_encrypts(self, harness, make, keys, kind):
        key = keys[kind]
        for attempt in (
            lambda: make(CLUSTER, StorageEncrypted=True, KmsKeyId=key),
            lambda: make(INSTANCE, StorageEncrypted=True, KmsKeyId=key),
            lambda: harness.create("AWS::SecretsManager::Secret", KmsKeyId=key, SecretString="s"),
        ):
            with pytest.raises(REFUSED, match=r"KMS key|enabled"):
                attempt()

    def test_a_secret_takes_one_of_its_region(self, harness, keys):
        far = keys["symmetric"].replace("eu-west-1", "us-east-1")
        with pytest.raises(Failure, match="KMS key"):
            harness.create("AWS::SecretsManager::Secret", KmsKeyId=far)
        replica = {"Region": "us-east-1", "KmsKeyId": keys["symmetric"]}
        with pytest.raises(Failure, match="isn't in the replica's Region"):
            harness.create("AWS::SecretsManager::Secret", ReplicaRegions=[replica])
        secret = harness.create("AWS::SecretsManager::Secret", KmsKeyId=keys["symmetric"])
        assert harness.update(secret, KmsKeyId=keys["symmetric"], Description="d").physical_id
        with pytest.raises(Failure, match="KMS key"):
            harness.update(secret, KmsKeyId=keys["disabled"])

    def test_one_that_is_not_there_encrypts_nothing(self, make):
        with pytest.raises(Failure, match="KMS key"):
            make(CLUSTER, StorageEncrypted=True, KmsKeyId=NO_KEY)


class TestRoles:
    def test_one_that_may_not_write_records_does_not_monitor(self, harness, make):
        role = harness.create(
            "AWS::IAM::Role", AssumeRolePolicyDocument=trusting("monitoring.rds.amazonaws.com")
        )
        with pytest.raises(ClientError, match="ENHANCED_MONITORING"):
            make(INSTANCE, MonitoringInterval=60, MonitoringRoleArn=role.attributes["Arn"])
        managed = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
        role = harness.update(role, **role.properties, ManagedPolicyArns=[managed])
        harness.delete(
            make(INSTANCE, MonitoringInterval=60, MonitoringRoleArn=role.attributes["Arn"])
        )

    def test_a_cluster_has_those_that_trust_rds_for_features_of_its_engine(self, harness, make):
        arns = [
            harness.create("AWS::IAM::Role", AssumeRolePolicyDocument=trusting(service)).attributes[
                "Arn"
            ]
            for service in ("rds.amazonaws.com", "lambda.amazonaws.com")
        ]
        for properties, role in (
            (CLUSTER, {"RoleArn": arns[1]}),
            (CLUSTER, {"RoleArn": arns[0], "FeatureName": "s3Import"}),
            (POSTGRESQL, {"RoleArn": arns[0], "FeatureName": "s3Imports"}),
        ):
            with pytest.raises(Failure, match=r"ARN value is invalid|isn't supported"):
                make(properties, AssociatedRoles=[role])
        harness.delete(make(CLUSTER, AssociatedRoles=[{"RoleArn": arns[0]}]))
        exporting = {"RoleArn": arns[0], "FeatureName": "s3Export"}
        harness.delete(make(POSTGRESQL, AssociatedRoles=[exporting]))


class TestChanges:
    @pytest.mark.parametrize(
        ("properties", "change", "reason"),
        [
            (CLUSTER, {"EngineVersion": "8.0.mysql_aurora.3.04.4"}, "Cannot upgrade aurora-mysql"),
            (CLUSTER, {"BacktrackWindow": 3600}, "created with it"),
            (POSTGRESQL, {"EngineVersion": "16.9"}, "Cannot upgrade aurora-postgresql"),
            (INSTANCE, {"EngineVersion": "8.4.7"}, r"Cannot upgrade mysql from 8\.4\.11"),
            (INSTANCE, {"OptionGroupName": "nowhere"}, "nowhere"),
            (INSTANCE, {"OptionGroupName": "default:postgres-17"}, "is for postgres-17"),
            (GP3, {"AllocatedStorage": "300"}, "cannot be less than the current"),
            ({**INSTANCE, "EngineVersion": "8.0.45"}, {"EngineVersion": "8.4.11"}, "flag must be"),
        ],
    )
    def test_one_that_rds_refuses_fails(self, harness, make, properties, change, reason):
        made = make(properties)
        with pytest.raises(REFUSED, match=reason):
            harness.update(made, **{**made.properties, **change})
        harness.delete(made)

    @pytest.mark.parametrize(
        ("properties", "change"),
        [
            (CLUSTER, {"EngineVersion": "8.4.mysql_aurora.8.4.7"}),
            ({**CLUSTER, "BacktrackWindow": 3600}, {"BacktrackWindow": 7200}),
            ({**POSTGRESQL, "EngineVersion": "16.9"}, {"EngineVersion": "17.5"}),
            (INSTANCE, {"AllocatedStorage": "22"}),
            (INSTANCE, {"OptionGroupName": "default:mysql-8-4"}),
            ({**INSTANCE, "EngineVersion": "8.4.7"}, {"EngineVersion": "8.4.11"}),
            (
                {**INSTANCE, "EngineVersion": "8.0.45", "AllowMajorVersionUpgrade": True},
                {"EngineVersion": "8.4.11"},
            ),
        ],
    )
    def test_one_that_rds_takes_is_made(self, harness, make, properties, change):
        made = make(properties)
        harness.delete(harness.update(made, **{**made.properties, **change}))

    def test_another_major_version_needs_another_parameter_group(self, harness, make):
        old, new = (
            harness.create("AWS::RDS::DBParameterGroup", Family=family, Description="d").physical_id
            for family in ("mysql8.0", "mysql8.4")
        )
        with pytest.raises(ClientError, match="can't be used for this instance"):
            make(INSTANCE, DBParameterGroupName=old)
        given = {"EngineVersion": "8.0.45", "AllowMajorVersionUpgrade": True}
        made = make({**INSTANCE, **given}, DBParameterGroupName=old)
        upgraded = {**made.properties, "EngineVersion": "8.4.11"}
        with pytest.raises(ClientError, match="You must explicitly specify a new DB instance"):
            harness.update(made, **upgraded)
        made = harness.update(made, **{**upgraded, "DBParameterGroupName": new})
        harness.delete(made)

    def test_a_parameter_group_stays_while_a_database_has_it(self, harness, make):
        for kind, family, properties in (
            ("DBParameterGroup", "mysql8.4", INSTANCE),
            ("DBClusterParameterGroup", "aurora-mysql8.0", CLUSTER),
        ):
            group = harness.create(
                f"AWS::RDS::{kind}",
                Family=family,
                Description="d",
                Parameters={"max_connections": "99"},
            )
            made = make(properties, **{f"{kind}Name": group.physical_id})
            with pytest.raises(ClientError, match="still members of this parameter group"):
                harness.delete(group)
            harness.delete(made)
            harness.delete(group)


class TestRestores:
    @pytest.fixture(scope="class", autouse=True)
    @staticmethod
    def snapshot(harness, cluster):
        harness.call(
            "rds",
            "create_db_cluster_snapshot",
            DBClusterIdentifier=cluster.physical_id,
            DBClusterSnapshotIdentifier="kept",
        )

    GIVEN: ClassVar = {name: CLUSTER[name] for name in ("Engine", "EngineVersion")}

    @pytest.mark.parametrize(
        ("source", "reason"),
        [
            ({"SnapshotIdentifier": "arn:aws:rds:us-east-1:1:cluster-snapshot:kept"}, "not found"),
            (
                {"SnapshotIdentifier": "kept", "EngineVersion": "8.0.mysql_aurora.3.04.4"},
                "Cannot upgrade",
            ),
            (
                {
                    "SourceDBClusterIdentifier": "cluster",
                    "UseLatestRestorableTime": True,
                    "RestoreType": "some-copy",
                },
                "Invalid restore type",
            ),
        ],
    )
    def test_one_that_rds_refuses_fails(self, make, cluster, source, reason):
        known = {
            name: cluster.physical_id if value == "cluster" else value
            for name, value in source.items()
        }
        with pytest.raises(ClientError, match=reason):
            make({**self.GIVEN, **known})

    @pytest.mark.parametrize(
        "source",
        [
            {"SnapshotIdentifier": "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:kept"},
            {"SnapshotIdentifier": "kept", "EngineVersion": "8.4.mysql_aurora.8.4.7"},
        ],
    )
    def test_one_that_rds_takes_is_made(self, harness, make, source):
        harness.delete(make({**self.GIVEN, **source}))


class TestParameters:
    OF_MYSQL = (
        *({name: "0"} for name in ("wait_timeout", "lock_wait_timeout", "net_read_timeout")),
        *({"innodb_flush_log_at_trx_commit": "3"}, {"max_allowed_packet": "1"}),
        *({"innodb_buffer_pool_size": "much"}, {"innodb_buffer_pool_size": "{DBInstanceMemory}"}),
        *({"innodb_buffer_pool_size": "{DBInstanceClassMemory*3/4"}, {"sql_mode": "STRICT"}),
        *({"tls_version": "SSLv3"}, {"transaction_isolation": "READ"}, {"autocommit": "2"}),
        *({"character_set_client": "utf9"}, {"collation_connection": "nope_ci"}),
        *({"time_zone": "Mars/Base"}, {"long_query_time": "-1"}),
    )
    OF_POSTGRESQL = (
        *({"work_mem": "4MB"}, {"work_mem": "63"}, {"statement_timeout": "-1"}),
        *({"log_statement": "some"}, {"password_encryption": "plain"}, {"autovacuum": "2"}),
        *({"checkpoint_timeout": "1"}, {"random_page_cost": "-1"}, {"timezone": "Mars/Base"}),
        *({"shared_preload_libraries": "nonsense"}, {"pgaudit.log": "everything"}),
        *({"rds.log_retention_period": "1"}, {"pg_stat_statements.track": "some"}),
    )
    FIXED = (
        *(("mysql8.4", name) for name in ("datadir", "port", "server_id", "innodb_page_size")),
        *(("postgres17", name) for name in ("listen_addresses", "port", "fsync", "hba_file")),
    )

    def create(self, harness, family, parameters, kind="DBParameterGroup"):
        given = {"Family": family, "Description": "d", "Parameters": parameters}
        return harness.create(f"AWS::RDS::{kind}", **given)

    @pytest.mark.parametrize(
        ("family", "parameters"),
        [
            *(("mysql8.4", one) for one in OF_MYSQL),
            *(("postgres17", one) for one in OF_POSTGRESQL),
        ],
    )
    def test_a_value_out_of_range_is_refused(self, harness, family, parameters):
        with pytest.raises(ClientError, match=r"allowed values are|is invalid"):
            self.create(harness, family, parameters)

    @pytest.mark.parametrize(("family", "name"), FIXED)
    def test_one_that_nobody_may_change_is_refused(self, harness, family, name):
        with pytest.raises(ClientError, match=f"The parameter {name} is not modifiable"):
            self.create(harness, family, {name: "1"})

    def test_of_aurora_some_are_the_clusters(self, harness):
        for name, value in (("time_zone", "UTC"), ("binlog_format", "ROW")):
            with pytest.raises(ClientError, match=f"Could not find parameter with name: {name}"):
                self.create(harness, "aurora-mysql8.0", {name: value})
        for name in ("innodb_thread_concurrency", "sync_binlog"):
            with pytest.raises(ClientError, match="not modifiable"):
                self.create(harness, "aurora-mysql8.0", {name: "1"}, "DBClusterParameterGroup")
            harness.delete(self.create(harness, "mysql8.4", {name: "1"}))

    @pytest.mark.parametrize(
        ("family", "name", "other"),
        [
            ("mysql8.4", "query_cache_size", "mysql5.7"),
            ("mysql8.4", "expire_logs_days", "mysql8.0"),
            ("postgres15", "transaction_timeout", "postgres17"),
            ("postgres17", "old_snapshot_threshold", "postgres16"),
            ("mysql8.4", "aria_sort_buffer_size", "mariadb10.11"),
        ],
    )
    def test_versions_have_parameters_that_others_lack(self, harness, family, name, other):
        with pytest.raises(ClientError, match=f"Could not find parameter with name: {name}"):
            self.create(harness, family, {name: "60000"})
        harness.delete(self.create(harness, other, {name: "60000"}))

    def test_an_extension_that_rds_lacks_is_refused(self, harness):
        for name in ("nonsense.level", "rds.force_ssll"):
            with pytest.raises(ClientError, match="Could not find parameter"):
                self.create(harness, "postgres17", {name: "1"})

    def test_values_in_range_and_formulas_are_taken(self, harness):
        mysql = {
            "wait_timeout": "28800",
            "max_allowed_packet": "1073741824",
            "innodb_buffer_pool_size": "{DBInstanceClassMemory*3/4}",
            "max_connections": "GREATEST({DBInstanceClassMemory/12582880},100)",
            "sql_mode": "STRICT_ALL_TABLES,NO_ZERO_DATE",
            "character_set_server": "utf8mb4",
            "collation_server": "utf8mb4_0900_ai_ci",
            "read_only": "{TrueIfReplica}",
            "long_query_time": "0.5",
            "gtid-mode": "ON",
            "time_zone": "Europe/Berlin",
            "tls_version": "TLSv1.2,TLSv1.3",
        }
        postgresql = {
            "work_mem": "65536",
            "log_statement": "ddl",
            "shared_preload_libraries": "pg_stat_statements,pgaudit",
            "pgaudit.log": "ddl,-misc",
            "timezone": "Europe/Berlin",
            "random_page_cost": "1.1",
            "rds.logical_replication": "1",
            "autovacuum_max_workers": "GREATEST({DBInstanceClassMemory/64371566592},3)",
        }
        of_cluster = {"time_zone": "UTC", "binlog_format": "ROW", "character_set_server": "utf8mb4"}
        harness.delete(self.create(harness, "mysql8.4", mysql))
        harness.delete(self.create(harness, "postgres17", postgresql))
        kind = "DBClusterParameterGroup"
        harness.delete(self.create(harness, "aurora-mysql8.0", of_cluster, kind))
        harness.delete(self.create(harness, "aurora-postgresql17", postgresql, kind))


class TestGroups:
    @pytest.mark.parametrize(
        ("type_name", "properties", "reason"),
        [
            ("DBParameterGroup", {"Family": "postgres", "Description": "d"}, "not a valid"),
            ("DBParameterGroup", {"Family": "mysql8.4.1", "Description": "d"}, "not a valid"),
            ("DBParameterGroup", {"Family": "mysql8.4", "Description": ""}, "must not be blank"),
            (
                "OptionGroup",
                {
                    "EngineName": "mysql",
                    "MajorEngineVersion": "8.4",
                    "OptionGroupDescription": "d",
                    "OptionConfigurations": [{"OptionName": "MARIADB_AUDIT_PLUGIN", "Port": 3306}],
                },
                "does not use Port",
            ),
            (
                "OptionGroup",
                {
                    "EngineName": "mysql",
                    "MajorEngineVersion": "8.4",
                    "OptionGroupDescription": "d",
                    "OptionConfigurations": [{"OptionName": "MARIADB_AUDIT_PLUGIN"}] * 2,
                },
                "more than once",
            ),
        ],
    )
    def test_one_that_rds_refuses_fails(self, harness, type_name, properties, reason):
        with pytest.raises(REFUSED, match=reason):
            harness.create(f"AWS::RDS::{type_name}", **properties)

    def test_a_subnet_group_begins_with_a_letter_and_is_described(self, harness, place):
        given = {"DBSubnetGroupDescription": "d", "SubnetIds": place["subnets"]}
        many = [f"subnet-{number:08x}" for number in range(21)]
        for wrong in (
            {"DBSubnetGroupName": "1st"},
            {"DBSubnetGroupDescription": ""},
            {"SubnetIds": many},
        ):
            with pytest.raises(REFUSED, match="DBSubnet"):
                harness.create("AWS::RDS::DBSubnetGroup", **{**given, **wrong})
        harness.delete(
            harness.create("AWS::RDS::DBSubnetGroup", **given, DBSubnetGroupName="a1.b_c d-e")
        )


@pytest.fixture(scope="module")
def proxy(harness, place):
    """The properties of a proxy that is there."""
    role = harness.create("AWS::IAM::Role", AssumeRolePolicyDocument=trusting("rds.amazonaws.com"))
    secret = harness.create(
        "AWS::SecretsManager::Secret", SecretString='{"username": "u", "password": "p"}'
    )
    given = {
        "DBProxyName": "limited",
        "EngineFamily": "MYSQL",
        "RoleArn": role.attributes["Arn"],
        "Auth": [{"AuthScheme": "SECRETS", "SecretArn": secret.physical_id}],
        "VpcSubnetIds": place["subnets"],
        "VpcSecurityGroupIds": [place["group"]],
    }
    harness.create("AWS::RDS::DBProxy", **given)
    return given


class TestProxies:
    def test_a_name_is_taken_in_small_letters_and_in_big_ones(self, harness, proxy):
        with pytest.raises(ClientError, match="already exists"):
            harness.create("AWS::RDS::DBProxy", **{**proxy, "DBProxyName": "LIMITED"})

    @pytest.mark.parametrize(
        ("statement", "taken"),
        [
            ({"Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}}, False),
            ({"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}, True),
            ({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:rds:*:999999999999:*"}}}, False),
            ({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:rds:*:123456789012:*"}}}, True),
            ({"Condition": {"StringNotEquals": {"aws:SourceAccount": "999999999999"}}}, True),
            ({"Action": "sts:TagSession"}, False),
            ({"Action": ["sts:AssumeRole", "sts:TagSession"]}, True),
        ],
    )
    def test_its_role_is_for_its_account(self, harness, proxy, statement, taken):
        given = trusting("rds.amazonaws.com")
        document = {**given, "Statement": [{**given["Statement"][0], **statement}]}
        role = harness.create("AWS::IAM::Role", AssumeRolePolicyDocument=document)
        wanted = {**proxy, "DBProxyName": "of-a-role", "RoleArn": role.attributes["Arn"]}
        if taken:
            harness.delete(harness.create("AWS::RDS::DBProxy", **wanted))
            return
        with pytest.raises(ClientError, match="not authorized to assume the role"):
            harness.create("AWS::RDS::DBProxy", **wanted)

    def test_a_secret_that_is_to_be_deleted_is_none(self, harness, proxy):
        gone = harness.create("AWS::SecretsManager::Secret", SecretString="{}").physical_id
        harness.call("secretsmanager", "delete_secret", SecretId=gone)
        login = {"AuthScheme": "SECRETS", "SecretArn": gone}
        with pytest.raises(ClientError, match="There is no secret"):
            harness.create("AWS::RDS::DBProxy", **{**proxy, "DBProxyName": "p", "Auth": [login]})

    def test_one_has_twenty_endpoints(self, harness, proxy, place):
        given = {"DBProxyName": "limited", "VpcSubnetIds": place["subnets"]}
        kind = "AWS::RDS::DBProxyEndpoint"
        made = [
            harness.create(kind, **given, DBProxyEndpointName=f"e{number}") for number in range(20)
        ]
        with pytest.raises(ClientError, match="already exists"):
            harness.create(kind, **given, DBProxyEndpointName="E0")
        with pytest.raises(ClientError, match="quota of 20 endpoints"):
            harness.create(kind, **given, DBProxyEndpointName="one-more")
        for endpoint in made:
            harness.delete(endpoint)

    def test_a_member_of_a_cluster_is_no_target(self, harness, proxy, make, cluster):
        member = make({**MEMBER, "DBClusterIdentifier": cluster.physical_id})
        given = {"DBProxyName": "limited", "TargetGroupName": "default"}
        with pytest.raises(ClientError, match="Register the DB cluster"):
            harness.create(
                "AWS::RDS::DBProxyTargetGroup", **given, DBInstanceIdentifiers=[member.physical_id]
            )
        harness.delete(
            harness.create(
                "AWS::RDS::DBProxyTargetGroup", **given, DBClusterIdentifiers=[cluster.physical_id]
            )
        )
        harness.delete(member)

    def test_idle_connections_are_some_of_those_that_are_said(self, harness):
        pool = {"MaxIdleConnectionsPercent": 40}
        given = {"DBProxyName": "limited", "TargetGroupName": "default"}
        with pytest.raises(Failure, match="needs a value for MaxConnectionsPercent"):
            harness.create(
                "AWS::RDS::DBProxyTargetGroup", **given, ConnectionPoolConfigurationInfo=pool
            )
