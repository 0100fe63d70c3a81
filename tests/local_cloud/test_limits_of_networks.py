"""Networks, identities, keys and secrets that AWS refuses, each beside one that it takes."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from test_limits import TRUST
from test_limits_of_databases import KEY_POLICY

from rdsproxy_local.cloudformation.failure import Failure

pytestmark = pytest.mark.xdist_group("cloud-limits")

REFUSED = (Failure, ClientError)
RULE = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "CidrIp": "10.0.0.0/8"}
ROOT = {"AWS": "arn:aws:iam::123456789012:root"}
LAUNCHED = {"ImageId": "ami-12345678", "InstanceType": "t3.micro"}


def policy(**statement):
    given = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **statement}
    kept = {name: value for name, value in given.items() if value is not None}
    return {"Version": "2012-10-17", "Statement": [kept]}


def trust(**statement):
    return {**TRUST, "Statement": [{**TRUST["Statement"][0], **statement}]}


def devices(name, **volume):
    return {"BlockDeviceMappings": [{"DeviceName": name, "Ebs": {"VolumeSize": 200, **volume}}]}


@pytest.mark.parametrize(
    ("type_name", "properties", "reason"),
    [
        *(
            ("AWS::EC2::VPC", {"CidrBlock": block}, "is invalid")
            for block in ("127.0.0.0/16", "0.0.0.0/16", "169.254.0.0/16", "224.0.0.0/16")
        ),
        (
            "AWS::EC2::VPC",
            {"CidrBlock": "10.6.0.0/16", "EnableDnsHostnames": True, "EnableDnsSupport": False},
            "only be enabled if DNS support",
        ),
        ("AWS::EC2::SecurityGroupIngress", RULE, "security group ID is required"),
        (
            "AWS::EC2::SecurityGroupIngress",
            {**RULE, "GroupId": "sg-12345678", "IpProtocol": "icmpv6", "FromPort": 300},
            "out of range",
        ),
        ("AWS::EC2::Instance", {"InstanceType": "t3.micro"}, "must contain the parameter ImageId"),
        ("AWS::EC2::Instance", {**LAUNCHED, **devices("/dev/zzz9")}, "Invalid device name"),
        (
            "AWS::EC2::Instance",
            {**LAUNCHED, **devices("/dev/xvda", VolumeType="st1")},
            "cannot be the root device",
        ),
        (
            "AWS::EC2::Instance",
            {**LAUNCHED, "InstanceType": "t2.micro", "EbsOptimized": True},
            "EBS-optimized instances are not supported",
        ),
        ("AWS::KMS::Key", {"KeyPolicy": KEY_POLICY, "KeySpec": "RSA_2048"}, "KeyUsage value"),
        (
            "AWS::KMS::Key",
            {"KeyPolicy": KEY_POLICY, "KeySpec": "SM2", "KeyUsage": "ENCRYPT_DECRYPT"},
            "China Regions",
        ),
        (
            "AWS::KMS::Key",
            {"KeyPolicy": KEY_POLICY, "Origin": "EXTERNAL", "EnableKeyRotation": True},
            "not rotated automatically",
        ),
        (
            "AWS::KMS::Key",
            {
                "KeyPolicy": {
                    **KEY_POLICY,
                    "Statement": KEY_POLICY["Statement"] + policy(Principal="nobody")["Statement"],
                }
            },
            "Invalid principal",
        ),
        (
            "AWS::KMS::Alias",
            {"AliasName": "alias/a", "TargetKeyId": "arn:aws:kms:us-east-1:123456789012:key/k"},
            "same AWS account and Region",
        ),
        ("AWS::IAM::Role", {"AssumeRolePolicyDocument": trust(Sid="a b")}, "alpha-numeric"),
        ("AWS::IAM::Role", {"AssumeRolePolicyDocument": TRUST, "RoleName": "Rôle"}, "pattern"),
        ("AWS::IAM::InstanceProfile", {"InstanceProfileName": "", "Roles": ["r"]}, "length"),
        (
            "AWS::SecretsManager::SecretTargetAttachment",
            {"SecretId": "s", "TargetId": "", "TargetType": "AWS::RDS::DBCluster"},
            "TargetId must have a value",
        ),
        (
            "AWS::IAM::Role",
            {"AssumeRolePolicyDocument": trust(Principal={"Servic": "lambda.amazonaws.com"})},
            "Invalid principal",
        ),
        *(
            ("AWS::IAM::ManagedPolicy", {"PolicyDocument": policy(**wrong)}, why)
            for wrong, why in (
                ({"Action": "s3:"}, "Action s3: is not valid"),
                ({"Action": ":GetObject"}, "prefaced by a vendor"),
                ({"Action": "s3:Get Object"}, "is not valid"),
                ({"Resource": "arn:aws:lambda"}, "must be in ARN format"),
            )
        ),
        (
            "AWS::SecretsManager::Secret",
            {"ReplicaRegions": [{"Region": "us-east-1"}] * 2},
            "more than once|uniqueItems|non-unique",
        ),
        (
            "AWS::SecretsManager::Secret",
            {
                "GenerateSecretString": {
                    "SecretStringTemplate": '{"username": "u"}',
                    "GenerateStringKey": "",
                }
            },
            "GenerateStringKey must have a value",
        ),
        (
            "AWS::EC2::FlowLog",
            {
                "ResourceId": "vpc-12345678",
                "ResourceType": "VPC",
                "TrafficType": "ALL",
                "LogGroupName": "g",
                "LogDestination": "arn:aws:logs:eu-west-1:123456789012:log-group:g",
            },
            "only provide LogGroupName",
        ),
    ],
)
def test_what_a_service_refuses_fails(harness, type_name, properties, reason):
    with pytest.raises(REFUSED, match=reason):
        harness.create(type_name, **properties)


@pytest.mark.parametrize(
    ("type_name", "properties"),
    [
        ("AWS::EC2::VPC", {"CidrBlock": "100.64.0.0/16", "EnableDnsHostnames": True}),
        (
            "AWS::KMS::Key",
            {"KeyPolicy": KEY_POLICY, "KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"},
        ),
        ("AWS::KMS::Key", {"KeyPolicy": KEY_POLICY, "EnableKeyRotation": True}),
        (
            "AWS::IAM::ManagedPolicy",
            {"PolicyDocument": policy(Action=["s3:Get*", "ec2:Describe?pcs", "*"])},
        ),
        (
            "AWS::IAM::ManagedPolicy",
            {"PolicyDocument": policy(Resource=["arn:aws:s3:::*", "arn:aws:*:*:*:*"])},
        ),
        ("AWS::IAM::Role", {"AssumeRolePolicyDocument": trust(Sid="Trust1")}),
        (
            "AWS::IAM::Role",
            {"AssumeRolePolicyDocument": TRUST, "Tags": [{"Key": "Größe", "Value": "ä"}]},
        ),
        (
            "AWS::SecretsManager::Secret",
            {"ReplicaRegions": [{"Region": "us-east-1", "KmsKeyId": "alias/aws/secretsmanager"}]},
        ),
    ],
)
def test_what_is_beside_the_limits_is_made(harness, type_name, properties):
    harness.delete(harness.create(type_name, **properties))


@pytest.fixture(scope="module")
def network(harness):
    """A table and gateways of two networks."""
    vpcs = [
        harness.create("AWS::EC2::VPC", CidrBlock=f"10.{number}.0.0/16").physical_id
        for number in (4, 5)
    ]
    internet = harness.create("AWS::EC2::InternetGateway").physical_id
    harness.create("AWS::EC2::VPCGatewayAttachment", VpcId=vpcs[0], InternetGatewayId=internet)
    subnets = [
        harness.create(
            "AWS::EC2::Subnet",
            VpcId=vpc,
            CidrBlock=f"10.{number}.0.0/24",
            AvailabilityZone="eu-west-1a",
        ).physical_id
        for number, vpc in zip((4, 5), vpcs, strict=True)
    ]
    own, other = (
        harness.create(
            "AWS::EC2::NatGateway", SubnetId=subnet, ConnectivityType="private"
        ).physical_id
        for subnet in subnets
    )
    table = harness.create("AWS::EC2::RouteTable", VpcId=vpcs[0]).physical_id
    return {"table": table, "internet": internet, "own": own, "other": other}


class TestRoutes:
    @pytest.mark.parametrize(
        ("block", "target", "reason"),
        [
            ("0.0.0.0/0", {"NatGatewayId": "other"}, "belong to different networks"),
            ("0.0.0.0/0", {"TransitGatewayId": "tgw-12345678"}, "does not exist"),
            ("10.4.7.0/24", {"GatewayId": "internet"}, "equal to or more specific"),
            ("0.0.0.0/0", {"GatewayId": "gateway"}, "does not exist"),
        ],
    )
    def test_one_that_ec2_refuses_fails(self, harness, network, block, target, reason):
        known = {name: network.get(value, value) for name, value in target.items()}
        given = {"RouteTableId": network["table"], "DestinationCidrBlock": block}
        with pytest.raises(REFUSED, match=reason):
            harness.create("AWS::EC2::Route", **given, **known)

    @pytest.mark.parametrize(
        ("block", "target"),
        [
            ("0.0.0.0/0", {"GatewayId": "internet"}),
            ("10.9.0.0/16", {"NatGatewayId": "own"}),
            ("10.0.0.0/8", {"GatewayId": "internet"}),
        ],
    )
    def test_one_within_the_network_is_made(self, harness, network, block, target):
        known = {name: network[value] for name, value in target.items()}
        given = {"RouteTableId": network["table"], "DestinationCidrBlock": block}
        harness.delete(harness.create("AWS::EC2::Route", **given, **known))

    def test_a_zone_has_five_nat_gateways(self, harness, network):
        vpc = harness.create("AWS::EC2::VPC", CidrBlock="10.3.0.0/16").physical_id
        subnet = harness.create(
            "AWS::EC2::Subnet", VpcId=vpc, CidrBlock="10.3.0.0/24", AvailabilityZone="eu-west-1c"
        ).physical_id
        given = {"SubnetId": subnet, "ConnectivityType": "private"}
        made = [harness.create("AWS::EC2::NatGateway", **given) for _ in range(5)]
        with pytest.raises(ClientError, match="NAT gateways in eu-west-1c has been reached"):
            harness.create("AWS::EC2::NatGateway", **given)
        harness.delete(made[0])
        harness.delete(harness.create("AWS::EC2::NatGateway", **given))
        for gateway in made[1:]:
            harness.delete(gateway)


def test_names_of_policies_are_not_distinguished_by_case(harness):
    given = {"PolicyDocument": policy()}
    made = harness.create("AWS::IAM::ManagedPolicy", **given, ManagedPolicyName="taken")
    with pytest.raises(ClientError, match="Duplicate names are not allowed"):
        harness.create("AWS::IAM::ManagedPolicy", **given, ManagedPolicyName="Taken")
    harness.delete(made)
    harness.delete(harness.create("AWS::IAM::ManagedPolicy", **given, ManagedPolicyName="Taken"))


class TestSecrets:
    @pytest.mark.parametrize(
        "rules",
        [
            *(
                {"ScheduleExpression": f"cron({fields} *)"}
                for fields in (
                    *("0 /2 * * ?", "0 * * * ?", "0 25 ? * MON", "0 10 * * MON"),
                    *("0 10 32 * ?", "0 10 ? * FOO", "0 10 ? 13 MON", "5 10 ? * MON"),
                )
            ),
            {"ScheduleExpression": "rate(4 hours)", "Duration": "5h"},
            {"ScheduleExpression": "cron(0 22 ? * MON *)", "Duration": "3h"},
            {"Duration": "2h"},
            {},
        ],
    )
    def test_a_schedule_that_is_none_is_refused(self, harness, rules):
        with pytest.raises(Failure, match=r"is not valid|You must specify either"):
            harness.create(
                "AWS::SecretsManager::RotationSchedule", SecretId="s", RotationRules=rules
            )

    @pytest.mark.parametrize(
        "rules",
        [
            *(
                {"ScheduleExpression": f"cron({fields} *)"}
                for fields in (
                    *("0 */8 * * ?", "0 /12 ? * SUN,MON", "0 8 ? 1/3 MON-FRI", "0 8 ? * 1#1"),
                    *("0 8 L * ?", "0 8 1,15 JAN-MAR ?", "0 0/4 * * ?"),
                )
            ),
            {"ScheduleExpression": "rate(10 days)", "Duration": "24h"},
            {"ScheduleExpression": "cron(0 21 ? * MON *)", "Duration": "3h"},
            {"AutomaticallyAfterDays": 30, "Duration": "2h"},
        ],
    )
    def test_a_schedule_is_taken(self, harness, rules):
        # Only the function that rotates is missing.
        with pytest.raises(Failure, match="rotates only by RotationLambdaARN"):
            harness.create(
                "AWS::SecretsManager::RotationSchedule", SecretId="s", RotationRules=rules
            )

    def test_a_policy_is_about_secrets(self, harness):
        secret = harness.create("AWS::SecretsManager::Secret", SecretString="s").physical_id
        kind = "AWS::SecretsManager::ResourcePolicy"
        for wrong in ({"Action": "s3:GetObject"}, {"Resource": None}, {"Principal": "nobody"}):
            statement = {"Principal": ROOT, "Action": "secretsmanager:GetSecretValue", **wrong}
            with pytest.raises(ClientError, match=r"has no action|Missing required|Invalid prin"):
                harness.create(kind, SecretId=secret, ResourcePolicy=policy(**statement))
        given = policy(Principal=ROOT, Action=["secretsmanager:Get*"])
        harness.delete(harness.create(kind, SecretId=secret, ResourcePolicy=given))


class TestChanges:
    def test_an_instance_keeps_to_the_architecture_of_its_image(self, harness):
        images = harness.call("ec2", "describe_images", Owners=["amazon"])["Images"]
        image = next(one["ImageId"] for one in images if one["Architecture"] == "x86_64")
        vpc = harness.create("AWS::EC2::VPC", CidrBlock="10.2.0.0/16").physical_id
        subnet = harness.create("AWS::EC2::Subnet", VpcId=vpc, CidrBlock="10.2.0.0/24").physical_id
        given = {"ImageId": image, "SubnetId": subnet, "InstanceType": "t3.micro"}
        made = harness.create("AWS::EC2::Instance", **given)
        with pytest.raises(ClientError, match="not attached to any internet gateway"):
            harness.create("AWS::EC2::EIP", InstanceId=made.physical_id)
        with pytest.raises(Failure, match="does not match the architecture"):
            harness.update(made, **{**given, "InstanceType": "t4g.micro"})
        harness.delete(harness.update(made, **{**given, "InstanceType": "t3.small"}))

    def test_a_route_leads_to_what_is_there(self, harness, network):
        given = {"RouteTableId": network["table"], "DestinationCidrBlock": "10.77.0.0/16"}
        made = harness.create("AWS::EC2::Route", **given, NatGatewayId=network["own"])
        for wrong, reason in (("nat-12345678", "does not exist"), (network["other"], "different")):
            with pytest.raises(ClientError, match=reason):
                harness.update(made, **given, NatGatewayId=wrong)
        made = harness.update(made, **given, GatewayId=network["internet"])
        harness.delete(made)

    def test_an_endpoint_has_a_policy_of_statements(self, harness):
        vpc = harness.create("AWS::EC2::VPC", CidrBlock="10.1.0.0/16").physical_id
        given = {
            "VpcId": vpc,
            "ServiceName": "com.amazonaws.eu-west-1.s3",
            "VpcEndpointType": "Gateway",
        }
        made = harness.create("AWS::EC2::VPCEndpoint", **given)
        for wrong in ({"x": 1}, policy()):
            with pytest.raises(ClientError, match="InvalidPolicyDocument"):
                harness.update(made, **given, PolicyDocument=wrong)
        everybody = {"StringEquals": {"aws:PrincipalAccount": "1" * 20_480}}
        long = policy(Principal="*", Condition=everybody)
        with pytest.raises(ClientError, match="at most 20480"):
            harness.update(made, **given, PolicyDocument=long)
        with pytest.raises(ClientError, match="at most 20480"):
            harness.create("AWS::EC2::VPCEndpoint", **given, PolicyDocument=long)
        made = harness.update(made, **given, PolicyDocument=policy(Principal="*"))
        harness.delete(made)

    def test_an_alias_goes_on_to_a_key_of_its_kind(self, harness):
        first, second = (
            harness.create("AWS::KMS::Key", KeyPolicy=KEY_POLICY).physical_id for _ in range(2)
        )
        other = harness.create(
            "AWS::KMS::Key", KeyPolicy=KEY_POLICY, KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT"
        ).physical_id
        made = harness.create("AWS::KMS::Alias", AliasName="alias/goes-on", TargetKeyId=first)
        with pytest.raises(Failure, match="must be the same type"):
            harness.update(made, AliasName="alias/goes-on", TargetKeyId=other)
        harness.delete(harness.update(made, AliasName="alias/goes-on", TargetKeyId=second))
