"""Stack sets: the same stack in many accounts and Regions, as far as the tolerance goes."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from botocore.exceptions import ClientError

from made_up_stacks import group
from rdsproxy_local.acting import RoleClients
from rdsproxy_local.local_cloud import Account
from rdsproxy_local.organization import called_by, trust_stack_sets
from rdsproxy_local.stack_sets import gates

# One worker has the server; two would start it twice.
pytestmark = pytest.mark.xdist_group("cloud-stack-sets")

ADMINISTRATOR = "700000000000"
TARGETS = ("710000000001", "710000000002", "710000000003")
REGIONS = ("eu-west-1", "us-east-1")
DAYS = {"Days": {"Type": "Number", "Default": 7, "AllowedValues": [7, 14, 30]}}
GROUP = {"Group": group(RetentionInDays={"Ref": "Days"}, LogGroupName="fleet")}
TEMPLATE = json.dumps({"Parameters": DAYS, "Resources": GROUP})


class Fleet:
    """A stack set by the name of the test, in the administrator's account."""

    def __init__(self, server):
        self.server, self.name = server, "fleet"
        self.api = Account(server.endpoint, ADMINISTRATOR, "eu-west-1").client("cloudformation")

    def create(self, template=TEMPLATE, **more):
        return self.api.create_stack_set(StackSetName=self.name, TemplateBody=template, **more)

    def operate(self, operation, **given):
        """Carry out an operation; returns it as it ended."""
        started = getattr(self.api, operation)(StackSetName=self.name, **given)
        return self.operation(started["OperationId"])

    def add(self, accounts=TARGETS, regions=REGIONS, **more):
        return self.operate(
            "create_stack_instances", Accounts=list(accounts), Regions=list(regions), **more
        )

    def remove(self, accounts=TARGETS, regions=REGIONS, *, retain=False, **more):
        return self.operate(
            "delete_stack_instances",
            Accounts=list(accounts),
            Regions=list(regions),
            RetainStacks=retain,
            **more,
        )

    def update(self, **given):
        return self.operate("update_stack_set", UsePreviousTemplate=True, **given)

    def operation(self, operation_id):
        described = self.api.describe_stack_set_operation(
            StackSetName=self.name, OperationId=operation_id
        )
        return described["StackSetOperation"]

    def results(self, operation):
        """The status in each account and Region."""
        listed = self.api.list_stack_set_operation_results(
            StackSetName=self.name, OperationId=operation["OperationId"]
        )
        return {(one["Account"], one["Region"]): one for one in listed["Summaries"]}

    def instances(self):
        listed = self.api.list_stack_instances(StackSetName=self.name)
        return {(one["Account"], one["Region"]): one for one in listed["Summaries"]}

    def days(self):
        """The retention of the log group in each place where there is one."""
        found = {}
        for account in TARGETS:
            for region in REGIONS:
                logs = Account(self.server.endpoint, account, region).client("logs")
                for one in logs.describe_log_groups()["logGroups"]:
                    found[account, region] = one["retentionInDays"]
        return found

    def refusal(self, operation, **given):
        with pytest.raises(ClientError) as caught:
            getattr(self.api, operation)(StackSetName=self.name, **given)
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]

    def clear(self):
        places = self.instances()
        accounts, regions = {one for one, _ in places}, {one for _, one in places}
        if places:
            assert self.remove(accounts, regions)["Status"] == "SUCCEEDED"
        self.api.delete_stack_set(StackSetName=self.name)


def values(**parameters):
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]


def statuses(shown):
    return [one["Status"] for one in shown.values()]


@pytest.fixture(scope="module")
def account(server):
    return Account(server.endpoint, ADMINISTRATOR, REGIONS[0])


@pytest.fixture(scope="module", autouse=True)
def roles(server, account):
    """The roles of self-managed permissions in all accounts."""
    trust_stack_sets(account, [Account(server.endpoint, one, REGIONS[0]) for one in TARGETS])


@pytest.fixture
def fleet(server):
    """A stack set without instances."""
    fleet = Fleet(server)
    fleet.create()
    yield fleet
    fleet.clear()


