"""A template that CloudFormation would not take is refused with CloudFormation's sentence."""

from __future__ import annotations

import json

import pytest

from rdsproxy_local.cloudformation import capabilities
from rdsproxy_local.cloudformation.checks import problems
from rdsproxy_local.cloudformation.failure import Failure
from rdsproxy_local.cloudformation.template import (
    MOST_BYTES_IN_S3,
    MOST_BYTES_INLINE,
    check_size,
    read,
)

GROUP = {"Type": "AWS::Logs::LogGroup"}


def template(resources=None, **sections):
    document = {"Resources": resources or {"Group": GROUP}, **sections}
    return read(json.dumps(document), {}, "eu-west-1")


def first_problem(resources=None, **sections):
    return next(problems(template(resources, **sections)), None)


def test_short_tags_are_functions():
    text = "Resources: {A: {Type: T, Properties: {N: !GetAtt B.Outputs.C, S: !Sub '${X}'}}}"
    assert read(text, {}, "eu-west-1").resources["A"]["Properties"] == {
        "N": {"Fn::GetAtt": ["B", "Outputs.C"]},
        "S": {"Fn::Sub": "${X}"},
    }


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("{", "neither JSON nor YAML"),
        ("[]", "unsupported structure"),
        ("{}", "At least one Resources member must be defined"),
        ('{"Resources": {"A": {}}}', "Every Resources object must contain a Type member"),
        ('{"Resources": {"A_b": {"Type": "T"}}}', "A_b is non alphanumeric"),
        ('{"Resources": {"A": {"Type": "T", "Depends": 1}}}', "resource property 'Depends'"),
        ('{"Resources": {"A": {"Type": "T"}}, "Laws": {}}', r"properties \[Laws\]"),
        ('{"Resources": {"A": {"Type": "T"}}, "Resource": {}}', r"properties \[Resource\]"),
        ('{"Transform": "Mine", "Resources": {}}', "No transform named Mine found"),
        (
            '{"Resources": {"A": {"Type": "T", "Properties": {"B": null}}}}',
            r"\[/Resources/A/Properties/B\] 'null' values are not allowed",
        ),
    ],
)
def test_a_wrong_shape_is_refused(document, sentence):
    with pytest.raises(Failure, match=sentence):
        read(document, {}, "eu-west-1")


@pytest.mark.parametrize(
    ("section", "count"), [("Resources", 501), ("Parameters", 201), ("Outputs", 201)]
)
def test_too_many_items_are_refused(section, count):
    many = {f"A{number}": GROUP for number in range(count)}
    document = {"Resources": {"Group": GROUP}} | {section: many}
    with pytest.raises(Failure, match=f"Number of {section.lower()}, {count}, is greater"):
        read(json.dumps(document), {}, "eu-west-1")


def test_too_long_a_template_is_refused():
    check_size("x" * MOST_BYTES_INLINE, MOST_BYTES_INLINE)
    with pytest.raises(Failure, match="length less than or equal to 51200"):
        check_size("x" * (MOST_BYTES_INLINE + 1), MOST_BYTES_INLINE)
    with pytest.raises(Failure, match="may not exceed 1000000 bytes"):
        check_size("x" * (MOST_BYTES_IN_S3 + 1), MOST_BYTES_IN_S3)


def test_sams_transform_runs():
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {"Handler": "a.b", "Runtime": "python3.13", "InlineCode": "pass"},
    }
    made = template({"F": function}, Transform="AWS::Serverless-2016-10-31")
    assert {one["Type"] for one in made.resources.values()} == {
        "AWS::IAM::Role",
        "AWS::Lambda::Function",
    }
    assert "Transform" not in made.sections


def test_a_refusal_of_sam_is_reported():
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Handler": "a.b"}}
    sentence = "Transform AWS::Serverless-2016-10-31 failed with: .*Resource with id \\[F\\]"
    with pytest.raises(Failure, match=sentence):
        template({"F": function}, Transform="AWS::Serverless-2016-10-31")


