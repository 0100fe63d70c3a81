"""The local cloud makes, updates, rolls back and deletes stacks as CloudFormation does."""

from __future__ import annotations

import json
import re

import pytest
from botocore.exceptions import ClientError

from made_up_stacks import Stacks, group, nested, parameter
from rdsproxy_local import types
from rdsproxy_local.cloudformation.resource import Made, ResourceType
from rdsproxy_local.local_cloud import Account, LocalCloud

# One worker has the server; two would start it twice.
pytestmark = pytest.mark.xdist_group("cloud-engine")

TAKEN = group(LogGroupName="taken")
BROKEN = {**TAKEN, "DependsOn": "Good"}


@pytest.fixture(scope="module")
def account(server):
    account = Account(server.endpoint, "123456789012", "eu-west-1")
    account.client("logs").create_log_group(logGroupName="taken")
    return account


@pytest.fixture(autouse=True)
def nothing_is_left(stacks):
    """Every test deletes what it made."""
    before = stacks.groups()
    yield
    stacks.delete_all()
    assert stacks.names() == []
    assert stacks.groups() == before


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("web_shop", "satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"),
        ("1st", "satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"),
        ("s" * 129, "have length less than or equal to 128"),
    ],
)
@pytest.mark.parametrize("by", ["create_stack", "create_change_set"])
def test_a_stack_has_a_name_that_cloudformation_takes(stacks, by, name, sentence):
    body = json.dumps({"Resources": {"Name": parameter("text")}})
    more = {"ChangeSetName": "new", "ChangeSetType": "CREATE"} if "change" in by else {}
    with pytest.raises(ClientError, match=re.escape(sentence)):
        getattr(stacks.api, by)(StackName=name, TemplateBody=body, **more)


def test_a_stack_is_created_in_the_order_of_its_references(stacks, account):
    resources = {"Name": parameter({"Ref": "Group"}), "Group": group(RetentionInDays="7")}
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["Group", "Arn"]}, "Description": "Where"}}
    assert stacks.create("made", resources, Outputs=outputs) == "CREATE_COMPLETE"
    assert stacks.statuses("made") == [
        ("made", "CREATE_IN_PROGRESS"),
        ("Group", "CREATE_IN_PROGRESS"),
        ("Group", "CREATE_COMPLETE"),
        ("Name", "CREATE_IN_PROGRESS"),
        ("Name", "CREATE_COMPLETE"),
        ("made", "CREATE_COMPLETE"),
    ]
    there = account.resources("made")
    assert stacks.groups()[there["Group"]] == 7
    assert account.outputs("made")["Arn"].endswith(f":log-group:{there['Group']}:*")


@pytest.mark.parametrize(
    ("resources", "more", "sentence"),
    [
        ({"A": {"Type": "AWS::Nope::A"}}, {}, "Unrecognized resource types: [AWS::Nope::A]"),
        ({"A": group(LogGroupName={"Ref": "B"})}, {}, "Unresolved resource dependencies [B]"),
        ({"A": group()}, {"given": {"B": "1"}}, "Parameters: [B] do not exist in the template"),
        ({"A": group()}, {"Parameters": {"B": {"Type": "String"}}}, "[B] must have values"),
        (
            {"A": group()},
            {"Parameters": {"B": {"Type": "AWS::EC2::VPC::Id", "Default": "vpc-9"}}},
            "parameter value vpc-9 for parameter name B does not exist",
        ),
        ({"A": {"Type": "AWS::IAM::Role"}}, {}, "Requires capabilities : [CAPABILITY_IAM]"),
        (
            {"A": group()},
            {"Transform": "AWS::Serverless-2016-10-31"},
            "Requires capabilities : [CAPABILITY_AUTO_EXPAND]",
        ),
        (
            {"A": {**group(), "Condition": "On"}},
            {"Conditions": {"On": {"Fn::FindInMap": ["No", "such", "map"]}}},
            "Conditions can only be boolean operations",
        ),
        ({"A": group()}, {"RetainExceptOnCreate": True}, "does not know RetainExceptOnCreate"),
        ({"A": group(LogGroupName="x" * 60_000)}, {}, "less than or equal to 51200"),
        (
            {"A": parameter({"Fn::Sub": "{{resolve:ssm-secure:/secret:1}}"})},
            {},
            "SSM Secure reference is not supported in: [AWS::SSM::Parameter/Properties/Value]",
        ),
        (
            {"A": group(Tags=[{"Key": "k", "Value": "{{resolve:ssm-secure:/secret}}"}])},
            {},
            "SSM Secure reference is not supported in: [AWS::Logs::LogGroup/Properties/Tags]",
        ),
        (
            {"A": parameter("{{resolve:ssm:/name:label}}")},
            {},
            "Incorrect format is used in the following SSM reference: "
            "[{{resolve:ssm:/name:label}}]",
        ),
        (
            {"A": parameter("{{resolve:secretsmanager:one}}" * 61)},
            {},
            "Number of dynamic references, 61, is greater than maximum allowed, 60",
        ),
        (
            {"A": group()},
            {"Parameters": {"B": {"Type": "String", "Default": "{{resolve:ssm:/name}}"}}},
            "parameter B should not contain ssm versionless resolver",
        ),
    ],
)
def test_an_invalid_template_is_refused_before_anything_is_created(
    stacks, resources, more, sentence
):
    assert sentence in stacks.refusal("wrong", resources, **more)


