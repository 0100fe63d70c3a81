"""Assertions of a template about its parameters, which are judged before anything is made."""

from __future__ import annotations

import pytest

from rdsproxy_local.cloudformation.failure import Failure
from rdsproxy_local.cloudformation.parameters import Parameters
from rdsproxy_local.cloudformation.rules import check_rules
from rdsproxy_local.local_cloud import Account

pytestmark = pytest.mark.xdist_group("cloud-limits")

DECLARED = {
    "Stage": {"Type": "String"},
    "Zones": {"Type": "CommaDelimitedList"},
    "Network": {"Type": "AWS::EC2::VPC::Id"},
    "Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"},
}
VALUES = {
    "Stage": "prod",
    "Zones": ["a", "b"],
    "Network": "vpc-1",
    "Subnets": ["subnet-1", "subnet-2"],
}
SUBNETS = {
    "subnet-1": {"VpcId": "vpc-1", "AvailabilityZone": "a", "Tags": []},
    "subnet-2": {"VpcId": "vpc-2", "AvailabilityZone": "b"},
}


def describe(service, operation, **given):
    """EC2's answers about one network and its subnets."""
    match operation, given:
        case "describe_subnets", {"SubnetIds": [one]}:
            return {"Subnets": [SUBNETS[one]]}
        case "describe_vpcs", {"VpcIds": [_]}:
            return {"Vpcs": [{"Tags": [{"Key": "Team", "Value": "shop"}]}]}
        case "describe_security_groups", _:
            return {"SecurityGroups": [{"GroupId": "sg-1"}]}
    raise AssertionError(operation)


def judge(assertion, **rule):
    """Judge one assertion."""
    assertions = [{"Assert": assertion, "AssertDescription": "only so"}]
    rules = {"One": {"Assertions": assertions, **rule}}
    check_rules(rules, DECLARED, Parameters(VALUES, VALUES), "eu-west-1", describe)


HOLDS = [
    {"Fn::Contains": [["test", "prod"], {"Ref": "Stage"}]},
    {"Fn::Contains": [{"Ref": "Zones"}, "b"]},
    {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
    {"Fn::EachMemberEquals": [{"Fn::RefAll": "AWS::EC2::VPC::Id"}, "vpc-1"]},
    {"Fn::EachMemberIn": [{"Ref": "Zones"}, ["a", "b", "c"]]},
    {
        "Fn::EachMemberIn": [
            {"Fn::ValueOfAll": ["AWS::EC2::Subnet::Id", "VpcId"]},
            ["vpc-1", "vpc-2"],
        ]
    },
    {"Fn::Equals": [{"Fn::ValueOf": ["Network", "Tags.Team"]}, "shop"]},
    {"Fn::Equals": [{"Fn::ValueOf": ["Network", "DefaultSecurityGroup"]}, "sg-1"]},
    {"Fn::And": [{"Fn::Not": [{"Fn::Equals": ["a", "b"]}]}, {"Fn::Equals": ["a", "a"]}]},
    {"Fn::Or": [{"Fn::Equals": ["a", "b"]}, {"Fn::Equals": ["a", "a"]}]},
]


@pytest.mark.parametrize("assertion", HOLDS)
def test_an_assertion_holds(assertion):
    judge(assertion)
    with pytest.raises(Failure, match="only so"):
        judge({"Fn::Not": [assertion]})


def test_all_subnets_are_in_the_network_or_the_stack_is_refused():
    inside = {"Fn::ValueOfAll": ["AWS::EC2::Subnet::Id", "VpcId"]}
    with pytest.raises(Failure, match="Rule One is not satisfied: only so"):
        judge({"Fn::EachMemberEquals": [inside, {"Ref": "Network"}]})


def test_a_condition_says_when_a_rule_counts():
    never = {"Fn::Equals": ["a", "b"]}
    judge(never, RuleCondition={"Fn::Equals": [{"Ref": "Stage"}, "test"]})
    with pytest.raises(Failure, match="only so"):
        judge(never, RuleCondition={"Fn::Equals": [{"Ref": "Stage"}, "prod"]})


@pytest.mark.parametrize(
    ("assertion", "reason"),
    [
        ({"Fn::Join": ["", ["a"]]}, "no condition of a rule"),
        ({"Fn::Equals": [{"Ref": "Bucket"}, "a"]}, r"Unresolved dependencies \[Bucket\]"),
        ({"Fn::Equals": [{"Fn::Sub": "a"}, "a"]}, "no function of a rule"),
        ({"Fn::And": [{"Fn::Equals": ["a", "a"]}]}, "no condition of a rule"),
        (
            {"Fn::Equals": [{"Fn::ValueOf": ["Network", "CidrBlock"]}, "a"]},
            "no attribute CidrBlock",
        ),
    ],
)
def test_what_is_no_assertion_is_refused(assertion, reason):
    with pytest.raises(Failure, match=reason):
        judge(assertion)


def test_a_rule_has_assertions():
    parameters = Parameters(VALUES, VALUES)
    with pytest.raises(Failure, match="must have a list of Assertions"):
        check_rules({"One": {}}, DECLARED, parameters, "eu-west-1", describe)


def test_a_value_that_is_not_known_yet_is_not_judged():
    parameters = Parameters({"Stage": "?"}, {})
    never = {"Fn::Equals": [{"Ref": "Stage"}, "test"]}
    rules = {"One": {"Assertions": [{"Assert": never}]}}
    check_rules(rules, DECLARED, parameters, "eu-west-1", describe)


@pytest.fixture(scope="module")
def account(server):
    return Account(server.endpoint, "123456789012", "eu-west-1")


def test_a_stack_whose_rules_do_not_hold_is_not_begun(stacks):
    group = {"G": {"Type": "AWS::Logs::LogGroup"}}
    sections = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Rules": {"One": {"Assertions": [{"Assert": HOLDS[0], "AssertDescription": "only so"}]}},
    }
    assert "only so" in stacks.refusal("refused", group, given={"Stage": "dev"}, **sections)
    status = stacks.create("taken", group, given={"Stage": "test"}, **sections)
    assert status == "CREATE_COMPLETE"


def test_two_outputs_have_two_names_of_exports(stacks):
    outputs = {name: {"Value": "v", "Export": {"Name": "same"}} for name in "AB"}
    group = {"G": {"Type": "AWS::Logs::LogGroup"}}
    status = stacks.create("twice", group, Outputs=outputs)
    assert status == "ROLLBACK_COMPLETE"
    assert "Duplicate Export names" in str(stacks.account.events("twice"))


def test_ranges_of_a_vpc_that_are_associated_later_are_read_then(stacks):
    network = {"Ref": "Vpc"}
    ranges = {"Fn::GetAtt": "Vpc.Ipv6CidrBlocks"}
    block = {"Fn::Select": [0, {"Fn::Cidr": [{"Fn::Select": [0, ranges]}, 1, 64]}]}
    resources = {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "More": {
            "Type": "AWS::EC2::VPCCidrBlock",
            "Properties": {"VpcId": network, "AmazonProvidedIpv6CidrBlock": True},
        },
        "Subnet": {
            "Type": "AWS::EC2::Subnet",
            "DependsOn": "More",
            "Properties": {"VpcId": network, "CidrBlock": "10.0.0.0/24", "Ipv6CidrBlock": block},
        },
    }
    assert stacks.create("later", resources) == "CREATE_COMPLETE"