@pytest.fixture
def one_fails(server):
    """Have the group of the second account exist already in the first Region."""
    logs = Account(server.endpoint, TARGETS[1], REGIONS[0]).client("logs")
    logs.create_log_group(logGroupName="fleet")
    yield
    logs.delete_log_group(logGroupName="fleet")


def test_a_stack_is_made_in_every_account_and_region(fleet):
    operation = fleet.add()
    assert operation["Action"] == "CREATE"
    assert operation["Status"] == "SUCCEEDED"
    assert operation["StatusDetails"] == {"FailedStackInstancesCount": 0}
    places = [(account, region) for region in REGIONS for account in TARGETS]
    assert fleet.days() == dict.fromkeys(places, 7)
    assert list(fleet.results(operation)) == places
    for shown in fleet.instances().values():
        assert shown["Status"] == "CURRENT"
        assert shown["StackInstanceStatus"] == {"DetailedStatus": "SUCCEEDED"}
        assert shown["LastOperationId"] == operation["OperationId"]
        assert ":stack/StackSet-fleet-" in shown["StackId"]


@pytest.mark.usefixtures("one_fails")
def test_a_failure_beyond_the_tolerance_cancels_the_rest(fleet):
    operation = fleet.add()
    assert operation["Status"] == "FAILED"
    assert operation["StatusDetails"] == {"FailedStackInstancesCount": 1}
    results = fleet.results(operation)
    assert statuses(results) == ["SUCCEEDED", "FAILED", *["CANCELLED"] * 4]
    failed, cancelled = results[TARGETS[1], REGIONS[0]], results[TARGETS[0], REGIONS[1]]
    assert failed["StatusReason"].startswith(
        "ResourceLogicalId:Group, ResourceType:AWS::Logs::LogGroup, ResourceStatusReason:"
    )
    assert cancelled["StatusReason"] == "Cancelled since failure tolerance has exceeded"
    instances = fleet.instances()
    assert statuses(instances) == ["CURRENT", *["OUTDATED"] * 5]
    detailed = [one["StackInstanceStatus"]["DetailedStatus"] for one in instances.values()]
    assert detailed == ["SUCCEEDED", "FAILED", *["CANCELLED"] * 4]


@pytest.mark.usefixtures("one_fails")
def test_a_failure_within_the_tolerance_does_not_end_the_operation(fleet):
    operation = fleet.add(OperationPreferences={"FailureToleranceCount": 1})
    assert operation["Status"] == "SUCCEEDED"
    assert operation["StatusDetails"] == {"FailedStackInstancesCount": 1}
    assert statuses(fleet.results(operation)) == ["SUCCEEDED", "FAILED", *["SUCCEEDED"] * 4]
    assert statuses(fleet.instances()) == ["CURRENT", "OUTDATED", *["CURRENT"] * 4]


def test_what_failed_is_made_anew_once_the_reason_is_gone(fleet, one_fails, server):
    fleet.add(TARGETS[1:2], REGIONS[:1])
    logs = Account(server.endpoint, TARGETS[1], REGIONS[0]).client("logs")
    logs.delete_log_group(logGroupName="fleet")
    assert fleet.update()["Status"] == "SUCCEEDED"
    assert fleet.days() == {(TARGETS[1], REGIONS[0]): 7}
    assert fleet.remove()["Status"] == "SUCCEEDED"
    logs.create_log_group(logGroupName="fleet")


def test_changed_parameters_reach_every_stack_but_not_what_overrides_them(fleet):
    fleet.add(TARGETS[:1], REGIONS[:1], ParameterOverrides=values(Days="30"))
    fleet.add(TARGETS[1:2], REGIONS[:1])
    assert fleet.update(Parameters=values(Days="14"))["Action"] == "UPDATE"
    assert list(fleet.days().values()) == [30, 14]


def test_overrides_stay_change_and_end(fleet):
    place = {"Accounts": [TARGETS[0]], "Regions": [REGIONS[0]]}
    fleet.add(TARGETS[:1], REGIONS[:1], ParameterOverrides=values(Days="30"))
    kept = [{"ParameterKey": "Days", "UsePreviousValue": True}]
    for overrides, days in ((kept, 30), (values(Days="14"), 14), ([], 7)):
        fleet.operate("update_stack_instances", **place, ParameterOverrides=overrides)
        assert list(fleet.days().values()) == [days]