def test_a_good_template_has_no_problems():
    assert first_problem(Outputs={"Arn": {"Value": {"Fn::GetAtt": ["Group", "Arn"]}}}) is None


@pytest.mark.parametrize(
    ("resource", "sentence"),
    [
        ({"Type": "AWS::Nope::Thing"}, "Unrecognized resource types: [AWS::Nope::Thing]"),
        ({"Type": "AWS::Serverless::Api"}, "Unrecognized resource types: [AWS::Serverless::Api]"),
        (
            {"Type": "AWS::GameLift::Fleet"},
            "The local cloud does not know the resource types [AWS::GameLift::Fleet]; docs/local.md, "
            '"Teach it a resource type", says how to add them',
        ),
        (
            GROUP | {"Properties": {"LogGroupName": {"Ref": "Nothing"}}},
            "Unresolved resource dependencies [Nothing] in the Resources block of the template",
        ),
        (
            GROUP | {"Properties": {"LogGroupName": {"Fn::Sub": "${Nothing.Arn}"}}},
            "Unresolved resource dependencies [Nothing] in the Resources block of the template",
        ),
        (
            GROUP | {"DependsOn": "Nothing"},
            "Unresolved resource dependencies [Nothing] in the Resources block of the template",
        ),
        (GROUP | {"Condition": "Never"}, "Unresolved condition dependency Never"),
        (
            GROUP | {"Properties": {"LogGroupName": {"Fn::If": ["Never", "a", "b"]}}},
            "Unresolved condition dependency Never",
        ),
        (GROUP | {"DeletionPolicy": "Keep"}, "Unrecognized DeletionPolicy Keep"),
        (GROUP | {"DeletionPolicy": "Snapshot"}, "does not support DeletionPolicy Snapshot"),
        (GROUP | {"UpdatePolicy": {}}, "The local cloud does not know UpdatePolicy"),
        (
            GROUP | {"Properties": {"LogGroupName": {"Ref": "Thing"}}},
            "Circular dependency between resources: [Thing]",
        ),
    ],
)
def test_errors_of_a_resource_are_reported(resource, sentence):
    assert sentence in first_problem({"Thing": resource})


def test_an_output_must_refer_to_something():
    problem = first_problem(Outputs={"Name": {"Value": {"Ref": "Nothing"}}})
    assert "Unresolved resource dependencies [Nothing] in the Outputs block" in problem


def test_an_attribute_must_be_in_the_schema():
    problem = first_problem(Outputs={"Name": {"Value": {"Fn::GetAtt": ["Group", "Colour"]}}})
    assert "resource Group does not support attribute type Colour in Fn::GetAtt" in problem


def test_a_condition_must_consist_of_conditions():
    problem = first_problem(Conditions={"On": {"Fn::Not": [{"Condition": "Never"}]}})
    assert "Unresolved condition dependency Never" in problem


def test_a_condition_must_not_mention_resources():
    problem = first_problem(Conditions={"On": {"Fn::Equals": [{"Ref": "Group"}, 1]}})
    assert "Cannot reference resources in the Conditions block" in problem


ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
NAMED = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "mine"}}


@pytest.mark.parametrize(
    ("resource", "given", "missing"),
    [
        (ROLE, [], "CAPABILITY_IAM"),
        (NAMED, ["CAPABILITY_IAM"], "CAPABILITY_NAMED_IAM"),
    ],
)
def test_iam_must_be_acknowledged(resource, given, missing):
    with pytest.raises(Failure, match=rf"Requires capabilities : \[{missing}\]"):
        capabilities.check(template({"Role": resource}), given, directly=False)


@pytest.mark.parametrize("given", ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"])
def test_either_acknowledgement_is_enough_for_iam_without_names(given):
    capabilities.check(template({"Role": ROLE}), [given], directly=True)


def test_a_transform_must_be_acknowledged_where_nobody_sees_its_result():
    expanded = template(Transform="AWS::Serverless-2016-10-31")
    capabilities.check(expanded, [], directly=False)
    with pytest.raises(Failure, match="CAPABILITY_AUTO_EXPAND"):
        capabilities.check(expanded, [], directly=True)
