"""Operations on stacks go on in the background, meet each other, and are slow on demand."""

from __future__ import annotations

import json
import threading

import pytest
from botocore.exceptions import ClientError

from made_up_stacks import group, nested, parameter
from rdsproxy_local.cloudformation.background import Operation
from rdsproxy_local.local_cloud import Account
from rdsproxy_local.servers.loopback import wait_for

pytestmark = pytest.mark.xdist_group("cloud-engine")

GROUP, NAME = "AWS::Logs::LogGroup", "AWS::SSM::Parameter"
SLOW = {GROUP: 0.4}
DAYS = {"Days": {"Type": "Number"}}
LONG = {GROUP: 60}
"""Longer than any test: what is so slow ends only because it is cancelled."""


@pytest.fixture(scope="module")
def account(server):
    return Account(server.endpoint, "777777777777", "eu-west-1")


@pytest.fixture(autouse=True)
def nothing_is_left(stacks):
    yield
    stacks.delete_all()
    assert stacks.groups() == {}


def ends(stacks, name, status):
    """Wait until the stack has this status, whatever it has before."""
    wait_for(lambda: stacks.status(name) == status)
    assert stacks.status(name) == status


def wait_for_event(stacks, name, logical_id, status):
    wait_for(lambda: (logical_id, status) in stacks.statuses(name))


def reasons(account, name, status):
    return {
        event["LogicalResourceId"]: event.get("ResourceStatusReason")
        for event in account.events(name)
        if event["ResourceStatus"] == status
    }


def test_a_call_is_answered_before_its_work_is_done(stacks, with_faults):
    with with_faults(delays=SLOW):
        assert stacks.create("slow", {"Group": group()}) == "CREATE_IN_PROGRESS"
        ends(stacks, "slow", "CREATE_COMPLETE")
    assert stacks.statuses("slow") == [
        ("slow", "CREATE_IN_PROGRESS"),
        ("Group", "CREATE_IN_PROGRESS"),
        ("Group", "CREATE_IN_PROGRESS"),
        ("Group", "CREATE_COMPLETE"),
        ("slow", "CREATE_COMPLETE"),
    ]


def test_a_stack_is_there_when_its_creation_is_answered(stacks, monkeypatch):
    goes_on, run = threading.Event(), Operation.run
    monkeypatch.setattr(Operation, "run", lambda *given: goes_on.wait(60) and run(*given))
    body = json.dumps({"Resources": {"Group": group()}})
    stacks.api.create_stack(StackName="early", TemplateBody=body)
    assert stacks.names() == ["early"]
    goes_on.set()
    ends(stacks, "early", "CREATE_COMPLETE")


def test_a_waiter_is_answered_at_its_first_question(stacks):
    body = json.dumps({"Resources": {"Group": group()}})
    stacks.api.create_stack(StackName="quick", TemplateBody=body)
    once = {"MaxAttempts": 1}
    stacks.api.get_waiter("stack_create_complete").wait(StackName="quick", WaiterConfig=once)
    stacks.api.delete_stack(StackName="quick")
    stacks.api.get_waiter("stack_delete_complete").wait(StackName="quick", WaiterConfig=once)


def test_a_stack_shows_its_old_status_while_an_operation_lags(stacks, with_faults):
    stacks.create("lagging", {"Group": group()})
    change_set = stacks.change_set("lagging", "UPDATE", {"Group": group(RetentionInDays=7)})
    with with_faults(lag=4):
        assert stacks.execute(change_set) == "CREATE_COMPLETE"
        described = stacks.api.describe_change_set(ChangeSetName=change_set["ChangeSetId"])
        assert described["ExecutionStatus"] == "EXECUTE_IN_PROGRESS"
        with pytest.raises(ClientError, match="is in UPDATE_IN_PROGRESS state and can not be upd"):
            stacks.update("lagging", {"Group": group(RetentionInDays=14)})
        ends(stacks, "lagging", "UPDATE_COMPLETE")
    described = stacks.api.describe_change_set(ChangeSetName=change_set["ChangeSetId"])
    assert described["ExecutionStatus"] == "EXECUTE_COMPLETE"


