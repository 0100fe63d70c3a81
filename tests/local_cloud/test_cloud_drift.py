"""Drift is detected as CloudFormation detects it: of stated properties, of the types it checks."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from made_up_stacks import group, parameter
from rdsproxy_local.local_cloud import Account

pytestmark = pytest.mark.xdist_group("cloud-engine")

NO_ECHO = {"Word": {"Type": "String", "NoEcho": True}}


@pytest.fixture(scope="module")
def account(server):
    return Account(server.endpoint, "888888888888", "eu-west-1")


@pytest.fixture(autouse=True)
def nothing_is_left(stacks):
    yield
    stacks.delete_all()


class Drift:
    """Detections of one account, and what is changed there by hand."""

    def __init__(self, account):
        self.api = account.client("cloudformation")
        self.logs, self.ec2 = account.client("logs"), account.client("ec2")

    def detect(self, stack, **more):
        """The outcome of a detection."""
        made = self.api.detect_stack_drift(StackName=stack, **more)
        return self.api.describe_stack_drift_detection_status(**_detection(made))

    def found(self, stack, **more):
        """Every checked resource by its logical ID."""
        found = self.api.describe_stack_resource_drifts(StackName=stack, **more)
        return {one["LogicalResourceId"]: one for one in found["StackResourceDrifts"]}

    def differences(self, stack, logical_id):
        """What differs of a resource: path, kind, expected and actual value."""
        self.detect(stack)
        return [
            (
                one["PropertyPath"],
                one["DifferenceType"],
                one["ExpectedValue"],
                one["ActualValue"],
            )
            for one in self.found(stack)[logical_id]["PropertyDifferences"]
        ]


def _detection(made):
    return {"StackDriftDetectionId": made["StackDriftDetectionId"]}


def network(**rules):
    """A VPC with a security group."""
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
    properties = {"GroupDescription": "Ours", "VpcId": {"Ref": "Network"}, **rules}
    return {"Network": vpc, "Door": {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}}


def rule(port, **more):
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "10.0.0.0/16", **more}


def permission(port):
    """A rule in EC2's words."""
    ports = {"FromPort": port, "ToPort": port}
    return {"IpProtocol": "tcp", **ports, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}


@pytest.fixture(scope="module")
def drift(account):
    return Drift(account)


def test_a_stack_that_nobody_touched_is_in_sync(stacks, drift):
    stacks.create("same", {"Group": group(RetentionInDays=7, LogGroupName="same")})

    assert "LastCheckTimestamp" not in stacks.account.stack("same")["DriftInformation"]
    outcome = drift.detect("same")

    assert outcome["DetectionStatus"] == "DETECTION_COMPLETE"
    assert (outcome["StackDriftStatus"], outcome["DriftedStackResourceCount"]) == ("IN_SYNC", 0)
    information = stacks.account.stack("same")["DriftInformation"]
    assert information["StackDriftStatus"] == "IN_SYNC"
    assert information["LastCheckTimestamp"] == outcome["Timestamp"]
    assert drift.found("same")["Group"]["StackResourceDriftStatus"] == "IN_SYNC"


def test_a_changed_property_has_its_path_and_both_values(stacks, drift):
    stacks.create("changed", {"Group": group(RetentionInDays=7, LogGroupName="changed")})
    drift.logs.put_retention_policy(logGroupName="changed", retentionInDays=14)

    outcome = drift.detect("changed")

    assert (outcome["StackDriftStatus"], outcome["DriftedStackResourceCount"]) == ("DRIFTED", 1)
    found = drift.found("changed")["Group"]
    assert found["StackResourceDriftStatus"] == "MODIFIED"
    assert found["PropertyDifferences"] == [
        {
            "PropertyPath": "/RetentionInDays",
            "ExpectedValue": "7",
            "ActualValue": "14",
            "DifferenceType": "NOT_EQUAL",
        }
    ]
    assert json.loads(found["ExpectedProperties"])["RetentionInDays"] == 7
    assert json.loads(found["ActualProperties"])["RetentionInDays"] == 14
    for listed in (
        drift.api.list_stack_resources(StackName="changed")["StackResourceSummaries"],
        drift.api.describe_stack_resources(StackName="changed")["StackResources"],
    ):
        assert listed[0]["DriftInformation"]["StackResourceDriftStatus"] == "MODIFIED"


