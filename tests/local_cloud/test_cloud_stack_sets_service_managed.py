"""Stack sets of an organization: units, filters, delegated administrators, trusted access."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from made_up_stacks import parameter
from rdsproxy_local.local_cloud import Account
from rdsproxy_local.organization import Organization, called_by

# One worker has the server; two would start it twice.
pytestmark = pytest.mark.xdist_group("cloud-stack-sets")

TEMPLATE = json.dumps({"Resources": {"Name": parameter({"Ref": "AWS::StackName"}, Name="/fleet")}})
REGION = "eu-west-1"
SERVICE_MANAGED = {"PermissionModel": "SERVICE_MANAGED", "TemplateBody": TEMPLATE}


class Cloud:
    """The accounts of the server."""

    def __init__(self, server):
        self._server = server

    def account(self, account_id, region=REGION):
        return Account(self._server.endpoint, account_id, region)


class Units:
    """Two accounts in a unit, one in a unit within it, and one elsewhere."""

    def __init__(self, server):
        self.organization = organization = Organization(Cloud(server), "800000000000")
        self.workloads = organization.unit("workloads")
        self.production = organization.unit("production", within=self.workloads)
        self.first = organization.member("first", unit=self.workloads)
        self.second = organization.member("second", unit=self.workloads)
        self.inner = organization.member("inner", unit=self.production)
        self.audit = organization.member("audit")
        organization.enable_stack_sets()
        organization.delegate_stack_sets(self.audit)


@pytest.fixture(scope="module")
def units(server):
    return Units(server)


@pytest.fixture(scope="module")
def api(units):
    return units.organization.management.client("cloudformation")


@pytest.fixture
def fleet(api):
    """Creates stack sets, and deletes them with their instances."""
    names = []

    def create(name="fleet", **more):
        names.append(name)
        return api.create_stack_set(StackSetName=name, **{**SERVICE_MANAGED, **more})

    yield create
    for name in names:
        settle(api, name)
        for one in instances(api, name):
            delete(api, name, one)
        api.delete_stack_set(StackSetName=name)


def delete(api, name, instance):
    targets = {
        "OrganizationalUnitIds": [instance["OrganizationalUnitId"]],
        "Accounts": [instance["Account"]],
        "AccountFilterType": "INTERSECTION",
    }
    started = api.delete_stack_instances(
        StackSetName=name, DeploymentTargets=targets, Regions=[REGION], RetainStacks=False
    )
    ended(api, name, started)


def settle(api, name):
    """Wait for every operation, those among them that nobody asked for."""
    for one in api.list_stack_set_operations(StackSetName=name)["Summaries"]:
        api.describe_stack_set_operation(StackSetName=name, OperationId=one["OperationId"])


def ended(api, name, started, **more):
    described = api.describe_stack_set_operation(
        StackSetName=name, OperationId=started["OperationId"], **more
    )
    reasons = [one.get("StatusReason") for one in instances(api, name, **more)]
    assert described["StackSetOperation"]["Status"] == "SUCCEEDED", reasons
    return described["StackSetOperation"]


def instances(api, name="fleet", **more):
    return api.list_stack_instances(StackSetName=name, **more)["Summaries"]


def added(api, name="fleet", **targets):
    started = api.create_stack_instances(
        StackSetName=name, DeploymentTargets=targets, Regions=[REGION]
    )
    ended(api, name, started)
    return {one["Account"] for one in instances(api, name)}


def test_a_unit_is_all_accounts_in_it_and_within(api, fleet, units):
    fleet()
    targets = {units.first.id, units.second.id, units.inner.id}
    assert added(api, OrganizationalUnitIds=[units.workloads]) == targets
    for one in instances(api):
        assert one["OrganizationalUnitId"] == units.workloads
    parameters = units.inner.client("ssm").get_parameters_by_path(Path="/")["Parameters"]
    assert [one["Value"][:15] for one in parameters] == ["StackSet-fleet-"]
    roles = units.inner.client("iam").list_roles()["Roles"]
    assert any(one["RoleName"].startswith("stacksets-exec-") for one in roles)


def test_the_root_is_everybody_but_the_management_account(api, fleet, units):
    fleet()
    everybody = {one.id for one in (units.first, units.second, units.inner, units.audit)}
    assert added(api, OrganizationalUnitIds=[units.organization.root]) == everybody


@pytest.mark.parametrize(
    ("kind", "wanted"), [("INTERSECTION", ["first"]), ("DIFFERENCE", ["second", "inner"])]
)
def test_accounts_limit_a_unit(api, fleet, units, kind, wanted):
    fleet()
    targets = {
        "OrganizationalUnitIds": [units.workloads],
        "Accounts": [units.first.id],
        "AccountFilterType": kind,
    }
    assert added(api, **targets) == {getattr(units, one).id for one in wanted}


def test_accounts_may_be_in_a_file(api, fleet, units):
    s3 = units.organization.management.client("s3")
    s3.create_bucket(Bucket="lists", CreateBucketConfiguration={"LocationConstraint": REGION})
    text = f"{units.second.id},\n{units.inner.id}\n"
    s3.put_object(Bucket="lists", Key="accounts.csv", Body=text.encode())
    fleet()
    targets = {
        "OrganizationalUnitIds": [units.workloads],
        "AccountsUrl": "s3://lists/accounts.csv",
        "AccountFilterType": "INTERSECTION",
    }
    assert added(api, **targets) == {units.second.id, units.inner.id}


def test_a_closed_account_is_skipped(api, fleet, units):
    unit = units.organization.unit("closing")
    closed = units.organization.member("closed", unit=unit)
    units.organization.management.client("organizations").close_account(AccountId=closed.id)
    fleet()
    added(api, OrganizationalUnitIds=[unit])
    (instance,) = instances(api)
    assert instance["StackInstanceStatus"]["DetailedStatus"] == "SKIPPED_SUSPENDED_ACCOUNT"
    where = {"OrganizationalUnitIds": [unit]}
    started = api.delete_stack_instances(
        StackSetName="fleet", DeploymentTargets=where, Regions=[REGION], RetainStacks=True
    )
    ended(api, "fleet", started)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"AccountFilterType": "UNION"}, "UNION is not supported for CreateStackInstances"),
        ({"AccountFilterType": "NONE"}, "cannot be specified with AccountFilterType NONE"),
        ({}, "AccountFilterType must be specified"),
        (
            {"OrganizationalUnitIds": ["ou-abcd-12345678"], "AccountFilterType": "DIFFERENCE"},
            "ou-abcd-12345678 does not exist",
        ),
    ],
)
def test_filters_that_do_not_fit_are_refused(api, fleet, units, more, message):
    fleet()
    targets = {
        "OrganizationalUnitIds": [units.workloads],
        "Accounts": [units.first.id],
        **more,
    }
    with pytest.raises(ClientError, match=message):
        api.create_stack_instances(
            StackSetName="fleet", Regions=[REGION], DeploymentTargets=targets
        )


def test_a_delegated_administrator_acts_for_the_organization(api, units):
    own, call = units.audit.client("cloudformation"), {"CallAs": "DELEGATED_ADMIN"}
    made = own.create_stack_set(StackSetName="delegated", **SERVICE_MANAGED, **call)
    shown = api.describe_stack_set(StackSetName="delegated")["StackSet"]
    assert shown["StackSetId"] == made["StackSetId"]
    assert f":{units.organization.management.id}:stackset/" in shown["StackSetARN"]
    assert own.list_stack_sets()["Summaries"] == []
    api.delete_stack_set(StackSetName="delegated")
    for account, message in (
        (units.audit, "You must be the management account or delegated admin account of an"),
        (units.first, "Account used is not a delegated administrator"),
    ):
        as_delegate = call if account is units.first else {}
        with pytest.raises(ClientError, match=message):
            account.client("cloudformation").create_stack_set(
                StackSetName="refused", **SERVICE_MANAGED, **as_delegate
            )


def test_trusted_access_is_needed(api):
    assert api.describe_organizations_access()["Status"] == "ENABLED"
    api.deactivate_organizations_access()
    assert api.describe_organizations_access()["Status"] == "DISABLED"
    with pytest.raises(ClientError, match="You must enable organizations access to operate"):
        api.create_stack_set(StackSetName="fleet", **SERVICE_MANAGED)
    api.activate_organizations_access()


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ({"Accounts": ["800000000001"]}, "can only have OrganizationalUnit as target"),
        (
            {"DeploymentTargets": {"Accounts": ["800000000001"]}},
            "OrganizationalUnitIds are required",
        ),
    ],
)
def test_accounts_by_themselves_are_no_target(api, fleet, targets, message):
    fleet()
    with pytest.raises(ClientError, match=message):
        api.create_stack_instances(StackSetName="fleet", Regions=[REGION], **targets)


def test_a_transform_is_refused(api):
    body = json.dumps({"Transform": "AWS::Serverless-2016-10-31", **json.loads(TEMPLATE)})
    with pytest.raises(ClientError, match="Transform is not supported in SERVICE_MANAGED"):
        api.create_stack_set(StackSetName="sam", **{**SERVICE_MANAGED, "TemplateBody": body})


class TestCustomExecutionRole:
    """`ExecutionRoleTemplateBody`: a role of one's own, which may nest."""

    NAME = "stacksets-exec-custom-fleet"

    @staticmethod
    def template(units, actions):
        """The template of a role that may do these actions."""
        admin = (
            f"arn:aws:iam::{units.organization.management.id}:role/aws-service-role/"
            "stacksets.cloudformation.amazonaws.com/AWSServiceRoleForCloudFormationStackSetsOrgAdmin"
        )
        trust = {"Effect": "Allow", "Principal": {"AWS": admin}, "Action": "sts:AssumeRole"}
        allow = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        properties = {
            "RoleName": TestCustomExecutionRole.NAME,
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [
                {
                    "PolicyName": "Fleet",
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [allow]},
                }
            ],
        }
        resources = {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}
        return json.dumps({"Resources": resources})

    @pytest.fixture
    def nested(self, units):
        """A template in which the parameter is in a nested stack."""
        s3 = units.organization.management.client("s3")
        s3.create_bucket(
            Bucket="fleet-templates", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        s3.put_object(Bucket="fleet-templates", Key="leaf", Body=TEMPLATE.encode())
        endpoint = units.organization.management.endpoint
        child = {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {"TemplateURL": f"{endpoint}/fleet-templates/leaf"},
        }
        yield json.dumps({"Resources": {"Child": child}})
        s3.delete_object(Bucket="fleet-templates", Key="leaf")
        s3.delete_bucket(Bucket="fleet-templates")

    def test_it_nests_within_what_it_may_do(self, api, nested, fleet, units):
        actions = ["cloudformation:*", "ssm:*"]
        own = {
            "ExecutionRoleName": self.NAME,
            "ExecutionRoleTemplateBody": self.template(units, actions),
            "TemplateBody": nested,
        }
        with pytest.raises(ClientError, match="InsufficientCapabilities"):
            api.create_stack_set(StackSetName="fleet", **{**SERVICE_MANAGED, **own})
        own["Capabilities"] = ["CAPABILITY_NAMED_IAM"]
        with pytest.raises(ClientError, match="CAPABILITY_AUTO_EXPAND"):
            api.create_stack_set(StackSetName="fleet", **{**SERVICE_MANAGED, **own})
        own["Capabilities"].append("CAPABILITY_AUTO_EXPAND")
        fleet(**own)
        added(
            api,
            OrganizationalUnitIds=[units.workloads],
            Accounts=[units.first.id],
            AccountFilterType="INTERSECTION",
        )
        names = [one["RoleName"] for one in units.first.client("iam").list_roles()["Roles"]]
        assert self.NAME in names
        called = called_by(units.first, self.NAME)
        assert {"cloudformation:CreateStack", "ssm:PutParameter"} <= set(called)
        less = {**own, "ExecutionRoleTemplateBody": self.template(units, ["cloudformation:*"])}
        changed = json.dumps({"Resources": {"Other": parameter("b", Name="/other")}})
        started = api.update_stack_set(StackSetName="fleet", **{**less, "TemplateBody": changed})
        with pytest.raises(
            AssertionError, match="no identity-based policy allows the ssm:PutParameter"
        ):
            ended(api, "fleet", started)
        ended(api, "fleet", api.update_stack_set(StackSetName="fleet", **own))

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"ExecutionRoleName": "other"}, "must begin with stacksets-exec-custom-"),
            ({"ExecutionRoleTemplateUrl": "https://x/y"}, "but not both"),
            ({"PermissionModel": "SELF_MANAGED"}, "not supported with SELF_MANAGED"),
            ({"ExecutionRoleName": f"{NAME}-2"}, "has no role with the name"),
        ],
    )
    def test_settings_that_do_not_fit_are_refused(self, api, units, changes, message):
        own = {
            "ExecutionRoleName": self.NAME,
            "ExecutionRoleTemplateBody": self.template(units, "ssm:*"),
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
        }
        with pytest.raises(ClientError, match=message):
            api.create_stack_set(StackSetName="own", **{**SERVICE_MANAGED, **own, **changes})


