"""Every status that a stack can have, and the way on from it."""

from __future__ import annotations

import botocore.session
import pytest
from unreliable import STACK_ID, Unreliable

from rdsproxy_templates.deploy.accounts import AccountSession, AccountSettings
from rdsproxy_templates.deploy.console import Console
from rdsproxy_templates.deploy.deployment import Deployment
from rdsproxy_templates.deploy.ownership import TAG
from rdsproxy_templates.deploy.plans import PLANS
from rdsproxy_templates.deploy.states import STATES, state_of
from rdsproxy_templates.deploy.ways_on import WayOn
from rdsproxy_templates.errors import DeploymentError, NoSuchStackError

PLAN = PLANS["base"]
PROTECTED = {
    "LogicalResourceId": "DBCluster",
    "PhysicalResourceId": "shop-cluster",
    "ResourceType": "AWS::RDS::DBCluster",
    "ResourceStatus": "CREATE_COMPLETE",
}
ENDS = {
    "wait": "UPDATE_COMPLETE",
    "create again": "DELETE_COMPLETE",
    "continue rollback": "UPDATE_ROLLBACK_COMPLETE",
    "roll back": "UPDATE_ROLLBACK_COMPLETE",
}
"""The status in which a stack is ready, where it becomes another."""


class Person:
    """Somebody who answers, and reads."""

    def __init__(self, *, answer=True):
        self.answer, self.questions, self.said = answer, [], []

    def confirm(self, question):
        self.questions.append(question)
        return self.answer


def failed(logical_id, reason, **more):
    """A resource that could not be rolled back."""
    return {
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": logical_id.lower(),
        "ResourceType": "AWS::RDS::DBCluster",
        "ResourceStatus": "UPDATE_FAILED",
        "ResourceStatusReason": reason,
        **more,
    }


@pytest.fixture
def stack_in(monkeypatch):
    """The API and the stack, which is in a status, and where it is able to work."""

    def stack_in(status, **conditions):
        api = Unreliable(status, **conditions)
        api.tags = [{"Key": TAG, "Value": "base"}]
        rolled_back = ("UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE")
        api.outcomes |= {
            "delete_stack": ("DELETE_IN_PROGRESS", "DELETE_COMPLETE"),
            "continue_update_rollback": rolled_back,
            "rollback_stack": rolled_back,
        }
        if state_of(status).way == "wait":
            api._planned.append((10, lambda: api.becomes("UPDATE_COMPLETE")))
        return api, api.patch(monkeypatch)

    return stack_in


def prepared(stack, person, skip=()):
    """Make a stack ready, as `deploy` does."""
    WayOn(
        step="base",
        stack=stack,
        say=person.said.append,
        confirm=person.confirm,
        report=lambda *_: None,
        place=lambda: "account 1, eu-west-1",
        skip=skip,
    ).prepare()


def test_the_table_has_every_status_of_cloudformation_and_no_other():
    model = botocore.session.get_session().get_service_model("cloudformation")

    assert {*model.shape_for("StackStatus").enum} == {*STATES}


class TestDeploy:
    @pytest.mark.parametrize("status", STATES)
    def test_there_is_a_way_on_from_every_status(self, stack_in, status):
        api, stack = stack_in(status)
        person, way = Person(), STATES[status].way

        if way == "destroy first":
            with pytest.raises(DeploymentError, match=rf"\[base\] is {status}.* `destroy` it"):
                prepared(stack, person)
        else:
            prepared(stack, person)
        assert api.status == ENDS.get(way, status)
        assert len(person.questions) == (way in {"continue rollback", "roll back"})

    def test_a_status_that_is_newer_than_the_library_is_looked_at_first(self, stack_in):
        _, stack = stack_in("FROZEN")

        with pytest.raises(DeploymentError, match="is FROZEN, and some of its resources remain"):
            prepared(stack, Person())

    def test_a_failed_update_of_what_was_never_whole_is_completed(self, stack_in):
        api, stack = stack_in("CREATE_IN_PROGRESS")
        for status in ("CREATE_FAILED", "UPDATE_IN_PROGRESS", "UPDATE_FAILED"):
            api.becomes(status)
        api._planned.clear()
        person = Person()
        prepared(stack, person)

        assert (api.status, person.questions) == ("UPDATE_FAILED", [])
        assert api.asked("rollback_stack") == []

    @pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"])
    def test_whoever_says_no_changes_nothing(self, stack_in, status):
        api, stack = stack_in(status)
        person = Person(answer=False)

        with pytest.raises(DeploymentError, match=rf"\[base\] is {status}, and was left so"):
            prepared(stack, person)
        assert api.status == status
        assert person.questions[0].startswith(f"shop-base in account 1, eu-west-1 is {status}. ")