def test_a_changed_source_outdates_the_stacks_that_an_update_does_not_reach(fleet):
    fleet.add(TARGETS[:2], REGIONS[:1])
    operation = fleet.update(
        Accounts=[TARGETS[0]], Regions=[REGIONS[0]], Parameters=values(Days="14")
    )
    assert list(fleet.results(operation)) == [(TARGETS[0], REGIONS[0])]
    assert statuses(fleet.instances()) == ["CURRENT", "OUTDATED"]
    assert list(fleet.days().values()) == [14, 7]


def test_a_removed_region_loses_its_stacks_and_a_retained_one_keeps_them(fleet, server):
    fleet.add(TARGETS[:1])
    assert fleet.remove(TARGETS[:1], REGIONS[:1])["Status"] == "SUCCEEDED"
    assert fleet.days() == {(TARGETS[0], REGIONS[1]): 7}
    (kept,) = fleet.instances().values()
    fleet.remove(TARGETS[:1], REGIONS[1:], retain=True)
    assert fleet.instances() == {}
    assert fleet.days() == {(TARGETS[0], REGIONS[1]): 7}
    api = Account(server.endpoint, TARGETS[0], REGIONS[1]).client("cloudformation")
    api.delete_stack(StackName=kept["StackId"])
    assert api.describe_stacks(StackName=kept["StackId"])["Stacks"]


def test_a_stack_that_cannot_be_deleted_leaves_its_instance_inoperable(fleet, server):
    fleet.add(TARGETS[:1], REGIONS[:1])
    (instance,) = fleet.instances().values()
    api = Account(server.endpoint, TARGETS[0], REGIONS[0]).client("cloudformation")
    protect = {"StackName": instance["StackId"]}
    api.update_termination_protection(**protect, EnableTerminationProtection=True)
    assert fleet.remove(TARGETS[:1], REGIONS[:1])["Status"] == "FAILED"
    (instance,) = fleet.instances().values()
    assert instance["Status"] == "INOPERABLE"
    assert "TerminationProtection is enabled" in instance["StatusReason"]
    assert fleet.results(fleet.update()) == {}
    api.update_termination_protection(**protect, EnableTerminationProtection=False)


def test_regions_come_in_their_order(fleet, one_fails):
    order = [REGIONS[1], REGIONS[0]]
    operation = fleet.add(TARGETS[1:2], OperationPreferences={"RegionOrder": order})
    assert operation["OperationPreferences"] == {"RegionOrder": order}
    results = fleet.results(operation)
    assert {region: one["Status"] for (_, region), one in results.items()} == {
        REGIONS[0]: "FAILED",
        REGIONS[1]: "SUCCEEDED",
    }


def test_an_operation_that_is_stopped_finishes_what_it_has_begun(fleet, with_faults):
    with with_faults(delays={"AWS::Logs::LogGroup": 5}):
        started = fleet.api.create_stack_instances(
            StackSetName="fleet", Accounts=list(TARGETS), Regions=[REGIONS[0]]
        )
        assert fleet.operation(started["OperationId"])["Status"] == "RUNNING"
        code, message = fleet.refusal("delete_stack_set")
        assert (code, message[:33]) == (
            "OperationInProgressException",
            "Another Operation on StackSet arn",
        )
        fleet.api.stop_stack_set_operation(StackSetName="fleet", OperationId=started["OperationId"])
        assert fleet.operation(started["OperationId"])["Status"] == "STOPPING"
    operation = fleet.operation(started["OperationId"])
    assert operation["Status"] == "STOPPED"
    assert statuses(fleet.results(operation)) == ["SUCCEEDED", "CANCELLED", "CANCELLED"]
    assert fleet.refusal("stop_stack_set_operation", OperationId=started["OperationId"])[0] == (
        "InvalidOperationException"
    )


