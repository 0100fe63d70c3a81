"""A stack takes over resources that exist by a change set of the type IMPORT, as strictly as AWS."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from made_up_stacks import Stacks, group, parameter
from rdsproxy_local.cloudformation.policies import on_deletion
from rdsproxy_local.local_cloud import Account

pytestmark = pytest.mark.xdist_group("cloud-engine")

KIND = "AWS::RDS::DBParameterGroup"
FAMILY = "mysql8.0"


@pytest.fixture(scope="module")
def stacks(server):
    return Stacks(Account(server.endpoint, "676767676767", "eu-west-1"))


@pytest.fixture(scope="module")
def rds(stacks):
    return stacks.account.client("rds")


@pytest.fixture
def by_hand(rds):
    """The name of a parameter group that nobody's stack has."""
    name = "by-hand"
    rds.create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily=FAMILY, Description="By hand"
    )
    yield name
    rds.delete_db_parameter_group(DBParameterGroupName=name)


@pytest.fixture(autouse=True)
def nothing_is_left(stacks):
    yield
    stacks.delete_all()
    assert stacks.names() == []


def described(name="by-hand", **attributes):
    properties = {"DBParameterGroupName": name, "Family": FAMILY, "Description": "By hand"}
    return {"Type": KIND, "DeletionPolicy": "Retain", "Properties": properties} | attributes


def one(logical_id="Group", *, kind=KIND, key="DBParameterGroupName", name="by-hand"):
    return {
        "LogicalResourceId": logical_id,
        "ResourceType": kind,
        "ResourceIdentifier": {key: name},
    }


def start(stacks, stack, resources, *to_import, **more):
    return stacks.change_set(stack, "IMPORT", resources, ResourcesToImport=list(to_import), **more)


def execute(stacks, change_set):
    stacks.api.execute_change_set(ChangeSetName=change_set["ChangeSetId"])
    return stacks.status(change_set["StackName"])


def refusal(stacks, resources, *to_import, **more):
    with pytest.raises(ClientError) as caught:
        start(stacks, "refused", resources, *to_import, **more)
    assert "refused" not in stacks.names()
    return str(caught.value)


def test_a_new_stack_takes_over_what_was_made_by_hand(stacks, by_hand):
    change_set = start(stacks, "taken", {"Group": described()}, one())
    (change,) = [entry["ResourceChange"] for entry in change_set["Changes"]]
    assert (change["Action"], change["PhysicalResourceId"]) == ("Import", by_hand)
    assert execute(stacks, change_set) == "IMPORT_COMPLETE"
    assert [entry for entry in stacks.statuses("taken") if entry[0] == "Group"] == [
        ("Group", "IMPORT_IN_PROGRESS"),
        ("Group", "IMPORT_COMPLETE"),
        ("Group", "UPDATE_IN_PROGRESS"),
        ("Group", "UPDATE_COMPLETE"),
    ]


def test_an_imported_resource_is_updated_like_any_other(stacks, by_hand, rds):
    execute(stacks, start(stacks, "taken", {"Group": described()}, one()))
    again = stacks.change_set("taken", "UPDATE", {"Group": described()})
    assert again["Status"] == "FAILED"
    assert "didn't contain changes" in again["StatusReason"]
    changed = described()
    changed["Properties"]["Parameters"] = {"long_query_time": "2"}
    assert stacks.update("taken", {"Group": changed}) == "UPDATE_COMPLETE"
    found = rds.describe_db_parameters(DBParameterGroupName=by_hand)["Parameters"]
    assert [entry["ParameterValue"] for entry in found] == ["2"]


@pytest.mark.usefixtures("by_hand")
def test_a_stack_that_exists_takes_over_more(stacks):
    stacks.create("more", {"Logs": group()})
    both = {"Logs": group(), "Group": described()}
    assert execute(stacks, start(stacks, "more", both, one())) == "IMPORT_COMPLETE"
    assert stacks.delete("more") == "DELETE_COMPLETE"


@pytest.mark.usefixtures("by_hand")
def test_an_import_changes_nothing_else(stacks):
    stacks.create("more", {"Logs": group()})
    for resources in (
        {"Logs": group(RetentionInDays=7), "Group": described()},
        {"Logs": group(), "Group": described(), "Value": parameter("x")},
        {"Group": described()},
    ):
        with pytest.raises(ClientError, match="you cannot modify or add"):
            start(stacks, "more", resources, one())


@pytest.mark.usefixtures("by_hand")
def test_an_import_has_no_new_outputs(stacks):
    said = refusal(
        stacks, {"Group": described()}, one(), Outputs={"Name": {"Value": {"Ref": "Group"}}}
    )
    assert "As part of the import operation, you cannot modify or add [Outputs]" in said


@pytest.mark.usefixtures("by_hand")
def test_a_resource_without_a_deletion_policy_is_not_imported(stacks):
    bare = described()
    del bare["DeletionPolicy"]
    assert (
        "The following resources to import [Group] must have DeletionPolicy attribute specified "
        "in the template." in refusal(stacks, {"Group": bare}, one())
    )


def test_a_target_group_is_taken_and_fails_where_it_is_read(stacks):
    kind = "AWS::RDS::DBProxyTargetGroup"
    properties = {"DBProxyName": "p", "TargetGroupName": "default"}
    wanted = {"Thing": {"Type": kind, "DeletionPolicy": "Retain", "Properties": properties}}
    named = one("Thing", kind=kind, key="TargetGroupArn", name="arn:aws:rds:x:1:target-group:a")

    assert execute(stacks, start(stacks, "taken", wanted, named)) == "IMPORT_ROLLBACK_COMPLETE"
    assert "Value null at 'dBProxyName' failed to satisfy constraint" in str(
        stacks.account.failures("taken")
    )


