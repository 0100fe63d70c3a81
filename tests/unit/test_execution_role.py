"""The execution role: what its templates take, narrowed, and no more."""

from __future__ import annotations

import pytest

from rdsproxy_templates.errors import ConfigError
from rdsproxy_templates.fleet.execution_role import (
    MOST_CHARACTERS,
    characters,
    role_bundle,
    role_name,
)
from rdsproxy_templates.fleet.handler_actions import handler_actions, undocumented_types
from rdsproxy_templates.fleet.self_managed_roles import administration_role

TRUSTED = "arn:aws:iam::111111111111:role/trusted"
ACCOUNT = "arn:${AWS::Partition}:iam::${AWS::AccountId}:"


def trusts(service):
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def role(**properties):
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": trusts("lambda.amazonaws.com"), **properties},
    }


def made(stack_set="orders", buckets=(), **resources):
    found = role_bundle(
        [{"Resources": resources}], stack_set, name="name", trusts=TRUSTED, buckets=buckets
    )
    (body,) = found.root.resources.values()
    return body["Properties"]


def policy(*arguments, **resources):
    return made(*arguments, **resources)["Policies"][0]["PolicyDocument"]


def statement_of(document, action):
    (found,) = [one for one in document["Statement"] if action in one["Action"]]
    resources = [one if isinstance(one, str) else one["Fn::Sub"] for one in found["Resource"]]
    return resources, found.get("Condition", {})


def actions(document):
    return {action for one in document["Statement"] for action in one["Action"]}


def test_actions_are_those_of_the_handlers_of_a_type():
    found = handler_actions(["AWS::RDS::DBProxy"])

    assert {"rds:CreateDBProxy", "rds:ModifyDBProxy", "rds:DeleteDBProxy", "iam:PassRole"} <= found
    assert "rds:DescribeDBProxies" in found


def test_services_without_a_resource_in_the_templates_are_left_out():
    alone = handler_actions(["AWS::WAFv2::WebACLAssociation"])
    beside_an_api = handler_actions(["AWS::WAFv2::WebACLAssociation", "AWS::ApiGateway::RestApi"])

    assert {one.partition(":")[0] for one in alone} <= {"wafv2", "ec2"}
    assert "apigateway:SetWebACL" in beside_an_api


def test_names_that_iam_does_not_have_are_left_out():
    assert "s3:REST.PUT.OBJECT" not in handler_actions(["AWS::Logs::LogGroup", "AWS::S3::Bucket"])


def test_custom_resource_needs_its_function_only():
    assert handler_actions(["Custom::DatabaseUser"]) == {"lambda:InvokeFunction"}


def test_types_whose_schemas_name_no_action_are_told():
    types = ["AWS::RDS::DBSecurityGroup", "AWS::RDS::DBProxy", "Custom::DatabaseUser"]

    assert undocumented_types(types) == ["AWS::RDS::DBSecurityGroup"]


def test_stacks_of_other_stack_sets_are_out_of_reach():
    resources, _ = statement_of(policy(Role=role()), "cloudformation:*")

    assert resources == [
        "arn:${AWS::Partition}:cloudformation:*:${AWS::AccountId}:stack/StackSet-orders-*"
    ]


def test_roles_are_reached_by_the_beginning_that_cloudformation_gives_their_names():
    document = policy("a-name-of-more-than-sixteen", Role=role())

    assert statement_of(document, "iam:CreateRole")[0] == [
        f"{ACCOUNT}role/StackSet-a-name-of-more-*"
    ]


def test_paths_and_names_of_roles_are_kept():
    named = role(RoleName={"Fn::Sub": "${AWS::StackName}-reader"}, Path="/service/")

    resources, _ = statement_of(policy(Role=named), "iam:CreateRole")

    assert resources == [f"{ACCOUNT}role/service/StackSet-orders-*-reader"]


def test_roles_are_passed_to_the_services_that_they_trust():
    proxy = role(AssumeRolePolicyDocument=trusts("rds.amazonaws.com"))
    types = {"Proxy": {"Type": "AWS::RDS::DBProxy"}, "ProxyRole": proxy}

    resources, condition = statement_of(policy(**types), "iam:PassRole")

    assert resources == [f"{ACCOUNT}role/StackSet-orders*"]
    assert condition == {"StringLike": {"iam:PassedToService": ["rds.amazonaws.com"]}}


def test_a_flow_logs_role_is_passed_to_whom_it_trusts_and_by_whose_api_it_is():
    trusting = role(AssumeRolePolicyDocument=trusts("vpc-flow-logs.amazonaws.com"))
    types = {"Log": {"Type": "AWS::EC2::FlowLog"}, "LogRole": trusting}

    _, condition = statement_of(policy(**types), "iam:PassRole")

    services = ["ec2.amazonaws.com", "vpc-flow-logs.amazonaws.com"]
    assert condition == {"StringLike": {"iam:PassedToService": services}}


def test_a_given_role_is_passed_and_never_changed():
    given = "arn:aws:iam::123456789012:role/given"
    proxy = {"Type": "AWS::RDS::DBProxy", "Properties": {"RoleArn": given}}

    document = policy(Proxy=proxy)

    resources, condition = statement_of(document, "iam:PassRole")
    assert resources == [given]
    assert condition == {"StringLike": {"iam:PassedToService": ["rds.amazonaws.com"]}}
    assert "iam:PutRolePolicy" not in actions(document)