class TestResource:
    """`AWS::CloudFormation::StackSet` in a stack."""

    @staticmethod
    def resources(url, accounts, days):
        where = {"DeploymentTargets": {"Accounts": list(accounts)}, "Regions": [REGIONS[0]]}
        properties = {
            "StackSetName": "fleet",
            "PermissionModel": "SELF_MANAGED",
            "TemplateURL": url,
            "Parameters": [{"ParameterKey": "Days", "ParameterValue": str(days)}],
            "StackInstancesGroup": [where],
        }
        return {"Fleet": {"Type": "AWS::CloudFormation::StackSet", "Properties": properties}}

    def test_it_makes_its_stacks_in_every_account(self, server, stacks):
        days, url = Fleet(server).days, stacks.put("leaf", GROUP, Parameters=DAYS)
        two = self.resources(url, TARGETS[:2], 7)
        assert stacks.create("fleets", two) == "CREATE_COMPLETE"
        assert list(days().values()) == [7, 7]
        changed = self.resources(url, TARGETS[:2], 14)
        assert stacks.update("fleets", changed) == "UPDATE_COMPLETE"
        assert list(days().values()) == [14, 14]
        fewer = self.resources(url, TARGETS[:1], 14)
        assert stacks.update("fleets", fewer) == "UPDATE_COMPLETE"
        assert days() == {(TARGETS[0], REGIONS[0]): 14}
        assert stacks.delete("fleets") == "DELETE_COMPLETE"
        assert days() == {}

    @pytest.mark.usefixtures("one_fails")
    def test_it_fails_if_its_stacks_fail(self, server, stacks):
        url = stacks.put("leaf", GROUP, Parameters=DAYS)
        resources = self.resources(url, TARGETS[1:2], 7)
        assert stacks.create("fleets", resources) == "ROLLBACK_COMPLETE"
        failures = stacks.account.failures("fleets")
        assert f"{TARGETS[1]} {REGIONS[0]}: ResourceLogicalId:Group" in failures[0]
        there = Account(server.endpoint, TARGETS[1], REGIONS[0]).client("cloudformation")
        assert there.describe_stacks()["Stacks"] == []
        assert stacks.delete("fleets") == "DELETE_COMPLETE"


class TestExecutionRole:
    """What the execution role may not do, no stack does."""

    POLICY = "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy"

    @pytest.fixture(scope="class", autouse=True)
    @staticmethod
    def limited(server, account):
        target = Account(server.endpoint, TARGETS[0], REGIONS[0])
        statements = [
            {"Effect": "Allow", "Action": "cloudformation:*", "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": list(TestExecutionRole.POLICY),
                "Resource": f"arn:aws:logs:{REGIONS[0]}:{target.id}:log-group:*",
            },
        ]
        names = {"administration_role": "Admin", "execution_role": "Limited"}
        trust_stack_sets(account, [target], policy={"Statement": statements}, **names)

    @pytest.fixture
    def fleet(self, server):
        fleet = Fleet(server)
        role = f"arn:aws:iam::{ADMINISTRATOR}:role/Admin"
        fleet.create(AdministrationRoleARN=role, ExecutionRoleName="Limited")
        yield fleet
        fleet.clear()

    def test_it_makes_what_its_policies_allow_and_what_it_called_is_known(self, fleet, server):
        operation = fleet.add(TARGETS[:1], REGIONS[:1])
        assert operation["Status"] == "SUCCEEDED"
        assert operation["ExecutionRoleName"] == "Limited"
        called = called_by(Account(server.endpoint, TARGETS[0], REGIONS[0]), "Limited")
        assert called[0] == "cloudformation:CreateStack"
        assert {"logs:CreateLogGroup", "logs:PutRetentionPolicy"} <= set(called)
        assert fleet.remove(TARGETS[:1], REGIONS[:1])["Status"] == "SUCCEEDED"

    def test_another_region_is_not_among_its_resources(self, fleet):
        operation = fleet.add(TARGETS[:1], REGIONS[1:])
        (failed,) = fleet.results(operation).values()
        assert failed["StatusReason"].startswith(
            "ResourceLogicalId:Group, ResourceType:AWS::Logs::LogGroup, ResourceStatusReason:"
            f'Resource handler returned message: "User: arn:aws:sts::{TARGETS[0]}:assumed-role/'
            "Limited/"
        )
        assert (
            f"is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:"
            f"{REGIONS[1]}:{TARGETS[0]}:* because no identity-based policy allows the "
            "logs:CreateLogGroup action"
        ) in failed["StatusReason"]
        # It may not even see if there is a group to delete.
        assert fleet.remove(TARGETS[:1], REGIONS[1:])["Status"] == "SUCCEEDED"

    def test_parameters_are_read_by_the_role_too(self, fleet):
        from_ssm = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/days"}
        body = json.dumps({"Parameters": {"Days": from_ssm}, "Resources": GROUP})
        fleet.api.update_stack_set(StackSetName="fleet", TemplateBody=body)
        (failed,) = fleet.results(fleet.add(TARGETS[:1], REGIONS[:1])).values()
        assert "not authorized to perform: ssm:GetParameters" in failed["StatusReason"]

    def test_an_account_without_the_role_says_so(self, fleet):
        (failed,) = fleet.results(fleet.add(TARGETS[1:2], REGIONS[:1])).values()
        assert failed["StatusReason"] == (
            f"Account {TARGETS[1]} should have 'Limited' role with trust relationship to Role "
            "'Admin'."
        )
        assert fleet.remove(TARGETS[1:2], REGIONS[:1], retain=True)["Status"] == "SUCCEEDED"


