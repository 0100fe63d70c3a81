"""What a variant is given in a VPC that exists, compared with an account of the local cloud."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from planning import Planner, errors

from rdsproxy_templates import render
from rdsproxy_templates.deploy.given import given_problems
from rdsproxy_templates.variants import existing_vpc

SUBNETS = ("PrivateSubnet1Id", "PrivateSubnet2Id")
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


class World:
    """An account with the network of `base`, and what a person would name in settings."""

    def __init__(self, desk, given):
        self.desk, self.account, self.given = desk, desk.account, given
        self.ec2 = desk.account.client("ec2")
        subnets = self.ec2.describe_subnets(SubnetIds=[given[name] for name in SUBNETS])["Subnets"]
        self.vpc = subnets[0]["VpcId"]
        self.zone = subnets[0]["AvailabilityZone"]

    def problems(self, settings=None, **values):
        config = existing_vpc.Config.parse(settings, "a test")
        root = render(existing_vpc, config).root
        told = {
            name: value
            for name, value in (self.given | {"VPCId": self.vpc}).items()
            if name in root.parameters
        }
        found = given_problems(self.account, root, told | values, print, config=config)
        return [str(one) for one in found]

    def group(self, name):
        return self.ec2.create_security_group(GroupName=name, Description="A test", VpcId=self.vpc)[
            "GroupId"
        ]

    def key(self, **properties):
        return self.account.client("kms").create_key(**properties)["KeyMetadata"]["Arn"]


@pytest.fixture(scope="module")
def world(desk, network):
    mine = desk("000000000311")
    return World(mine, network(mine, "existing_vpc"))


def test_what_base_makes_fits(world):
    assert world.problems() == []
    assert world.problems({"security_groups": "make"}) == []


def test_what_is_missing_is_told_at_once(world):
    missing = {"PrivateSubnet1Id": "subnet-00000000", "RDSProxySecurityGroupId": "sg-00000000"}

    found = world.problems(**missing)

    assert [one.partition("]")[0] for one in found] == [
        "[PrivateSubnet1Id", "[RDSProxySecurityGroupId"
    ]  # fmt: skip


def test_subnets_of_one_zone_are_refused(world):
    second = world.ec2.create_subnet(
        VpcId=world.vpc, CidrBlock="10.1.9.0/24", AvailabilityZone=world.zone
    )["Subnet"]["SubnetId"]

    assert world.problems(PrivateSubnet2Id=second) == [
        f"[PrivateSubnet1Id and PrivateSubnet2Id] are in {world.zone} only; give subnets of two "
        "Availability Zones"
    ]


def test_a_database_group_that_admits_nobody_is_told(world):
    closed = world.group("closed")

    proxy = world.given["RDSProxySecurityGroupId"]

    assert world.problems(DBClusterSecurityGroupId=closed) == [
        f"[RDSProxySecurityGroupId] is {proxy}, with which RDSStackRDSProxy may not connect to "
        f"RDSStackDBCluster on port 3306; let {proxy} out to {closed} on port 3306",
        f"[DBClusterSecurityGroupId] is {closed}, with which RDSStackDBCluster does not let "
        f"RDSStackRDSProxy in on port 3306; let {closed} admit {proxy} on port 3306",
    ]


def test_a_group_opened_by_hand_is_enough(world):
    opened = world.group("opened")
    peer = {"GroupId": world.given["RDSProxySecurityGroupId"]}
    world.ec2.authorize_security_group_ingress(
        GroupId=opened,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "UserIdGroupPairs": [peer]}
        ],
    )
    everywhere = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.1.0.0/16"}]}]
    proxy = world.group("proxy")
    world.ec2.authorize_security_group_ingress(GroupId=proxy, IpPermissions=everywhere)
    anybody = world.group("anybody")
    world.ec2.authorize_security_group_ingress(GroupId=anybody, IpPermissions=everywhere)

    found = world.problems(DBClusterSecurityGroupId=opened)
    both = world.problems(
        FunctionSecurityGroupId=proxy, RDSProxySecurityGroupId=proxy,
        DBClusterSecurityGroupId=anybody,
    )  # fmt: skip

    assert [one for one in found if "does not let" in one] == []
    assert both == []


def test_keys_and_roles_of_settings_are_compared(world):
    kms, iam = world.account.client("kms"), world.account.client("iam")
    disabled, signing = world.key(), world.key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    kms.disable_key(KeyId=disabled.rpartition("/")[2])
    role = iam.create_role(RoleName="mine", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    settings = {
        "rds": {
            "storage": {"kms_key_arn": disabled},
            "proxy": {"role": {"arn": role["Arn"]}, "log": {"kms_key_arn": signing}},
        }
    }

    found = sorted(world.problems(settings))

    assert found == [
        f"[RDSStack.DBCluster.KmsKeyId] is {disabled}, which is Disabled; give a key that is "
        "enabled",
        f"[RDSStack.RDSProxy.RoleArn] is {role['Arn']}, which does not trust rds.amazonaws.com; "
        "let it do sts:AssumeRole",
        f"[RDSStack.RDSProxyLogGroup.KmsKeyId] is {signing}, an asymmetric key or one for "
        "signatures (RSA_2048); give a symmetric one",
        f"[RDSStack.RDSProxyLogGroup.KmsKeyId] is {signing}, whose policy does not admit "
        "logs.eu-west-1.amazonaws.com; let it encrypt and decrypt, as "
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html shows",
    ]


def test_a_second_endpoint_for_secrets_manager_is_refused(world):
    service = f"com.amazonaws.{world.account.region}.secretsmanager"
    group, other = world.group("endpoint"), world.group("no-endpoint")
    made = world.ec2.create_vpc_endpoint(
        VpcId=world.vpc, ServiceName=service, VpcEndpointType="Interface",
        SubnetIds=[world.given["PrivateSubnet1Id"]], PrivateDnsEnabled=True,
        SecurityGroupIds=[group],
    )["VpcEndpoint"]["VpcEndpointId"]  # fmt: skip
    try:
        (said,) = world.problems()
        existing = {"secrets_manager_endpoint": "existing"}
        assert world.problems(existing, SecretsManagerEndpointSecurityGroupId=group) == []
        (wrong,) = world.problems(existing, SecretsManagerEndpointSecurityGroupId=other)
        assert "no interface endpoint for" in wrong
    finally:
        world.ec2.delete_vpc_endpoints(VpcEndpointIds=[made])

    assert f"which has {made} for {service} already" in said


def test_the_command_says_all_of_it_and_changes_nothing(world, sam_cli, tmp_path):
    planner = Planner(tmp_path, {"app": world.account}, Path(sam_cli).parent)
    planner.write_profiles()
    world.desk.bucket()
    wrong = {"FunctionSecurityGroupId": "sg-00000000", "PrivateSubnet2Id": "subnet-00000000"}
    told = (world.given | wrong).items()
    words = [word for one in told for word in ("--parameter", "=".join(one))]

    said = errors(planner.deploy("existing_vpc", *words))

    assert [one.partition("]")[0] for one in said] == [
        "error: [existing_vpc.PrivateSubnet2Id",
        "error: [existing_vpc.FunctionSecurityGroupId",
    ]
    stacks = world.account.client("cloudformation").list_stacks()["StackSummaries"]
    assert [one["StackName"] for one in stacks if "existing" in one["StackName"]] == []


def test_a_note_is_in_the_plan_that_is_reviewed(world, sam_cli, tmp_path):
    planner = Planner(tmp_path, {"app": world.account}, Path(sam_cli).parent)
    planner.write_profiles()
    small = [
        world.ec2.create_subnet(
            VpcId=world.vpc, CidrBlock=f"10.1.10.{start}/28", AvailabilityZone=f"eu-west-1{zone}"
        )["Subnet"]["SubnetId"]
        for start, zone in ((0, "a"), (16, "b"))
    ]
    for subnet in small:
        for _ in range(4):
            world.ec2.create_network_interface(SubnetId=subnet)
    given = world.given | dict(zip(SUBNETS, small, strict=True))
    words = [word for one in given.items() for word in ("--parameter", "=".join(one))]

    said = planner.run(
        "deploy", "existing_vpc", "--app-profile", "app", "--app-bucket", world.desk.bucket(),
        "--out", "out", "--plan", "plan.json", *words,
    )  # fmt: skip

    note = "free addresses, and RDS Proxy wants 10"
    assert said.output.count(note) == len(small), said
    assert note in (tmp_path / "plan.json").read_text()
