"""Templates that AWS's services refuse fail here too, kind by kind, before anything is made."""

from __future__ import annotations

import base64

import pytest

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-limits")

ROLE = "arn:aws:iam::123456789012:role/nobody"
NETWORK = {"SubnetIds": ["subnet-12345678"], "SecurityGroupIds": ["sg-12345678"]}
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:s-AbCdEf"  # noqa: S105
NO_KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"

FUNCTION = {
    "Code": {"ZipFile": "pass"},
    "Handler": "index.handler",
    "Role": ROLE,
    "Runtime": "python3.13",
}
CLUSTER = {
    "Engine": "aurora-mysql",
    "EngineVersion": "8.0.mysql_aurora.3.10.6",
    "MasterUsername": "owner",
    "MasterUserPassword": "not-to-be-seen",
}
INSTANCE = {
    "Engine": "mysql",
    "EngineVersion": "8.4.11",
    "DBInstanceClass": "db.t4g.micro",
    "AllocatedStorage": "20",
    "StorageType": "gp3",
    "MasterUsername": "owner",
    "MasterUserPassword": "not-to-be-seen",
}
PROXY = {
    "DBProxyName": "p",
    "EngineFamily": "MYSQL",
    "RoleArn": ROLE,
    "VpcSubnetIds": ["subnet-12345678", "subnet-87654321"],
}
POOL = {"DBProxyName": "p", "TargetGroupName": "default", "DBClusterIdentifiers": ["c"]}
RULE = {"GroupId": "sg-12345678", "IpProtocol": "tcp", "FromPort": 1, "ToPort": 2}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
MANAGED = [f"arn:aws:iam::123456789012:policy/p{number}" for number in range(11)]