class TestDrift:
    """Drift of a stack set: that of each of its stacks, by the engine's own detection."""

    @staticmethod
    def change(server, place, days):
        logs = Account(server.endpoint, *place).client("logs")
        logs.put_retention_policy(logGroupName="fleet", retentionInDays=days)

    def test_a_changed_resource_is_found_where_it_is(self, fleet, server):
        fleet.add(TARGETS[:2], REGIONS[:1])
        self.change(server, (TARGETS[1], REGIONS[0]), 30)
        operation = fleet.operate("detect_stack_set_drift")
        assert operation["Action"] == "DETECT_DRIFT"
        details = operation["StackSetDriftDetectionDetails"]
        assert details["DriftDetectionStatus"] == "COMPLETED"
        assert (details["DriftStatus"], details["DriftedStackInstancesCount"]) == ("DRIFTED", 1)
        assert (details["TotalStackInstancesCount"], details["InSyncStackInstancesCount"]) == (2, 1)
        shown = fleet.api.describe_stack_set(StackSetName="fleet")["StackSet"]
        assert shown["StackSetDriftDetectionDetails"]["DriftStatus"] == "DRIFTED"
        assert [one["DriftStatus"] for one in fleet.instances().values()] == ["IN_SYNC", "DRIFTED"]
        (drift,) = fleet.api.list_stack_instance_resource_drifts(
            StackSetName="fleet",
            StackInstanceAccount=TARGETS[1],
            StackInstanceRegion=REGIONS[0],
            OperationId=operation["OperationId"],
        )["Summaries"]
        assert drift["StackResourceDriftStatus"] == "MODIFIED"
        assert drift["PropertyDifferences"][0]["PropertyPath"] == "/RetentionInDays"
        assert statuses(fleet.instances()) == ["CURRENT", "CURRENT"]

    @pytest.mark.usefixtures("one_fails")
    def test_a_stack_that_was_not_made_cannot_be_checked(self, fleet):
        fleet.add(TARGETS[1:2], REGIONS[:1])
        operation = fleet.operate("detect_stack_set_drift")
        assert operation["Status"] == "FAILED"
        details = operation["StackSetDriftDetectionDetails"]
        assert (details["DriftDetectionStatus"], details["FailedStackInstancesCount"]) == (
            ("FAILED", 1)
        )
        (failed,) = fleet.results(operation).values()
        assert failed["StatusReason"].endswith("while it is in [ROLLBACK_COMPLETE] state")