def test_a_removed_property_and_an_added_tag_are_told_apart(stacks, drift):
    tags = [{"Key": "team", "Value": "data"}]
    stacks.create("told", {"Group": group(RetentionInDays=7, LogGroupName="told", Tags=tags)})
    drift.logs.delete_retention_policy(logGroupName="told")
    arn = drift.logs.describe_log_groups()["logGroups"][0]["arn"].removesuffix(":*")
    drift.logs.tag_resource(resourceArn=arn, tags={"by": "hand"})

    assert drift.differences("told", "Group") == [
        ("/RetentionInDays", "REMOVE", "7", "null"),
        ("/Tags/0", "ADD", "null", '{"Key": "by", "Value": "hand"}'),
    ]


def test_a_deleted_resource_is_deleted_and_shows_no_properties(stacks, drift):
    stacks.create("gone", {"Group": group(LogGroupName="gone"), "Other": group()})
    drift.logs.delete_log_group(logGroupName="gone")

    assert drift.detect("gone")["StackDriftStatus"] == "DRIFTED"
    found = drift.found("gone")
    assert found["Group"]["StackResourceDriftStatus"] == "DELETED"
    assert not {"ActualProperties", "ExpectedProperties"} & found["Group"].keys()
    assert list(drift.found("gone", StackResourceDriftStatusFilters=["DELETED"])) == ["Group"]


def test_what_a_template_does_not_state_may_change(stacks, drift):
    stacks.create("unstated", {"Group": group(LogGroupName="unstated")})
    drift.logs.put_retention_policy(logGroupName="unstated", retentionInDays=14)

    assert drift.detect("unstated")["StackDriftStatus"] == "IN_SYNC"


def test_types_without_support_are_not_checked(stacks, drift):
    stacks.create("door", network() | {"Rule": _attached(5432)})

    drift.detect("door")

    assert "Rule" not in drift.found("door")
    [shown] = [
        one["DriftInformation"]["StackResourceDriftStatus"]
        for one in drift.api.describe_stack_resources(StackName="door")["StackResources"]
        if one["LogicalResourceId"] == "Rule"
    ]
    assert shown == "NOT_CHECKED"
    with pytest.raises(ClientError, match="not supported for the specified ResourceType"):
        drift.api.detect_stack_resource_drift(StackName="door", LogicalResourceId="Rule")


