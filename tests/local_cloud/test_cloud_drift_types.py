"""Of every type that is checked, what somebody changes by hand is found where the schema has it."""

from __future__ import annotations

import json

import pytest

from rdsproxy_local.live import databases, functions, identity, networks, proxies
from rdsproxy_local.local_cloud import Account

pytestmark = pytest.mark.xdist_group("cloud-engine")

TRUSTED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": ["lambda.amazonaws.com", "rds.amazonaws.com"]},
        }
    ],
}
ALLOWED = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}],
}
KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::999999999991:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}
TAGS = [{"Key": "team", "Value": "data"}]


def subnet(number):
    return {
        "Type": "AWS::EC2::Subnet",
        "Properties": {
            "VpcId": {"Ref": "Network"},
            "CidrBlock": f"10.0.{number}.0/24",
            "AvailabilityZone": {"Fn::Select": [number, {"Fn::GetAZs": ""}]},
            "MapPublicIpOnLaunch": False,
            "Tags": TAGS,
        },
    }


SUBNETS = [{"Ref": "Subnet0"}, {"Ref": "Subnet1"}]
GROUPS = [{"Fn::GetAtt": "Door.GroupId"}]
RESOURCES = {
    "Network": {
        "Type": "AWS::EC2::VPC",
        "Properties": {
            "CidrBlock": "10.0.0.0/16",
            "EnableDnsHostnames": True,
            "EnableDnsSupport": True,
            "Tags": TAGS,
        },
    },
    "Subnet0": subnet(0),
    "Subnet1": subnet(1),
    "Gateway": {"Type": "AWS::EC2::InternetGateway", "Properties": {"Tags": TAGS}},
    "Table": {
        "Type": "AWS::EC2::RouteTable",
        "Properties": {"VpcId": {"Ref": "Network"}, "Tags": TAGS},
    },
    "Door": {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {
            "GroupDescription": "Ours",
            "VpcId": {"Ref": "Network"},
            "SecurityGroupIngress": [
                {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "CidrIp": "10.0.0.0/16"}
            ],
            "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}],
        },
    },
    "Role": {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": TRUSTED,
            "Description": "Ours",
            "Policies": [{"PolicyName": "logs", "PolicyDocument": ALLOWED}],
            "ManagedPolicyArns": [
                "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
            ],
        },
    },
    "Profile": {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [{"Ref": "Role"}]}},
    "Key": {
        "Type": "AWS::KMS::Key",
        "Properties": {
            "Description": "Ours",
            "EnableKeyRotation": True,
            "KeyPolicy": KEY_POLICY,
            "Tags": TAGS,
        },
    },
    "Secret": {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {"Description": "Ours", "GenerateSecretString": {}, "Tags": TAGS},
    },
    "Name": {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Type": "String", "Name": "name", "Value": "old"},
    },
    "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7, "Tags": TAGS}},
    "Layer": {
        "Type": "AWS::Lambda::LayerVersion",
        "Properties": {
            "LayerName": "layer",
            "CompatibleRuntimes": ["python3.13"],
            "Content": {"S3Bucket": "code", "S3Key": "layer.zip"},
        },
    },
    "Function": {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Code": {"ZipFile": "def handler(event, context): pass"},
            "Handler": "index.handler",
            "Runtime": "python3.13",
            "Role": {"Fn::GetAtt": "Role.Arn"},
            "MemorySize": 256,
            "Timeout": 10,
            "Environment": {"Variables": {"ONE": "1"}},
            "VpcConfig": {"SubnetIds": SUBNETS, "SecurityGroupIds": GROUPS},
            "Tags": TAGS,
        },
    },
    "Api": {
        "Type": "AWS::ApiGatewayV2::Api",
        "Properties": {"Name": "api", "ProtocolType": "HTTP", "Description": "Ours"},
    },
    "Subnets": {
        "Type": "AWS::RDS::DBSubnetGroup",
        "Properties": {
            "DBSubnetGroupDescription": "Ours",
            "SubnetIds": SUBNETS,
            "Tags": TAGS,
        },
    },
    "ClusterParameters": {
        "Type": "AWS::RDS::DBClusterParameterGroup",
        "Properties": {
            "Description": "Ours",
            "Family": "aurora-mysql8.0",
            "Parameters": {"max_connections": "100"},
        },
    },
    "Parameters": {
        "Type": "AWS::RDS::DBParameterGroup",
        "Properties": {"Description": "Ours", "Family": "aurora-mysql8.0", "Tags": TAGS},
    },
    "Cluster": {
        "Type": "AWS::RDS::DBCluster",
        "Properties": {
            "Engine": "aurora-mysql",
            "MasterUsername": "root",
            "MasterUserPassword": "not-a-secret-1",
            "DBSubnetGroupName": {"Ref": "Subnets"},
            "DBClusterParameterGroupName": {"Ref": "ClusterParameters"},
            "VpcSecurityGroupIds": GROUPS,
            "BackupRetentionPeriod": 7,
            "DeletionProtection": False,
            "Tags": TAGS,
        },
    },
    "Instance": {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {
            "Engine": "aurora-mysql",
            "DBClusterIdentifier": {"Ref": "Cluster"},
            "DBInstanceClass": "db.r6g.large",
            "AutoMinorVersionUpgrade": True,
        },
    },
    "Proxy": {
        "Type": "AWS::RDS::DBProxy",
        "Properties": {
            "DBProxyName": "Ours",
            "EngineFamily": "MYSQL",
            "RequireTLS": True,
            "RoleArn": {"Fn::GetAtt": "Role.Arn"},
            "IdleClientTimeout": 120,
            "Auth": [{"AuthScheme": "SECRETS", "SecretArn": {"Ref": "Secret"}}],
            "VpcSubnetIds": SUBNETS,
            "VpcSecurityGroupIds": GROUPS,
        },
    },
    "Endpoint": {
        "Type": "AWS::RDS::DBProxyEndpoint",
        "Properties": {
            "DBProxyEndpointName": "readers",
            "DBProxyName": {"Ref": "Proxy"},
            "TargetRole": "READ_ONLY",
            "VpcSubnetIds": SUBNETS,
        },
    },
    "Targets": {
        "Type": "AWS::RDS::DBProxyTargetGroup",
        "Properties": {"DBProxyName": {"Ref": "Proxy"}, "TargetGroupName": "default"},
    },
}