class TestPages:
    """Lists come in pages as long as was asked for, and by filters."""

    def test_every_list_has_pages(self, fleet):
        operation = fleet.add(TARGETS[:2])
        for name, more in (
            ("list_stack_instances", {}),
            ("list_stack_set_operation_results", {"OperationId": operation["OperationId"]}),
        ):
            pages = [
                page["Summaries"]
                for page in fleet.api.get_paginator(name).paginate(
                    StackSetName="fleet", **more, PaginationConfig={"PageSize": 3}
                )
            ]
            assert [len(page) for page in pages] == [3, 1]
            assert len({(one["Account"], one["Region"]) for page in pages for one in page}) == 4

    def test_instances_and_results_are_filtered(self, fleet, one_fails):
        operation = fleet.add(TARGETS[:2], OperationPreferences={"FailureToleranceCount": 1})
        failed = {"Name": "DETAILED_STATUS", "Values": "FAILED"}
        found = fleet.api.list_stack_instances(StackSetName="fleet", Filters=[failed])
        assert [one["Account"] for one in found["Summaries"]] == [TARGETS[1]]
        found = fleet.api.list_stack_instances(
            StackSetName="fleet", StackInstanceAccount=TARGETS[0], StackInstanceRegion=REGIONS[1]
        )
        assert len(found["Summaries"]) == 1
        found = fleet.api.list_stack_set_operation_results(
            StackSetName="fleet",
            OperationId=operation["OperationId"],
            Filters=[{"Name": "OPERATION_RESULT_STATUS", "Values": "FAILED"}],
        )
        assert [one["Account"] for one in found["Summaries"]] == [TARGETS[1]]

    def test_operations_are_listed_from_the_newest(self, fleet):
        first, second = fleet.add(TARGETS[:1], REGIONS[:1]), fleet.remove()
        listed = fleet.api.list_stack_set_operations(StackSetName="fleet")["Summaries"]
        ids = [one["OperationId"] for one in listed]
        assert ids == [second["OperationId"], first["OperationId"]]