def test_a_change_set_takes_a_while(stacks, with_faults):
    with with_faults(change_set_lag=4):
        change_set = stacks.change_set("late", "CREATE", {"Group": group()})
        assert (change_set["Status"], change_set["Changes"]) == ("CREATE_IN_PROGRESS", [])
        with pytest.raises(ClientError, match=r"current status of \[CREATE_IN_PROGRESS\]"):
            stacks.execute(change_set)
        waiter = stacks.api.get_waiter("change_set_create_complete")
        waiter.wait(ChangeSetName=change_set["ChangeSetId"], WaiterConfig={"Delay": 0.1})
    assert stacks.execute(change_set) == "CREATE_COMPLETE"


@pytest.mark.parametrize("parallel", [1, 4])
def test_another_order_respects_dependencies(stacks, with_faults, parallel):
    resources = {f"First{number}": group() for number in range(6)}
    resources |= {f"Then{number}": parameter({"Ref": f"First{number}"}) for number in range(6)}
    orders = set()
    for seed in range(3):
        with with_faults(seed=seed, parallel=parallel):
            name = f"shuffled{seed}"
            assert stacks.create(name, resources) == "CREATE_COMPLETE"
        done = [who for who, status in stacks.statuses(name) if status == "CREATE_COMPLETE"]
        assert all(done.index(f"First{one}") < done.index(f"Then{one}") for one in range(6))
        orders.add(tuple(done[:-1]))
    assert len(orders) > 1


@pytest.mark.parametrize("parallel", [1, 4])
def test_a_deletion_has_another_order_and_respects_dependencies(stacks, with_faults, parallel):
    resources = {f"First{number}": group() for number in range(6)}
    resources |= {f"Then{number}": parameter({"Ref": f"First{number}"}) for number in range(6)}
    orders = set()
    for seed in range(3):
        name = f"taken{seed}-{parallel}"
        assert stacks.create(name, resources) == "CREATE_COMPLETE"
        stack_id = stacks.account.stack(name)["StackId"]
        with with_faults(seed=seed, parallel=parallel):
            stacks.api.delete_stack(StackName=name)
            ends(stacks, stack_id, "DELETE_COMPLETE")
        done = [who for who, status in stacks.statuses(stack_id) if status == "DELETE_COMPLETE"]
        assert all(done.index(f"Then{one}") < done.index(f"First{one}") for one in range(6))
        orders.add(tuple(done[:-1]))
    assert len(orders) > 1


def test_what_cannot_be_deleted_keeps_only_what_it_depends_on(stacks, with_faults):
    resources = {"Kept": group(), "Bad": parameter({"Ref": "Kept"}), "Other": group()}
    stacks.create("half", resources)
    with with_faults(parallel=4, failing=[{"resource": "Bad", "action": "delete"}]):
        stacks.api.delete_stack(StackName="half")
        ends(stacks, "half", "DELETE_FAILED")
    assert set(stacks.account.resources("half")) >= {"Kept", "Bad"}
    assert ("Other", "DELETE_COMPLETE") in stacks.statuses("half")
    assert ("Kept", "DELETE_IN_PROGRESS") not in stacks.statuses("half")


def test_resources_are_deleted_side_by_side(stacks, with_faults):
    stacks.create("wide", {"One": group(), "Two": group()})
    stack_id = stacks.account.stack("wide")["StackId"]
    with with_faults(parallel=4, delays=SLOW):
        stacks.api.delete_stack(StackName="wide")
        ends(stacks, stack_id, "DELETE_COMPLETE")
    told = stacks.statuses(stack_id)
    last_begun = max(told.index((one, "DELETE_IN_PROGRESS")) for one in ("One", "Two"))
    assert last_begun < min(told.index((one, "DELETE_COMPLETE")) for one in ("One", "Two"))


