"""Change sets, and stacks that are changed directly, are validated before anything is done."""

from __future__ import annotations

import json
from typing import ClassVar

import pytest
from botocore.exceptions import ClientError

from made_up_stacks import group, nested, parameter
from rdsproxy_local.cloudformation.early_validation import UNSUPPORTED
from rdsproxy_local.local_cloud import Account
from rdsproxy_local.types import find

# One worker has the server; two would start it twice.
pytestmark = pytest.mark.xdist_group("cloud-engine")

TAKEN = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "taken"}}


def rule(**properties):
    """A rule of EventBridge."""
    properties = {"ScheduleExpression": "rate(1 day)", **properties}
    return {"Type": "AWS::Events::Rule", "Properties": properties}


@pytest.fixture(scope="module")
def account(server):
    return Account(server.endpoint, "555555555566", "eu-west-1")


@pytest.fixture(autouse=True)
def nothing_is_left(stacks):
    """Every test deletes what it made."""
    yield
    stacks.delete_all()
    assert stacks.names() == []


class TestValidationBeforeExecution:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html"""

    def test_tells_each_invalid_property_with_its_place_in_the_template(self, stacks, account):
        invalid = {
            "Daily": rule(State="ON", Nonsense=8),
            "Parameter": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String"}},
            "Same": parameter({"Ref": "Daily"}),
        }
        described = stacks.change_set("invalid", "CREATE", invalid)
        assert (described["Status"], described["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
        assert described["StatusReason"] == (
            "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. "
            "To troubleshoot Early Validation errors, use the DescribeEvents API for detailed "
            "failure information."
        )
        assert invalidities(account, described["ChangeSetId"]) == {
            ("/Resources/Daily/Properties", "#: extraneous key [Nonsense] is not permitted"),
            (
                "/Resources/Daily/Properties/State",
                "#/State: failed validation constraint for keyword [enum]",
            ),
            ("/Resources/Parameter/Properties", "#: required key [Value] not found"),
        }

    def test_is_turned_off_on_demand(self, stacks):
        described = stacks.change_set(
            "unchecked", "CREATE", {"Daily": rule(State="ON")}, DisableValidation=True
        )
        assert described["Status"] == "CREATE_COMPLETE"

    def test_leaves_out_the_types_that_aws_does_not_validate(self, stacks):
        described = stacks.change_set("unseen", "CREATE", {"Group": group(RetentionInDays=8)})
        assert described["Status"] == "CREATE_COMPLETE"
        assert all(find(name) for name in UNSUPPORTED)

    def test_tells_what_exists_already_also_in_a_nested_stack(self, stacks, account):
        queue = account.client("sqs").create_queue(QueueName="taken")["QueueUrl"]
        url = stacks.put("free", {"Free": parameter("free")})
        stacks.create("named", {"Inner": nested(url)})
        taken = stacks.put("taken", {"Free": parameter("free"), "Taken": TAKEN})
        described = stacks.change_set(
            "named", "UPDATE", {"Inner": nested(taken)}, IncludeNestedStacks=True
        )
        assert "Currently in FAILED." in described["StatusReason"]
        inner = described["Changes"][0]["ResourceChange"]["ChangeSetId"]
        reason = "Resource of type 'AWS::SQS::Queue' with identifier 'taken' already exists."
        assert invalidities(account, inner) == {("/Resources/Taken", reason)}
        account.client("sqs").delete_queue(QueueUrl=queue)

    def test_only_warns_of_a_bucket_that_is_not_empty(self, stacks, account):
        bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "full"}}
        stacks.create("bucket", {"Bucket": bucket, "Same": group()})
        account.client("s3").put_object(Bucket="full", Key="one", Body=b"")
        described = stacks.change_set("bucket", "UPDATE", {"Same": group()})
        assert described["Status"] == "CREATE_COMPLETE"
        [event] = failed_events(account, described["ChangeSetId"])
        assert event["ValidationFailureMode"] == "WARN"
        assert event["ValidationName"] == "BUCKET_EMPTINESS_VALIDATION"
        account.client("s3").delete_object(Bucket="full", Key="one")

    def test_events_are_found_by_stack_and_by_operation_but_not_by_a_bare_name(
        self, stacks, account
    ):
        stacks.create("plain", {"Group": group()})
        api = account.client("cloudformation")
        pages = api.get_paginator("describe_events")
        events = [e for page in pages.paginate(StackName="plain") for e in page["OperationEvents"]]
        assert [one["ResourceStatus"] for one in events] == [
            event["ResourceStatus"] for event in account.events("plain")[::-1]
        ]
        operation = events[0]["OperationId"]
        same = api.describe_events(OperationId=operation)["OperationEvents"]
        assert [one["EventId"] for one in same] == [one["EventId"] for one in events]
        with pytest.raises(ClientError, match="One of ChangeSetName, OperationId or StackName"):
            api.describe_events(ChangeSetName="plain")


class TestValidationOfStacksThatAreChangedDirectly:
    """As of change sets, but only what fails: AWS looks for what only warns in change sets."""

    BAD: ClassVar = {"First": parameter("first"), "Daily": rule(State="ON")}

    def test_stops_a_creation_before_anything_is_made(self, stacks, account):
        assert stacks.create("direct", self.BAD) == "ROLLBACK_COMPLETE"
        statuses = [status for name, status in stacks.statuses("direct")]
        assert statuses == ["CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE"]
        reasons = [event.get("ResourceStatusReason", "") for event in account.events("direct")]
        assert reasons[1] == (
            "Validation failure detected. See the operation's FAILED event for details. "
            "Rollback requested by user."
        )

    def test_tells_its_errors_by_the_operation(self, stacks, account):
        bad = json.dumps({"Resources": self.BAD})
        begun = account.client("cloudformation").create_stack(StackName="told", TemplateBody=bad)
        assert stacks.status("told") == "ROLLBACK_COMPLETE"
        events = account.client("cloudformation").describe_events(OperationId=begun["OperationId"])[
            "OperationEvents"
        ]
        [error] = [one for one in events if one["EventType"] == "VALIDATION_ERROR"]
        assert error["OperationType"] == "CREATE_STACK"
        assert error["ValidationName"] == "PROPERTY_VALIDATION"
        assert error["ValidationPath"] == "/Resources/Daily/Properties/State"
        assert [one["OperationStatus"] for one in events if "OperationStatus" in one] == ["FAILED"]

    def test_stops_an_update_before_anything_is_changed(self, stacks, account):
        queue = account.client("sqs").create_queue(QueueName="taken")["QueueUrl"]
        stacks.create("updated", {"First": parameter("first")})
        wanted = {"First": parameter("second"), "Taken": TAKEN}
        assert stacks.update("updated", wanted) == "UPDATE_ROLLBACK_COMPLETE"
        assert "First" not in [name for name, _ in stacks.statuses("updated")[3:]]
        kept = stacks.update("updated", wanted, DisableRollback=True)
        assert kept == "UPDATE_FAILED"
        account.client("sqs").delete_queue(QueueUrl=queue)
        assert stacks.update("updated", wanted, DisableRollback=True) == "UPDATE_COMPLETE"

    def test_is_turned_off_on_demand(self, stacks, account):
        assert stacks.create("late", self.BAD, DisableValidation=True) == "ROLLBACK_COMPLETE"
        assert "Daily" in [name for name, _ in stacks.statuses("late")]

    def test_says_nothing_of_a_bucket_that_is_not_empty(self, stacks, account):
        bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "direct-full"}}
        stacks.create("emptied", {"Bucket": bucket, "Same": group()})
        account.client("s3").put_object(Bucket="direct-full", Key="one", Body=b"")
        assert stacks.update("emptied", {"Same": group()}) == "UPDATE_COMPLETE"
        events = account.client("cloudformation").describe_events(StackName="emptied")
        kinds = {one["EventType"] for one in events["OperationEvents"]}
        assert kinds == {"STACK_EVENT"}
        account.client("s3").delete_object(Bucket="direct-full", Key="one")


def failed_events(account, change_set_id):
    """The events of a change set that DescribeEvents counts as failed."""
    api = account.client("cloudformation")
    return api.describe_events(ChangeSetName=change_set_id, Filters={"FailedEvents": True})[
        "OperationEvents"
    ]


def invalidities(account, change_set_id):
    """Place and reason of everything that the validation of a change set found."""
    found = failed_events(account, change_set_id)
    return {(one["ValidationPath"], one["ValidationStatusReason"]) for one in found}