class TestRefusals:
    """What is refused, in words that are AWS's as far as they are known."""

    WHERE = {"Accounts": [TARGETS[0]], "Regions": [REGIONS[0]]}

    @pytest.mark.parametrize(
        ("given", "code", "message"),
        [
            ({"StackSetName": "1"}, "ValidationError", "regular expression pattern: [a-zA-Z]"),
            ({"StackSetName": "a" * 129}, "ValidationError", "less than or equal to 128"),
            ({}, "NameAlreadyExistsException", "fleet already exists"),
            ({"TemplateBody": "x" * 51201}, "ValidationError", "less than or equal to 51200"),
            (
                {"StackSetName": "a", "Parameters": values(Nights="1")},
                "ValidationError",
                "Parameters: [Nights] do not exist in the template",
            ),
            (
                {"StackSetName": "a", "Parameters": values(Days="15")},
                "ValidationError",
                "Parameter 'Days' must be one of AllowedValues",
            ),
            (
                {
                    "StackSetName": "a",
                    "TemplateBody": json.dumps(
                        {"Parameters": {"Days": {"Type": "Number"}}, "Resources": GROUP}
                    ),
                },
                "ValidationError",
                "Parameters: [Days] must have values",
            ),
            (
                {"StackSetName": "a", "Tags": [{"Key": f"k{n}", "Value": "v"} for n in range(51)]},
                "ValidationError",
                "50",
            ),
            (
                {"StackSetName": "a", "AutoDeployment": {"Enabled": True}},
                "ValidationError",
                "not supported with SELF_MANAGED",
            ),
            (
                {"StackSetName": "a", "PermissionModel": "SERVICE_MANAGED"},
                "ValidationError",
                "You must be the management account or delegated admin account of an organization",
            ),
        ],
        ids=[
            "another first letter",
            "a long name",
            "a name that is taken",
            "a long template",
            "an unknown parameter",
            "a wrong value",
            "no value",
            "too many tags",
            "automatic and self-managed",
            "service-managed without an organization",
        ],
    )
    def test_a_stack_set_that_cannot_be(self, fleet, given, code, message):
        wanted = {"StackSetName": "fleet", "TemplateBody": TEMPLATE, **given}
        with pytest.raises(ClientError) as caught:
            fleet.api.create_stack_set(**wanted)
        error = caught.value.response["Error"]
        assert error["Code"] == code
        assert message in error["Message"]

    def test_resources_of_iam_need_a_capability(self, fleet):
        document = {"Version": "2012-10-17", "Statement": []}
        role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document}}
        body = json.dumps({"Resources": {"Role": role}})
        with pytest.raises(ClientError, match="InsufficientCapabilitiesException"):
            fleet.api.create_stack_set(StackSetName="a", TemplateBody=body)

    @pytest.mark.parametrize(
        ("preferences", "message"),
        [
            (
                {"FailureToleranceCount": 1, "FailureTolerancePercentage": 1},
                "both FailureToleranceCount and FailureTolerancePercentage",
            ),
            (
                {"MaxConcurrentCount": 1, "MaxConcurrentPercentage": 1},
                "both MaxConcurrentCount and MaxConcurrentPercentage",
            ),
            ({"RegionOrder": ["us-east-1"]}, "each of the regions of the operation once"),
            ({"MaxConcurrentPercentage": 101}, "less than or equal to 100"),
        ],
    )
    def test_preferences_that_say_nothing_together(self, fleet, preferences, message):
        code, said = fleet.refusal(
            "create_stack_instances", **self.WHERE, OperationPreferences=preferences
        )
        assert code == "ValidationError"
        assert message in said
        assert fleet.instances() == {}

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"Accounts": []}, "Accounts are required"),
            ({"Regions": []}, "You must specify at least one value for Regions"),
            (
                {
                    "Accounts": [],
                    "DeploymentTargets": {"OrganizationalUnitIds": ["ou-abcd-12345678"]},
                },
                "StackSets with SELF_MANAGED permission model can only have accounts as target",
            ),
            (
                {"DeploymentTargets": {"Accounts": [TARGETS[0]]}},
                "You can specify Accounts or DeploymentTargets, but not both",
            ),
        ],
        ids=["no accounts", "no Regions", "a unit", "both"],
    )
    def test_targets_that_are_none(self, fleet, given, message):
        refused = fleet.refusal("create_stack_instances", **{**self.WHERE, **given})
        assert refused == ("ValidationError", message)

    def test_regions_that_do_not_exist(self, fleet):
        where = {**self.WHERE, "Regions": ["eu-west-1", "eu-west-9"]}
        code, message = fleet.refusal("create_stack_instances", **where)
        assert (code, message) == ("ValidationError", "Regions [eu-west-9] do not exist")

    def test_what_is_not_there(self, fleet):
        missing = {"StackInstanceAccount": TARGETS[0], "StackInstanceRegion": REGIONS[0]}
        for operation, given, code in (
            ("describe_stack_instance", missing, "StackInstanceNotFoundException"),
            ("update_stack_instances", self.WHERE, "StackInstanceNotFoundException"),
            ("describe_stack_set_operation", {"OperationId": "a"}, "OperationNotFoundException"),
            ("stop_stack_set_operation", {"OperationId": "a"}, "OperationNotFoundException"),
        ):
            assert fleet.refusal(operation, **given)[0] == code
        with pytest.raises(fleet.api.exceptions.StackSetNotFoundException, match="StackSet a not"):
            fleet.api.describe_stack_set(StackSetName="a")

    def test_a_stack_set_with_stacks_is_not_deleted(self, fleet):
        fleet.add(TARGETS[:1], REGIONS[:1])
        assert fleet.refusal("delete_stack_set") == (
            "StackSetNotEmptyException",
            "StackSet is not empty",
        )

    def test_an_operation_id_counts_once(self, fleet):
        fleet.add(TARGETS[:1], REGIONS[:1], OperationId="first")
        code, _ = fleet.refusal("create_stack_instances", **self.WHERE, OperationId="first")
        assert code == "OperationIdAlreadyExistsException"

    def test_a_repeated_creation_is_the_same_one(self, server, fleet):
        one = {"StackSetName": "twice", "TemplateBody": TEMPLATE, "ClientRequestToken": "t"}
        made = [fleet.api.create_stack_set(**one)["StackSetId"] for _ in range(2)]
        assert made[0] == made[1]
        fleet.api.delete_stack_set(StackSetName="twice")
        deleted = fleet.api.list_stack_sets(Status="DELETED")["Summaries"]
        assert made[0] in {shown["StackSetId"] for shown in deleted}


def test_managed_execution_queues_what_meets(fleet, with_faults):
    with with_faults(delays={"AWS::Logs::LogGroup": 5}):
        begin = fleet.api.create_stack_instances
        fleet.api.update_stack_set(
            StackSetName="fleet", UsePreviousTemplate=True, ManagedExecution={"Active": True}
        )
        started = [
            begin(StackSetName="fleet", Accounts=[account], Regions=[REGIONS[0]])["OperationId"]
            for account in (TARGETS[0], TARGETS[1], TARGETS[0])
        ]
        shown = [fleet.operation(one)["Status"] for one in started]
        assert shown == ["RUNNING", "RUNNING", "QUEUED"]
        code, _ = fleet.refusal(
            "update_stack_set", UsePreviousTemplate=True, ManagedExecution={"Active": False}
        )
        assert code == "InvalidOperationException"
    assert [fleet.operation(one)["Status"] for one in started] == ["SUCCEEDED"] * 3