def test_a_failure_cancels_what_is_created_beside_it(stacks, account, with_faults):
    failing = [{"resource": "Bad", "message": "it is a bad day"}]
    resources = {"Slow": group(), "Bad": parameter("text"), "Never": parameter({"Ref": "Slow"})}
    with with_faults(parallel=4, delays=LONG, failing=failing):
        stacks.create("failing", resources, OnFailure="DO_NOTHING")
        ends(stacks, "failing", "CREATE_FAILED")
    failed = reasons(account, "failing", "CREATE_FAILED")
    assert failed == {
        "Slow": "Resource creation cancelled",
        "Bad": "it is a bad day",
        "failing": "The following resource(s) failed to create: [Bad, Slow]. ",
    }


def test_nested_stacks_are_created_side_by_side(stacks, account, with_faults):
    url = stacks.put("child", {"Group": group()})
    with with_faults(parallel=4, delays=SLOW):
        stacks.create("root", {"One": nested(url), "Two": nested(url)})
        ends(stacks, "root", "CREATE_COMPLETE")
    told = stacks.statuses("root")
    last_begun = max(told.index((one, "CREATE_IN_PROGRESS")) for one in ("One", "Two"))
    assert last_begun < min(told.index((one, "CREATE_COMPLETE")) for one in ("One", "Two"))


def test_events_come_by_the_page_and_stay_where_they_are(stacks, with_faults):
    stacks.create("paged", {f"Group{number}": group() for number in range(3)})
    everything = [event["EventId"] for event in stacks.account.events("paged")][::-1]
    with with_faults(page=3):
        first = stacks.api.describe_stack_events(StackName="paged")
        stacks.update("paged", {"Group0": group(RetentionInDays=7)})
        seen = [event["EventId"] for event in first["StackEvents"]]
        page = first
        while token := page.get("NextToken"):
            page = stacks.api.describe_stack_events(StackName="paged", NextToken=token)
            assert len(page["StackEvents"]) <= 3
            seen += [event["EventId"] for event in page["StackEvents"]]
        assert seen == everything
        pages = stacks.api.get_paginator("list_stack_resources").paginate(StackName="paged")
        assert [len(one["StackResourceSummaries"]) for one in pages] == [1]


def test_a_deletion_cancels_a_creation(stacks, with_faults):
    with with_faults(delays=LONG):
        stacks.create("begun", {"Group": group(), "Name": parameter({"Ref": "Group"})})
        stack_id = stacks.account.stack("begun")["StackId"]
        wait_for(lambda: stacks.statuses("begun").count(("Group", "CREATE_IN_PROGRESS")) == 2)
        with with_faults():
            stacks.api.delete_stack(StackName="begun")
            ends(stacks, stack_id, "DELETE_COMPLETE")
    assert stacks.statuses(stack_id) == [
        ("begun", "CREATE_IN_PROGRESS"),
        ("Group", "CREATE_IN_PROGRESS"),
        ("Group", "CREATE_IN_PROGRESS"),
        ("begun", "DELETE_IN_PROGRESS"),
        ("Group", "CREATE_FAILED"),
        ("Group", "DELETE_IN_PROGRESS"),
        ("Group", "DELETE_COMPLETE"),
        ("begun", "DELETE_COMPLETE"),
    ]


def test_a_deletion_reaches_a_nested_stack_that_is_being_created(stacks, with_faults):
    url = stacks.put("child", {"Group": group()})
    with with_faults(delays=LONG):
        stacks.create("root", {"Child": nested(url)})
        stack_id = stacks.account.stack("root")["StackId"]
        wait_for(lambda: len(stacks.groups()) == 1)
        [child] = set(stacks.names()) - {"root"}
        child_id = stacks.account.stack(child)["StackId"]
        with with_faults():
            stacks.api.delete_stack(StackName="root")
            ends(stacks, stack_id, "DELETE_COMPLETE")
    assert stacks.status(child_id) == "DELETE_COMPLETE"