@pytest.mark.parametrize(
    ("resource", "sentence"),
    [
        (TAKEN, "ResourceAlreadyExistsException"),
        (group(Colour="red"), "Properties validation failed for resource Bad with message: "),
        (group(RetentionInDays="15"), "RetentionInDays: is not one of"),
        (group(DataProtectionPolicy={}), "The local cloud ignores DataProtectionPolicy"),
        (
            group(KmsKeyId="arn:aws:kms:eu-west-1:123456789012:key/k"),
            "Key 'arn:aws:kms:eu-west-1:123456789012:key/k' does not exist",
        ),
        (parameter("{{resolve:ssm:/no}}"), "Could not resolve the dynamic reference ssm:/no"),
        (
            parameter({"Fn::Join": ["", ["{{resolve:ssm-sec", "ure:/no}}"]]}),
            "SSM Secure reference is not supported in: [AWS::SSM::Parameter/Properties/Value]",
        ),
        (parameter({"Fn::ImportValue": "nobodys"}), "No export named nobodys found."),
        (parameter({"Fn::Select": [3, ["a"]]}), "nonexistent value at index 3"),
        (nested("https://s3.amazonaws.com/nothing/there"), "S3 error"),
    ],
)
def test_a_resource_that_fails_rolls_the_stack_back(stacks, account, resource, sentence):
    resources = {"Good": group(), "Bad": {**resource, "DependsOn": "Good"}}
    assert stacks.create("failed", resources) == "ROLLBACK_COMPLETE"
    assert account.resources("failed") == {}
    assert sentence in account.failures("failed")[0]
    assert ("Good", "DELETE_COMPLETE") in stacks.statuses("failed")
    reasons = [one.get("ResourceStatusReason") for one in account.events("failed")]
    assert (
        "The following resource(s) failed to create: [Bad]. Rollback requested by user." in reasons
    )


def test_a_stack_that_was_rolled_back_can_only_be_deleted(stacks):
    stacks.create("failed", {"Bad": TAKEN})
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        stacks.update("failed", {"Good": group()})
    assert stacks.delete("failed") == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("on_failure", "status"), [("DO_NOTHING", "CREATE_FAILED"), ("DELETE", "DELETE_COMPLETE")]
)
def test_the_caller_chooses_what_follows_a_failure(stacks, on_failure, status):
    resources = {"Good": group(), "Bad": BROKEN}
    made = stacks.api.create_stack(
        StackName="failed",
        TemplateBody=json.dumps({"Resources": resources}),
        OnFailure=on_failure,
    )
    assert stacks.status(made["StackId"]) == status


def test_an_output_of_an_unknown_attribute_fails(stacks, account):
    outputs = {"Value": {"Value": {"Fn::GetAtt": ["Group", "KmsKeyId"]}}}
    refusal = stacks.refusal("wrong", {"Group": group()}, Outputs=outputs)
    assert "does not support attribute type KmsKeyId" in refusal


def test_a_change_in_place_keeps_the_resource(stacks, account):
    stacks.create("changing", {"Group": group(RetentionInDays=7)})
    before = account.resources("changing")
    assert stacks.update("changing", {"Group": group(RetentionInDays=14)}) == "UPDATE_COMPLETE"
    assert account.resources("changing") == before
    assert stacks.groups()[before["Group"]] == 14


