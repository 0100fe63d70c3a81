"""Change sets with ``DeploymentMode: REVERT_DRIFT`` compare with what is there, and bring it back."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from test_cloud_drift import Drift, network, permission, rule

from made_up_stacks import group, nested, parameter
from rdsproxy_local.live import READERS
from rdsproxy_local.live.reading import Reader
from rdsproxy_local.local_cloud import Account

pytestmark = pytest.mark.xdist_group("cloud-engine")

REVERT = {"DeploymentMode": "REVERT_DRIFT"}


@pytest.fixture(scope="module")
def account(server):
    return Account(server.endpoint, "999999999992", "eu-west-1")


@pytest.fixture(autouse=True)
def nothing_is_left(stacks):
    yield
    stacks.delete_all()
    assert stacks.groups() == {}


@pytest.fixture(scope="module")
def drift(account):
    return Drift(account)


def described(stacks, change_set):
    """The changes of a change set by logical ID, with the values of properties."""
    found = stacks.api.describe_change_set(
        ChangeSetName=change_set["ChangeSetId"], IncludePropertyValues=True
    )
    return {
        one["ResourceChange"]["LogicalResourceId"]: one["ResourceChange"]
        for one in found["Changes"]
    }


def test_a_change_by_hand_is_shown_and_taken_back(stacks, drift):
    same = {"Group": group(RetentionInDays=7, LogGroupName="kept"), "Other": group()}
    stacks.create("kept", same)
    drift.logs.put_retention_policy(logGroupName="kept", retentionInDays=30)

    made = stacks.change_set("kept", "UPDATE", same, **REVERT)

    assert (made["DeploymentMode"], made["StackDriftStatus"]) == ("REVERT_DRIFT", "DRIFTED")
    changes = described(stacks, made)
    assert list(changes) == ["Group"]
    assert changes["Group"]["Action"] == "Modify"
    assert changes["Group"]["ResourceDriftStatus"] == "MODIFIED"
    [detail] = changes["Group"]["Details"]
    target = detail["Target"]
    assert (target["Path"], target["BeforeValue"], target["AfterValue"]) == (
        "/Properties/RetentionInDays",
        "30",
        "7",
    )
    assert (target["BeforeValueFrom"], target["AfterValueFrom"]) == ("ACTUAL_STATE", "TEMPLATE")
    assert (target["Drift"]["PreviousValue"], target["Drift"]["ActualValue"]) == ("7", "30")
    assert stacks.execute(made) == "UPDATE_COMPLETE"
    assert stacks.groups()["kept"] == 7
    assert drift.detect("kept")["StackDriftStatus"] == "IN_SYNC"


def test_an_ordinary_change_set_knows_nothing_of_drift(stacks, drift):
    same = {"Group": group(RetentionInDays=7, LogGroupName="blind")}
    stacks.create("blind", same)
    drift.logs.put_retention_policy(logGroupName="blind", retentionInDays=30)

    made = stacks.change_set("blind", "UPDATE", same)

    assert made["Status"] == "FAILED"
    assert not {"DeploymentMode", "StackDriftStatus"} & made.keys()


def test_without_drift_and_changes_nothing_would_change(stacks):
    same = {"Group": group(RetentionInDays=7)}
    stacks.create("same", same)

    made = stacks.change_set("same", "UPDATE", same, **REVERT)

    assert made["Status"] == "FAILED"
    assert "didn't contain changes" in made["StatusReason"]
    assert made["StackDriftStatus"] == "IN_SYNC"


def test_a_deleted_resource_is_made_again_with_what_refers_to_it(stacks, drift):
    same = {
        "Group": group(LogGroupName="lost", RetentionInDays=7),
        "Name": parameter({"Fn::Sub": "${Group} is ours"}),
    }
    stacks.create("lost", same)
    drift.logs.delete_log_group(logGroupName="lost")

    made = stacks.change_set("lost", "UPDATE", same, **REVERT)

    change = described(stacks, made)["Group"]
    assert (change["Action"], change["ResourceDriftStatus"]) == ("Add", "DELETED")
    assert stacks.execute(made) == "UPDATE_COMPLETE"
    assert stacks.groups() == {"lost": 7}


def test_a_template_that_agrees_with_the_change_only_updates_the_record(stacks, drift):
    stacks.create("agreed", {"Group": group(LogGroupName="agreed", RetentionInDays=7)})
    drift.logs.put_retention_policy(logGroupName="agreed", retentionInDays=30)
    now = {"Group": group(LogGroupName="agreed", RetentionInDays=30)}

    made = stacks.change_set("agreed", "UPDATE", now, **REVERT)

    change = described(stacks, made)["Group"]
    assert change["Action"] == "SyncWithActual"
    [detail] = change["Details"]
    assert detail["ChangeSource"] == "NoModification"
    assert detail["Target"]["AttributeChangeType"] == "SyncWithActual"
    before = stacks.statuses("agreed")
    assert stacks.execute(made) == "UPDATE_COMPLETE"
    assert not [one for one in stacks.statuses("agreed")[len(before) :] if one[0] == "Group"]
    assert drift.detect("agreed")["StackDriftStatus"] == "IN_SYNC"


def test_rules_added_by_hand_are_revoked_and_missing_ones_authorized(stacks, drift):
    same = network(SecurityGroupIngress=[rule(5432), rule(3306)])
    stacks.create("rules", same)
    door = stacks.account.resources("rules")["Door"]
    drift.ec2.revoke_security_group_ingress(GroupId=door, IpPermissions=[permission(5432)])
    drift.ec2.authorize_security_group_ingress(GroupId=door, IpPermissions=[permission(22)])
    drift.ec2.authorize_security_group_ingress(GroupId=door, IpPermissions=[permission(23)])

    assert stacks.execute(stacks.change_set("rules", "UPDATE", same, **REVERT)) == "UPDATE_COMPLETE"

    found = drift.ec2.describe_security_groups(GroupIds=[door])["SecurityGroups"][0]
    assert {one["FromPort"] for one in found["IpPermissions"]} == {3306, 5432}


def test_tags_of_others_stay(stacks, drift):
    tags = [{"Key": "team", "Value": "data"}]
    same = {"Group": group(LogGroupName="tagged", Tags=tags)}
    stacks.create("tagged", same)
    arn = drift.logs.describe_log_groups()["logGroups"][0]["arn"].removesuffix(":*")
    drift.logs.tag_resource(resourceArn=arn, tags={"by": "hand"})
    assert drift.detect("tagged")["StackDriftStatus"] == "DRIFTED"

    made = stacks.change_set("tagged", "UPDATE", same, **REVERT)

    assert made["Status"] == "FAILED"
    assert made["StackDriftStatus"] == "DRIFTED"


def test_what_fails_goes_back_to_what_was_there_and_stays_drift(stacks, drift, with_faults):
    same = {
        "Group": group(LogGroupName="undone", RetentionInDays=7),
        "Lost": group(LogGroupName="missing"),
        "Name": parameter({"Fn::Sub": "${Group} and ${Lost}"}, Name="undone"),
    }
    stacks.create("undone", same)
    drift.logs.put_retention_policy(logGroupName="undone", retentionInDays=30)
    drift.logs.delete_log_group(logGroupName="missing")
    stacks.account.client("ssm").put_parameter(Name="undone", Value="changed", Overwrite=True)
    made = stacks.change_set("undone", "UPDATE", same, **REVERT)
    with with_faults(failing=[{"resource": "Name", "action": "update"}]):
        assert stacks.execute(made) == "UPDATE_ROLLBACK_COMPLETE"

    assert stacks.groups() == {"undone": 30}
    drift.detect("undone")
    statuses = {
        name: one["StackResourceDriftStatus"] for name, one in drift.found("undone").items()
    }
    assert statuses == {"Group": "MODIFIED", "Lost": "DELETED", "Name": "MODIFIED"}


def test_nested_stacks_are_reverted_with_their_root(stacks, drift):
    leaf = stacks.put("leaf", {"Group": group(LogGroupName="inside", RetentionInDays=7)})
    same = {"Leaf": nested(leaf), "Untouched": nested(stacks.put("other", {"Group": group()}))}
    stacks.create("outside", same)
    drift.logs.put_retention_policy(logGroupName="inside", retentionInDays=30)

    made = stacks.change_set("outside", "UPDATE", same, IncludeNestedStacks=True, **REVERT)

    changes = described(stacks, made)
    assert list(changes) == ["Leaf"]
    inside = stacks.api.describe_change_set(ChangeSetName=changes["Leaf"]["ChangeSetId"])
    assert inside["DeploymentMode"] == "REVERT_DRIFT"
    assert inside["Changes"][0]["ResourceChange"]["ResourceDriftStatus"] == "MODIFIED"
    assert stacks.execute(made) == "UPDATE_COMPLETE"
    assert stacks.groups()["inside"] == 7


def test_a_new_stack_has_no_drift_to_revert(stacks):
    with pytest.raises(ClientError, match="type UPDATE only"):
        stacks.change_set("new", "CREATE", {"Group": group()}, **REVERT)


def test_what_only_a_replacement_changes_stays(stacks, monkeypatch):
    same = {"Group": group(LogGroupName="frozen", RetentionInDays=7)}
    stacks.create("frozen", same)
    renamed = Reader(frozenset({"LogGroupName"}), lambda *_: {"LogGroupName": "another"})
    monkeypatch.setitem(READERS, "AWS::Logs::LogGroup", renamed)

    made = stacks.change_set("frozen", "UPDATE", same, **REVERT)

    assert made["Status"] == "FAILED"
    assert made["StackDriftStatus"] == "DRIFTED"


def test_a_version_that_rds_upgrades_itself_stays(stacks, account):
    def database(days):
        properties = {
            "DBInstanceIdentifier": "upgraded",
            "AllocatedStorage": "20",
            "AutoMinorVersionUpgrade": True,
            "BackupRetentionPeriod": days,
            "DBInstanceClass": "db.t4g.micro",
            "Engine": "mysql",
            "EngineVersion": "8.4.7",
            "MasterUsername": "root",
            "MasterUserPassword": "not-a-secret-1",
        }
        return {
            "Database": {
                "Type": "AWS::RDS::DBInstance",
                "DeletionPolicy": "Delete",
                "Properties": properties,
            }
        }

    assert stacks.create("upgraded", database(1)) == "CREATE_COMPLETE", account.failures("upgraded")
    account.client("rds").modify_db_instance(
        DBInstanceIdentifier="upgraded", EngineVersion="8.4.8", ApplyImmediately=True
    )

    same = stacks.change_set("upgraded", "UPDATE", database(1), **REVERT)
    other = stacks.change_set("upgraded", "UPDATE", database(7), **REVERT)

    assert same["Status"] == "FAILED"
    change = described(stacks, other)["Database"]
    assert [one["Target"]["Name"] for one in change["Details"]] == ["BackupRetentionPeriod"]
    assert change["ResourceDriftIgnoredAttributes"] == [
        {"Path": "/Properties/MasterUserPassword", "Reason": "WRITE_ONLY_PROPERTY"},
        {"Path": "/Properties/EngineVersion", "Reason": "MANAGED_BY_AWS"},
    ]
