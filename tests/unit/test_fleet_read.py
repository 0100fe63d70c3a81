"""What is read of a fleet: counted, compared, in order, and no more at once than is wanted."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Barrier, Lock
from types import SimpleNamespace

import pytest

from rdsproxy_templates.errors import DeploymentError, NoSuchStackError
from rdsproxy_templates.fleet.concurrently import in_threads
from rdsproxy_templates.fleet.drift import (
    detected,
    drifted_instances,
    drifted_resources,
    last_detection,
)
from rdsproxy_templates.fleet.outputs import outputs_of
from rdsproxy_templates.fleet.place import Place
from rdsproxy_templates.fleet.stack_set import Operation, StackInstance, StackSet
from rdsproxy_templates.fleet.status import (
    Counts,
    counted,
    described,
    drift_line,
    line_of,
    needs_attention,
    operation_line,
)

HERE = Place("111111111111", "eu-west-1")
WHEN = datetime(2026, 11, 26, 10, 30, tzinfo=UTC)


class Api:
    """Answers of CloudFormation by method, each the next page or the next look; keeps the calls."""

    def __init__(self, **answers):
        self.answers, self.calls = answers, []

    def __getattr__(self, method):
        def call(**given):
            self.calls.append((method, given))
            found = self.answers[method]
            return found.pop(0) if isinstance(found, list) and len(found) > 1 else _only(found)

        return call


def _only(found):
    return found[0] if isinstance(found, list) else found


def operation(status="SUCCEEDED", action="DETECT_DRIFT", **more):
    return {"OperationId": "1", "Action": action, "Status": status, **more}


def test_instances_are_counted_as_they_pass():
    counts = Counts()
    instances = [
        StackInstance(place=HERE, status="CURRENT", detailed_status="SUCCEEDED"),
        StackInstance(place=HERE, status="OUTDATED", drift_status="DRIFTED"),
    ]

    assert [*counted(instances, counts)] == instances
    assert counts.described() == {
        "total": 2,
        "status": {"CURRENT": 1, "OUTDATED": 1},
        "stage": {"SUCCEEDED": 1, "none": 1},
        "drift": {"DRIFTED": 1, "none": 1},
        "region": {"eu-west-1": 2},
    }
    assert next(counts.lines()) == "2 instances"


@pytest.mark.parametrize(
    ("instance", "wanted"),
    [
        (StackInstance(place=HERE, status="CURRENT", detailed_status="SUCCEEDED"), False),
        (StackInstance(place=HERE, status="CURRENT", detailed_status="RUNNING"), True),
        (StackInstance(place=HERE, status="OUTDATED", detailed_status="SUCCEEDED"), True),
        (StackInstance(place=HERE, status="CURRENT", drift_status="DRIFTED"), True),
        (StackInstance(place=HERE, status="CURRENT", drift_status="IN_SYNC"), False),
    ],
)
def test_what_is_outdated_unfinished_or_drifted_needs_attention(instance, wanted):
    assert needs_attention(instance) is wanted


def test_a_row_ends_with_the_reason():
    instance = StackInstance(place=HERE, detailed_status="FAILED", reason="No quota")

    assert line_of(instance).split() == [
        *("111111111111", "eu-west-1", "OUTDATED", "FAILED"),
        *("No", "quota"),
    ]


def test_times_are_readable_for_machines():
    assert described(StackInstance(place=HERE, drift_checked=WHEN))["drift_checked"] == (
        "2026-11-26T10:30:00+00:00"
    )


def test_an_operation_says_since_when_and_how_many_failed():
    one = Operation(id="1", action="UPDATE", status="RUNNING", began=WHEN, failed=1)

    assert operation_line(one) == ("UPDATE 1: RUNNING since 2026-11-26 10:30:00, 1 instance failed")


def test_a_stack_set_that_was_never_compared_says_nothing_of_drift():
    assert drift_line({}) is None
    assert drift_line(
        {
            "StackSetDriftDetectionDetails": {
                "LastDriftCheckTimestamp": WHEN,
                "DriftedStackInstancesCount": 1,
                "TotalStackInstancesCount": 4,
            }
        }
    ) == ("drift at 2026-11-26 10:30:00: 1 of 4 instances")


def test_a_stack_set_that_was_deleted_does_not_exist():
    stack_set = StackSet(Api(describe_stack_set={"StackSet": {"Status": "DELETED"}}), "gone")

    with pytest.raises(NoSuchStackError, match=r"\[stack set gone\] does not exist"):
        stack_set.existing()


def test_drift_is_looked_for_everywhere_at_once_and_followed_to_its_end():
    api = Api(
        detect_stack_set_drift={"OperationId": "1"},
        describe_stack_set={"StackSet": {"Status": "ACTIVE"}},
        describe_stack_set_operation={"StackSetOperation": operation()},
    )
    followed = []

    detected(StackSet(api, "one"), lambda *said: followed.append(said))

    [(_, given)] = [call for call in api.calls if call[0] == "detect_stack_set_drift"]
    assert given["OperationPreferences"]["FailureTolerancePercentage"] == 100
    assert [one.status for one, _ in followed] == ["SUCCEEDED"]


def test_a_comparison_that_fails_says_why():
    failed = operation("FAILED", StatusReason="Too many")
    api = Api(
        detect_stack_set_drift={"OperationId": "1"},
        describe_stack_set={"StackSet": {"Status": "ACTIVE"}},
        describe_stack_set_operation={"StackSetOperation": failed},
    )

    with pytest.raises(DeploymentError, match="the detection of drift is FAILED: Too many"):
        detected(StackSet(api, "one"), lambda *_: None)


def test_the_last_comparison_is_the_newest_among_all_operations():
    pages = {"Summaries": [operation(action="UPDATE"), operation(OperationId="2")]}

    assert last_detection(StackSet(Api(list_stack_set_operations=pages), "one")).id == "2"
    none = Api(list_stack_set_operations={"Summaries": [operation(action="UPDATE")]})
    with pytest.raises(DeploymentError, match="drift has never been looked for"):
        last_detection(StackSet(none, "one"))


def test_only_instances_with_drift_are_asked_for():
    api = Api(list_stack_instances={"Summaries": []})

    assert [*drifted_instances(StackSet(api, "one"))] == []
    assert api.calls[0][1]["Filters"] == [{"Name": "DRIFT_STATUS", "Values": "DRIFTED"}]


def test_a_drifted_resource_has_its_differences_from_every_page():
    difference = {
        "PropertyPath": "/Timeout",
        "DifferenceType": "NOT_EQUAL",
        "ExpectedValue": "10",
        "ActualValue": "30",
    }
    shown = {
        "LogicalResourceId": "Function",
        "ResourceType": "AWS::Lambda::Function",
        "StackResourceDriftStatus": "MODIFIED",
        "PropertyDifferences": [difference],
    }
    gone = {**shown, "LogicalResourceId": "Queue", "StackResourceDriftStatus": "DELETED"}
    del gone["PropertyDifferences"]
    pages = [{"Summaries": [shown], "NextToken": "more"}, {"Summaries": [gone]}]
    api = Api(list_stack_instance_resource_drifts=pages)

    first, second = drifted_resources(StackSet(api, "one"), HERE, "1")

    assert [str(one) for one in first.differences] == ["/Timeout: NOT_EQUAL, expected 10, is 30"]
    assert (second.status, second.differences) == ("DELETED", ())
    assert api.calls[1][1]["NextToken"] == "more"
    assert first.described()["differences"][0]["actual"] == "30"


def test_answers_come_in_the_order_of_the_items():
    meeting = Barrier(3, timeout=60)

    def work(item):
        meeting.wait()
        return item * 2

    assert [*in_threads(work, range(9), 3)] == [item * 2 for item in range(9)]


def test_items_are_taken_only_as_their_turn_comes():
    taken, turn = [], Lock()

    def items():
        for item in range(100):
            with turn:
                taken.append(item)
            yield item

    answers = in_threads(lambda item: item, items(), 2)
    next(answers)

    assert len(taken) <= 5
    answers.close()
    assert len(taken) <= 5


def test_an_error_is_raised_in_the_place_of_its_item():
    def work(item):
        if item == 3:
            raise ValueError(item)
        return item

    answers = in_threads(work, range(9), 2)

    assert [next(answers) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="3"):
        next(answers)


def test_outputs_of_a_stack_that_was_deleted_past_the_stack_set_are_no_outputs():
    stack = {"StackStatus": "DELETE_COMPLETE", "StackId": "arn"}
    api = Api(describe_stacks={"Stacks": [stack]})
    sessions = SimpleNamespace(member=lambda _: SimpleNamespace(client=lambda _: api))

    found = outputs_of(StackInstance(place=HERE, stack_id="arn"), sessions)

    assert found.problem == "its stack was deleted, but not by the stack set"
