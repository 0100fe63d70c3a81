"""The command's reading of change sets of nested stacks, in the local cloud."""

from __future__ import annotations

import json
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from made_up_stacks import Stacks, group, nested, parameter
from rdsproxy_templates.deploy import objections as objections_module
from rdsproxy_templates.deploy.failures import failures
from rdsproxy_templates.deploy.review import RequestedChange
from rdsproxy_templates.deploy.root_stack import RootStack
from rdsproxy_templates.errors import DeploymentError

pytestmark = pytest.mark.xdist_group("plan")

NAMED = {"Name": {"Type": "String"}}
FROM_SSM = {"Name": {"Type": "AWS::SSM::Parameter::Value<String>"}}
SECRET = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": {"Ref": "Name"}}}
SAYS_URL = {"Url": {"Value": "somewhere"}}


@pytest.fixture(scope="module")
def stacks(cloud):
    return Stacks(cloud.account("444444444402"))


@pytest.fixture
def changed(stacks):
    """The change set of a stack that gets other resources."""
    account = SimpleNamespace(client=stacks.account.client)
    created = []

    def changed(before, after):
        created.append(f"read{len(stacks.names())}")
        assert stacks.create(created[-1], before) == "CREATE_COMPLETE"
        root = RootStack(account, created[-1])
        change_set = root.change_set(json.dumps({"Resources": after}), [], [])
        if not change_set.empty:
            root.execute(change_set, lambda *_: None)
            assert stacks.status(created[-1]) == "UPDATE_COMPLETE"
        return change_set

    yield changed
    for name in created:
        stacks.delete(name)


@pytest.fixture
def deep(stacks):
    """A stack in a stack, which holds a secret of this name."""

    def deep(name):
        inner = nested(
            stacks.put("inner", {"Secret": SECRET}, Parameters=NAMED), Name={"Ref": "Name"}
        )
        return nested(stacks.put("outer", {"Inner": inner}, Parameters=NAMED), Name=name)

    return deep


def test_changes_of_all_levels_have_their_paths(changed, deep):
    found = changed({"Outer": deep("one")}, {"Outer": deep("two"), "Group": group()})

    assert [*map(str, found.resources)] == [
        "modify   Outer.Inner.Secret  AWS::SecretsManager::Secret !! holds data, and would be replaced",
        "add      Group  AWS::Logs::LogGroup",
    ]


def test_resources_deleted_with_a_nested_stack_are_shown(changed, deep):
    found = changed({"Outer": deep("one"), "Group": group()}, {"Group": group()})

    assert [*map(str, found.risky)] == [
        "remove   Outer.Inner.Secret  AWS::SecretsManager::Secret !! holds data, and would be deleted"
    ]


def test_an_added_nested_stack_is_shown_by_its_resources(changed, deep):
    found = changed({"Group": group()}, {"Group": group(), "Outer": deep("one")})

    assert [*map(str, found.resources)] == [
        "add      Outer.Inner.Secret  AWS::SecretsManager::Secret"
    ]


def test_another_url_of_the_same_template_shows_nothing(stacks, changed):
    before, after = (nested(stacks.put(key, {"Group": group()})) for key in ("here", "there"))
    found = changed({"Child": before}, {"Child": after})

    assert (found.resources, found.empty) == ((), False)


def test_a_nested_stack_with_only_more_outputs_is_shown_as_a_stack(stacks, changed):
    before = nested(stacks.put("before", {"Group": group()}))
    after = nested(stacks.put("after", {"Group": group()}, Outputs=SAYS_URL))
    found = changed({"Child": before}, {"Child": after})

    assert [*map(str, found.resources)] == ["modify   Child  AWS::CloudFormation::Stack"]


def test_the_change_set_of_the_same_template_is_empty(changed, deep):
    assert changed({"Outer": deep("one")}, {"Outer": deep("one")}).empty


def test_nested_stacks_that_cannot_be_inspected_are_explained_and_count_as_a_risk(stacks, changed):
    stacks.account.client("ssm").put_parameter(Name="/a", Value="seven", Type="String")
    child = stacks.put("reading", {"Group": group()}, Parameters=FROM_SSM)
    named = {"Url": {"Value": "/a"}}
    name = {"Fn::GetAtt": "Says.Outputs.Url"}
    other = stacks.put("more", {"Group": group(RetentionInDays=7)}, Outputs=named)
    before = {
        "Says": nested(stacks.put("says", {"Group": group()}, Outputs=named)),
        "Child": nested(child, Name=name),
    }
    found = changed(before, {**before, "Says": nested(other)})

    assert found.hidden_reason.startswith("Unable to fetch parameters")
    assert {change.path for change in found.risky} == {"Says", "Child"}
    assert next(found.lines()).startswith(
        "CloudFormation does not show the changes in nested stacks: Unable"
    )


WRONG = {
    "Type": "AWS::Events::Rule",
    "Properties": {"ScheduleExpression": "rate(1 day)", "State": "ON"},
}