def test_an_operation_refuses_another_of_the_same_stack(stacks, with_faults):
    stacks.create("busy", {"Group": group()})
    with with_faults(delays=LONG):
        stacks.update("busy", {"Group": group(RetentionInDays=7)})
        with pytest.raises(ClientError, match="is in UPDATE_IN_PROGRESS state and can not be upd"):
            stacks.update("busy", {"Group": group()})
        with pytest.raises(ClientError, match="is in UPDATE_IN_PROGRESS state and can not be upd"):
            stacks.change_set("busy", "UPDATE", {"Group": group()})
        with pytest.raises(ClientError, match="cannot be deleted while in status UPDATE_IN_PROGR"):
            stacks.api.delete_stack(StackName="busy")
        with pytest.raises(ClientError, match=r"Stack \[busy\] already exists"):
            stacks.create("busy", {"Group": group()})
        with with_faults():
            stacks.api.cancel_update_stack(StackName="busy")
            ends(stacks, "busy", "UPDATE_ROLLBACK_COMPLETE")


def test_an_update_that_is_cancelled_goes_back(stacks, account, with_faults):
    stacks.create("changing", {"Group": group(), "Name": parameter("old")})
    after = {"Group": group(RetentionInDays=7), "Name": {**parameter("new"), "DependsOn": "Group"}}
    with pytest.raises(ClientError, match="CancelUpdateStack cannot be called from current stack"):
        stacks.api.cancel_update_stack(StackName="changing")
    with with_faults(delays=LONG):
        stacks.update("changing", after)
        wait_for_event(stacks, "changing", "Group", "UPDATE_IN_PROGRESS")
        with with_faults():
            stacks.api.cancel_update_stack(StackName="changing")
            ends(stacks, "changing", "UPDATE_ROLLBACK_COMPLETE")
    assert reasons(account, "changing", "UPDATE_FAILED") == {"Group": "Resource update cancelled"}
    assert list(stacks.groups().values()) == [None]


def test_a_cancelled_update_takes_its_nested_stacks_along(stacks, account, with_faults):
    url = stacks.put("child", {"Group": group(RetentionInDays={"Ref": "Days"})}, Parameters=DAYS)
    stacks.create("root", {"Child": nested(url, Days=7)})
    child = account.nested("root", "Child")
    with with_faults(delays=LONG):
        stacks.update("root", {"Child": nested(url, Days=14)})
        wait_for_event(stacks, child, "Group", "UPDATE_IN_PROGRESS")
        with with_faults():
            stacks.api.cancel_update_stack(StackName="root")
            ends(stacks, "root", "UPDATE_ROLLBACK_COMPLETE")
    assert stacks.status(child) == "UPDATE_ROLLBACK_COMPLETE"
    assert list(stacks.groups().values()) == [7]


AFTER = {
    "Group": group(RetentionInDays=14),
    "Name": {**parameter("new"), "DependsOn": "Group"},
}


@pytest.fixture
def stuck(stacks, with_faults):
    """A stack whose rollback has failed at a log group."""
    stacks.create("stuck", {"Group": group(RetentionInDays=7), "Name": parameter("old")})
    failing = [
        {"resource": "Group", "action": "rollback", "message": "no way back"},
        {"resource": "Name", "action": "update", "message": "no"},
    ]
    with with_faults(failing=failing):
        assert stacks.update("stuck", AFTER) == "UPDATE_ROLLBACK_FAILED"


def test_a_rollback_goes_on_once_its_obstacle_is_gone(stacks, account, stuck):
    assert reasons(account, "stuck", "UPDATE_FAILED") == {"Group": "no way back", "Name": "no"}
    with pytest.raises(ClientError, match="is in UPDATE_ROLLBACK_FAILED state and can not be upda"):
        stacks.update("stuck", {"Group": group()})
    stacks.api.continue_update_rollback(StackName="stuck")
    assert stacks.status("stuck") == "UPDATE_ROLLBACK_COMPLETE"
    assert list(stacks.groups().values()) == [7]
    assert stacks.update("stuck", {"Group": group(RetentionInDays=1)}) == "UPDATE_COMPLETE"
    with pytest.raises(ClientError, match="RollbackUpdatedStack cannot be called from current"):
        stacks.api.continue_update_rollback(StackName="stuck")