def tagged(service, resource):
    """Tag a resource of EC2 by hand, or of RDS."""
    key = {"Key": "by", "Value": "hand"}
    if service == "ec2":
        return ("ec2", "create_tags", {"Resources": [f"{{{resource}}}"], "Tags": [key]})
    return ("rds", "add_tags_to_resource", {"ResourceName": f"{{{resource}}}", "Tags": [key]})


CHANGES = {
    "Network": (
        (
            "ec2",
            "modify_vpc_attribute",
            {"VpcId": "{Network}", "EnableDnsHostnames": {"Value": False}},
        ),
        "/EnableDnsHostnames",
    ),
    "Subnet0": (
        (
            "ec2",
            "modify_subnet_attribute",
            {"SubnetId": "{Subnet0}", "MapPublicIpOnLaunch": {"Value": True}},
        ),
        "/MapPublicIpOnLaunch",
    ),
    "Gateway": (tagged("ec2", "Gateway"), "/Tags/1"),
    "Table": (tagged("ec2", "Table"), "/Tags/1"),
    "Role": (
        (
            "iam",
            "put_role_policy",
            {"RoleName": "{Role}", "PolicyName": "more", "PolicyDocument": json.dumps(ALLOWED)},
        ),
        "/Policies/1",
    ),
    "Profile": (
        (
            "iam",
            "remove_role_from_instance_profile",
            {"InstanceProfileName": "{Profile}", "RoleName": "{Role}"},
        ),
        "/Roles/0",
    ),
    "Key": (("kms", "disable_key_rotation", {"KeyId": "{Key}"}), "/EnableKeyRotation"),
    "Secret": (
        ("secretsmanager", "update_secret", {"SecretId": "{Secret}", "Description": "Mine"}),
        "/Description",
    ),
    "Name": (
        ("ssm", "put_parameter", {"Name": "{Name}", "Value": "new", "Overwrite": True}),
        "/Value",
    ),
    "Function": (
        (
            "lambda",
            "update_function_configuration",
            {"FunctionName": "{Function}", "Environment": {"Variables": {"ONE": "2"}}},
        ),
        "/Environment/Variables/ONE",
    ),
    "Api": (("apigatewayv2", "update_api", {"ApiId": "{Api}", "Description": "M"}), "/Description"),
    "Subnets": (tagged("rds", "Subnets.DBSubnetGroupArn"), "/Tags/1"),
    "ClusterParameters": (
        (
            "rds",
            "modify_db_cluster_parameter_group",
            {
                "DBClusterParameterGroupName": "{ClusterParameters}",
                "Parameters": [
                    {
                        "ParameterName": "max_connections",
                        "ParameterValue": "200",
                        "ApplyMethod": "pending-reboot",
                    }
                ],
            },
        ),
        "/Parameters/max_connections",
    ),
    "Cluster": (
        (
            "rds",
            "modify_db_cluster",
            {"DBClusterIdentifier": "{Cluster}", "BackupRetentionPeriod": 1},
        ),
        "/BackupRetentionPeriod",
    ),
    "Instance": (
        (
            "rds",
            "modify_db_instance",
            {"DBInstanceIdentifier": "{Instance}", "AutoMinorVersionUpgrade": False},
        ),
        "/AutoMinorVersionUpgrade",
    ),
    "Proxy": (
        ("rds", "modify_db_proxy", {"DBProxyName": "{Proxy}", "IdleClientTimeout": 60}),
        "/IdleClientTimeout",
    ),
}