def long_policy(characters):
    resources = [f"arn:aws:s3:::{number:045}" for number in range(characters // 60)]
    statement = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": resources}
    return {"Version": "2012-10-17", "Statement": [statement]}


def scaling(**capacity):
    return {"ServerlessV2ScalingConfiguration": capacity}


FUNCTIONS = [
    ({"Timeout": 901}, "maximum 900"),
    ({"MemorySize": 10241}, "10240"),
    ({"Runtime": "python3.7"}, "no longer supported for creating"),
    ({"Runtime": "nodejs14.x"}, "no longer supported for creating"),
    ({"LoggingConfig": {"ApplicationLogLevel": "INFO"}}, "LogLevel is not supported"),
    ({"LoggingConfig": {"LogFormat": "JSON", "LogGroup": "a b"}}, "logGroup"),
    ({"KmsKeyArn": NO_KEY}, "KMS key"),
    ({"Tags": [{"Key": "a", "Value": "v" * 257}]}, "maxLength 256"),
    ({"Tags": [{"Key": "aws:a", "Value": "v"}]}, "reserved for AWS"),
    ({"Tags": [{"Key": f"k{n}", "Value": "v"} for n in range(51)]}, "Tag quota exceeded"),
    ({"Tags": [{"Key": "a", "Value": "v"}] * 2}, "Duplicate tag key|non-unique|uniqueItems"),
]
CLUSTERS = [
    ({"EngineVersion": "8.0.mysql_aurora.3.99.0"}, "Cannot find version 8.0.mysql_aurora.3.99.0"),
    ({"Port": 80}, r"\[1150-65535\]"),
    ({"DatabaseName": "my-db"}, "DatabaseName must begin with a letter"),
    ({"DatabaseName": "1db"}, "DatabaseName must begin with a letter"),
    ({"DatabaseName": "a" * 65}, "up to 64"),
    ({"DatabaseName": "mysql"}, "reserved word"),
    ({"DatabaseName": "select"}, "reserved word"),
    ({"MasterUserPassword": "a" * 42}, "longer than 41"),
    ({"MasterUserPassword": "with/slash"}, "Only printable ASCII"),
    ({"MasterUserPassword": "with@sign"}, "Only printable ASCII"),
    ({"MasterUserPassword": 'with"quote'}, "Only printable ASCII"),
    ({"MasterUserPassword": "with space"}, "Only printable ASCII"),
    ({"PreferredBackupWindow": "25:00-26:00"}, "Invalid backup window format"),
    ({"PreferredBackupWindow": "03:00-03:10"}, "at least 30 minutes"),
    ({"PreferredMaintenanceWindow": "day:03:00-day:04:00"}, "Invalid maintenance window format"),
    (
        {
            "PreferredBackupWindow": "23:30-00:30",
            "PreferredMaintenanceWindow": "mon:00:00-mon:01:00",
        },
        "must not overlap",
    ),
    (scaling(MinCapacity=0.25, MaxCapacity=4), "minimum capacity 0.25"),
    (scaling(MinCapacity=1, MaxCapacity=257), "maximum capacity 257"),
    (scaling(MinCapacity=0.5, MaxCapacity=0.5), "maximum capacity 0.5"),
    (scaling(MinCapacity=8, MaxCapacity=4), "greater than the maximum"),
    (scaling(MinCapacity=0, MaxCapacity=4, SecondsUntilAutoPause=60), "SecondsUntilAutoPause"),
    ({"StorageType": "gp3"}, "aurora-iopt1"),
    ({"AllocatedStorage": 100}, "'AllocatedStorage' is not allowed"),
    ({"EngineMode": "serverless"}, "serverless"),
    ({"BacktrackWindow": 259201}, "backtrack window"),
    ({"KmsKeyId": NO_KEY, "StorageEncrypted": True}, "KMS key"),
    ({"KmsKeyId": "alias/aws/rds", "StorageEncrypted": False}, "StorageEncrypted"),
    ({"DBClusterParameterGroupName": "default.aurora-postgresql17"}, "can't be used"),
]
INSTANCES = [
    ({"EngineVersion": "8.4.99"}, "Cannot find version 8.4.99 for mysql"),
    ({"DBInstanceClass": "db.serverless"}, "RDS does not support creating"),
    ({"DBInstanceClass": "db.t9.large"}, "RDS does not support creating"),
    ({"BackupRetentionPeriod": 36}, "Invalid backup retention period: 36"),
    ({"Port": "1149"}, r"\[1150-65535\]"),
    ({"AllocatedStorage": "5"}, "Invalid storage size"),
    ({"AllocatedStorage": "65537"}, "Invalid storage size"),
    ({"StorageType": "io1", "AllocatedStorage": "100"}, "Iops must be specified"),
    ({"StorageType": "io1", "AllocatedStorage": "100", "Iops": 6000}, "Invalid IOPS 6000"),
    ({"StorageType": "io1", "AllocatedStorage": "40000", "Iops": 1000}, "Invalid IOPS 1000"),
    ({"Iops": 3000}, "can't specify IOPS"),
    ({"AllocatedStorage": "500", "Iops": 12000, "StorageThroughput": 5000}, "throughput 5000"),
    ({"StorageType": "aurora"}, "Invalid storage type"),
    ({"MaxAllocatedStorage": 10}, "Max storage size"),
    ({"DBName": "my-db"}, "DBName must begin with a letter"),
    ({"MasterUserPassword": "a" * 42}, "longer than 41"),
    ({"LicenseModel": "license-included"}, "license model"),
    ({"CACertificateIdentifier": "rds-ca-2015"}, "Certificate not found"),
    ({"KmsKeyId": "alias/aws/rds", "StorageEncrypted": False}, "StorageEncrypted"),
    ({"DBParameterGroupName": "default.mysql8.0"}, "can't be used"),
]


@pytest.mark.parametrize(
    ("type_name", "valid", "wrong", "reason"),
    [
        *(("AWS::Lambda::Function", FUNCTION, *one) for one in FUNCTIONS),
        *(("AWS::RDS::DBCluster", CLUSTER, *one) for one in CLUSTERS),
        *(("AWS::RDS::DBInstance", INSTANCE, *one) for one in INSTANCES),
    ],
)
def test_functions_and_databases_outside_of_their_limits_fail(
    harness, type_name, valid, wrong, reason
):
    with pytest.raises(Failure, match=reason) as refused:
        harness.create(type_name, **{**valid, **wrong})
    assert str(wrong.get("MasterUserPassword")) not in str(refused.value)


@pytest.mark.parametrize(
    ("type_name", "properties", "reason"),
    [
        ("AWS::RDS::DBProxy", {**PROXY, "IdleClientTimeout": 28801}, "between 1 and 28800"),
        *(
            ("AWS::RDS::DBProxyTargetGroup", {**POOL, "ConnectionPoolConfigurationInfo": pool}, why)
            for pool, why in (
                ({"ConnectionBorrowTimeout": 400}, "between 0 and 300"),
                ({"MaxConnectionsPercent": 0}, "between 1 and 100"),
                ({"SessionPinningFilters": ["EXCLUDE_ALL"]}, "session pinning filters"),
            )
        ),
        (
            "AWS::RDS::DBSubnetGroup",
            {
                "DBSubnetGroupName": "default",
                "DBSubnetGroupDescription": "d",
                "SubnetIds": ["subnet-12345678"],
            },
            "must not be default",
        ),
        (
            "AWS::RDS::DBParameterGroup",
            {"Family": "mysql9.9", "Description": "d"},
            "mysql9.9 is not a valid parameter group family",
        ),
        ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/29"}, "is invalid"),
        ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/15"}, "is invalid"),
        ("AWS::EC2::Subnet", {"VpcId": "vpc-12345678", "CidrBlock": "10.0.0.0/29"}, "is invalid"),
        *(
            ("AWS::EC2::SecurityGroupIngress", {**RULE, "CidrIp": "10.0.0.0/8", **rule}, why)
            for rule, why in (
                ({"FromPort": 3}, r"Invalid TCP/UDP port range \(3:2\)"),
                ({"ToPort": 70000}, r"port \(70000\) out of range"),
                ({"IpProtocol": "sctp!"}, "Unknown protocol"),
                ({"SourceSecurityGroupId": "sg-87654321"}, "Exactly one of"),
            )
        ),
        (
            "AWS::EC2::SecurityGroup",
            {
                "GroupDescription": "d",
                "VpcId": "vpc-12345678",
                "SecurityGroupEgress": [
                    {"IpProtocol": "tcp", "FromPort": 9, "ToPort": 1, "CidrIp": "10.0.0.0/8"}
                ],
            },
            r"Invalid TCP/UDP port range \(9:1\)",
        ),
        ("AWS::SecretsManager::Secret", {"Name": "a b"}, "Invalid name"),
        (
            "AWS::SecretsManager::Secret",
            {"GenerateSecretString": {"PasswordLength": 4097}},
            "less than or equal to 4096",
        ),
        (
            "AWS::IAM::Role",
            {"AssumeRolePolicyDocument": TRUST, "ManagedPolicyArns": MANAGED},
            "PoliciesPerRole",
        ),
        (
            "AWS::IAM::Role",
            {"AssumeRolePolicyDocument": {**TRUST, "Statement": TRUST["Statement"] * 40}},
            "ACLSizePerRole",
        ),
        ("AWS::IAM::ManagedPolicy", {"PolicyDocument": long_policy(7000)}, "PolicySize"),
        ("AWS::CloudWatch::Alarm", {"Period": 45, "MetricName": "m"}, "Period|required"),
    ],
)
def test_what_a_service_refuses_fails(harness, type_name, properties, reason):
    with pytest.raises(Failure, match=reason):
        harness.create(type_name, **properties)


def test_user_data_has_at_most_16_kibibytes(harness):
    text = base64.b64encode(b"#" * 16385).decode()
    with pytest.raises(Failure, match="16384 bytes"):
        harness.create("AWS::EC2::Instance", ImageId="ami-12345678", UserData=text)


@pytest.mark.parametrize(
    ("volume", "reason"),
    [
        ({"VolumeType": "gp3", "Iops": 2000}, "minimum 3000"),
        ({"VolumeType": "gp3", "VolumeSize": 8, "Iops": 15000}, "ratio"),
        ({"VolumeType": "gp2", "VolumeSize": 16385}, "Volume size 16385"),
        ({"VolumeType": "gp4"}, "volume type gp4|is not one of"),
        ({"VolumeType": "gp3", "VolumeSize": 8, "KmsKeyId": NO_KEY}, "KMS key"),
    ],
)
def test_volumes_that_ec2_refuses_fail(harness, volume, reason):
    devices = [{"DeviceName": "/dev/xvda", "Ebs": volume}]
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::EC2::Instance", ImageId="ami-12345678", BlockDeviceMappings=devices)