def _attached(port):
    where = {"GroupId": {"Fn::GetAtt": "Door.GroupId"}}
    return {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": {**rule(port), **where}}


def test_a_rule_that_was_changed_or_added_by_hand_is_drift(stacks, drift):
    stacks.create("rules", network(SecurityGroupIngress=[rule(5432), rule(3306)]))
    door = stacks.account.resources("rules")["Door"]
    drift.ec2.revoke_security_group_ingress(GroupId=door, IpPermissions=[permission(3306)])
    drift.ec2.authorize_security_group_ingress(GroupId=door, IpPermissions=[permission(3307)])

    assert drift.differences("rules", "Door") == [
        ("/SecurityGroupIngress/1/FromPort", "NOT_EQUAL", "3306", "3307"),
        ("/SecurityGroupIngress/1/ToPort", "NOT_EQUAL", "3306", "3307"),
    ]
    drift.ec2.authorize_security_group_ingress(GroupId=door, IpPermissions=[permission(22)])
    [added] = [one for one in drift.differences("rules", "Door") if one[1] == "ADD"]
    assert json.loads(added[3]) == rule(22)


def test_a_rule_that_its_own_stack_attaches_is_no_drift_and_one_of_another_stack_is(stacks, drift):
    own = network(SecurityGroupIngress=[rule(5432)])
    name = {"Door": {"Value": {"Fn::GetAtt": "Door.GroupId"}, "Export": {"Name": "door"}}}
    stacks.create("own", own | {"Rule": _attached(3306)}, Outputs=name)
    assert drift.detect("own")["StackDriftStatus"] == "IN_SYNC"

    other = {**_attached(22)["Properties"], "GroupId": {"Fn::ImportValue": "door"}}
    stacks.create("other", {"Rule": {**_attached(22), "Properties": other}})
    assert [one[:2] for one in drift.differences("own", "Door")] == [
        ("/SecurityGroupIngress/1", "ADD")
    ]
    stacks.delete("other")


def test_no_secret_is_compared_or_shown(stacks, drift):
    secret = {"Name": "s", "SecretString": "from the template", "Description": "Ours"}
    resources = {
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": secret},
        "Log": group(
            LogGroupName="hidden",
            Tags=[{"Key": "one", "Value": {"Ref": "Word"}}, {"Key": "two", "Value": "2"}],
        ),
        "Hidden": parameter({"Fn::Sub": "${Word}!"}, Name="hidden"),
        "Read": {
            **parameter("{{resolve:secretsmanager:s}}", Name="read"),
            "DependsOn": "Secret",
        },
    }
    stacks.create("secrets", resources, Parameters=NO_ECHO, given={"Word": "sesame"})
    for name in ("hidden", "read"):
        stacks.account.client("ssm").put_parameter(Name=name, Value="changed", Overwrite=True)
    stacks.account.client("secretsmanager").put_secret_value(SecretId="s", SecretString="another")

    arn = drift.logs.describe_log_groups()["logGroups"][0]["arn"].removesuffix(":*")
    drift.logs.tag_resource(resourceArn=arn, tags={"by": "hand"})

    assert drift.detect("secrets")["StackDriftStatus"] == "IN_SYNC"
    shown = json.dumps(drift.found("secrets"), default=str)
    for secret in ("sesame", "from the template", "another", "changed"):
        assert secret not in shown
    assert "****" in shown
    assert "{{resolve:secretsmanager:s}}" in shown


def test_a_resource_is_checked_by_itself(stacks, drift):
    stacks.create("single", {"One": group(RetentionInDays=7, LogGroupName="one"), "Two": group()})
    drift.logs.put_retention_policy(logGroupName="one", retentionInDays=14)

    one = drift.api.detect_stack_resource_drift(StackName="single", LogicalResourceId="One")
    assert one["StackResourceDrift"]["StackResourceDriftStatus"] == "MODIFIED"
    assert list(drift.found("single")) == ["One"]

    drift.detect("single", LogicalResourceIds=["Two"])
    assert set(drift.found("single")) == {"One", "Two"}
    assert stacks.account.stack("single")["DriftInformation"]["StackDriftStatus"] == "DRIFTED"


def test_drifts_come_in_pages(stacks, drift):
    stacks.create("pages", {f"Group{number}": group() for number in range(5)})
    drift.detect("pages")
    pages = []
    more = {}
    while not pages or "NextToken" in more:
        answer = drift.api.describe_stack_resource_drifts(StackName="pages", MaxResults=2, **more)
        pages.append([one["LogicalResourceId"] for one in answer["StackResourceDrifts"]])
        more = {name: answer[name] for name in ("NextToken",) if name in answer}
    assert pages == [["Group0", "Group1"], ["Group2", "Group3"], ["Group4"]]


def test_a_second_detection_waits_for_the_first(stacks, drift, with_faults):
    stacks.create("slow", {"Group": group()})
    with with_faults(lag=60):
        made = drift.api.detect_stack_drift(StackName="slow")
        outcome = drift.api.describe_stack_drift_detection_status(**_detection(made))
        assert outcome["DetectionStatus"] == "DETECTION_IN_PROGRESS"
        assert "StackDriftStatus" not in outcome
        with pytest.raises(ClientError, match="Drift detection is already in progress for stack"):
            drift.api.detect_stack_drift(StackName="slow")


def test_states_and_names_without_detection_are_refused(stacks, drift):
    wrong = {"One": group(LogGroupName="twice"), "Two": group(LogGroupName="twice")}
    assert stacks.create("back", wrong) == "ROLLBACK_COMPLETE"
    with pytest.raises(
        ClientError, match=r"cannot be performed on stack \[arn:.*ROLLBACK_COMPLETE"
    ):
        drift.api.detect_stack_drift(StackName="back")
    with pytest.raises(ClientError, match=r"Stack \[nobodys\] does not exist"):
        drift.api.detect_stack_drift(StackName="nobodys")
    stacks.create("there", {"Group": group()})
    with pytest.raises(ClientError, match="Resource Strange does not exist"):
        drift.api.detect_stack_drift(StackName="there", LogicalResourceIds=["Strange"])
    with pytest.raises(ClientError, match="does not exist"):
        drift.api.describe_stack_drift_detection_status(StackDriftDetectionId="none")


def test_an_update_makes_its_resources_unchecked_again(stacks, drift):
    stacks.create("again", {"Group": group(RetentionInDays=7), "Other": group()})
    drift.detect("again")
    stacks.update("again", {"Group": group(RetentionInDays=14), "Other": group()})

    assert set(drift.found("again")) == {"Other"}