class TestFailedRollback:
    CHILD = "arn:aws:cloudformation:eu-west-1:1:stack/shop-RDSStack-X1/2"
    RESOURCES = {
        "shop-base": [
            failed("RDSStack", "failed", ResourceType="AWS::CloudFormation::Stack", PhysicalResourceId=CHILD),
            failed("Whole", "fine", ResourceStatus="UPDATE_COMPLETE"),
        ],
        CHILD: [failed("DBCluster", "the database is gone")],
    }  # fmt: skip

    def test_names_what_failed_inside_of_nested_stacks(self, stack_in):
        api, stack = stack_in("UPDATE_ROLLBACK_FAILED")
        api.resources = self.RESOURCES
        person = Person()
        prepared(stack, person)

        assert person.said == ["could not be rolled back: RDSStack.DBCluster: the database is gone"]
        assert "ResourcesToSkip" not in api.asked("continue_update_rollback")[0]

    def test_skips_a_resource_by_the_name_of_its_stack(self, stack_in):
        api, stack = stack_in("UPDATE_ROLLBACK_FAILED")
        api.resources = self.RESOURCES
        person = Person()
        prepared(stack, person, skip=["RDSStack.DBCluster"])

        assert person.questions[0].endswith("Continue the rollback, skipping RDSStack.DBCluster?")
        [asked] = api.asked("continue_update_rollback")
        assert asked["ResourcesToSkip"] == ["shop-RDSStack-X1.DBCluster"]

    def test_does_not_skip_what_did_not_fail(self, stack_in):
        api, stack = stack_in("UPDATE_ROLLBACK_FAILED")
        api.resources = self.RESOURCES

        with pytest.raises(DeploymentError, match=r"VPC is not among what failed.*: RDSStack\.DB"):
            prepared(stack, Person(), skip=["VPC"])
        assert api.asked("continue_update_rollback") == []

    def test_nothing_is_skipped_in_another_state(self, stack_in):
        _, stack = stack_in("UPDATE_COMPLETE")

        with pytest.raises(DeploymentError, match="and shop-base is UPDATE_COMPLETE; leave it out"):
            prepared(stack, Person(), skip=["VPC"])

    def test_that_fails_again_says_what_is_left_to_do(self, stack_in):
        api, stack = stack_in("UPDATE_ROLLBACK_FAILED")
        api.outcomes["continue_update_rollback"] = (
            "UPDATE_ROLLBACK_IN_PROGRESS",
            "UPDATE_ROLLBACK_FAILED",
        )

        with pytest.raises(DeploymentError, match="or skip a resource by `--skip-resource PATH`"):
            prepared(stack, Person())


class Databases:
    """RDS, with one protected cluster or none."""

    def __init__(self, *, there=True):
        self.there, self.protected = there, True

    def describe_db_clusters(self, **_):
        return {"DBClusters": [{"DeletionProtection": self.protected}] * self.there}

    def modify_db_cluster(self, **given):
        self.protected = given["DeletionProtection"]