def test_a_rollback_goes_on_without_a_resource(stacks, stuck):
    with pytest.raises(ClientError, match="Name"):
        stacks.api.continue_update_rollback(StackName="stuck", ResourcesToSkip=["Name"])
    stacks.api.continue_update_rollback(StackName="stuck", ResourcesToSkip=["Group"])
    assert stacks.status("stuck") == "UPDATE_ROLLBACK_COMPLETE"
    assert list(stacks.groups().values()) == [14], "it is taken for what it was"


@pytest.mark.parametrize("skipped", [True, False])
def test_a_rollback_goes_on_in_nested_stacks(stacks, account, with_faults, skipped):
    resources = {
        "Group": group(RetentionInDays={"Ref": "Days"}),
        "Name": {**parameter({"Ref": "Days"}), "DependsOn": "Group"},
    }
    url = stacks.put("child", resources, Parameters=DAYS)
    stacks.create("root", {"Child": nested(url, Days=7)})
    child = account.stack(account.nested("root", "Child"))["StackName"]
    failing = [
        {"resource": "Name", "action": "update"},
        {"resource": "Group", "action": "rollback"},
    ]
    with with_faults(failing=failing):
        assert stacks.update("root", {"Child": nested(url, Days=14)}) == "UPDATE_ROLLBACK_FAILED"
    assert stacks.status(child) == "UPDATE_ROLLBACK_FAILED"
    skip = [f"{child}.Group"] if skipped else []
    stacks.api.continue_update_rollback(StackName="root", ResourcesToSkip=skip)
    assert stacks.status("root") == "UPDATE_ROLLBACK_COMPLETE"
    assert stacks.status(child) == "UPDATE_ROLLBACK_COMPLETE"
    assert list(stacks.groups().values()) == [14 if skipped else 7]


def test_a_failed_rollback_is_forced_in_nested_stacks_too(stacks, account, with_faults):
    resources = {
        "Group": group(RetentionInDays={"Ref": "Days"}),
        "Name": {**parameter({"Ref": "Days"}), "DependsOn": "Group"},
    }
    url = stacks.put("child", resources, Parameters=DAYS)
    stacks.create("root", {"Child": nested(url, Days=7)})
    failing = [
        {"resource": "Name", "action": "update"},
        {"resource": "Group", "action": "rollback"},
    ]
    with with_faults(failing=failing):
        assert stacks.update("root", {"Child": nested(url, Days=14)}) == "UPDATE_ROLLBACK_FAILED"
        both = {"ResourcesToSkip": ["Child"], "ForceRollback": True}
        with pytest.raises(ClientError, match="mutually exclusive"):
            stacks.api.continue_update_rollback(StackName="root", **both)
        stacks.api.continue_update_rollback(StackName="root", ForceRollback=True)
        assert stacks.status("root") == "UPDATE_ROLLBACK_COMPLETE"
    assert stacks.status(account.nested("root", "Child")) == "UPDATE_ROLLBACK_COMPLETE"
    assert list(stacks.groups().values()) == [14]


@pytest.fixture
def half_updated(stacks, with_faults):
    """A stack that was not rolled back when its update failed."""
    stacks.create("half", {"Group": group(RetentionInDays=7), "Name": parameter("old")})
    with with_faults(failing=[{"resource": "Name", "action": "update"}]):
        assert stacks.update("half", AFTER, DisableRollback=True) == "UPDATE_FAILED"