def test_a_change_of_a_name_replaces_the_resource(stacks):
    stacks.create("changing", {"Group": group(LogGroupName="old")})
    assert stacks.update("changing", {"Group": group(LogGroupName="new")}) == "UPDATE_COMPLETE"
    assert {"old", "new"} & set(stacks.groups()) == {"new"}
    ends = stacks.statuses("changing")[-5:]
    assert ends == [
        ("Group", "UPDATE_COMPLETE"),
        ("changing", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("Group", "DELETE_IN_PROGRESS"),
        ("Group", "DELETE_COMPLETE"),
        ("changing", "UPDATE_COMPLETE"),
    ]


def test_a_resource_that_leaves_the_template_is_deleted(stacks):
    stacks.create("changing", {"One": group(LogGroupName="one"), "Two": group()})
    assert stacks.update("changing", {"Two": group()}) == "UPDATE_COMPLETE"
    assert "one" not in stacks.groups()


def test_a_condition_decides_which_resources_exist(stacks):
    sections = {
        "Parameters": {"Wanted": {"Type": "String"}},
        "Conditions": {"IsWanted": {"Fn::Equals": [{"Ref": "Wanted"}, "yes"]}},
    }
    resources = {"Some": {**group(LogGroupName="some"), "Condition": "IsWanted"}, "All": group()}
    stacks.create("changing", resources, **sections, given={"Wanted": "yes"})
    assert "some" in stacks.groups()
    stacks.update("changing", resources, **sections, given={"Wanted": "no"})
    assert "some" not in stacks.groups()


def test_a_failed_update_puts_everything_back(stacks, account):
    old = {
        "Kept": group(LogGroupName="kept", RetentionInDays=7),
        "Replaced": group(LogGroupName="old"),
        "Removed": group(LogGroupName="removed"),
    }
    new = {
        "Kept": group(LogGroupName="kept", RetentionInDays=14),
        "Replaced": group(LogGroupName="new"),
        "Added": group(LogGroupName="added"),
        "Bad": {**TAKEN, "DependsOn": ["Kept", "Replaced", "Added"]},
    }
    stacks.create("changing", old)
    before, groups = account.resources("changing"), stacks.groups()
    assert stacks.update("changing", new) == "UPDATE_ROLLBACK_COMPLETE"
    assert account.resources("changing") == before
    assert stacks.groups() == groups
    template = stacks.api.get_template(StackName="changing")["TemplateBody"]
    assert set(template["Resources"]) == set(old)
    assert stacks.update("changing", {**old, "Added": group()}) == "UPDATE_COMPLETE"


def test_nothing_to_update_is_refused(stacks):
    stacks.create("still", {"Group": group()})
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.update("still", {"Group": group()})
    assert stacks.status("still") == "CREATE_COMPLETE"


def test_a_changed_output_is_an_update_by_itself(stacks, account):
    stacks.create("still", {"Group": group()})
    outputs = {"Name": {"Value": {"Ref": "Group"}}}
    assert stacks.update("still", {"Group": group()}, Outputs=outputs) == "UPDATE_COMPLETE"
    assert account.outputs("still") == {"Name": account.resources("still")["Group"]}


def test_a_resource_never_becomes_one_of_another_type(stacks):
    stacks.create("still", {"Thing": group()})
    with pytest.raises(ClientError, match="Update of resource type is not permitted"):
        stacks.update("still", {"Thing": parameter("a")})


def test_a_type_without_updates_in_place_says_so(stacks, account, monkeypatch):
    known = types.TYPES["AWS::Logs::LogGroup"]
    stiff = ResourceType(known.name, known.create, known.delete)
    stacks.create("stiff", {"Group": group(RetentionInDays=7)})
    monkeypatch.setitem(types.TYPES, known.name, stiff)
    assert stacks.update("stiff", {"Group": group(RetentionInDays=14)}) == (
        "UPDATE_ROLLBACK_COMPLETE"
    )
    assert account.failures("stiff") == [
        "Group: The local cloud cannot update AWS::Logs::LogGroup in place"
    ]


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
def test_a_retained_resource_outlives_its_stack(stacks, account, policy):
    stacks.create("mortal", {"Group": {**group(LogGroupName="kept"), "DeletionPolicy": policy}})
    stack_id = account.stack("mortal")["StackId"]
    assert stacks.delete("mortal") == "DELETE_COMPLETE"
    assert ("Group", "DELETE_SKIPPED") in stacks.statuses(stack_id)
    account.client("logs").delete_log_group(logGroupName="kept")


@pytest.mark.parametrize(("policy", "kept"), [("Retain", True), ("RetainExceptOnCreate", False)])
def test_only_retain_outlives_a_failed_creation(stacks, account, policy, kept):
    good = {**group(LogGroupName="kept"), "DeletionPolicy": policy}
    stacks.create("mortal", {"Good": good, "Bad": BROKEN})
    assert ("kept" in stacks.groups()) is kept
    if kept:
        account.client("logs").delete_log_group(logGroupName="kept")


def test_a_replaced_resource_can_be_retained(stacks, account):
    stacks.create("changing", {"Group": group(LogGroupName="old")})
    new = {**group(LogGroupName="new"), "UpdateReplacePolicy": "Retain"}
    assert stacks.update("changing", {"Group": new}) == "UPDATE_COMPLETE"
    assert {"old", "new"} <= set(stacks.groups())
    account.client("logs").delete_log_group(logGroupName="old")


def test_a_final_snapshot_is_asked_for(stacks, monkeypatch):
    asked = []

    def create(context, properties):
        properties.without()
        return Made("cluster", {})

    def delete(context, deployed):
        asked.append(context.final_snapshot)

    cluster = {"Type": "AWS::RDS::DBCluster", "Properties": {"Engine": "aurora-mysql"}}
    fake = ResourceType(cluster["Type"], create, delete)
    monkeypatch.setitem(types.TYPES, cluster["Type"], fake)
    for more in ({}, {"DeletionPolicy": "Snapshot"}, {"DeletionPolicy": "Delete"}):
        stacks.create("data", {"Cluster": cluster | more})
        stacks.delete("data")
    assert asked == [True, True, False]


def test_a_deletion_that_fails_can_be_tried_again(stacks, account, with_faults):
    stacks.create("mortal", {"One": group(LogGroupName="one"), "Two": parameter({"Ref": "One"})})
    with with_faults(failing=[{"resource": "One", "action": "delete"}]):
        assert stacks.delete("mortal") == "DELETE_FAILED"
    assert "failed to delete: [One]" in account.stack("mortal")["StackStatusReason"]
    assert set(account.resources("mortal")) == {"One"}
    assert stacks.delete("mortal") == "DELETE_COMPLETE"


def test_what_somebody_has_deleted_already_counts_as_deleted(stacks, account):
    stacks.create("mortal", {"One": group(LogGroupName="one"), "Two": parameter({"Ref": "One"})})
    account.client("logs").delete_log_group(logGroupName="one")
    assert stacks.delete("mortal") == "DELETE_COMPLETE"


def test_a_protected_stack_is_not_deleted(stacks):
    stacks.create("kept", {"Group": group()}, EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="while TerminationProtection is enabled"):
        stacks.delete("kept")
    stacks.api.update_termination_protection(StackName="kept", EnableTerminationProtection=False)
    assert stacks.delete("kept") == "DELETE_COMPLETE"


def exporting(value):
    return {"Vpc": {"Value": value, "Export": {"Name": "shared-vpc"}}}


def test_an_export_in_use_stays_as_it_is(stacks, account):
    stacks.create("owner", {"Group": group()}, Outputs=exporting("one"))
    importing = {"Name": parameter({"Fn::ImportValue": "shared-vpc"})}
    stacks.create("user", importing)
    assert stacks.api.list_imports(ExportName="shared-vpc")["Imports"] == ["user"]
    assert stacks.delete("owner") == "CREATE_COMPLETE"
    reason = account.stack("owner")["StackStatusReason"]
    assert reason == "Export shared-vpc cannot be deleted as it is in use by user"
    changed = stacks.update("owner", {"Group": group()}, Outputs=exporting("two"))
    assert changed == "UPDATE_ROLLBACK_COMPLETE"
    stacks.delete("user")
    assert stacks.delete("owner") == "DELETE_COMPLETE"


def test_an_export_has_one_owner(stacks, account):
    stacks.create("owner", {"Group": group()}, Outputs=exporting("one"))
    assert stacks.create("other", {"Group": group()}, Outputs=exporting("two")) == (
        "ROLLBACK_COMPLETE"
    )
    reasons = [one.get("ResourceStatusReason", "") for one in account.events("other")]
    assert any("shared-vpc is already exported by stack owner" in reason for reason in reasons)


def test_secrets_are_shown_nowhere(stacks, account):
    account.client("secretsmanager").create_secret(Name="db", SecretString='{"password": "s3cret"}')
    dynamic = "{{resolve:secretsmanager:db:SecretString:password}}"
    sections = {"Parameters": {"Hidden": {"Type": "String", "NoEcho": True}}}
    resources = {"A": parameter(dynamic, Name="/a"), "B": parameter({"Ref": "Hidden"})}
    stacks.create("secretive", resources, **sections, given={"Hidden": "s3cret"})
    value = account.client("ssm").get_parameter(Name="/a")["Parameter"]["Value"]
    assert value == "s3cret"
    seen = [
        stacks.api.get_template(StackName="secretive"),
        account.stack("secretive"),
        account.events("secretive"),
    ]
    assert "s3cret" not in str(seen)
    assert account.stack("secretive")["Parameters"][0]["ParameterValue"] == "****"


def test_a_dynamic_reference_is_read_again_only_when_its_resource_changes(stacks, account):
    ssm = account.client("ssm")
    ssm.put_parameter(Name="/size", Value="7", Type="String")
    size = "{{resolve:ssm:/size}}"
    stacks.create("dynamic", {"Group": group(RetentionInDays=size)})
    ssm.put_parameter(Name="/size", Value="14", Type="String", Overwrite=True)
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.update("dynamic", {"Group": group(RetentionInDays=size)})
    more = {"Group": group(RetentionInDays=size), "Other": group()}
    assert stacks.update("dynamic", more) == "UPDATE_COMPLETE"
    made = account.resources("dynamic")["Group"]
    assert stacks.groups()[made] == 7
    more["Group"]["Properties"]["Tags"] = [{"Key": "team", "Value": "data"}]
    assert stacks.update("dynamic", more) == "UPDATE_COMPLETE"
    assert stacks.groups()[made] == 14


def test_a_resource_with_a_fixed_name_cannot_be_replaced_under_it(stacks, account):
    user = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "named", "Path": "/a/"}}
    user["Properties"]["AssumeRolePolicyDocument"] = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
    named = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
    stacks.create("own", {"Role": user}, **named)
    user["Properties"]["Path"] = "/b/"
    assert stacks.update("own", {"Role": user}, **named) == "UPDATE_ROLLBACK_COMPLETE"
    assert account.failures("own")[-1].endswith(
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        "Rename named and update the stack again."
    )
    user["Properties"]["RoleName"] = "renamed"
    assert stacks.update("own", {"Role": user}, **named) == "UPDATE_COMPLETE"