class TestObjections:
    """What CloudFormation finds in a change set before it can be executed."""

    def test_each_is_told_with_its_path_and_its_place_in_the_template(self, stacks):
        inner = {"Daily": WRONG, "Taken": parameter("mine", Name="taken-already")}
        good, bad = stacks.put("good", {"Group": group()}), stacks.put("bad", inner)
        ssm = stacks.account.client("ssm")
        ssm.put_parameter(Name="taken-already", Value="theirs", Type="String")
        stacks.create("objected", {"Child": nested(good)})
        with pytest.raises(DeploymentError) as caught:
            [*review(stacks, "objected", {"Child": nested(bad)}).lines("step")]
        assert [*map(str, caught.value.problems)] == [
            "[step.Child.Daily] #/State: failed validation constraint for keyword [enum] "
            "(at /Resources/Daily/Properties/State)",
            "[step.Child.Taken] Resource of type 'AWS::SSM::Parameter' with identifier "
            "'taken-already' already exists (at /Resources/Taken) - this stack has not created it: "
            "delete it, or choose another name",
        ]
        ssm.delete_parameter(Name="taken-already")
        stacks.delete("objected")

    def test_whoever_may_not_read_them_is_told_so(self, stacks, monkeypatch):
        denied = ClientError(
            {"Error": {"Code": "AccessDenied", "Message": "User: x is not authorized"}},
            "DescribeEvents",
        )
        monkeypatch.setattr(objections_module, "_read", Mock(side_effect=denied))
        with pytest.raises(DeploymentError) as caught:
            [*review(stacks, "denied", {"Daily": WRONG}).lines("step")]
        [problem] = map(str, caught.value.problems)
        assert "The following hook(s)/validation failed" in problem
        assert problem.endswith(
            "cloudformation:DescribeEvents, which answered: User: x is not authorized"
        )
        stacks.delete("denied")

    def test_a_bucket_that_is_not_empty_is_a_warning(self, stacks):
        bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "objected-to"}}
        stacks.create("warned", {"Bucket": bucket, "Group": group()})
        stacks.account.client("s3").put_object(Bucket="objected-to", Key="one", Body=b"")
        lines = [*review(stacks, "warned", {"Group": group()}).lines("step")]
        assert "warning: Bucket: The bucket 'objected-to' is not empty" in lines[0]
        stacks.account.client("s3").delete_object(Bucket="objected-to", Key="one")
        stacks.delete("warned")

    def test_those_to_a_running_operation_are_among_its_failures(self):
        reason = "Validation failure detected. See the operation's FAILED event for details."
        common = {"StackId": "arn", "LogicalResourceId": "mine", "PhysicalResourceId": "arn"}
        kind = {"ResourceType": "AWS::CloudFormation::Stack", "OperationId": "one"}
        events = [
            {**common, **kind, "ResourceStatus": "CREATE_IN_PROGRESS"},
            {**common, **kind, "ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": reason},
        ]
        objection = {
            "EventType": "VALIDATION_ERROR",
            "LogicalResourceId": "Group",
            "ValidationStatusReason": "#: required key [Value] not found",
            "ValidationPath": "/Resources/Group/Properties",
            "ValidationFailureMode": "FAIL",
        }
        answers = {
            "describe_stack_events": [{"StackEvents": events[::-1]}],
            "describe_events": [{"OperationEvents": [objection]}],
        }
        api = Mock()
        api.get_paginator = lambda name: Mock(paginate=Mock(return_value=answers[name]))
        root = RootStack(SimpleNamespace(client=lambda _: api), "mine")
        assert [*map(str, failures(root, "mine", "deploy"))] == [
            "[Group] #: required key [Value] not found (at /Resources/Group/Properties)"
        ]


class TestCompletedCreation:
    def test_data_in_a_nested_stack_that_failed_is_a_risk(self, stacks):
        secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "half"}}
        bad = {**group(RetentionInDays=8), "DependsOn": "Secret"}
        url = stacks.put("half", {"Secret": secret, "Group": bad})
        made = stacks.create("half", {"Child": nested(url)}, OnFailure="DO_NOTHING")
        assert made == "CREATE_FAILED"
        mended = stacks.put("mended", {"Secret": secret, "Group": {"Type": "AWS::Logs::LogGroup"}})
        change = review(stacks, "half", {"Child": nested(mended)})
        assert [*map(str, change.refusals([], accepts_all=False))] == [
            "[Child.Secret] holds data, and may be deleted or replaced: this step was not deployed; "
            "leave out --yes to be asked, or add --accept-data-loss-of Child.Secret, or "
            "--accept-data-loss for all"
        ]
        assert not change.change_set.rolls_back
        stacks.delete("half")


def review(stacks, name, resources):
    """The change that is requested of a stack with other resources."""
    root = RootStack(SimpleNamespace(client=stacks.account.client), name)
    change_set = root.change_set(json.dumps({"Resources": resources}), [], [])
    return RequestedChange(stack=root, change_set=change_set)