@pytest.fixture
def destroyed(stack_in):
    """Destroy the stack in a status; returns its API, its databases and the person."""

    def destroyed(status, *, answer=True, resources=(PROTECTED,), **options):
        api, _ = stack_in(status)
        api.resources = {"shop-base": [*resources]}
        databases, person = Databases(), Person(answer=answer)
        services = {"cloudformation": api, "rds": databases}
        session = type("Session", (), {"client": lambda _, name, **__: services[name]})()
        here = AccountSession(
            name="app", settings=AccountSettings(), id="1", session=session, region="eu-west-1"
        )
        deployment = Deployment(
            plan=PLAN,
            account_sessions={"app": here},
            console=Console(say=person.said.append, confirm=person.confirm, asks=False),
            prefix="shop",
            **{"accept_data_loss": True, **options},
        )
        return deployment, api, databases, person

    return destroyed


class TestDestroy:
    @pytest.mark.parametrize(
        "status", [one for one, state in STATES.items() if not state.takes_updates]
    )
    def test_turns_protection_off_and_deletes_where_no_update_can(self, destroyed, status):
        deployment, api, databases, person = destroyed(status)
        deployment.destroy()

        assert (api.status, databases.protected) == ("DELETE_COMPLETE", False)
        assert person.questions == [
            "Turn off the deletion protection of shop-cluster? Delete shop-base in account 1, "
            "eu-west-1?"
        ]

    @pytest.mark.parametrize(
        "status", [one for one, state in STATES.items() if not state.takes_updates]
    )
    @pytest.mark.parametrize("how", ["no", "without the option"])
    def test_does_neither_where_that_is_not_wanted(self, destroyed, status, how):
        options = {"answer": False} if how == "no" else {"accept_data_loss": False}
        deployment, api, databases, _ = destroyed(status, **options)

        with pytest.raises(DeploymentError):
            deployment.destroy()
        assert (api.status, databases.protected) == (status, True)

    @pytest.mark.parametrize(
        "status",
        [one for one, state in STATES.items() if state.way in {"update", "wait"}],
    )
    def test_leaves_a_protected_database_of_a_healthy_stack(self, destroyed, status):
        deployment, _, databases, _ = destroyed(status)

        with pytest.raises(DeploymentError, match=r"\[base\.DBCluster\] is protected.*deploy it"):
            deployment.destroy()
        assert databases.protected

    @pytest.mark.parametrize("status", [one for one in STATES if one != "DELETE_COMPLETE"])
    def test_deletes_from_every_status_without_a_database(self, destroyed, status):
        deployment, api, _, _ = destroyed(status, resources=())
        deployment.destroy()

        assert api.status == "DELETE_COMPLETE"

    @pytest.mark.parametrize("status", [None, "DELETE_COMPLETE"])
    def test_says_that_there_is_none(self, destroyed, status):
        deployment, *_ = destroyed(status or "DELETE_COMPLETE")

        with pytest.raises(NoSuchStackError) as caught:
            deployment.destroy()
        assert str(caught.value) == (
            "[base] no such stack here: shop-base in account 1, eu-west-1; look at the profile, "
            "--region and --stack-prefix"
        )

    def test_retains_what_is_named_in_a_failed_deletion(self, destroyed):
        bucket = {**PROTECTED, "LogicalResourceId": "Bucket", "ResourceType": "AWS::S3::Bucket"}
        deployment, api, _, _ = destroyed("DELETE_FAILED", resources=[bucket], retain=["Bucket"])
        api.resources[STACK_ID] = api.resources["shop-base"]
        deployment.destroy()

        assert api.asked("delete_stack")[0]["RetainResources"] == ["Bucket"]

    def test_retains_nothing_elsewhere(self, destroyed):
        deployment, api, _, _ = destroyed("CREATE_COMPLETE", resources=(), retain=["Bucket"])

        with pytest.raises(DeploymentError, match=r"\[--retain\] is for stacks in DELETE_FAILED"):
            deployment.destroy()
        assert api.status == "CREATE_COMPLETE"

    def test_does_not_retain_what_is_not_there(self, destroyed):
        deployment, *_ = destroyed("DELETE_FAILED", retain=["Bucket"])

        with pytest.raises(DeploymentError, match="unknown resource 'Bucket'; the stack has DBClu"):
            deployment.destroy()