class TestAutomaticDeployment:
    """An account that comes to a target gets its stacks, and one that leaves loses them."""

    @pytest.fixture
    def guest(self, units):
        """An account of the root, for a while."""
        account = units.organization.member("guest")
        yield account
        api = units.organization.management.client("organizations")
        api.remove_account_from_organization(AccountId=account.id)

    @staticmethod
    def settled(api, name="fleet"):
        """The accounts with stacks, once every operation has ended."""
        settle(api, name)
        return {one["Account"] for one in instances(api, name)}

    @staticmethod
    def values(account):
        return [
            one["Value"]
            for one in account.client("ssm").get_parameters_by_path(Path="/")["Parameters"]
        ]

    @pytest.mark.parametrize("retain", [False, True])
    def test_accounts_come_and_go(self, api, fleet, units, guest, retain):
        fleet(AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": retain})
        added(api, OrganizationalUnitIds=[units.production])
        listed = api.list_stack_set_auto_deployment_targets(StackSetName="fleet")["Summaries"]
        assert listed == [{"OrganizationalUnitId": units.production, "Regions": [REGION]}]
        units.organization.move(guest, units.production)
        assert self.settled(api) == {units.inner.id, guest.id}
        assert len(self.values(guest)) == 1
        units.organization.move(guest, units.organization.root)
        assert self.settled(api) == {units.inner.id}
        assert len(self.values(guest)) == retain

    def test_what_was_deleted_in_one_account_does_not_come_again(self, api, fleet, units, guest):
        fleet(AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False})
        added(api, OrganizationalUnitIds=[units.workloads])
        (inner,) = (one for one in instances(api) if one["Account"] == units.inner.id)
        delete(api, "fleet", inner)
        units.organization.move(guest, units.workloads)
        assert self.settled(api) == {units.first.id, units.second.id, guest.id}

    def test_without_it_nothing_happens(self, api, fleet, units, guest):
        fleet(AutoDeployment={"Enabled": False})
        added(api, OrganizationalUnitIds=[units.production])
        units.organization.move(guest, units.production)
        assert self.settled(api) == {units.inner.id}

    def test_a_stack_set_waits_for_those_that_it_depends_on(
        self, api, fleet, units, guest, with_faults
    ):
        fleet(AutoDeployment={"Enabled": True})
        arn = api.describe_stack_set(StackSetName="fleet")["StackSet"]["StackSetARN"]
        other = json.dumps({"Resources": {"Name": parameter("b", Name="/other")}})
        automatic = {"Enabled": True, "DependsOn": [arn]}
        fleet("other", AutoDeployment=automatic, TemplateBody=other)
        for name in ("fleet", "other"):
            added(api, name, OrganizationalUnitIds=[units.production])
        with with_faults(delays={"AWS::SSM::Parameter": 5}):
            units.organization.move(guest, units.production)
            newest = api.list_stack_set_operations(StackSetName="other")["Summaries"][0]
            assert newest["Status"] == "QUEUED"
        assert self.settled(api, "other") == {units.inner.id, guest.id}
        assert len(self.values(guest)) == 2


def test_a_unit_with_accounts_stays_and_an_account_moves_from_where_it_is(units):
    api = units.organization.management.client("organizations")
    with pytest.raises(ClientError, match="The specified OU is not empty"):
        api.delete_organizational_unit(OrganizationalUnitId=units.workloads)
    with pytest.raises(ClientError, match="We can't find a source root or OU"):
        api.move_account(
            AccountId=units.inner.id,
            SourceParentId=units.workloads,
            DestinationParentId=units.organization.root,
        )


def test_only_a_delegated_administrator_reads_the_organization(units):
    listed = units.audit.client("organizations").list_accounts()["Accounts"]
    assert units.organization.management.id in {one["Id"] for one in listed}
    with pytest.raises(ClientError, match="You don't have permissions to access this resource"):
        units.first.client("organizations").list_accounts()
