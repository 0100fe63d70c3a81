"""Plans: the inputs of each step and their sources; messages and the document."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest

from rdsproxy_templates.aws.kinds import AccountId
from rdsproxy_templates.deploy import data_policies, deployment, faults, sam_cli
from rdsproxy_templates.deploy.accounts import AccountSession, AccountSettings
from rdsproxy_templates.deploy.change_sets import Change, ChangeSet, read_change
from rdsproxy_templates.deploy.console import Console
from rdsproxy_templates.deploy.deployment import Deployment
from rdsproxy_templates.deploy.failures import failures
from rdsproxy_templates.deploy.guide import guide_for, parameters_from_steps
from rdsproxy_templates.deploy.parameters import Previous, differences, for_api
from rdsproxy_templates.deploy.plans import PLANS, Plan, Step, plan_of
from rdsproxy_templates.deploy.rendered_step import RenderedStep
from rdsproxy_templates.deploy.review import RequestedChange
from rdsproxy_templates.deploy.root_stack import RootStack
from rdsproxy_templates.deploy.subnets import removed_subnets
from rdsproxy_templates.errors import DeploymentError
from rdsproxy_templates.model import Template, Values
from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.variants import VARIANTS

every_plan = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
CROSS_ACCOUNT = PLANS["cross_account"]


@pytest.fixture(autouse=True)
def no_stack_policy(monkeypatch):
    """No stack here has a policy."""
    monkeypatch.setattr(data_policies, "is_guarded", lambda _: False)


def ports(variant, side):
    return {port.name: port for port in getattr(VARIANTS[variant], side).ports()}


def steps_before(plan, step):
    return {one.name: one for one in plan.steps[: plan.steps.index(step)]}


class TestPlans:
    def test_every_variant_is_part_of_a_plan(self):
        parts = [step.variant for plan in PLANS.values() for step in plan.steps]

        assert sorted(parts) == sorted(VARIANTS)
        assert all(variant in {s.variant for s in plan_of(variant).steps} for variant in VARIANTS)

    @every_plan
    def test_an_earlier_step_offers_each_input_of_a_step_in_the_same_kind(self, plan):
        for step in plan.steps:
            taken = ports(step.variant, "Inputs")
            for source, names in step.inputs_from.items():
                offered = ports(steps_before(plan, step)[source].variant, "Outputs")
                for name in names:
                    assert issubclass(offered[name].kind, taken[name].kind), name
                    assert issubclass(offered[name].kind, Values) is issubclass(
                        taken[name].kind, Values
                    )

    @every_plan
    def test_each_account_id_of_a_step_is_one_of_the_plans_accounts(self, plan):
        for step in plan.steps:
            taken = ports(step.variant, "Inputs")
            assert [taken[name].kind for name in step.account_ids] == [AccountId] * len(
                step.account_ids
            )
            assert set(step.account_ids.values()) <= set(plan.accounts)

    @pytest.mark.parametrize("login", ["iam", "password"])
    def test_across_accounts_no_input_is_left_open(self, login):
        for step in CROSS_ACCOUNT.steps:
            settings = {"login": login}
            if login == "password" and step.name == "db":
                users = [{"name": "app", "login": "password"}]
                settings |= {"rds": {"users": users}, "function_user": "app"}
            variant = VARIANTS[step.variant]
            root = unpackaged(variant, variant.Config.parse(settings, "a test")).root
            known = {name for name, _ in parameters_from_steps(CROSS_ACCOUNT, step, root)}
            needed = {name for name, body in root.parameters.items() if "Default" not in body}
            assert needed - known == ({"DBAccountId"} if step.name == "network" else set())

    def test_shared_settings_are_equal_in_all_steps(self):
        for step in CROSS_ACCOUNT.steps:
            config = VARIANTS[step.variant].Config()
            assert [getattr(config, name) for name in CROSS_ACCOUNT.shared_settings] == [
                "iam",
                "aurora-mysql",
            ]

    def test_stacks_have_the_names_that_sam_gives_them(self):
        names = [step.stack_name("rdsproxy") for step in CROSS_ACCOUNT.steps]

        assert names == [f"rdsproxy-cross-account-{name}" for name in ("network", "db", "app")]

    def test_an_account_is_named_once(self):
        assert CROSS_ACCOUNT.accounts == ("app", "db")
        assert PLANS["base"].accounts == ("app",)


def documents(plan=CROSS_ACCOUNT, **settings):
    """The text of each step's document, by the step's name; *settings* are those of the step db."""
    texts = {}
    for step in plan.steps:
        variant = VARIANTS[step.variant]
        config = variant.Config.parse(settings if step.name == "db" else {}, "a test")
        texts[step.name] = guide_for(plan, step, unpackaged(variant, config).root)
    return texts


class TestDocument:
    @pytest.mark.parametrize("step", CROSS_ACCOUNT.steps, ids=lambda step: step.name)
    def test_every_parameter_without_a_default_gets_a_value(self, step):
        variant = VARIANTS[step.variant]
        text = documents()[step.name]

        for name, body in unpackaged(variant, variant.Config()).root.parameters.items():
            assert (f'"{name}=$(' in text) is ("Default" not in body)

    def test_each_value_comes_from_the_stack_that_offers_it(self):
        text = documents()["app"]

        asked = '"RDSProxyEndpoint=$(output db rdsproxy-cross-account-db RDSProxyEndpoint)"'
        assert asked in text
        assert "sam deploy --profile app" in text
        assert "SecretArn" not in text

    def test_the_first_step_of_edge_is_in_the_required_region_of_its_variant(self):
        waf, _ = PLANS["edge"].steps

        assert waf.region == VARIANTS[waf.variant].Config.required_region

    def test_a_step_of_one_region_says_so_to_every_command(self):
        first, second = documents(PLANS["edge"]).values()

        assert "(../edge_waf/DEPLOY.md) | app, always in us-east-1" in second
        assert first.count("--profile app --region us-east-1") == 6
        assert "$(output app rdsproxy-edge-waf WebACLArn --region us-east-1)" in second
        assert "sam deploy --profile app --parameter" in second

    def test_the_last_step_ends_with_a_smoke_test(self):
        first, second = documents(PLANS["edge"]).values()

        assert "## Try" not in first
        assert 'eval "$(output app rdsproxy-edge CallByCurl)"\n' in second
        assert "- `CallAroundByCurl`: Answers 403 to every address" in second

    def test_the_database_step_names_its_protection(self):
        protected = {name for name, text in documents().items() if "is protected" in text}
        unprotected = documents(rds={"deletion_protection": False})["db"]

        assert protected == {"db"}
        assert "is protected" not in unprotected
        assert "A final snapshot of the database stays." in unprotected

    def test_commands_have_no_comments_which_a_shell_may_not_know(self):
        # zsh at its prompt: https://zsh.org/mla/users/2009/msg00223.html
        for text in documents().values():
            commands = text.split("```bash")[1:]
            assert len(commands) == 2
            assert not any("#" in one.partition("```")[0] for one in commands)


class Session:
    """A session of boto3 that makes no clients, and says for where."""

    def client(self, service, region_name):
        return service, region_name


class TestAccess:
    ACCESS = AccountSession(
        name="app",
        settings=AccountSettings(profile="me", bucket="packages"),
        id="123456789012",
        session=Session(),
        region="eu-west-1",
    )

    def test_calls_are_made_where_the_session_is(self):
        assert self.ACCESS.at(None) is self.ACCESS.at("eu-west-1") is self.ACCESS
        assert self.ACCESS.client("rds") == ("rds", "eu-west-1")

    def test_in_another_region_the_account_is_the_same_and_the_bucket_is_not(self):
        there = self.ACCESS.at("us-east-1")

        assert there.client("wafv2") == ("wafv2", "us-east-1")
        assert (there.id, there.settings) == ("123456789012", AccountSettings(profile="me"))


class Stacks:
    """A stack of made-up events."""

    def __init__(self, **events):
        self._events = events

    def events(self, name_or_id):
        return self._events[name_or_id]


def event(logical_id, status, reason=None, kind="AWS::EC2::VPC", physical_id=""):
    own = {"ResourceStatusReason": reason} if reason else {}
    return own | {
        "StackId": "here",
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": physical_id,
        "ResourceType": kind,
        "ResourceStatus": status,
    }


STACK = "AWS::CloudFormation::Stack"


class TestFailures:
    def test_the_innermost_resource_is_named_with_its_path(self):
        inside = [
            event("Itself", "CREATE_IN_PROGRESS", kind=STACK, physical_id="here"),
            event("VPC", "CREATE_FAILED", "the limit is reached"),
            event("Subnet", "CREATE_FAILED", "Resource creation cancelled"),
        ]
        outside = [
            event("Itself", "CREATE_IN_PROGRESS", kind=STACK, physical_id="here"),
            event("Inner", "CREATE_IN_PROGRESS", kind=STACK, physical_id="in"),
            event("Inner", "CREATE_FAILED", "Embedded stack failed", STACK),
        ]
        stack = Stacks(**{"in": inside, "out": outside})

        assert [str(one) for one in failures(stack, "out", "deploy")] == [
            "[Inner.VPC] the limit is reached"
        ]

    def test_earlier_failures_are_not_reported(self):
        events = [
            event("Itself", "UPDATE_IN_PROGRESS", kind=STACK, physical_id="here"),
            event("VPC", "UPDATE_FAILED", "long ago"),
            event("Itself", "UPDATE_IN_PROGRESS", kind=STACK, physical_id="here"),
            event("VPC", "UPDATE_FAILED", "now"),
        ]

        [one] = failures(Stacks(out=events), "out", "deploy")
        assert str(one) == "[VPC] now"

    @pytest.mark.parametrize(
        ("reason", "remedy"),
        [
            (
                "can only be shared within your AWS Organization.",
                "aws ram enable-sharing-with-aws-organization",
            ),
            (
                "Cluster cannot be deleted, it still contains DB instances in non-deleting state.",
                "delete them by `aws rds delete-db-instance`",
            ),
            ("/aws/rds/cluster/shop/error already exists", "delete the group, or leave out"),
        ],
    )
    def test_remedies_are_named(self, reason, remedy):
        events = [event("Any", "CREATE_FAILED", reason)]

        [one] = failures(Stacks(out=events), "out", "deploy")
        assert remedy in str(one)

    def test_a_nested_stack_without_events_is_the_innermost(self):
        events = [
            event("Inner", "DELETE_FAILED", "it is protected", STACK, "in"),
        ]

        [one] = failures(Stacks(**{"out": events, "in": []}), "out", "destroy")
        assert str(one) == "[Inner] it is protected"


class LateApi:
    """A CloudFormation that shows the old status for a while after a request."""

    def __init__(self, *shown):
        self._shown = [*shown]

    def get_paginator(self, _):
        return self

    def paginate(self, **_):
        now = self._shown.pop(0) if len(self._shown) > 1 else self._shown[0]
        return [{"StackEvents": now[::-1]}]

    def execute_change_set(self, **_):
        pass

    def describe_change_set(self, **_):
        return {"ExecutionStatus": "EXECUTE_IN_PROGRESS"}


def test_an_earlier_status_is_not_mistaken_for_the_outcome(monkeypatch):
    monkeypatch.setattr(faults, "PAUSES", (0,))
    of_stack = {
        "StackId": "here",
        "PhysicalResourceId": "here",
        "LogicalResourceId": "Itself",
        "ResourceType": "AWS::CloudFormation::Stack",
    }
    states = ("CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE")
    events = [of_stack | {"EventId": one, "ResourceStatus": one} for one in states]
    api = LateApi(events[:1], events[:1], events[:1], events[:2], events)
    stack = RootStack(SimpleNamespace(client=lambda _: api), "itself")
    account_ids = []

    status = stack.execute(
        ChangeSet(id="one"), lambda event: account_ids.append(event.status) if event else None
    )

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert account_ids == ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]


def cluster(**more):
    """A change of a database, or of something in its place."""
    usual = {"action": "Modify", "path": "RDSStack.DBCluster", "type": "AWS::RDS::DBCluster"}
    return Change(**(usual | more))


class Carrying:
    """A stack that notes what becomes of a change set."""

    def __init__(self):
        self.done = []

    def carry_out(self, change_set, *, accept_data_loss):
        plan = PLANS["base"]
        console = Console(say=lambda _: None, confirm=lambda _: True, asks=False)
        deployment = Deployment(
            plan=plan,
            account_sessions={"app": TestAccess.ACCESS},
            console=console,
            accept_data_loss=accept_data_loss,
        )
        deployment._execute(plan.steps[0], RequestedChange(stack=self, change_set=change_set))

    def discard(self, change_set):
        self.done.append("forgotten")

    def execute(self, change_set, report, options):
        self.done.append("executed")
        return "UPDATE_COMPLETE"


class TestChangeSets:
    @pytest.mark.parametrize(
        "reason",
        [
            "The submitted information didn't contain changes. Submit different information.",
            "No updates are to be performed.",
        ],
    )
    def test_that_nothing_changes_is_no_failure(self, reason):
        assert ChangeSet(id="one", reason=reason).empty

    def test_any_other_reason_is_a_failure(self):
        assert not ChangeSet(id="one", reason="Transform failed").empty

    @pytest.mark.parametrize(
        ("targets", "risk"),
        [
            ([{"Attribute": "Tags"}], None),
            ([{"Attribute": "Properties", "Name": "Tags"}, {"Attribute": "Tags"}], None),
            (
                [{"Attribute": "Tags"}, {"Attribute": "Properties", "Name": "Engine"}],
                "holds data, and may be replaced",
            ),
            ([], "holds data, and may be replaced"),
        ],
    )
    def test_tags_replace_nothing(self, targets, risk):
        shown = {
            "Action": "Modify",
            "LogicalResourceId": "DBCluster",
            "ResourceType": "AWS::RDS::DBCluster",
            "Replacement": "Conditional",
            "Details": [{"Target": target} for target in targets],
        }

        assert read_change(shown).risk == risk

    @pytest.mark.parametrize(
        ("replacement", "ending"),
        [("False", ""), ("True", " (replaced)"), ("Conditional", " (may be replaced)")],
    )
    def test_a_replacement_is_told_from_one_that_may_be(self, replacement, ending):
        change = Change(action="Modify", path="VPC", type="AWS::EC2::VPC", replacement=replacement)

        assert str(change) == f"modify   VPC  AWS::EC2::VPC{ending}"

    def test_a_nested_stack_is_shown_by_what_changes_inside(self):
        group = Change(action="Add", path="RDSStack.Proxy.Group", type="AWS::Logs::LogGroup")
        proxy = Change(action="Modify", path="RDSStack.Proxy", type=STACK, inside=(group,))
        rds = Change(action="Modify", path="RDSStack", type=STACK, inside=(proxy,))
        sam = Change(action="Modify", path="SAMStack", type=STACK)

        assert [*ChangeSet(id="one", changes=(rds, sam)).lines()] == [
            "add      RDSStack.Proxy.Group  AWS::Logs::LogGroup",
            "modify   SAMStack  AWS::CloudFormation::Stack",
        ]

    def test_a_change_set_without_resources_says_so(self):
        assert [*ChangeSet(id="one").lines()] == [
            "only the locations of templates, or outputs, change"
        ]


class TestRisks:
    @pytest.mark.parametrize(
        ("change", "risk"),
        [
            (cluster(), None),
            (cluster(action="Add"), None),
            (cluster(replacement="True"), "holds data, and would be replaced"),
            (cluster(replacement="Conditional"), "holds data, and may be replaced"),
            (cluster(action="Remove"), "holds data, and would be deleted"),
            (cluster(type="AWS::KMS::Key", action="Remove"), "holds data, and would be deleted"),
            (cluster(type="AWS::EC2::VPC", replacement="True"), None),
            (
                cluster(type=STACK, hidden=True),
                "may hold data, and its changes are not known",
            ),
        ],
    )
    def test_the_fate_of_data_is_shown(self, change, risk):
        assert change.risk == risk
        assert str(change).endswith(f" !! {risk}") is (risk is not None)

    def test_a_secret_that_would_be_generated_anew_is_a_risk(self):
        secret = {"path": "Secret", "type": "AWS::SecretsManager::Secret"}
        generated = frozenset({"GenerateSecretString", "Tags"})

        assert cluster(**secret, properties=frozenset({"Tags"})).risk is None
        assert cluster(**secret, properties=generated, action="Add").risk is None
        assert "rotate the secret instead" in cluster(**secret, properties=generated).risk

    def test_they_are_found_at_all_levels(self):
        lost = cluster(replacement="True")
        rds = Change(action="Modify", path="RDSStack", type=STACK, inside=(cluster(), lost))

        assert ChangeSet(id="one", changes=(rds,)).risky == (lost,)

    def test_they_are_not_carried_out_unless_they_are_accepted(self):
        change_set = ChangeSet(id="one", changes=(cluster(replacement="True"),))
        refusing, refused = Carrying(), r"^\[base.RDSStack.DBCluster\] holds data, and would be rep"

        with pytest.raises(DeploymentError, match=refused):
            refusing.carry_out(change_set, accept_data_loss=False)
        accepting = Carrying()
        accepting.carry_out(change_set, accept_data_loss=True)

        assert (refusing.done, accepting.done) == (["forgotten"], ["executed"])


SUBNET = "AWS::EC2::Subnet"


class TestSubnets:
    GROUP = Change(
        action="Modify",
        path="RDSStack.DBSubnetGroup",
        type="AWS::RDS::DBSubnetGroup",
        properties=frozenset({"SubnetIds"}),
    )

    @pytest.mark.parametrize(
        "subnet",
        [
            {"action": "Remove"},
            {"action": "Modify", "replacement": "True"},
            {"action": "Modify", "replacement": "Conditional"},
        ],
    )
    def test_the_subnets_of_a_database_stay(self, subnet):
        change = Change(path="VPCStack.PrivateSubnet1", type=SUBNET, **subnet)
        doubtful = replace(self.GROUP, uncertain=self.GROUP.properties)
        refusing = Carrying()

        with pytest.raises(DeploymentError, match=r"^\[base.VPCStack.PrivateSubnet1\] would be"):
            refusing.carry_out(
                ChangeSet(id="one", changes=(change, doubtful)), accept_data_loss=True
            )
        assert refusing.done == ["forgotten"]

    def test_other_subnets_for_a_group_are_refused(self):
        refusing = Carrying()

        with pytest.raises(DeploymentError, match=r"DBSubnetGroup\] would get other subnets"):
            refusing.carry_out(ChangeSet(id="one", changes=(self.GROUP,)), accept_data_loss=True)

    def test_a_merely_possible_replacement_beside_another_network_change_passes(self):
        tagged = Change(action="Modify", path="VPCStack.PrivateSubnet1", type=SUBNET)
        doubtful = replace(self.GROUP, uncertain=self.GROUP.properties)

        for changes in ((tagged, self.GROUP), (doubtful,), (tagged, doubtful)):
            assert not [*removed_subnets(ChangeSet(id="one", changes=changes))]

    def test_subnets_without_a_database_may_be_deleted(self):
        gone = Change(action="Remove", path="PublicSubnet", type=SUBNET)

        assert not [*removed_subnets(ChangeSet(id="one", changes=(gone,)))]


class TestParameters:
    DECLARED: ClassVar = {
        "Name": {"Type": "String", "Default": "rds", "Description": "A name."},
        "Range": {"Type": "String", "Description": "A range."},
    }

    def asked(self, before, **values):
        found = for_api("step", self.DECLARED, values, before)
        return {one.pop("ParameterKey"): one for one in found}

    def test_a_value_given_once_stays(self):
        before = {"Name": Previous("mine", "rds"), "Range": Previous("10.0.0.0/8", None)}
        kept = {"UsePreviousValue": True}

        assert self.asked(before) == {"Name": kept, "Range": kept}
        assert [*differences(self.DECLARED, {}, before)] == [
            "parameter Name: keeps 'mine', given before (default 'rds')"
        ]

    def test_a_value_left_to_the_default_follows_the_default(self):
        before = {"Name": Previous("old", "old"), "Range": Previous("10.0.0.0/8", None)}

        assert self.asked(before) == {"Range": {"UsePreviousValue": True}}
        assert [*differences(self.DECLARED, {}, before)] == ["parameter Name: 'old' -> 'rds'"]

    def test_a_new_value_is_shown_beside_the_old_one(self):
        before = {"Name": Previous("mine", "rds"), "Range": Previous("10.0.0.0/8", None)}
        given = {"Name": "rds", "Range": "10.0.0.0/8"}

        assert self.asked(before, **given) == {
            name: {"ParameterValue": value} for name, value in given.items()
        }
        assert [*differences(self.DECLARED, given, before)] == ["parameter Name: 'mine' -> 'rds'"]

    def test_a_missing_value_is_asked_for(self):
        with pytest.raises(DeploymentError, match=r"needs --parameter Range=… \(A range\)"):
            self.asked({})

    def test_a_hidden_value_is_not_shown(self):
        hidden = {"Name": {**self.DECLARED["Name"], "NoEcho": True}}

        assert not [*differences(hidden, {"Name": "new"}, {"Name": Previous("****", None)})]


class Standing:
    """A stack in which nothing changes, and that may be protected from deletion."""

    protected = False

    def __init__(self, session, name):
        self.session, self.name = session, name

    def description(self):
        return None

    def wait_until_settled(self, _report=None):
        return {"StackStatus": "CREATE_COMPLETE"}

    def parameters(self):
        return {}

    def change_set(self, *_):
        return ChangeSet(id="one", reason="No updates are to be performed.")

    def discard(self, change_set):
        pass

    def protect(self, *, enabled):
        changed, Standing.protected = Standing.protected is not enabled, enabled
        return changed

    def outputs(self):
        return {}


NOTHING = Template(
    description="", parameters={}, children={}, resources={}, outputs={}, transforms=()
)


class TestTerminationProtection:
    @pytest.fixture
    def deployed(self, monkeypatch):
        """The output when a plan is deployed that changes nothing."""
        monkeypatch.setattr(Standing, "protected", False)
        monkeypatch.setattr(deployment, "RootStack", Standing)

        def deployed(plan, **more):
            said = []
            access = replace(TestAccess.ACCESS, settings=AccountSettings())
            account_sessions = dict.fromkeys(plan.accounts, access)
            console = Console(say=said.append, confirm=lambda _: True)
            parts = {step.variant: RenderedStep(root=NOTHING, folder=Path()) for step in plan.steps}
            Deployment(
                plan=plan,
                account_sessions=account_sessions,
                console=console,
                package=lambda *_: "",
                **more,
            ).deploy(parts)
            return said

        return deployed

    @every_plan
    def test_it_is_turned_on_once_where_it_is_off(self, deployed, plan):
        first, second = deployed(plan), deployed(plan)

        assert "  termination protection is on" in first
        assert "  termination protection is on" not in second
        assert Standing.protected

    def test_it_is_left_as_it_is_on_request(self, deployed):
        deployed(PLANS["base"], termination_protection=False)

        assert not Standing.protected


def test_a_plan_names_each_step_only_once():
    plan = Plan(name="two", steps=(Step(name="a", variant="base"), Step(name="b", variant="auth")))

    assert plan.accounts == ("app",)


def test_packages_lie_where_and_as_somebody_asks():
    settings = AccountSettings(bucket="mine", package_prefix="shop", package_key="alias/packages")
    session = SimpleNamespace(settings=settings, region="eu-west-1")

    assert [*sam_cli._options(session)] == [
        *("--region", "eu-west-1"),
        *("--s3-bucket", "mine"),
        *("--s3-prefix", "shop"),
        *("--kms-key-id", "alias/packages"),
    ]


def test_a_loss_is_accepted_by_the_path_that_its_refusal_names():
    risky = ChangeSet(id="one", changes=(cluster(action="Remove"),))
    change = RequestedChange(stack=None, change_set=risky)

    [refused] = change.refusals((), accepts_all=False, within="db.")
    assert "--accept-data-loss-of db.RDSStack.DBCluster, or --accept-data-loss for all" in (
        refused.sentence
    )
    assert change.refusals(("RDSStack.DBCluster",), accepts_all=False) == []


def test_a_session_makes_each_client_once_and_hands_none_to_another():
    def session(name):
        return SimpleNamespace(client=lambda service, region_name: [name, service, region_name])

    app = AccountSession(
        name="app", settings=AccountSettings(), id="1", session=session("one"), region="eu-west-1"
    )
    other = replace(app, id="2", session=session("two"))

    assert app.client("s3") is app.client("s3")
    assert other.client("s3") == ["two", "s3", "eu-west-1"]
    assert app.at("us-east-1").client("s3") == ["one", "s3", "us-east-1"]