def test_a_role_of_any_name_is_not_the_execution_role_itself():
    anything = role(RoleName={"Ref": "Name"})

    denied = [one for one in policy(Role=anything)["Statement"] if one["Effect"] == "Deny"]

    assert [one["Resource"] for one in denied] == [[{"Fn::Sub": f"{ACCOUNT}role/name"}]]
    assert [one for one in policy(Role=role())["Statement"] if one["Effect"] == "Deny"] == []


def test_without_managed_policies_none_is_attached():
    assert "iam:AttachRolePolicy" not in actions(policy(Role=role()))


def test_only_the_managed_policies_of_the_templates_are_attached():
    read = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess"}

    document = policy(Role=role(ManagedPolicyArns=[read]))

    assert statement_of(document, "iam:AttachRolePolicy")[1] == {
        "StringLike": {
            "iam:PolicyARN": [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess"}]
        }
    }


def test_where_every_role_has_a_boundary_none_is_made_without():
    boundary = "arn:aws:iam::123456789012:policy/boundary"

    document = policy(Role=role(PermissionsBoundary=boundary))

    for action in ("iam:CreateRole", "iam:PutRolePolicy"):
        assert statement_of(document, action)[1] == {
            "StringLike": {"iam:PermissionsBoundary": [boundary]}
        }
    assert "iam:DeleteRolePermissionsBoundary" not in actions(document)


def test_one_role_without_a_boundary_leaves_all_without_the_condition():
    boundary = "arn:aws:iam::123456789012:policy/boundary"

    document = policy(One=role(PermissionsBoundary=boundary), Other=role())

    assert statement_of(document, "iam:CreateRole")[1] == {}


def test_other_peoples_databases_are_neither_changed_nor_deleted():
    cluster = {"Type": "AWS::RDS::DBCluster"}

    for action in ("rds:DeleteDBCluster", "rds:ModifyDBCluster"):
        resources, _ = statement_of(policy(Cluster=cluster), action)
        clusters = [one for one in resources if ":cluster:" in one or ":db:" in one]
        assert clusters == [
            "arn:${AWS::Partition}:rds:*:${AWS::AccountId}:cluster:stackset-orders*"
        ]


def test_code_is_read_from_the_buckets_of_the_packages_only():
    function = {"Type": "AWS::Lambda::Function"}

    document = policy("orders", ("acme-packages-*",), Function=function)

    assert statement_of(document, "s3:GetObject")[0] == [
        "arn:${AWS::Partition}:s3:::acme-packages-*/*"
    ]
    assert "s3:GetObject" not in actions(policy(Function=function))


def test_keys_are_used_through_services_only():
    _, condition = statement_of(policy(One={"Type": "AWS::RDS::DBInstance"}), "kms:CreateGrant")

    assert "rds.*.amazonaws.com*" in condition["StringLike"]["kms:ViaService"]


def test_only_one_role_may_assume_it():
    trust = made(Role=role())["AssumeRolePolicyDocument"]["Statement"]

    assert [one["Principal"] for one in trust] == [{"AWS": [TRUSTED]}]


@pytest.mark.parametrize("length", [1, 42, 43, 128])
def test_its_name_has_the_beginning_that_stack_sets_want_and_a_length_that_iam_takes(length):
    name = role_name("a" * length)

    assert name.startswith("stacksets-exec-custom-a")
    assert len(name) <= 64


def test_long_names_of_stack_sets_give_different_roles():
    assert role_name("a" * 60 + "b") != role_name("a" * 60 + "c")


def test_a_policy_that_is_too_long_reads_by_patterns():
    many = {
        title: {"Type": f"AWS::{type_}"}
        for title, type_ in enumerate(
            [
                "EC2::Instance",
                "EC2::VPCEndpoint",
                "EC2::SecurityGroup",
                "EC2::Subnet",
                "EC2::VPC",
                "EC2::Volume",
                "S3::Bucket",
                "RDS::DBCluster",
                "RDS::DBInstance",
                "SNS::Topic",
                "SQS::Queue",
                "DynamoDB::Table",
                "Lambda::Function",
                "Logs::LogGroup",
                "ECS::Service",
                "CloudFront::Distribution",
                "KMS::Key",
                "Events::Rule",
            ]
        )
    }

    document = policy(**{f"R{title}": body for title, body in many.items()})

    assert characters(document) <= MOST_CHARACTERS
    assert "ec2:Describe*" in actions(document)
    assert {"ec2:RunInstances", "cloudformation:ValidateTemplate"} <= actions(document)
    assert "cloudformation:Describe*" not in actions(document)


def test_a_policy_that_iam_never_takes_is_refused():
    roles = {f"Role{number}": role(RoleName=f"{'long' * 14}-{number}") for number in range(200)}

    with pytest.raises(ConfigError, match=r"IAM takes 10240; divide the stack"):
        policy(**roles)


def test_length_counts_values_and_no_white_space():
    text = {"Resource": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/a b"}}

    assert characters(text) == len('{"Resource":"arn:aws-us-gov:iam::123456789012:role/ab"}')


def test_administration_role_assumes_one_role_for_stack_sets_of_its_own_account():
    (body,) = administration_role("Administrator", "Executor").root.resources.values()
    properties = body["Properties"]

    (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": ["cloudformation.amazonaws.com"]}
    assert set(trust["Condition"]) == {"StringEquals", "StringLike"}
    (allowed,) = properties["Policies"][0]["PolicyDocument"]["Statement"]
    assert allowed["Resource"] == [{"Fn::Sub": "arn:${AWS::Partition}:iam::*:role/Executor"}]