def test_a_failed_update_may_stay_and_be_tried_again(stacks, account, half_updated):
    assert list(stacks.groups().values()) == [14]
    with pytest.raises(ClientError, match=r"in a non-terminal \[UPDATE_FAILED\] state"):
        stacks.update("half", AFTER)
    assert stacks.update("half", AFTER, DisableRollback=True) == "UPDATE_COMPLETE"
    name = account.resources("half")["Name"]
    assert account.client("ssm").get_parameter(Name=name)["Parameter"]["Value"] == "new"
    with pytest.raises(ClientError, match="cannot be called from current stack status"):
        stacks.api.rollback_stack(StackName="half")


def test_what_a_failed_update_added_goes_with_the_next_that_lacks_it(stacks, with_faults):
    stacks.create("half", {"Name": parameter("old")})
    with with_faults(failing=[{"resource": "Name", "action": "update"}]):
        assert stacks.update("half", AFTER, DisableRollback=True) == "UPDATE_FAILED"
    assert len(stacks.groups()) == 1
    changed = {"Name": parameter("new")}
    assert stacks.update("half", changed, DisableRollback=True) == "UPDATE_COMPLETE"
    assert stacks.groups() == {}


def test_a_failed_update_may_be_rolled_back_later(stacks, half_updated):
    stacks.api.rollback_stack(StackName="half")
    assert stacks.status("half") == "UPDATE_ROLLBACK_COMPLETE"
    assert list(stacks.groups().values()) == [7]


def test_a_failed_creation_may_be_completed_by_a_change_set(stacks, with_faults):
    resources = {"Group": group(), "Name": {**parameter("text"), "DependsOn": "Group"}}
    with with_faults(failing=[{"resource": NAME}]):
        assert stacks.create("half", resources, DisableRollback=True) == "CREATE_FAILED"
    made = stacks.groups()
    change_set = stacks.change_set("half", "UPDATE", resources)
    with pytest.raises(ClientError, match=r"non-terminal \[CREATE_FAILED\].*disable-rollback"):
        stacks.execute(change_set)
    change_set = stacks.change_set("half", "UPDATE", resources)
    stacks.api.execute_change_set(ChangeSetName=change_set["ChangeSetId"], DisableRollback=True)
    assert stacks.status("half") == "UPDATE_COMPLETE"
    assert stacks.groups() == made


def test_a_failed_creation_may_be_rolled_back_later(stacks, with_faults):
    resources = {"Group": group(), "Name": {**parameter("text"), "DependsOn": "Group"}}
    with with_faults(failing=[{"resource": NAME}]):
        assert stacks.create("half", resources, DisableRollback=True) == "CREATE_FAILED"
    stacks.api.rollback_stack(StackName="half")
    assert stacks.status("half") == "ROLLBACK_COMPLETE"
    assert stacks.groups() == {}


def test_a_change_set_is_executed_by_its_arn_with_a_token(stacks):
    change_set = stacks.change_set("by-arn", "CREATE", {"Group": group()})
    asked = {"ChangeSetName": change_set["ChangeSetId"], "ClientRequestToken": "once"}
    for _ in range(2):
        stacks.api.execute_change_set(**asked)
    ends(stacks, "by-arn", "CREATE_COMPLETE")