def test_tags_stay_until_they_are_changed(stacks, account):
    tags = [{"Key": "team", "Value": "data"}]
    stacks.create("tagged", {"Group": group()}, Tags=tags)
    stacks.update("tagged", {"Group": group(RetentionInDays=7)})
    assert account.stack("tagged")["Tags"] == tags


def test_previous_values_and_templates_can_be_kept(stacks, account):
    sections = {"Parameters": {"Days": {"Type": "Number"}, "Name": {"Type": "String"}}}
    resources = {"Group": group(LogGroupName={"Ref": "Name"}, RetentionInDays={"Ref": "Days"})}
    stacks.create("kept", resources, **sections, given={"Days": "7", "Name": "named"})
    stacks.api.update_stack(
        StackName="kept",
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": "Name", "UsePreviousValue": True},
            {"ParameterKey": "Days", "ParameterValue": "14"},
        ],
    )
    assert stacks.status("kept") == "UPDATE_COMPLETE"
    assert stacks.groups()["named"] == 14


def test_it_runs_in_a_process_of_its_own():
    with LocalCloud() as cloud:
        account = cloud.account("222222222222", "us-west-2")
        stacks = Stacks(account)
        assert stacks.create("alone", {"Group": group()}) == "CREATE_COMPLETE"
        assert ":us-west-2:222222222222:" in account.stack("alone")["StackId"]
        assert cloud.account().client("cloudformation").describe_stacks()["Stacks"] == []
        assert cloud.endpoint in cloud.log
