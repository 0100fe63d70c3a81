"""Change sets tell what would change; stacks in stacks are carried out whole."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from made_up_stacks import group, nested, parameter
from rdsproxy_local.cloudformation.stack import Stack
from rdsproxy_local.cloudformation.stacks import StackBackend
from rdsproxy_local.local_cloud import Account

# One worker has the server; two would start it twice.
pytestmark = pytest.mark.xdist_group("cloud-engine")

DAYS = {"Days": {"Type": "Number"}}
NAME = {"Name": {"Value": {"Ref": "Group"}}}
FROM_SSM = "AWS::SSM::Parameter::Value<String>"
ALWAYS = {"Fn::Equals": ["", ""]}


@pytest.fixture(scope="module")
def account(server):
    return Account(server.endpoint, "555555555555", "eu-west-1")


@pytest.fixture(autouse=True)
def nothing_is_left(stacks):
    """Every test deletes what it made."""
    yield
    stacks.delete_all()
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
    """The change of each resource in a change set."""
    return {
        change["LogicalResourceId"]: (change["Action"], change.get("Replacement"))
        for change in (one["ResourceChange"] for one in described["Changes"])
    }


def test_a_change_set_lists_the_change_of_each_resource(stacks, account):
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
    assert stacks.execute(described) == "UPDATE_COMPLETE"
    stacks.update("changing", {"Same": group(), "Policy": group()})


def test_a_conditional_replacement_is_listed_as_such(stacks, account):
    def cluster(**more):
        usual = {"Engine": "aurora-mysql", "MasterUserPassword": "not-secret"}
        return {"Cluster": {"Type": "AWS::RDS::DBCluster", "Properties": usual | more}}

    stacks.create("conditional", cluster(MasterUsername="one"))
    before = account.resources("conditional")
    described = stacks.change_set("conditional", "UPDATE", cluster(MasterUsername="two"))
    assert changes(described) == {"Cluster": ("Modify", "Conditional")}
    assert stacks.execute(described) == "UPDATE_COMPLETE"
    assert account.resources("conditional") != before


def test_a_stack_begins_as_a_change_set(stacks, account):
    described = stacks.change_set("begun", "CREATE", {"Group": group()})
    assert changes(described) == {"Group": ("Add", None)}
    assert stacks.status("begun") == "REVIEW_IN_PROGRESS"
    assert stacks.groups() == {}
    stacks.api.execute_change_set(ChangeSetName=described["ChangeSetName"], StackName="begun")
    assert stacks.status("begun") == "CREATE_COMPLETE"
    assert account.stack("begun")["ChangeSetId"] == described["ChangeSetId"]


def test_a_stack_has_a_status_from_the_moment_when_it_is_listed(stacks, monkeypatch):
    listed, becomes = [], Stack.becomes

    def becomes_while_somebody_lists(stack, status, reason=None):
        listed.extend(stacks.api.describe_stacks()["Stacks"])
        becomes(stack, status, reason)

    monkeypatch.setattr(Stack, "becomes", becomes_while_somebody_lists)
    described = stacks.change_set("reviewed", "CREATE", {"Group": group()})
    assert stacks.execute(described) == "CREATE_COMPLETE"
    assert stacks.create("direct", {"Group": group()}) == "CREATE_COMPLETE"
    assert {one["StackName"] for one in listed} == {"reviewed", "direct"}


def test_a_mistake_of_the_local_cloud_is_told_as_a_failure_of_the_service(
    stacks, monkeypatch, capsys
):
    monkeypatch.setattr(StackBackend, "find", lambda *_: 1 / 0)
    with pytest.raises(ClientError, match=r"\(500\) .*DescribeStacks.*: Internal Server Error"):
        stacks.api.describe_stacks(StackName="any")
    assert "ZeroDivisionError" in capsys.readouterr().err


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


def test_a_change_set_updates_only_existing_stacks_and_creates_only_new_ones(stacks):
    with pytest.raises(ClientError, match=r"Stack \[none\] does not exist"):
        stacks.change_set("none", "UPDATE", {"Group": group()})
    stacks.create("there", {"Group": group()})
    with pytest.raises(ClientError, match="already exists and cannot be created again"):
        stacks.change_set("there", "CREATE", {"Group": group()})


def test_a_change_set_that_fails_is_rolled_back(stacks):
    bad = {"Bad": group(RetentionInDays=15)}
    described = stacks.change_set("failed", "CREATE", bad, DisableValidation=True)
    assert stacks.execute(described) == "ROLLBACK_COMPLETE"


def test_nested_stacks_name_their_parent_and_their_root(stacks, account, two_deep):
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


def test_unchanged_nested_stacks_are_no_change(stacks, two_deep):
    stacks.create("root", two_deep(7))
    assert stacks.change_set("root", "UPDATE", two_deep(7))["Status"] == "FAILED"
    described = stacks.change_set("root", "UPDATE", two_deep(14))
    # What a nested stack will say is not known before.
    assert changes(described) == {"Middle": ("Modify", "False"), "Name": ("Modify", "False")}
    stacks.execute(described)
    assert list(stacks.groups().values()) == [14]


def test_a_nested_stack_that_fails_rolls_everything_back(stacks, account, two_deep):
    assert stacks.create("root", two_deep(15)) == "ROLLBACK_COMPLETE"
    assert stacks.names() == ["root"]
    reasons = account.failures("root")
    assert "was not successfully created: The following resource(s) failed to create" in reasons[0]
    assert "RetentionInDays: is not one of" in reasons[-1]


def test_a_nested_update_that_fails_is_rolled_back_everywhere(stacks, account, two_deep):
    stacks.create("root", two_deep(7))
    bad = {"Bad": {**group(RetentionInDays=15), "DependsOn": "Middle"}}
    assert stacks.update("root", two_deep(14) | bad) == "UPDATE_ROLLBACK_COMPLETE"
    assert list(stacks.groups().values()) == [7]
    assert stacks.update("root", two_deep(15)) == "UPDATE_ROLLBACK_COMPLETE"
    assert list(stacks.groups().values()) == [7]
    assert stacks.update("root", two_deep(14)) == "UPDATE_COMPLETE"


def whole(stacks, described):
    """The change of each resource in a change set and those of the nested stacks, by its path."""
    said = {}
    for one in (change["ResourceChange"] for change in described["Changes"]):
        said[one["LogicalResourceId"]] = (one["Action"], one.get("Replacement"))
        if "ChangeSetId" in one:
            inside = stacks.api.describe_change_set(ChangeSetName=one["ChangeSetId"])
            for path, what in whole(stacks, inside).items():
                said[f"{one['LogicalResourceId']}.{path}"] = what
    return said


def inside(stacks, described, logical_id):
    """The change set of a nested stack."""
    [found] = [
        one["ResourceChange"]["ChangeSetId"]
        for one in described["Changes"]
        if one["ResourceChange"]["LogicalResourceId"] == logical_id
    ]
    return stacks.api.describe_change_set(ChangeSetName=found)


def test_nested_stacks_have_change_sets_on_request(stacks, two_deep):
    stacks.create("root", two_deep(7))
    plain = stacks.change_set("root", "UPDATE", two_deep(14))
    assert whole(stacks, plain) == {"Middle": ("Modify", "False"), "Name": ("Modify", "False")}
    described = stacks.change_set("root", "UPDATE", two_deep(14), IncludeNestedStacks=True)
    assert whole(stacks, described) == {
        "Middle": ("Modify", "False"),
        "Middle.Leaf": ("Modify", "False"),
        "Middle.Leaf.Group": ("Modify", "False"),
        "Name": ("Modify", "False"),
    }
    middle = inside(stacks, described, "Middle")
    leaf = inside(stacks, middle, "Leaf")
    assert [one["IncludeNestedStacks"] for one in (plain, described, leaf)] == [False, True, True]
    assert leaf["ParentChangeSetId"] == middle["ChangeSetId"]
    assert leaf["RootChangeSetId"] == described["ChangeSetId"]
    assert (leaf["ExecutionStatus"], leaf["StatusReason"]) == (
        "UNAVAILABLE",
        "Only executable from the root change set.",
    )
    stacks.execute(described)
    assert list(stacks.groups().values()) == [14]


def test_only_the_root_executes_and_deletes_change_sets_of_nested_stacks(stacks, two_deep):
    stacks.create("root", two_deep(7))
    described = stacks.change_set("root", "UPDATE", two_deep(14), IncludeNestedStacks=True)
    leaf = inside(stacks, inside(stacks, described, "Middle"), "Leaf")["ChangeSetId"]
    with pytest.raises(ClientError, match="cannot be executed in its current status"):
        stacks.api.execute_change_set(ChangeSetName=leaf)
    with pytest.raises(ClientError, match="from the root change set"):
        stacks.api.delete_change_set(ChangeSetName=leaf)
    stacks.api.delete_change_set(ChangeSetName=described["ChangeSetId"])
    with pytest.raises(ClientError, match="does not exist"):
        stacks.api.describe_change_set(ChangeSetName=leaf)


def test_another_template_at_the_same_url_is_seen_inside(stacks):
    url = stacks.put("child", {"Group": group(LogGroupName="one")})
    stacks.create("root", {"Child": nested(url)})
    same = stacks.change_set("root", "UPDATE", {"Child": nested(url)}, IncludeNestedStacks=True)
    assert (same["Status"], same["Changes"]) == ("FAILED", [])
    assert "didn't contain changes" in same["StatusReason"]
    stacks.put("child", {"Group": group(LogGroupName="two")})
    other = stacks.change_set("root", "UPDATE", {"Child": nested(url)}, IncludeNestedStacks=True)
    assert whole(stacks, other) == {"Child": ("Modify", "False"), "Child.Group": ("Modify", "True")}
    stacks.execute(other)
    assert list(stacks.groups()) == ["two"]


def test_another_url_of_the_same_template_changes_nothing_inside(stacks):
    before, after = (stacks.put(key, {"Group": group()}, Outputs=NAME) for key in ("one", "two"))
    says = {"Name": parameter({"Fn::GetAtt": "Child.Outputs.Name"})}
    stacks.create("root", {"Child": nested(before), **says})
    described = stacks.change_set(
        "root", "UPDATE", {"Child": nested(after), **says}, IncludeNestedStacks=True
    )
    assert whole(stacks, described) == {"Child": ("Modify", "False")}
    child = inside(stacks, described, "Child")
    assert (child["Status"], child["Changes"]) == ("FAILED", [])
    assert "didn't contain changes" in child["StatusReason"]


def test_a_value_that_a_new_resource_will_give_is_dynamic_inside(stacks):
    named = {
        "Group": group(LogGroupName={"Fn::Sub": "of-${Name}"}, RetentionInDays={"Ref": "Days"})
    }
    declared = {"Name": {"Type": "String", "AllowedPattern": "[a-z]+"}, **DAYS}
    url = stacks.put("child", named, Parameters=declared)

    def root(name):
        child = nested(url, Name={"Ref": "Group"}, Days=7)
        return {"Group": group(LogGroupName=name), "Child": child}

    stacks.create("root", root("old"))
    described = stacks.change_set("root", "UPDATE", root("new"), IncludeNestedStacks=True)
    assert whole(stacks, described)["Child.Group"] == ("Modify", "Conditional")
    child = inside(stacks, described, "Child")
    shown = {one["ParameterKey"]: one["ParameterValue"] for one in child["Parameters"]}
    assert shown == {"Name": "{{changeSet:KNOWN_AFTER_APPLY}}", "Days": "7"}
    [change] = child["Changes"]
    assert change["ResourceChange"]["Details"] == [
        {
            "Target": {
                "Attribute": "Properties",
                "Name": "LogGroupName",
                "RequiresRecreation": "Always",
            },
            "Evaluation": "Dynamic",
            "ChangeSource": "DirectModification",
        }
    ]
    stacks.execute(described)
    assert set(stacks.groups()) == {"new", "of-new"}


def test_a_new_nested_stack_exists_for_review(stacks, two_deep):
    described = stacks.change_set("root", "CREATE", two_deep(7), IncludeNestedStacks=True)
    assert whole(stacks, described)["Middle.Leaf.Group"] == ("Add", None)
    assert {stacks.status(name) for name in stacks.names()} == {"REVIEW_IN_PROGRESS"}
    assert len(stacks.names()) == 3
    stacks.api.delete_change_set(ChangeSetName=described["ChangeSetId"])
    assert stacks.names() == ["root"]
    again = stacks.change_set("root", "CREATE", two_deep(7), IncludeNestedStacks=True)
    stacks.execute(again)
    assert {stacks.status(name) for name in stacks.names()} == {"CREATE_COMPLETE"}
    assert len(stacks.names()) == 3


def failed_with(stacks, root):
    """The reason why a nested stack's change set failed, and with it the root's."""
    described = stacks.change_set("root", "CREATE", root, IncludeNestedStacks=True)
    child = inside(stacks, described, "Child")
    assert (described["Status"], described["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert described["StatusReason"] == (
        f"Nested change set {child['ChangeSetId']} was not successfully created: "
        "Currently in FAILED."
    )
    stacks.api.delete_change_set(ChangeSetName=described["ChangeSetId"])
    return child["StatusReason"]


def test_a_nested_template_that_cannot_be_read_fails_the_roots_change_set(stacks):
    url = stacks.put("child", {"Group": group()}) + "/nowhere"
    assert "key does not exist" in failed_with(stacks, {"Child": nested(url)})


@pytest.mark.parametrize(
    ("sections", "reason"),
    [
        ({"Parameters": {}}, "do not exist in the template"),
        ({"Parameters": {"Name": {"Type": FROM_SSM}}}, "Unable to fetch parameters"),
        ({"Conditions": {"Made": {"Fn::Equals": [{"Ref": "Name"}, ""]}}}, "is not known before"),
    ],
)
def test_a_section_that_needs_an_unknown_value_fails_the_roots_change_set(stacks, sections, reason):
    usual = {"Parameters": {"Name": {"Type": "String"}}, "Conditions": {"Made": ALWAYS}}
    url = stacks.put("child", {"Group": {**group(), "Condition": "Made"}}, **usual | sections)
    root = {"Group": group(), "Child": nested(url, Name={"Ref": "Group"})}
    assert reason in failed_with(stacks, root)


def test_an_output_that_a_nested_stack_does_not_have_fails(stacks, account, two_deep):
    wrong = {"Wrong": parameter({"Fn::GetAtt": "Middle.Outputs.Nothing"})}
    assert stacks.create("root", two_deep(7) | wrong) == "ROLLBACK_COMPLETE"
    assert "Output 'Nothing' not found in stack" in account.failures("root")[0]


def test_capabilities_of_a_stack_hold_for_its_nested_stacks(stacks, account):
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


class TestPropertyValues:
    """``IncludePropertyValues``: both values of whatever changes in a property."""

    @staticmethod
    def targets(stacks, resources):
        made = stacks.change_set("root", "UPDATE", resources)
        described = stacks.api.describe_change_set(
            ChangeSetName=made["ChangeSetId"], IncludePropertyValues=True
        )
        stacks.api.delete_change_set(ChangeSetName=made["ChangeSetId"])
        return [
            detail["Target"]
            for change in described["Changes"]
            for detail in change["ResourceChange"]["Details"]
        ]

    def test_a_value_is_shown_with_its_path_and_its_effect(self, stacks):
        stacks.create("root", {"Group": group(RetentionInDays=7)})
        assert self.targets(stacks, {"Group": group(RetentionInDays=14)}) == [
            {
                "Attribute": "Properties",
                "Name": "RetentionInDays",
                "Path": "/Properties/RetentionInDays",
                "RequiresRecreation": "Never",
                "BeforeValue": "7",
                "AfterValue": "14",
                "AttributeChangeType": "Modify",
            }
        ]

    def test_a_property_comes_and_goes(self, stacks):
        stacks.create("root", {"Group": group(RetentionInDays=7)})
        kinds = {
            one["Name"]: (one["AttributeChangeType"], one["RequiresRecreation"])
            for one in self.targets(stacks, {"Group": group(LogGroupName="named")})
        }
        assert kinds == {
            "LogGroupName": ("Add", "Always"),
            "RetentionInDays": ("Remove", "Never"),
        }

    def test_what_only_the_update_finds_is_told_so(self, stacks):
        stacks.create("root", {"Group": group(LogGroupName="one"), "Name": parameter("one")})
        after = {"Group": group(LogGroupName="two"), "Name": parameter({"Ref": "Group"})}
        values = {one["Name"]: one["AfterValue"] for one in self.targets(stacks, after)}
        assert values == {"LogGroupName": "two", "Value": "{{changeSet:KNOWN_AFTER_APPLY}}"}


def test_role_and_topics_of_a_stack_stay_until_others_are_given(stacks):
    topics = ["arn:aws:sns:eu-west-1:555555555555:events"]
    made = stacks.change_set("root", "CREATE", {"Group": group()}, NotificationARNs=topics)
    stacks.execute(made)
    stacks.update("root", {"Group": group(RetentionInDays=7)})
    [stack] = stacks.api.describe_stacks(StackName="root")["Stacks"]
    assert stack["NotificationARNs"] == topics
