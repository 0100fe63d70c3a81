"""Drift is read as CloudFormation tells it, and shown with what a change set does about it."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from rdsproxy_templates.deploy import drift as module
from rdsproxy_templates.deploy import faults
from rdsproxy_templates.deploy.attached_rules import without_attached
from rdsproxy_templates.deploy.change_sets import Change, ChangeSet, read_change
from rdsproxy_templates.deploy.console import Console
from rdsproxy_templates.deploy.drift import Drift, StackDrift, detected_drift
from rdsproxy_templates.deploy.property_values import PropertyValue, read_values
from rdsproxy_templates.deploy.reverted_drift import requested_change
from rdsproxy_templates.deploy.review import RequestedChange
from rdsproxy_templates.deploy.stack_options import StackOptions
from rdsproxy_templates.doctor.drifted import drift_diagnoses
from rdsproxy_templates.errors import DeploymentError

RULE = {
    "IpProtocol": "tcp",
    "FromPort": 443,
    "ToPort": 443,
    "DestinationSecurityGroupId": "sg-2",
}


def difference(path, expected, actual, kind="NOT_EQUAL"):
    return {
        "PropertyPath": path,
        "ExpectedValue": expected,
        "ActualValue": actual,
        "DifferenceType": kind,
    }


def drifted(logical_id, type_name, *differences, status="MODIFIED"):
    return {
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": f"{logical_id.lower()}-1",
        "ResourceType": type_name,
        "StackResourceDriftStatus": status,
        "PropertyDifferences": list(differences),
    }


def refusal(message):
    return ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "Detect")


class Deployed:
    """A root stack and its API, which detects drift of itself and of a nested stack."""

    def __init__(self, own, inside=(), **conditions):
        self.found = {"root": own, "nested": inside}
        self.conditions = conditions
        self.refused = list(conditions.get("refused", ()))
        self.looks = 0
        self.name = "rdsproxy-base"
        self.session = self

    def client(self, _service):
        return self

    def description(self):
        return {"StackId": "root", "StackStatus": "UPDATE_COMPLETE"}

    def resources(self):
        nested = {"ResourceType": "AWS::CloudFormation::Stack", "PhysicalResourceId": "nested"}
        yield "Data", {**nested, "LogicalResourceId": "Data"}
        yield from self.conditions.get("resources", ())

    def detect_stack_drift(self, **given):
        if self.refused:
            raise refusal(self.refused.pop(0))
        return {"StackDriftDetectionId": given["StackName"]}

    def describe_stacks(self, **_):
        return {"Stacks": [{"StackStatus": "ROLLBACK_COMPLETE"}]}

    def describe_stack_drift_detection_status(self, **given):
        self.looks += 1
        if self.looks == 1:
            return {"DetectionStatus": "DETECTION_IN_PROGRESS"}
        reason = self.conditions.get("reason")
        if reason and given["StackDriftDetectionId"] == "nested":
            return {"DetectionStatus": "DETECTION_FAILED", "DetectionStatusReason": reason}
        return {"DetectionStatus": "DETECTION_COMPLETE"}

    def describe_stack_resource_drifts(self, **given):
        assert given["StackResourceDriftStatusFilters"] == ["DELETED", "MODIFIED"]
        found = list(self.found[given["StackName"]])
        start = int(given.get("NextToken", 0))
        more = {"NextToken": str(start + 1)} if len(found) > start + 1 else {}
        return {"StackResourceDrifts": found[start : start + 1], **more}

    def get_paginator(self, _operation):
        return self

    def paginate(self, **_):
        return [{"SecurityGroupRules": self.conditions["rules"]}]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(faults.time, "sleep", lambda _: None)


def test_drift_of_nested_stacks_is_found_on_all_pages():
    own = [drifted("One", "AWS::Logs::LogGroup", status="DELETED")]
    inside = [
        drifted(name, "AWS::Lambda::Function", difference("/Timeout", "3", "9")) for name in "AB"
    ]
    found = detected_drift(Deployed(own, inside))

    assert [one.path for one in found.found] == ["One", "Data.A", "Data.B"]
    assert list(found.lines()) == [
        "drift    One  AWS::Logs::LogGroup  was deleted by hand",
        "drift    Data.A  AWS::Lambda::Function  was changed by hand",
        "           Timeout: 3 in the template, 9 now",
        "drift    Data.B  AWS::Lambda::Function  was changed by hand",
        "           Timeout: 3 in the template, 9 now",
    ]


def test_the_detection_of_somebody_else_is_waited_for():
    busy = ["Drift detection is already in progress for stack [arn]"] * 2

    assert detected_drift(Deployed([], refused=busy)) == StackDrift()


def test_a_stack_in_a_status_without_detection_is_named():
    refused = ["Drift detection cannot be performed on stack [x] while it is in [y] state"]
    found = detected_drift(Deployed([], refused=refused))

    assert found.unread == (("rdsproxy-base", "the stack is ROLLBACK_COMPLETE"),)


@pytest.mark.parametrize(
    ("reason", "unread"),
    [
        (
            json.dumps(
                {"Summary": "s", "Failures": [{"Resource": "Targets", "FailureReason": "why"}]}
            ),
            ("Data.Targets", "why"),
        ),
        ("Internal Failure", ("Data", "Internal Failure")),
    ],
)
def test_what_could_not_be_read_is_named_beside_what_could(reason, unread):
    inside = [drifted("A", "AWS::Lambda::Function", difference("/Timeout", "3", "9"))]
    found = detected_drift(Deployed([], inside, reason=reason))

    assert found.unread == (unread,)
    assert [one.path for one in found.found] == ["Data.A"]


def test_values_that_may_be_secret_are_hidden():
    changed = difference("/Environment/Variables/DB_PASSWORD", "one", "two")
    found = detected_drift(Deployed([drifted("A", "AWS::Lambda::Function", changed)]))

    assert "one" not in "".join(found.lines()) + json.dumps([it.record() for it in found.found])
    assert "(hidden) in the template, (hidden) now" in "".join(found.lines())


def resource(type_name, *paths, status="MODIFIED"):
    values = tuple(PropertyValue(path=path, before="1", after="2") for path in paths)
    return Drift(path="Data.A", type=type_name, physical_id="a", status=status, values=values)


@pytest.mark.parametrize(
    ("found", "properties", "stays"),
    [
        (resource("AWS::Lambda::Function", "Timeout"), {"Timeout"}, None),
        (resource("AWS::RDS::DBProxy", "RequireTLS"), set(), "only with its last deployment"),
        (resource("AWS::Logs::LogGroup", "Tags.1"), set(), "leaves tags"),
        (resource("AWS::RDS::DBCluster", "EngineVersion"), set(), "what AWS manages"),
    ],
)
def test_what_a_change_set_does_not_bring_back_is_said(found, properties, stays):
    change = Change(
        action="Modify", path="Data.A", type=found.type, properties=frozenset(properties)
    )
    said = list(found.staying(ChangeSet(id="c", changes=(change,))))

    assert [stays in line for line in said] == ([True] if stays else [])


def test_a_deleted_resource_that_no_change_creates_stays_away():
    gone = resource("AWS::Logs::LogGroup", status="DELETED")

    assert list(gone.staying(ChangeSet(id="c"))) == [
        "stays    Data.A: CloudFormation does not create it again"
    ]


def with_attached_rule(*by_hand):
    """A stack with a group that has a rule of another nested stack, and what was changed by hand."""
    added = difference("/SecurityGroupEgress/1", "null", json.dumps(RULE), "ADD")
    group = drifted("Door", "AWS::EC2::SecurityGroup", added, *by_hand)
    rule = {
        "SecurityGroupRuleId": "sgr-1",
        "GroupId": "door-1",
        "IsEgress": True,
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "ReferencedGroupInfo": {"GroupId": "sg-2"},
    }
    own = {"ResourceType": "AWS::EC2::SecurityGroupEgress", "PhysicalResourceId": "sgr-1"}
    return Deployed([group], resources=[("Endpoints.Rule", own)], rules=[rule])


def reverting(said):
    """A deployment that reverts drift, and that keeps what it says."""
    console = Console(say=said.append, confirm=lambda _: True)
    return SimpleNamespace(
        console=console, looks_for_drift=False, options=StackOptions(revert_drift=True)
    )


def test_a_refusal_to_revert_lists_what_is_to_be_set_back_by_hand():
    by_hand = difference("/SecurityGroupEgress/2", "null", json.dumps(RULE | {"ToPort": 9}), "ADD")
    said = []
    with pytest.raises(DeploymentError, match="nothing was reverted: set back by hand what is li"):
        requested_change(reverting(said), with_attached_rule(by_hand), pytest.fail, ())
    assert any("drift    Door  AWS::EC2::SecurityGroup  was changed by hand" in one for one in said)
    whole = json.dumps(RULE | {"ToPort": 9})
    assert f"             SecurityGroupEgress.2: (none) in the template, {whole} now" in said


def test_drift_that_is_only_shown_says_how_to_bring_it_back():
    found = detected_drift(Deployed([drifted("Log", "AWS::Logs::LogGroup", status="DELETED")]))
    shown, reverted = (
        RequestedChange(stack=None, change_set=ChangeSet(id="c"), drift=found, reverts=reverts)
        for reverts in (False, True)
    )
    assert [*shown.drift_lines()][-1].endswith("--revert-drift brings it back")
    assert [*reverted.drift_lines()] == [*found.lines()]


def test_where_there_is_only_such_a_rule_nothing_is_reverted():
    said, asked = [], []
    requested_change(reverting(said), with_attached_rule(), asked.append, ())
    assert [one.revert_drift for one in asked] == [False]
    assert said[-1] == "  nothing was changed by hand"


def test_a_rule_of_another_nested_stack_is_no_drift_and_must_not_be_reverted():
    by_hand = difference("/SecurityGroupEgress/2", "null", json.dumps(RULE | {"ToPort": 9}), "ADD")
    stack = with_attached_rule(by_hand)

    left, problems = without_attached(stack, detected_drift(stack))

    assert [[value.path for value in one.values] for one in left.found] == [
        ["SecurityGroupEgress.2"]
    ]
    assert [problem.place for problem in problems] == ["Door"]
    assert "a rule of Endpoints.Rule" in problems[0].sentence


class TestDoctor:
    def test_what_is_not_on_the_way_to_the_database_is_no_diagnosis(self):
        found = [
            drifted("Log", "AWS::Logs::LogGroup", status="DELETED"),
            drifted("Run", "AWS::Lambda::Function", difference("/MemorySize", "1", "2")),
            drifted("Role", "AWS::IAM::Role", difference("/Tags/0", "null", "{}", "ADD")),
        ]

        assert list(drift_diagnoses(Deployed(found), "revert it")) == []

    def test_a_sentence_names_what_was_changed_and_the_evidence_both_values(self):
        changed = [difference(f"/VpcConfig/SubnetIds/{place}", "a", "b") for place in range(4)]
        function = drifted("Run", "AWS::Lambda::Function", *changed)
        proxy = drifted("Proxy", "AWS::RDS::DBProxy", difference("/RequireTLS", "true", "false"))
        key = drifted("Key", "AWS::KMS::Key", status="DELETED")

        diagnoses = list(drift_diagnoses(Deployed([function, proxy, key]), "revert it"))

        assert [(one.severity, one.resource, one.sentence, one.remedy) for one in diagnoses] == [
            (
                "warning",
                "function run-1",
                "VpcConfig.SubnetIds.0, VpcConfig.SubnetIds.1, VpcConfig.SubnetIds.2 and 1 more "
                "of Run was changed by hand",
                "Set it back by `revert it`",
            ),
            (
                "warning",
                "proxy proxy-1",
                "RequireTLS of Proxy was changed by hand",
                "Set it back by hand, or change the settings: CloudFormation does not revert it",
            ),
            (
                "error",
                "key key-1",
                "it was deleted by hand, and the template has it as Key",
                "Create it again by `revert it`",
            ),
        ]
        assert diagnoses[1].evidence == ("RequireTLS: true in the template, false now",)

    def test_what_cannot_be_compared_is_skipped(self):
        refused = ["Drift detection cannot be performed on stack [x] while it is in [y] state"]

        [one] = drift_diagnoses(Deployed([], refused=refused), "revert it")

        assert (one.severity, one.evidence) == ("skipped", ("the stack is ROLLBACK_COMPLETE",))


def test_a_deleted_secret_that_would_be_created_anew_is_a_loss():
    shown = {
        "Action": "Add",
        "LogicalResourceId": "Secret",
        "ResourceType": "AWS::SecretsManager::Secret",
        "ResourceDriftStatus": "DELETED",
    }

    assert "without it" in (read_change(shown).risk or "")
    assert read_change({**shown, "ResourceDriftStatus": "IN_SYNC"}).risk is None


def test_what_was_changed_to_the_templates_value_is_only_recorded():
    shown = {
        "Action": "SyncWithActual",
        "LogicalResourceId": "Log",
        "ResourceType": "AWS::Logs::LogGroup",
    }

    assert str(read_change(shown)).startswith("record   Log")


def test_a_value_that_somebody_has_set_by_hand_is_marked():
    target = {
        "Attribute": "Properties",
        "Name": "Timeout",
        "Path": "/Properties/Timeout",
        "BeforeValue": "99",
        "AfterValue": "3",
        "BeforeValueFrom": "ACTUAL_STATE",
        "Drift": {"PreviousValue": "3", "ActualValue": "99"},
    }
    [value] = read_values({"Details": [{"Target": target}]})

    assert str(value) == "Timeout: 99 -> 3 (changed by hand)"


def test_only_an_update_has_a_mode():
    options = StackOptions(revert_drift=True)

    assert options.of_update() == {"DeploymentMode": "REVERT_DRIFT"}
    assert options.of_change_set() == {}
    assert module.NO_DRIFT.found == ()