def test_progress_is_told_by_region(fleet, one_fails):
    operation = fleet.add(TARGETS[:2], OperationPreferences={"FailureToleranceCount": 1})
    stages = operation["RegionalStatusDetails"]
    first, second = (
        stages[region]["Stages"]["RegionalStackInstancesDeployment"] for region in REGIONS
    )
    assert (first["Status"], second["Status"]) == ("PARTIAL_SUCCESS", "SUCCEEDED")
    assert (first["FailedStackInstancesCount"], first["PercentageCompleted"]) == (1, 100)


class TestAccountGate:
    """A function that says if its account is ready."""

    @pytest.fixture
    def gate(self, server, monkeypatch):
        """The gate of the first account, which gives the answers of the list."""
        target, answers = Account(server.endpoint, TARGETS[0], REGIONS[0]), []
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("app.py", "")
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        role = target.client("iam").create_role(RoleName="Gate", AssumeRolePolicyDocument=trust)[
            "Role"
        ]
        made = target.client("lambda").create_function(
            FunctionName=gates.NAME,
            Runtime="python3.14",
            Handler="app.handler",
            Role=role["Arn"],
            Code={"ZipFile": code.getvalue()},
        )
        call = RoleClients.call

        def asked(self, service, operation, *place, **given):
            if operation == "invoke":
                return {"Payload": io.BytesIO(json.dumps(answers.pop()).encode())}
            return call(self, service, operation, *place, **given)

        monkeypatch.setattr(RoleClients, "call", asked)
        yield answers
        target.client("lambda").delete_function(FunctionName=made["FunctionName"])
        target.client("iam").delete_role(RoleName="Gate")

    def test_nothing_is_made_behind_a_gate_that_is_shut(self, fleet, gate):
        gate[:] = [{"Status": "SUCCEEDED"}, {"Status": "FAILED"}]
        (result,) = fleet.results(fleet.add(TARGETS[:1], REGIONS[:1])).values()
        assert result["Status"] == result["AccountGateResult"]["Status"] == "FAILED"
        assert fleet.days() == {}
        (result,) = fleet.results(fleet.update()).values()
        assert result["AccountGateResult"] == {"Status": "SUCCEEDED"}
        assert fleet.days() == {(TARGETS[0], REGIONS[0]): 7}
        gate.append({"Status": "SUCCEEDED"})
        assert fleet.remove(TARGETS[:1], REGIONS[:1])["Status"] == "SUCCEEDED"

    def test_most_accounts_have_none(self, fleet):
        (result,) = fleet.results(fleet.add(TARGETS[1:2], REGIONS[:1])).values()
        arn = f"arn:aws:lambda:{REGIONS[0]}:{TARGETS[1]}:function:{gates.NAME}"
        assert result["AccountGateResult"] == {
            "Status": "SKIPPED",
            "StatusReason": f"Function not found: {arn}",
        }


def test_a_value_with_no_echo_is_shown_to_nobody(fleet):
    secret = {"Type": "String", "NoEcho": True, "Default": "none"}
    body = json.dumps({"Parameters": {**DAYS, "Secret": secret}, "Resources": GROUP})
    fleet.operate("update_stack_set", TemplateBody=body, Parameters=values(Secret="a"))
    fleet.add(TARGETS[:1], REGIONS[:1], ParameterOverrides=values(Secret="b", Days="14"))
    shown = fleet.api.describe_stack_set(StackSetName="fleet")["StackSet"]
    assert shown["Parameters"] == values(Secret="****")
    instance = fleet.api.describe_stack_instance(
        StackSetName="fleet", StackInstanceAccount=TARGETS[0], StackInstanceRegion=REGIONS[0]
    )["StackInstance"]
    assert instance["ParameterOverrides"] == values(Secret="****", Days="14")
