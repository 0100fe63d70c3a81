"""Resources of fewer templates, and what depends on the account, as strict as on AWS."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from limit_samples import ALARM
from test_limits import CLUSTER, FUNCTION, INSTANCE, NO_KEY, PROXY, ROLE, TRUST, scaling

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-limits")

INTEGRATION = {
    "ApiId": "a",
    "IntegrationType": "AWS_PROXY",
    "IntegrationUri": "arn:aws:lambda:eu-west-1:123456789012:function:f",
}
TABLE = {
    "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
}


def index(name):
    kept = {"ProjectionType": "ALL"}
    return {"IndexName": name, "KeySchema": TABLE["KeySchema"], "Projection": kept}


def key_policy(**statement):
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*", **statement}],
    }


def identity_policy(**statement):
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **statement}],
    }


SERVICE_ONLY = key_policy(Principal={"Service": "rds.amazonaws.com"})
BY_ALL = key_policy(Principal="*")


@pytest.mark.parametrize(
    ("type_name", "properties", "reason"),
    [
        ("AWS::CloudWatch::Alarm", {**ALARM, "DatapointsToAlarm": 2}, "DatapointsToAlarm must"),
        ("AWS::CloudWatch::Alarm", {**ALARM, "EvaluationPeriods": 1441}, "86400 seconds"),
        *(
            ("AWS::S3::Bucket", {"BucketName": name}, "InvalidBucketName")
            for name in ("192.168.1.1", "xn--shop", "shop-s3alias", "a..b")
        ),
        (
            "AWS::SSM::Parameter",
            {"Type": "String", "Name": "a b", "Value": "v"},
            "Parameter name",
        ),
        ("AWS::SSM::Parameter", {"Type": "String", "Value": "v" * 4097}, "maximum parameter value"),
        (
            "AWS::Scheduler::Schedule",
            {
                "ScheduleExpression": "rate(1 hour)",
                "FlexibleTimeWindow": {"Mode": "FLEXIBLE"},
                "Target": {
                    "Arn": "arn:aws:lambda:eu-west-1:123456789012:function:f",
                    "RoleArn": ROLE,
                },
            },
            "MaximumWindowInMinutes",
        ),
        (
            "AWS::SNS::Subscription",
            {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:t", "Protocol": "fax"},
            "fax",
        ),
        (
            "AWS::DynamoDB::Table",
            {**TABLE, "GlobalSecondaryIndexes": [index(f"i-{n}") for n in range(21)]},
            "count exceeds 20",
        ),
        ("AWS::KMS::Key", {"KeyPolicy": SERVICE_ONLY}, "will not allow you to update"),
        (
            "AWS::KMS::Key",
            {"KeyPolicy": {**BY_ALL, "Statement": BY_ALL["Statement"] * 500}},
            "KeyPolicySize",
        ),
        (
            "AWS::KMS::Alias",
            {"AliasName": "alias/aws/own", "TargetKeyId": NO_KEY},
            "reserved for AWS",
        ),
        (
            "AWS::EC2::VPCEndpoint",
            {
                "ServiceName": "com.amazonaws.eu-west-1.s3",
                "VpcId": "vpc-12345678",
                "SubnetIds": ["subnet-12345678"],
            },
            "SubnetIds cannot be specified",
        ),
        (
            "AWS::RDS::DBProxy",
            {**PROXY, "VpcSecurityGroupIds": [f"sg-1234567{n}" for n in range(6)]},
            "SecurityGroupsPerInterfaceLimitExceeded",
        ),
        (
            "AWS::RDS::DBParameterGroup",
            {"Family": "mysql8.4", "Description": "d", "DBParameterGroupName": "a" * 256},
            "not a valid identifier",
        ),
        (
            "AWS::IAM::ManagedPolicy",
            {"PolicyDocument": identity_policy(Principal="*")},
            "should not specify a principal",
        ),
        (
            "AWS::IAM::ManagedPolicy",
            {"PolicyDocument": identity_policy(Sid="a b")},
            "alpha-numeric",
        ),
        (
            "AWS::Lambda::Permission",
            {
                "Action": "lambda:InvokeFunction",
                "FunctionName": "f",
                "Principal": "apigatway.amazonaws.com",
            },
            "principal was invalid",
        ),
        (
            "AWS::ApiGatewayV2::Integration",
            {**INTEGRATION, "PayloadFormatVersion": "3.0"},
            r"1\.0, 2\.0",
        ),
        (
            "AWS::ApiGatewayV2::Integration",
            {**INTEGRATION, "PayloadFormatVersion": "2.0", "TimeoutInMillis": 30001},
            "less than or equal to 30000",
        ),
        (
            "AWS::ApiGateway::UsagePlan",
            {"Quota": {"Limit": 1, "Period": "WEEK", "Offset": 7}},
            "outside of a WEEK",
        ),
        (
            "AWS::ApiGateway::RestApi",
            {"Name": "n", "EndpointConfiguration": {"Types": ["EDGE", "PRIVATE"]}},
            "one endpoint type",
        ),
        (
            "AWS::RDS::DBCluster",
            {
                **CLUSTER,
                "EngineVersion": "8.0.mysql_aurora.3.04.4",
                **scaling(MinCapacity=0, MaxCapacity=2),
            },
            "capacity 0 isn't supported",
        ),
        (
            "AWS::RDS::DBCluster",
            {**CLUSTER, "EngineVersion": "8.0.mysql_aurora.3.02.0"},
            "Cannot find version",
        ),
        (
            "AWS::RDS::DBCluster",
            {**CLUSTER, "PerformanceInsightsKmsKeyId": "alias/aws/rds"},
            "unless PerformanceInsightsEnabled",
        ),
        ("AWS::RDS::DBCluster", {**CLUSTER, "AvailabilityZones": ["eu-west-1x"]}, "eu-west-1x"),
        (
            "AWS::RDS::DBInstance",
            {
                "DBClusterIdentifier": "c",
                "Engine": "aurora-mysql",
                "DBInstanceClass": "db.t4g.medium",
                "MultiAZ": True,
            },
            "Multi-AZ DB Instances are not available",
        ),
    ],
)
def test_what_other_services_refuse_fails(harness, type_name, properties, reason):
    with pytest.raises(Failure, match=reason):
        harness.create(type_name, **properties)


@pytest.fixture(scope="module")
def vpc(harness):
    return harness.create("AWS::EC2::VPC", CidrBlock="10.7.0.0/16").physical_id


@pytest.fixture(scope="module")
def groups(harness, vpc):
    """A DB subnet group and a security group in a network without the internet."""
    subnets = [
        harness.create(
            "AWS::EC2::Subnet",
            VpcId=vpc,
            CidrBlock=f"10.7.{number}.0/24",
            AvailabilityZone=f"eu-west-1{zone}",
        ).physical_id
        for number, zone in enumerate("ab")
    ]
    subnet_group = harness.create(
        "AWS::RDS::DBSubnetGroup", DBSubnetGroupDescription="d", SubnetIds=subnets
    )
    group = harness.create("AWS::EC2::SecurityGroup", GroupDescription="d", VpcId=vpc)
    return subnet_group.physical_id, group.physical_id


@pytest.fixture(scope="module")
def cluster(harness, groups):
    subnets, group = groups
    return harness.create(
        "AWS::RDS::DBCluster",
        **CLUSTER,
        DBSubnetGroupName=subnets,
        VpcSecurityGroupIds=[group],
    )


def test_a_public_instance_needs_the_internet(harness, groups):
    subnets, group = groups
    place = {"DBSubnetGroupName": subnets, "VPCSecurityGroups": [group]}
    with pytest.raises(Failure, match="no internet gateway attached"):
        harness.create("AWS::RDS::DBInstance", **INSTANCE, **place, PubliclyAccessible=True)


def test_a_serverless_instance_needs_a_cluster_that_scales(harness, cluster):
    with pytest.raises(Failure, match="Set the Serverless v2 scaling configuration"):
        harness.create(
            "AWS::RDS::DBInstance",
            DBClusterIdentifier=cluster.physical_id,
            Engine="aurora-mysql",
            DBInstanceClass="db.serverless",
        )


@pytest.mark.parametrize(
    ("block", "reason"), [("10.7.0.0/20", "conflicts"), ("192.168.0.0/16", "restricted")]
)
def test_another_range_of_a_network_fits_beside_the_first(harness, vpc, block, reason):
    with pytest.raises(Failure, match=reason):
        harness.create("AWS::EC2::VPCCidrBlock", VpcId=vpc, CidrBlock=block)


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "arn:aws:iam::123456789012:role/nobody"},
        {"AWS": "arn:aws:iam::123456789012:user/nobody"},
        {"Service": "lambda.amazon.com"},
        {"Service": "lamda.amazonaws.com"},
    ],
)
def test_a_role_trusts_only_what_is_there(harness, principal):
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
    }
    with pytest.raises(ClientError, match="Invalid principal in policy"):
        harness.create("AWS::IAM::Role", AssumeRolePolicyDocument=document)


def test_a_function_in_a_network_may_make_interfaces(harness, groups):
    subnets = harness.call("rds", "describe_db_subnet_groups", DBSubnetGroupName=groups[0])
    subnet = subnets["DBSubnetGroups"][0]["Subnets"][0]["SubnetIdentifier"]
    role = harness.create("AWS::IAM::Role", AssumeRolePolicyDocument=TRUST)
    given = FUNCTION | {"Role": role.attributes["Arn"]}
    network = {"SubnetIds": [subnet], "SecurityGroupIds": [groups[1]]}
    with pytest.raises(ClientError, match="permissions to call CreateNetworkInterface on EC2"):
        harness.create("AWS::Lambda::Function", **given, VpcConfig=network)


def test_a_function_that_traces_may_write_traces(harness):
    """https://github.com/serverless/serverless/issues/6931"""
    given = {"AssumeRolePolicyDocument": TRUST}
    traced = FUNCTION | {"TracingConfig": {"Mode": "Active"}}
    role = harness.create("AWS::IAM::Role", **given)
    with pytest.raises(ClientError, match="permissions to call PutTraceSegments on XRAY"):
        harness.create("AWS::Lambda::Function", **traced | {"Role": role.attributes["Arn"]})
    given["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"]
    role = harness.create("AWS::IAM::Role", **given)
    harness.create("AWS::Lambda::Function", **traced | {"Role": role.attributes["Arn"]})


def test_an_account_keeps_a_hundred_executions_for_all_functions(harness):
    role = harness.create("AWS::IAM::Role", AssumeRolePolicyDocument=TRUST)
    given = FUNCTION | {"Role": role.attributes["Arn"]}
    with pytest.raises(ClientError, match=r"below its minimum value of \[100\]"):
        harness.create("AWS::Lambda::Function", **given, ReservedConcurrentExecutions=901)


@pytest.mark.parametrize("name", ["no_such_parameter", "slow_query_logs"])
@pytest.mark.parametrize("family", ["mysql8.4", "postgres17"])
def test_a_group_has_the_parameters_of_its_engine(harness, family, name):
    with pytest.raises(ClientError, match=f"Could not find parameter with name: {name}"):
        harness.create(
            "AWS::RDS::DBParameterGroup",
            Family=family,
            Description="d",
            Parameters={name: "1"},
        )
