"""Change sets tell what would change; stacks in stacks and stack sets are carried out whole."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from made_up_stacks import Stacks, group, nested, parameter

from cloud.local_cloud import Account
from cloud.server import CloudServer

# One worker has the server; two would start it twice.
pytestmark = pytest.mark.xdist_group("cloud-engine")

DAYS = {"Days": {"Type": "Number"}}
NAME = {"Name": {"Value": {"Ref": "Group"}}}
TWICE = (("333333333333", "eu-west-1"), ("444444444444", "eu-west-1"))


@pytest.fixture(scope="module")
def server():
    with CloudServer() as server:
        yield server


@pytest.fixture(scope="module")
def account(server):
    return Account(server.endpoint, "555555555555", "eu-west-1")


@pytest.fixture(scope="module")
def stacks(account):
    return Stacks(account)


@pytest.fixture(autouse=True)
def nothing_is_left(stacks):
    """Every test deletes what it made."""
    yield
    for name in stacks.names():
        stacks.api.delete_stack(StackName=name)
    assert stacks.names() == []
    assert stacks.groups() == {}


@pytest.fixture
def two_deep(stacks):
    """A template with a stack in which another stack is."""
    leaf = {"Group": group(RetentionInDays={"Ref": "Days"})}
    leaf_url = stacks.put("leaf", leaf, Parameters=DAYS, Outputs=NAME)
    middle = {"Leaf": nested(leaf_url, Days={"Ref": "Days"})}
    outputs = {"Name": {"Value": {"Fn::GetAtt": "Leaf.Outputs.Name"}}}
    middle_url = stacks.put("middle", middle, Parameters=DAYS, Outputs=outputs)

    def root(days):
        return {
            "Middle": nested(middle_url, Days=days),
            "Name": parameter({"Fn::GetAtt": "Middle.Outputs.Name"}),
        }

    return root


def changes(described):
    """What a change set says of each resource."""
    return {
        change["LogicalResourceId"]: (change["Action"], change.get("Replacement"))
        for change in (one["ResourceChange"] for one in described["Changes"])
    }


def test_a_change_set_tells_what_becomes_of_each_resource(stacks, account):
    stacks.create(
        "changing",
        {
            "Same": group(),
            "InPlace": group(RetentionInDays=7),
            "Another": group(LogGroupName="old"),
            "Follows": group(LogGroupName={"Fn::Sub": "of-${Another}"}),
            "Gone": group(),
            "Policy": group(),
        },
    )
    described = stacks.change_set(
        "changing",
        "UPDATE",
        {
            "Same": group(),
            "InPlace": group(RetentionInDays=14),
            "Another": group(LogGroupName="new"),
            "Follows": group(LogGroupName={"Fn::Sub": "of-${Another}"}),
            "New": group(),
            "Policy": {**group(), "DeletionPolicy": "Retain"},
        },
    )
    assert changes(described) == {
        "InPlace": ("Modify", "False"),
        "Another": ("Modify", "True"),
        "Follows": ("Modify", "Conditional"),
        "New": ("Add", None),
        "Gone": ("Remove", None),
        "Policy": ("Modify", "False"),
    }
    physical_ids = [one["ResourceChange"].get("PhysicalResourceId") for one in described["Changes"]]
    assert set(physical_ids) - {None} <= set(account.resources("changing").values())
    assert stacks.status("changing") == "CREATE_COMPLETE"
    stacks.api.execute_change_set(ChangeSetName=described["ChangeSetId"])
    assert stacks.status("changing") == "UPDATE_COMPLETE"
    stacks.update("changing", {"Same": group(), "Policy": group()})


def test_a_stack_begins_as_a_change_set(stacks, account):
    described = stacks.change_set("begun", "CREATE", {"Group": group()})
    assert changes(described) == {"Group": ("Add", None)}
    assert stacks.status("begun") == "REVIEW_IN_PROGRESS"
    assert stacks.groups() == {}
    stacks.api.execute_change_set(ChangeSetName=described["ChangeSetName"], StackName="begun")
    assert stacks.status("begun") == "CREATE_COMPLETE"
    assert account.stack("begun")["ChangeSetId"] == described["ChangeSetId"]


def test_a_change_set_without_changes_fails(stacks):
    stacks.create("still", {"Group": group()})
    described = stacks.change_set("still", "UPDATE", {"Group": group()})
    assert (described["Status"], described["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert described["StatusReason"] == (
        "The submitted information didn't contain changes. "
        "Submit different information to create a change set."
    )
    with pytest.raises(ClientError, match="cannot be executed in its current status"):
        stacks.api.execute_change_set(ChangeSetName=described["ChangeSetId"])


def test_a_change_set_that_is_refused_leaves_no_stack(stacks):
    with pytest.raises(ClientError, match="Unresolved resource dependencies"):
        stacks.change_set("refused", "CREATE", {"Group": group(LogGroupName={"Ref": "No"})})
    assert stacks.names() == []


def test_a_change_set_updates_only_what_there_is_and_creates_only_what_is_not(stacks):
    with pytest.raises(ClientError, match=r"Stack \[none\] does not exist"):
        stacks.change_set("none", "UPDATE", {"Group": group()})
    stacks.create("there", {"Group": group()})
    with pytest.raises(ClientError, match="already exists and cannot be created again"):
        stacks.change_set("there", "CREATE", {"Group": group()})


def test_a_change_set_that_fails_is_rolled_back(stacks):
    described = stacks.change_set("failed", "CREATE", {"Bad": group(RetentionInDays=15)})
    stacks.api.execute_change_set(ChangeSetName=described["ChangeSetId"])
    assert stacks.status("failed") == "ROLLBACK_COMPLETE"


def test_stacks_nest_and_say_whose_they_are(stacks, account, two_deep):
    assert stacks.create("root", two_deep(7)) == "CREATE_COMPLETE"
    leaf = account.nested("root", "Middle", "Leaf")
    made = account.resources(leaf)["Group"]
    assert stacks.groups() == {made: 7}
    assert account.stack(leaf)["ParentId"] == account.nested("root", "Middle")
    assert account.stack(leaf)["RootId"] == account.stack("root")["StackId"]
    value = account.client("ssm").get_parameter(Name=account.resources("root")["Name"])
    assert value["Parameter"]["Value"] == made
    assert stacks.delete("root") == "DELETE_COMPLETE"
    assert stacks.names() == []


def test_nested_stacks_that_are_the_same_are_no_change(stacks, two_deep):
    stacks.create("root", two_deep(7))
    assert stacks.change_set("root", "UPDATE", two_deep(7))["Status"] == "FAILED"
    described = stacks.change_set("root", "UPDATE", two_deep(14))
    # What a nested stack will say is not known before.
    assert changes(described) == {"Middle": ("Modify", "False"), "Name": ("Modify", "False")}
    stacks.api.execute_change_set(ChangeSetName=described["ChangeSetId"])
    assert list(stacks.groups().values()) == [14]


def test_a_nested_stack_that_fails_takes_all_with_it(stacks, account, two_deep):
    assert stacks.create("root", two_deep(15)) == "ROLLBACK_COMPLETE"
    assert stacks.names() == ["root"]
    reasons = account.failures("root")
    assert "was not successfully created: The following resource(s) failed to create" in reasons[0]
    assert "RetentionInDays: is not one of" in reasons[-1]


def test_a_nested_update_that_fails_is_put_back_everywhere(stacks, account, two_deep):
    stacks.create("root", two_deep(7))
    bad = {"Bad": {**group(RetentionInDays=15), "DependsOn": "Middle"}}
    assert stacks.update("root", two_deep(14) | bad) == "UPDATE_ROLLBACK_COMPLETE"
    assert list(stacks.groups().values()) == [7]
    assert stacks.update("root", two_deep(15)) == "UPDATE_ROLLBACK_COMPLETE"
    assert list(stacks.groups().values()) == [7]
    assert stacks.update("root", two_deep(14)) == "UPDATE_COMPLETE"


def test_an_output_that_a_nested_stack_does_not_have_fails(stacks, account, two_deep):
    wrong = {"Wrong": parameter({"Fn::GetAtt": "Middle.Outputs.Nothing"})}
    assert stacks.create("root", two_deep(7) | wrong) == "ROLLBACK_COMPLETE"
    assert "Output 'Nothing' not found in stack" in account.failures("root")[0]


def test_what_was_acknowledged_for_a_stack_is_for_those_in_it(stacks, account):
    url = stacks.put("sam", {"Group": group()}, Transform="AWS::Serverless-2016-10-31")
    root = {"Child": nested(url)}
    assert stacks.create("root", root) == "ROLLBACK_COMPLETE"
    assert account.failures("root") == ["Child: Requires capabilities : [CAPABILITY_AUTO_EXPAND]"]
    stacks.delete("root")
    status = stacks.create("root", root, Capabilities=["CAPABILITY_AUTO_EXPAND"])
    assert status == "CREATE_COMPLETE"


def test_a_dynamic_reference_is_read_where_it_is_used(stacks, account):
    account.client("ssm").put_parameter(Name="/days", Value="7", Type="String")
    leaf = {"Group": group(RetentionInDays={"Ref": "Days"})}
    url = stacks.put("leaf", leaf, Parameters={"Days": {"Type": "String"}})
    stacks.create("root", {"Child": nested(url, Days="{{resolve:ssm:/days}}")})
    (shown,) = account.stack(account.nested("root", "Child"))["Parameters"]
    assert shown["ParameterValue"] == "{{resolve:ssm:/days}}"
    assert list(stacks.groups().values()) == [7]


def retained_days(server, place):
    found = Account(server.endpoint, *place).client("logs").describe_log_groups()["logGroups"]
    return [one.get("retentionInDays") for one in found]


def stack_set(body, accounts, days):
    where = {"DeploymentTargets": {"Accounts": accounts}, "Regions": ["eu-west-1"]}
    properties = {
        "StackSetName": "fleet",
        "PermissionModel": "SELF_MANAGED",
        "TemplateURL": body,
        "Parameters": [{"ParameterKey": "Days", "ParameterValue": str(days)}],
        "StackInstancesGroup": [where],
    }
    return {"Fleet": {"Type": "AWS::CloudFormation::StackSet", "Properties": properties}}


def test_a_stack_set_makes_its_stacks_in_every_account(server, stacks):
    accounts = [account for account, _ in TWICE]
    leaf = {"Group": group(RetentionInDays={"Ref": "Days"})}
    body = stacks.put("leaf", leaf, Parameters=DAYS)
    assert stacks.create("fleets", stack_set(body, accounts, 7)) == "CREATE_COMPLETE"
    assert [retained_days(server, place) for place in TWICE] == [[7], [7]]
    assert stacks.update("fleets", stack_set(body, accounts, 14)) == "UPDATE_COMPLETE"
    assert [retained_days(server, place) for place in TWICE] == [[14], [14]]
    assert stacks.update("fleets", stack_set(body, accounts[:1], 14)) == "UPDATE_COMPLETE"
    assert [retained_days(server, place) for place in TWICE] == [[14], []]
    assert stacks.delete("fleets") == "DELETE_COMPLETE"
    assert [retained_days(server, place) for place in TWICE] == [[], []]


def test_a_stack_set_whose_stacks_fail_fails(server, stacks, account):
    leaf = {"Group": group(RetentionInDays={"Ref": "Days"})}
    body = stacks.put("leaf", leaf, Parameters=DAYS)
    assert stacks.create("fleets", stack_set(body, ["333333333333"], 15)) == "ROLLBACK_COMPLETE"
    assert "ROLLBACK_COMPLETE: Group: Properties validation failed" in account.failures("fleets")[0]
    there = Account(server.endpoint, *TWICE[0]).client("cloudformation").describe_stacks()
    assert there["Stacks"] == []