@pytest.fixture(scope="module")
def account(server):
    return Account(server.endpoint, "999999999991", "eu-west-1")


@pytest.fixture(scope="module")
def detected(stacks, account):
    """Detects the drift of a stack with something of every type; gives the drifted properties."""
    buckets = account.client("s3")
    buckets.create_bucket(
        Bucket="code", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    buckets.put_object(Bucket="code", Key="layer.zip", Body=EMPTY_ZIP)
    status = stacks.create("every", RESOURCES, **NAMED)
    assert status == "CREATE_COMPLETE", account.failures("every")
    api = account.client("cloudformation")

    def detected():
        made = api.detect_stack_drift(StackName="every")["StackDriftDetectionId"]
        outcome = api.describe_stack_drift_detection_status(StackDriftDetectionId=made)
        found = api.describe_stack_resource_drifts(StackName="every")["StackResourceDrifts"]
        paths = {
            one["LogicalResourceId"]: [each["PropertyPath"] for each in one["PropertyDifferences"]]
            for one in found
        }
        return outcome, paths

    return detected


MODULES = (databases, functions, identity, networks, proxies)
ELSEWHERE = {"AWS::Lambda::Alias", "AWS::Lambda::EventInvokeConfig"}
READ = {name for module in MODULES for name in module.READERS} - ELSEWHERE
READ |= {"AWS::ApiGatewayV2::Api"}
NAMED = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


def test_nothing_of_any_type_has_drifted_by_itself(detected):
    _, paths = detected()

    assert {RESOURCES[name]["Type"] for name in paths} == READ
    assert {name: found for name, found in paths.items() if found} == {}


def test_a_target_group_cannot_be_read_and_fails_the_detection(detected):
    outcome, _ = detected()

    assert outcome["DetectionStatus"] == "DETECTION_FAILED"
    assert outcome["StackDriftStatus"] == "UNKNOWN"
    reason = json.loads(outcome["DetectionStatusReason"])
    assert reason["Summary"] == "Failed to detect drift on resources [Targets]"
    assert "'dBProxyName'" in reason["Failures"][0]["FailureReason"]


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_by_hand_is_found(detected, account, name):
    (service, operation, given), path = CHANGES[name]
    ids = account.resources("every")
    arn = f"arn:aws:rds:eu-west-1:999999999991:subgrp:{ids['Subnets']}"
    ids["Subnets.DBSubnetGroupArn"] = arn

    getattr(account.client(service), operation)(**filled(given, ids))

    assert detected()[1][name] == [path]


def test_all_of_it_is_reverted_except_of_a_proxy(detected, stacks, account):
    """The changes of the tests above, and that of a proxy, which is not compared with what it is."""
    made = stacks.change_set("every", "UPDATE", RESOURCES, DeploymentMode="REVERT_DRIFT", **NAMED)
    changed = {one["ResourceChange"]["LogicalResourceId"] for one in made["Changes"]}
    assert changed == {*CHANGES} - {"Gateway", "Table", "Subnets", "Proxy"}
    assert stacks.execute(made) == "UPDATE_COMPLETE", account.failures("every")

    drifted = {name for name, paths in detected()[1].items() if paths}

    # Tags of others stay, by whomever.
    assert drifted == {"Gateway", "Table", "Subnets", "Proxy"}


def filled(given, ids):
    """The parameters with physical IDs in the place of logical ones."""
    if isinstance(given, dict):
        return {key: filled(one, ids) for key, one in given.items()}
    if isinstance(given, list):
        return [filled(one, ids) for one in given]
    if isinstance(given, str) and given[:1] + given[-1:] == "{}" and given[1:-1] in ids:
        return ids[given[1:-1]]
    return given