class TestStackPolicies:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html"""

    ALLOW = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    TYPED = {
        "Effect": "Deny",
        "Action": ["Update:Replace", "Update:Delete"],
        "Principal": "*",
        "Resource": "*",
        "Condition": {"StringEquals": {"ResourceType": ["AWS::Logs::LogGroup"]}},
    }
    LOSS = "does not allow [Update:Replace, Update:Delete] for resource [*];"

    @pytest.fixture
    def guarded(self, stacks):
        """A stack that allows what is not replaced and not deleted."""
        policy = json.dumps({"Statement": [self.ALLOW, self.TYPED]})
        resources = {"Group": group(LogGroupName="one"), "Name": parameter("old")}
        stacks.create("guarded", resources, StackPolicyBody=policy)
        assert stacks.api.get_stack_policy(StackName="guarded")["StackPolicyBody"] == policy

    @pytest.mark.parametrize(
        "changed",
        [
            {"Group": group(LogGroupName="two"), "Name": parameter("old")},
            {"Name": parameter("old")},
        ],
    )
    def test_deny_the_replacement_and_the_deletion_of_a_type(
        self, stacks, account, guarded, changed
    ):
        change_set = stacks.change_set("guarded", "UPDATE", changed)
        assert stacks.execute(change_set) == "UPDATE_ROLLBACK_COMPLETE"
        reason = reasons(account, "guarded", "UPDATE_FAILED")["Group"]
        assert reason == f"Action denied by stack policy: Statement [#1] {self.LOSS}"
        assert list(stacks.groups()) == ["one"]

    def test_let_everything_else_change(self, stacks, guarded):
        changed = {"Group": group(LogGroupName="one", RetentionInDays=7), "Name": parameter("new")}
        assert stacks.update("guarded", changed) == "UPDATE_COMPLETE"

    def test_are_lifted_for_one_update_but_not_for_a_change_set(self, stacks, guarded):
        changed = {"Group": group(LogGroupName="two"), "Name": parameter("old")}
        everything = json.dumps({"Statement": self.ALLOW})
        status = stacks.update("guarded", changed, StackPolicyDuringUpdateBody=everything)
        assert status == "UPDATE_COMPLETE"
        assert stacks.update("guarded", {"Name": parameter("old")}) == "UPDATE_ROLLBACK_COMPLETE"

    def test_allow_nothing_that_they_do_not_mention(self, stacks, account, guarded):
        only = {**self.ALLOW, "Resource": "LogicalResourceId/Group"}
        body = json.dumps({"Statement": [only]})
        stacks.api.set_stack_policy(StackName="guarded", StackPolicyBody=body)
        changed = {"Group": group(LogGroupName="one"), "Name": parameter("new")}
        assert stacks.update("guarded", changed) == "UPDATE_ROLLBACK_COMPLETE"
        assert "not allowed by stack policy" in reasons(account, "guarded", "UPDATE_FAILED")["Name"]

    @pytest.mark.parametrize(
        "body",
        [
            "{",
            "{}",
            {**ALLOW, "Action": "Update:All"},
            {**ALLOW, "Principal": "me"},
            {**ALLOW, "A": 1},
        ],
    )
    def test_that_are_none_are_refused(self, stacks, guarded, body):
        text = body if isinstance(body, str) else json.dumps({"Statement": body})
        with pytest.raises(ClientError, match="Error validating stack policy"):
            stacks.api.set_stack_policy(StackName="guarded", StackPolicyBody=text)


def test_lists_come_a_page_at_a_time(stacks, with_faults):
    names = ["paged0", "paged1", "paged2"]
    for name in names:
        exported = {"Out": {"Value": name, "Export": {"Name": name}}}
        stacks.create(name, {"Group": group()}, Outputs=exported)
    imports = {"Fn::Join": ["", [{"Fn::ImportValue": "paged0"}]]}
    for number in range(3):
        stacks.create(f"user{number}", {"Name": parameter(imports)})
        stacks.change_set("paged0", "UPDATE", {"Group": group(RetentionInDays=7)})
    lists = {
        "describe_stacks": ({}, "Stacks", 6),
        "list_stacks": ({"StackStatusFilter": ["CREATE_COMPLETE"]}, "StackSummaries", 6),
        "list_exports": ({}, "Exports", 3),
        "list_imports": ({"ExportName": "paged0"}, "Imports", 3),
        "list_change_sets": ({"StackName": "paged0"}, "Summaries", 3),
    }
    with with_faults(page=2):
        for operation, (given, key, count) in lists.items():
            first = getattr(stacks.api, operation)(**given)
            assert len(first[key]) == 2, operation
            whole = stacks.api.get_paginator(operation).paginate(**given).build_full_result()
            assert len(whole[key]) == count, operation
    for number in range(3):
        stacks.delete(f"user{number}")