@pytest.mark.parametrize("kind", ["AWS::Lambda::Permission"])
def test_some_types_are_not_imported(stacks, kind):
    properties = {"Action": "a", "FunctionName": "f", "Principal": "p"}
    wanted = {"Thing": {"Type": kind, "DeletionPolicy": "Retain", "Properties": properties}}
    said = refusal(stacks, wanted, one("Thing", kind=kind))
    assert f"The following resource types are not supported for resource import: {kind}" in said


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (one("Other"), "[Other] are not in the template"),
        (one(kind="AWS::RDS::DBCluster"), "[Group] have another type in the template"),
        (one(key="Name"), "is identified by [DBParameterGroupName]"),
    ],
)
def test_what_to_import_must_fit_the_template(stacks, wrong, said):
    assert said in refusal(stacks, {"Group": described()}, wrong)


def test_an_import_names_what_to_import(stacks):
    assert "ResourcesToImport must be specified" in refusal(stacks, {"Group": described()})
    with pytest.raises(ClientError, match="type IMPORT"):
        stacks.change_set("new", "CREATE", {"Logs": group()}, ResourcesToImport=[one()])


@pytest.mark.usefixtures("by_hand")
def test_a_resource_belongs_to_one_stack(stacks):
    execute(stacks, start(stacks, "first", {"Group": described()}, one()))
    assert "already exists in stack" in refusal(stacks, {"Group": described()}, one())


def test_nothing_is_taken_over_where_one_resource_is_missing(stacks, by_hand):
    both = {"Group": described(), "Missing": described("missing")}
    change_set = start(stacks, "half", both, one(), one("Missing", name="missing"))
    assert execute(stacks, change_set) == "IMPORT_ROLLBACK_COMPLETE"
    events = stacks.account.events("half")
    (failed,) = [event for event in events if event["ResourceStatus"] == "IMPORT_FAILED"]
    assert "with identifier 'missing' was not found" in failed["ResourceStatusReason"]
    assert execute(stacks, start(stacks, "half", {"Group": described()}, one())) == (
        "IMPORT_COMPLETE"
    ), by_hand


@pytest.mark.usefixtures("by_hand")
def test_a_template_that_describes_something_else_is_not_taken(stacks):
    other = described()
    other["Properties"]["Description"] = "Not by hand"
    change_set = start(stacks, "differs", {"Group": other}, one())
    assert execute(stacks, change_set) == "IMPORT_ROLLBACK_COMPLETE"
    reasons = [event.get("ResourceStatusReason", "") for event in stacks.account.events("differs")]
    assert any("Description is By hand and not Not by hand" in one for one in reasons)


def test_an_instance_loses_nothing_by_its_import(stacks, rds):
    """CloudFormation updates an instance that it imports, and ends what its template leaves out."""
    named = {"DBInstanceIdentifier": "grows", "DBInstanceClass": "db.t4g.micro", "Engine": "mysql"}
    rds.create_db_instance(
        **named, AllocatedStorage=20, MasterUsername="boss", MasterUserPassword="a-password-of-it",
        MaxAllocatedStorage=100,
    )  # fmt: skip
    kind = "AWS::RDS::DBInstance"
    bare = {"Type": kind, "DeletionPolicy": "Retain", "Properties": named}
    identified = one("Group", kind=kind, key="DBInstanceIdentifier", name="grows")

    change_set = start(stacks, "grows", {"Group": bare}, identified)

    assert execute(stacks, change_set) == "IMPORT_ROLLBACK_COMPLETE"
    reasons = [event.get("ResourceStatusReason", "") for event in stacks.account.events("grows")]
    assert any("without MaxAllocatedStorage in the template" in one for one in reasons)
    # What the API calls by another name is compared, too.
    other = {**named, "MaxAllocatedStorage": 100, "EnableIAMDatabaseAuthentication": True}
    bare = {**bare, "Properties": other}
    assert execute(stacks, start(stacks, "grows", {"Group": bare}, identified)) == (
        "IMPORT_ROLLBACK_COMPLETE"
    )
    reasons = [event.get("ResourceStatusReason", "") for event in stacks.account.events("grows")]
    assert any("EnableIAMDatabaseAuthentication is False and not True" in one for one in reasons)
    rds.delete_db_instance(DBInstanceIdentifier="grows", SkipFinalSnapshot=True)


def test_a_stack_is_found_by_what_it_has(stacks, by_hand):
    execute(stacks, start(stacks, "taken", {"Group": described()}, one()))

    found = stacks.api.describe_stack_resources(PhysicalResourceId=by_hand)["StackResources"]

    assert [(one["StackName"], one["ResourceType"]) for one in found] == [("taken", KIND)]
    with pytest.raises(ClientError, match="Stack for nobody does not exist"):
        stacks.api.describe_stack_resources(PhysicalResourceId="nobody")
    with pytest.raises(ClientError, match="may not be given together"):
        stacks.api.describe_stack_resources(PhysicalResourceId=by_hand, StackName="taken")


@pytest.mark.parametrize(
    ("more", "policy"),
    [
        ({}, "Retain"),
        ({"SourceDBInstanceIdentifier": "source"}, "Delete"),
        ({"SourceDBInstanceIdentifier": "source", "RestoreTime": "2026-11-01T00:00:00Z"}, "Retain"),
    ],
)
def test_a_replica_has_no_deletion_policy(more, policy):
    replica = {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Retain", "Properties": more}
    assert on_deletion(replica) == policy
