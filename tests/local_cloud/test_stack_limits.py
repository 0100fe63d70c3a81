"""Names, texts and tags of stacks that CloudFormation refuses are refused here too."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError, WaiterError

from rdsproxy_local.cloudformation.failure import Failure
from rdsproxy_local.cloudformation.template import read
from rdsproxy_local.local_cloud import Account
from rdsproxy_local.servers.loopback import wait_for

pytestmark = pytest.mark.xdist_group("cloud-stack-limits")

GROUP = {"Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}}}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"Description": "d" * 1025}, "'Description' length is greater than 1024"),
        ({"AWSTemplateFormatVersion": "2011-01-01"}, "Unsupported template format version"),
        ({"Description": ["d"]}, "must be a string"),
        ({"Mappings": {"Sizes": {"small": "1"}}}, "map of maps"),
        ({"Conditions": {"IsProd": "true"}}, "Conditions can only be boolean operations"),
        *(
            ({"Conditions": {"IsProd": condition}}, "requires a list of")
            for condition in (
                {"Fn::And": [{"Fn::Equals": ["a", "a"]}]},
                {"Fn::Or": [{"Fn::Equals": ["a", "a"]}] * 11},
                {"Fn::Not": [{"Fn::Equals": ["a", "a", "a"]}]},
            )
        ),
        (
            {"Parameters": {"Size": {"Type": "String", "Description": "d" * 4001}}},
            "longer than 4000 characters",
        ),
        ({"Mappings": {"M": {"a": {"b": {"c": "d"}}}}}, "must be a String or a List"),
        ({"Mappings": {"M": {"a": {"b": {"Ref": "AWS::Region"}}}}}, "must be a String or a List"),
        ({"Mappings": {"M": {"a": {"b!": "c"}}}}, "'b!' of M"),
        ({"Mappings": {"M": {"a": {f"b{n}": "c" for n in range(201)}}}}, "more than 200"),
        ({"Parameters": {"P": {"Type": "String", "MinValue": 1}}}, "MinValue is not an attribute"),
        ({"Parameters": {"P": {"Type": "Number", "MinLength": 1}}}, "MinLength is not an"),
        ({"Parameters": {"P": {"Type": "String", "NoEcho": "maybe"}}}, "true or false"),
        ({"Parameters": {"Group": {"Type": "String"}}}, "both a parameter and a resource"),
        (
            {"Conditions": {"A": {"Fn::Not": [{"Condition": "B"}]}, "B": {"Condition": "A"}}},
            "Circular dependency",
        ),
        (
            {"Conditions": {"A": {"Fn::Equals": [{"Fn::ImportValue": "x"}, "a"]}}},
            "Cannot use Fn::ImportValue",
        ),
        ({"Outputs": {"O": {"Value": "v", "Type": "String"}}}, "Invalid outputs property"),
        ({"Outputs": {"O": {"Value": "v", "Description": "d" * 1025}}}, "longer than 1024"),
        ({"Outputs": {"O": {"Value": "v", "Export": {}}}}, "must be specified"),
        (
            {"Outputs": {"O": {"Value": "v", "Export": {"Name": {"Ref": "Group"}}}}},
            "must not depend on any resources",
        ),
        ({"Outputs": {"My_Url": {"Value": "v"}}}, "Output name My_Url is non alphanumeric"),
        ({"Parameters": {"My-Size": {"Type": "String"}}}, "Parameter name My-Size is non"),
        ({"Resources": {"G" * 256: GROUP["Resources"]["Group"]}}, "longer than 255"),
    ],
)
def test_a_template_has_names_and_texts_that_cloudformation_takes(more, reason):
    with pytest.raises(Failure, match=reason):
        read(json.dumps(GROUP | more), {}, "eu-west-1")


@pytest.mark.parametrize(
    "more",
    [
        {"Mappings": {"M": {"eu-west-1": {"a.b": "c", "d-e": ["f"], "g": True}}}},
        {"Parameters": {"P": {"Type": "Number", "MinValue": 1, "Default": 2, "NoEcho": "false"}}},
        {"Conditions": {"A": {"Fn::Equals": ["a", "b"]}, "B": {"Fn::Not": [{"Condition": "A"}]}}},
        {
            "Outputs": {
                "O": {
                    "Value": {"Ref": "Group"},
                    "Export": {"Name": {"Fn::Sub": "${AWS::StackName}:url"}},
                }
            }
        },
    ],
)
def test_a_template_may_map_choose_and_export(more):
    assert read(json.dumps(GROUP | more), {}, "eu-west-1").resources == GROUP["Resources"]


@pytest.fixture(scope="module")
def api(server):
    return Account(server.endpoint, "123456789012", "eu-west-1").client("cloudformation")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"Tags": [{"Key": f"k{n}", "Value": "v"} for n in range(51)]}, "less than or equal to 50"),
        ({"Tags": [{"Key": "k", "Value": "v" * 257}]}, "less than or equal to 256"),
        ({"Tags": [{"Key": "k" * 129, "Value": "v"}]}, "less than or equal to 128"),
        ({"Tags": [{"Key": "aws:k", "Value": "v"}]}, "reserved for AWS"),
        ({"Tags": [{"Key": "k", "Value": "v"}] * 2}, "Duplicate tag key"),
        ({"NotificationARNs": ["news"]}, "no topic of SNS: news"),
        ({"RoleARN": "arn:aws:iam::123456789012:role/nobody"}, "invalid or cannot be assumed"),
    ],
)
def test_a_stack_has_tags_and_a_role_that_cloudformation_takes(api, given, reason):
    with pytest.raises(ClientError, match=reason):
        api.create_stack(StackName="shop", TemplateBody=json.dumps(GROUP), **given)


def test_an_output_is_exported_by_a_name_of_letters_digits_colons_and_hyphens(api):
    outputs = {"Url": {"Value": "v", "Export": {"Name": "my url"}}}
    api.create_stack(StackName="exports", TemplateBody=json.dumps(GROUP | {"Outputs": outputs}))
    with pytest.raises(WaiterError, match="terminal failure state"):
        api.get_waiter("stack_create_complete").wait(
            StackName="exports", WaiterConfig={"Delay": 0.1, "MaxAttempts": 300}
        )
    events = api.describe_stack_events(StackName="exports")["StackEvents"]
    assert any("the export name 'my url'" in str(one) for one in events)


@pytest.mark.parametrize(("own", "status"), [(10, "CREATE_COMPLETE"), (11, "ROLLBACK_COMPLETE")])
def test_a_resource_has_fifty_tags_with_those_of_its_stack(api, own, status):
    tags = [{"Key": f"own{n}", "Value": "v"} for n in range(own)]
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"Tags": tags}}
    given = {"Tags": [{"Key": f"k{n}", "Value": "v"} for n in range(40)]}
    name = f"tags-{own}"
    body = json.dumps({"Resources": {"Group": group}})
    api.create_stack(StackName=name, TemplateBody=body, **given)
    wait_for(lambda: not _status(api, name).endswith("IN_PROGRESS"))
    assert _status(api, name) == status


def _status(api, name):
    return api.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
