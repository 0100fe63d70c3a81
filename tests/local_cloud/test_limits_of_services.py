"""Tables, buckets, keys, alarms, networks and policies of scaling that AWS refuses, refused here."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from limit_samples import ALARM

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-limits")

HERE = "eu-west-1:123456789012"
FUNCTION = f"arn:aws:lambda:{HERE}:function:f"
SECRET = f"arn:aws:secretsmanager:{HERE}:secret:s-AbCdEf"
ACCOUNT = {"AWS": "arn:aws:iam::123456789012:root"}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": ACCOUNT, "Action": "kms:*", "Resource": "*"}],
}
KEY = [{"AttributeName": "a", "KeyType": "HASH"}]
TABLE = {
    "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": KEY,
}
TRACKING = {
    "PolicyName": "p",
    "PolicyType": "TargetTrackingScaling",
    "ScalingTargetId": "cluster:c|rds:cluster:ReadReplicaCount|rds",
}


def index(**more):
    return {"IndexName": "abc", "KeySchema": KEY, "Projection": {"ProjectionType": "ALL"}, **more}


def without(properties, *names):
    return {name: value for name, value in properties.items() if name not in names}


def refused(harness, type_name, properties, reason):
    """The resource is refused, and with that reason."""
    with pytest.raises(Failure, match=reason):
        harness.create(type_name, **properties)


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"TableName": "ab"}, "between 3 and 255"),
        ({"KeySchema": [{"AttributeName": "a", "KeyType": "RANGE"}]}, "must be a HASH key"),
        (
            {"KeySchema": [*KEY, {"AttributeName": "b", "KeyType": "HASH"}]},
            "the second, if there is one, a RANGE",
        ),
        ({"GlobalSecondaryIndexes": [index(), index(KeySchema=KEY)]}, "Duplicate index name"),
        (
            {"GlobalSecondaryIndexes": [index(Projection={"ProjectionType": "INCLUDE"})]},
            "NonKeyAttributes is not specified",
        ),
        (
            {
                "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": {"ReadCapacityUnits": 40001, "WriteCapacityUnits": 1},
            },
            "exceeds the quota",
        ),
    ],
)
def test_a_table_has_keys_and_indexes_of_one_form(harness, properties, reason):
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
    refused(harness, "AWS::DynamoDB::Table", {**TABLE, **properties}, reason)


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ([{"Status": "Enabled", "ExpirationInDays": 0}], "positive integer"),
        ([{"Status": "Enabled"}], "At least one action"),
        ([{"Id": "a", "Status": "Enabled", "ExpirationInDays": days} for days in (1, 2)], "unique"),
    ],
)
def test_a_lifecycle_has_rules_that_do_something(harness, rules, reason):
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
    refused(harness, "AWS::S3::Bucket", {"LifecycleConfiguration": {"Rules": rules}}, reason)


def test_a_bucket_has_a_key_for_encryption_by_kms_only(harness):
    default = {"SSEAlgorithm": "AES256", "KMSMasterKeyID": "alias/a"}
    rules = [{"ServerSideEncryptionByDefault": default}]
    encryption = {"BucketEncryption": {"ServerSideEncryptionConfiguration": rules}}
    refused(harness, "AWS::S3::Bucket", encryption, "not applicable")


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"AllowedPattern": r"^\d+$"}, "allowedPattern"),
        ({"Policies": "[]"}, "advanced-parameter tier"),
        ({"Name": "shop/size"}, "fully qualified name"),
    ],
)
def test_a_parameter_matches_its_own_pattern_and_tier(harness, properties, reason):
    # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
    refused(harness, "AWS::SSM::Parameter", {"Type": "String", "Value": "v", **properties}, reason)


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"KeySpec": "RSA_2048", "KeyUsage": "GENERATE_VERIFY_MAC"}, "not compatible"),
        ({"KeyUsage": "SIGN_VERIFY"}, "not compatible"),
        ({"KeySpec": "ECC_NIST_P256"}, "not compatible"),
        ({"KeySpec": "RSA_2048", "EnableKeyRotation": True}, "EnableKeyRotation"),
    ],
)
def test_a_key_is_used_for_what_its_spec_can(harness, properties, reason):
    # https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
    refused(harness, "AWS::KMS::Key", {"KeyPolicy": POLICY, **properties}, reason)


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ({"ScheduleExpression": "rate(3 hours)"}, "not valid"),
        ({"ScheduleExpression": "cron(15 8 1 * ? *)"}, "not valid"),
        ({"ScheduleExpression": "rate(10 days)", "AutomaticallyAfterDays": 10}, "can't specify"),
        ({"ScheduleExpression": "rate(10 days)", "Duration": "25h"}, "Duration"),
    ],
)
def test_a_secret_is_rotated_at_full_hours_and_every_four_at_most(harness, rules, reason):
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html
    given = {"SecretId": SECRET, "RotationLambdaARN": FUNCTION, "RotationRules": rules}
    refused(harness, "AWS::SecretsManager::RotationSchedule", given, reason)


def test_a_secret_is_for_nobody_else_where_public_policies_are_blocked(harness):
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [everybody]}
    given = {"SecretId": SECRET, "BlockPublicPolicy": True, "ResourcePolicy": policy}
    refused(harness, "AWS::SecretsManager::ResourcePolicy", given, "broad access")


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        (without(ALARM, "Statistic"), "Exactly one of Statistic"),
        (without(ALARM, "Period"), "Period must not be null"),
        ({**ALARM, "Period": 5}, "multiple of 60: 5"),
        ({**ALARM, "Period": 90}, "multiple of 60: 90"),
        (without(ALARM, "Threshold"), "Threshold must be specified"),
        ({**without(ALARM, "Statistic"), "ExtendedStatistic": "p101"}, "p101"),
        ({**ALARM, "AlarmActions": ["news"]}, "Invalid arn"),
        (
            {**ALARM, "AlarmActions": ["arn:aws:sns:us-east-1:123456789012:news"]},
            "Only eu-west-1 is supported",
        ),
        (
            {**ALARM, "ComparisonOperator": "GreaterThanUpperThreshold"},
            "ThresholdMetricId is required",
        ),
        (
            {
                **without(ALARM, "MetricName", "Namespace", "Period", "Statistic"),
                "Metrics": [{"Id": one, "Expression": "TIME_SERIES(1)"} for one in ("a", "b")],
            },
            "Exactly one element",
        ),
    ],
)
def test_an_alarm_looks_at_one_value(harness, properties, reason):
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    refused(harness, "AWS::CloudWatch::Alarm", properties, reason)


@pytest.mark.parametrize("period", [10, 20, 30, 60, 86_400])
def test_an_alarm_has_any_period_that_cloudwatch_has(harness, period):
    harness.delete(harness.create("AWS::CloudWatch::Alarm", **{**ALARM, "Period": period}))


@pytest.mark.parametrize(
    ("widget", "reason"),
    [
        ({"type": "pie", "properties": {}}, "type should be one of"),
        ({"type": "text", "width": 25, "properties": {"markdown": "m"}}, "width should be"),
        ({"type": "metric", "properties": {"metrics": [["n", "m"]]}}, "required property 'region'"),
        ({"type": "text"}, "should have properties"),
    ],
)
def test_a_dashboard_has_widgets_that_can_be_shown(harness, widget, reason):
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    body = {"DashboardBody": json.dumps({"widgets": [widget]})}
    refused(harness, "AWS::CloudWatch::Dashboard", body, reason)


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({}, "must be specified"),
        ({"PolicyType": "StepScaling"}, "must be specified"),
        (
            {"TargetTrackingScalingPolicyConfiguration": {"TargetValue": 60}},
            "Exactly one of",
        ),
        (
            {
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 60,
                    "PredefinedMetricSpecification": {
                        "PredefinedMetricType": "DynamoDBReadCapacityUtilization"
                    },
                }
            },
            "not valid for the service namespace rds",
        ),
    ],
)
def test_a_scaling_policy_follows_a_metric_of_its_service(harness, properties, reason):
    # https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html
    given = {**TRACKING, **properties}
    refused(harness, "AWS::ApplicationAutoScaling::ScalingPolicy", given, reason)


@pytest.mark.parametrize(
    ("type_name", "properties", "reason"),
    [
        ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "host"}, "host"),
        ("AWS::EC2::VPCCidrBlock", {"VpcId": "vpc-1"}, "must be specified"),
        ("AWS::EC2::VPCCidrBlock", {"VpcId": "vpc-1", "CidrBlock": "198.19.0.0/24"}, "restricted"),
        (
            "AWS::EC2::Subnet",
            {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24", "AssignIpv6AddressOnCreation": True},
            "needs an Ipv6CidrBlock",
        ),
        (
            "AWS::EC2::FlowLog",
            {"ResourceId": "vpc-1", "ResourceType": "VPC", "LogDestinationType": "s3"},
            "TrafficType is required",
        ),
        (
            "AWS::EC2::FlowLog",
            {
                "ResourceId": "vpc-1",
                "ResourceType": "VPC",
                "TrafficType": "ALL",
                "LogFormat": "${srcadr}",
            },
            "Unknown fields provided: srcadr",
        ),
        *(
            (
                "AWS::EC2::PrefixList",
                {"PrefixListName": "l", "AddressFamily": "IPv4", "MaxEntries": 2, **more},
                reason,
            )
            for more, reason in (
                ({"Entries": [{"Cidr": "2001:db8::/32"}]}, "not a valid IPv4"),
                ({"Entries": [{"Cidr": f"10.{n}.0.0/16"} for n in range(3)]}, "maximum number"),
                ({"MaxEntries": 1001}, "1 to 1000"),
                ({"PrefixListName": "com.amazonaws.s3"}, "reserved"),
            )
        ),
        (
            "AWS::EC2::Instance",
            {
                "ImageId": "ami-12345678",
                "BlockDeviceMappings": [
                    {"DeviceName": "/dev/xvda", "Ebs": {"VolumeType": "gp2", "Iops": 3000}}
                ],
            },
            "iops is not supported for gp2",
        ),
    ],
)
def test_networks_and_volumes_have_values_that_go_together(harness, type_name, properties, reason):
    refused(harness, type_name, properties, reason)


def test_a_subnet_has_addresses_of_its_vpc(harness):
    vpc = harness.create("AWS::EC2::VPC", CidrBlock="10.77.0.0/16").physical_id
    given = {"VpcId": vpc, "CidrBlock": "10.77.0.0/24", "Ipv6CidrBlock": "2001:db8:0:1::/64"}
    refused(harness, "AWS::EC2::Subnet", given, "not in the range of the VPC")
    place = {"VpcId": vpc, "CidrBlock": "10.77.0.0/24", "AvailabilityZone": "eu-west-1a"}
    subnet = harness.create("AWS::EC2::Subnet", **place).physical_id
    machine = {"ImageId": "ami-12345678", "SubnetId": subnet, "InstanceType": "t4g.nano"}
    taken = {**machine, "PrivateIpAddress": "10.77.0.1"}
    refused(harness, "AWS::EC2::Instance", taken, "reserved address range")
    elsewhere = {**machine, "AvailabilityZone": "eu-west-1c"}
    refused(harness, "AWS::EC2::Instance", elsewhere, "not that of the subnet")


@pytest.fixture(scope="module")
def bucket(harness):
    return harness.create("AWS::S3::Bucket").physical_id


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ({"Action": "s3:Foo"}, "Policy has invalid action"),
        ({"Resource": "arn:aws:s3:::another/*"}, "Policy has invalid resource"),
        ({"Resource": "arn:aws:s3:::BUCKET"}, "Action does not apply to any resource"),
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:role/nobody"}}, "Invalid principal"),
        ({"Principal": "*"}, "BlockPublicPolicy"),
    ],
)
def test_a_bucket_policy_is_about_the_bucket_and_not_for_everybody(
    harness, bucket, statement, reason
):
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
    usual = {
        "Effect": "Allow",
        "Principal": {"AWS": "123456789012"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::BUCKET/*",
    } | statement
    written = usual | {"Resource": usual["Resource"].replace("BUCKET", bucket)}
    document = {"Version": "2012-10-17", "Statement": [written]}
    with pytest.raises(ClientError, match=reason):
        harness.create("AWS::S3::BucketPolicy", Bucket=bucket, PolicyDocument=document)


@pytest.mark.parametrize(
    ("type_name", "properties", "reason"),
    [
        ("AWS::Logs::LogGroup", {"LogGroupName": "aws/shop"}, "can't start with"),
        (
            "AWS::EC2::NatGateway",
            {"SubnetId": "subnet-1", "ConnectivityType": "private", "AllocationId": "eipalloc-1"},
            "private NAT gateway",
        ),
        (
            "AWS::EC2::SecurityGroupIngress",
            {
                "GroupId": "sg-1",
                "IpProtocol": "icmp",
                "FromPort": 300,
                "ToPort": -1,
                "CidrIp": "10.0.0.0/8",
            },
            r"ICMP type \(300\)",
        ),
        (
            "AWS::Lambda::Alias",
            {
                "FunctionName": "f",
                "FunctionVersion": "$LATEST",
                "Name": "live",
                "RoutingConfig": {
                    "AdditionalVersionWeights": [{"FunctionVersion": "1", "FunctionWeight": 0.5}]
                },
            },
            "Routing config is not supported",
        ),
        (
            "AWS::Lambda::EventInvokeConfig",
            {"FunctionName": "f", "Qualifier": "live"},
            "doesn't exist",
        ),
        (
            "AWS::Lambda::Permission",
            {
                "FunctionName": "f",
                "Action": "lambda:InvokeFunction",
                "Principal": "arn:aws:iam::123456789012:role/nobody",
            },
            "principal was invalid",
        ),
        (
            "AWS::CodeDeploy::DeploymentGroup",
            {
                "ApplicationName": "a",
                "ServiceRoleArn": "arn:aws:iam::123456789012:role/r",
                "AlarmConfiguration": {"Alarms": [{"Name": f"a{n}"} for n in range(11)]},
            },
            "at most 10 alarms",
        ),
    ],
)
def test_names_and_numbers_that_a_service_refuses_fail(harness, type_name, properties, reason):
    refused(harness, type_name, properties, reason)


def test_the_name_of_a_role_is_taken_in_any_case(harness):
    trusted = {"Service": "lambda.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    harness.create("AWS::IAM::Role", RoleName="Shop", AssumeRolePolicyDocument=trust)
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    with pytest.raises(ClientError, match="already exists"):
        harness.create("AWS::IAM::Role", RoleName="SHOP", AssumeRolePolicyDocument=trust)
    strange = {**trust, "Statement": [{**statement, "Principal": {"AWS": "111"}}]}
    with pytest.raises(ClientError, match="Invalid principal"):
        harness.create("AWS::IAM::Role", AssumeRolePolicyDocument=strange)


@pytest.fixture(scope="module")
def cluster(harness):
    made = harness.create(
        "AWS::RDS::DBCluster",
        Engine="aurora-mysql",
        EngineVersion="8.0.mysql_aurora.3.10.6",
        MasterUsername="owner",
        MasterUserPassword="not-to-be-seen",
        StorageEncrypted=True,
    )
    return made.physical_id


MEMBER = {"Engine": "aurora-mysql", "DBInstanceClass": "db.t4g.medium"}


def test_a_member_is_encrypted_as_its_cluster_is(harness, cluster):
    member = {**MEMBER, "DBClusterIdentifier": cluster}
    wrong = {**member, "StorageEncrypted": False}
    refused(harness, "AWS::RDS::DBInstance", wrong, "Set storage encrypted for the DB Cluster")
    harness.create("AWS::RDS::DBInstance", **member, StorageEncrypted=True)


def test_a_cluster_has_a_writer_and_15_readers(harness, cluster):
    member = {**MEMBER, "DBClusterIdentifier": cluster}
    # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Overview.html
    with pytest.raises(ClientError, match="more than 16 instances"):
        [harness.create("AWS::RDS::DBInstance", **member) for _ in range(17)]


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"EngineLifecycleSupport": "forever"}, "Invalid EngineLifecycleSupport"),
        ({"Timezone": "UTC"}, "Timezone is not supported"),
        ({"DedicatedLogVolume": True}, "dedicated log volume is not supported"),
    ],
)
def test_an_instance_has_what_its_engine_and_storage_have(harness, properties, reason):
    usual = {
        "Engine": "mysql",
        "EngineVersion": "8.4.11",
        "DBInstanceClass": "db.m7g.large",
        "AllocatedStorage": "20",
        "StorageType": "gp3",
    }
    refused(harness, "AWS::RDS::DBInstance", usual | properties, reason)


@pytest.mark.parametrize(
    ("type_name", "properties", "reason"),
    [
        (
            "AWS::DynamoDB::Table",
            {
                **TABLE,
                "GlobalSecondaryIndexes": [
                    index(ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1})
                ],
            },
            "should not be specified for index",
        ),
        ("AWS::CloudWatch::Alarm", without(ALARM, "Namespace"), "Namespace must not be null"),
        (
            "AWS::EC2::Route",
            {
                "RouteTableId": "rtb-1",
                "DestinationIpv6CidrBlock": "0.0.0.0/0",
                "GatewayId": "igw-1",
            },
            "not a valid CIDR block",
        ),
        (
            "AWS::EC2::Route",
            {"RouteTableId": "rtb-1", "DestinationPrefixListId": "pl-1", "GatewayId": "igw-1"},
            "prefix list ID 'pl-1' does not exist",
        ),
        (
            "AWS::RDS::DBCluster",
            {"Engine": "aurora-mysql", "NetworkType": "IPV6"},
            "Invalid NetworkType: IPV6",
        ),
        (
            "AWS::RDS::DBCluster",
            {
                "Engine": "aurora-mysql",
                "AssociatedRoles": [{"RoleArn": "arn:aws:iam::123456789012:role/nobody"}],
            },
            "IAM role ARN value is invalid",
        ),
        (
            "AWS::RDS::DBCluster",
            {"Engine": "aurora-mysql", "EngineMode": "elastic"},
            "Invalid engine mode",
        ),
        (
            "AWS::IAM::ManagedPolicy",
            {"PolicyDocument": {"Version": "2012-10-17", "Statement": "allow"}},
            "Syntax errors in policy",
        ),
        (
            "AWS::Lambda::Function",
            {
                "Code": {"ZipFile": "pass", "S3Bucket": "bucket", "S3Key": "k"},
                "Handler": "index.handler",
                "Role": "arn:aws:iam::123456789012:role/nobody",
                "Runtime": "python3.13",
            },
            "do not provide other FunctionCode parameters",
        ),
        (
            "AWS::IAM::ManagedPolicy",
            {
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "*:Get", "Resource": "*"}],
                }
            },
            r"Vendor \* is not valid",
        ),
    ],
)
def test_what_no_other_test_has_is_refused_too(harness, type_name, properties, reason):
    refused(harness, type_name, properties, reason)


def test_a_function_has_ipv6_in_subnets_that_have_it(harness):
    vpc = harness.create("AWS::EC2::VPC", CidrBlock="10.76.0.0/16").physical_id
    subnet = harness.create("AWS::EC2::Subnet", VpcId=vpc, CidrBlock="10.76.0.0/24").physical_id
    network = {"SubnetIds": [subnet], "SecurityGroupIds": ["sg-12345678"]}
    function = {
        "Code": {"ZipFile": "pass"},
        "Handler": "index.handler",
        "Role": "arn:aws:iam::123456789012:role/nobody",
        "Runtime": "python3.13",
        "VpcConfig": {**network, "Ipv6AllowedForDualStack": True},
    }
    refused(harness, "AWS::Lambda::Function", function, "needs dual-stack subnets")


def test_subnets_have_ranges_of_their_own(harness):
    vpc = harness.create("AWS::EC2::VPC", CidrBlock="10.78.0.0/16").physical_id
    harness.create("AWS::EC2::VPCCidrBlock", VpcId=vpc, AmazonProvidedIpv6CidrBlock=True)
    found = harness.call("ec2", "describe_vpcs", VpcIds=[vpc])["Vpcs"][0]
    whole = found["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    block = whole.replace("/56", "/64")
    first = {"VpcId": vpc, "CidrBlock": "10.78.0.0/24", "Ipv6CidrBlock": block}
    harness.create("AWS::EC2::Subnet", **first)
    second = first | {"CidrBlock": "10.78.1.0/24"}
    refused(harness, "AWS::EC2::Subnet", second, "conflicts with another subnet")


@pytest.mark.parametrize("statistic", ["p99.9", "TM(10%:90%)", "IQM"])
def test_an_alarm_may_look_at_a_percentile_or_a_mean_of_some(harness, statistic):
    harness.create(
        "AWS::CloudWatch::Alarm", **without(ALARM, "Statistic"), ExtendedStatistic=statistic
    )


def test_protocols_have_no_ports_but_a_few(harness):
    vpc = harness.create("AWS::EC2::VPC", CidrBlock="10.79.0.0/16").physical_id
    rule = {"IpProtocol": "50", "CidrIp": "10.0.0.0/8"}
    harness.create(
        "AWS::EC2::SecurityGroup", GroupDescription="d", VpcId=vpc, SecurityGroupIngress=[rule]
    )
