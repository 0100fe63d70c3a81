"""`--stack-policy`: CloudFormation itself refuses to replace or delete what holds data."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from made_up_stacks import Stacks, group, nested
from rdsproxy_templates.deploy.data_policies import allow_losses, data_stacks, settled_policy
from rdsproxy_templates.deploy.root_stack import RootStack

pytestmark = pytest.mark.xdist_group("plan")


def secret(name):
    return {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": name}}


@pytest.fixture(scope="module")
def stacks(cloud):
    return Stacks(cloud.account("444444444404"))


@pytest.fixture
def urls(stacks):
    """Templates of a nested stack, by the name of its secret; without one, it has none."""

    def url(name=None):
        resources = {"Group": group(), **({"Secret": secret(name)} if name else {})}
        return stacks.put(f"inner-{name}", resources)

    return url


@pytest.fixture
def guarded(stacks, urls):
    """A stack with a secret, its own and a nested one, protected."""
    stacks.create("guarded", {"Own": secret("own"), "Child": nested(urls("inner")), "Log": group()})
    stack = RootStack(SimpleNamespace(client=stacks.account.client), "guarded")
    assert settled_policy(stack, choice=True) == "the stack policy protects what holds data"
    assert settled_policy(stack, choice=None) is None
    yield stack
    stacks.delete("guarded")


def secrets(stacks):
    found = stacks.account.client("secretsmanager").list_secrets()["SecretList"]
    return sorted(one["Name"] for one in found if "DeletedDate" not in one)


CHANGES = {
    "a secret is replaced": lambda urls: {"Own": secret("other"), "Child": nested(urls("inner"))},
    "a secret is removed": lambda urls: {"Child": nested(urls("inner"))},
    "a nested secret is replaced": lambda urls: {
        "Own": secret("own"),
        "Child": nested(urls("new")),
    },
    "a nested secret is removed": lambda urls: {"Own": secret("own"), "Child": nested(urls())},
    "a nested stack is removed": lambda _: {"Own": secret("own")},
}
LOST = {
    "a secret is replaced": "Own",
    "a secret is removed": "Own",
    "a nested secret is replaced": "Child.Secret",
    "a nested secret is removed": "Child.Secret",
    "a nested stack is removed": "Child.Secret",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_loss_is_refused_by_cloudformation_and_possible_where_it_is_accepted(
    stacks, urls, guarded, change
):
    changed = {**CHANGES[change](urls), "Log": group()}

    assert stacks.update("guarded", changed) == "UPDATE_ROLLBACK_COMPLETE"
    assert secrets(stacks) == ["inner", "own"]
    events = [one for one in stacks.account.failures("guarded") if "by stack policy" in one]
    assert events

    allow_losses(guarded, [LOST[change]])
    assert stacks.update("guarded", changed) == "UPDATE_COMPLETE"
    assert secrets(stacks) != ["inner", "own"]
    settled_policy(guarded, choice=None)
    assert [
        one
        for one in data_stacks(guarded)
        if "NotResource" in stacks.api.get_stack_policy(StackName=one.stack_id)["StackPolicyBody"]
    ] == []


def test_what_holds_no_data_changes_as_before(stacks, urls, guarded):
    changed = {
        "Own": secret("own"),
        "Child": nested(urls("inner")),
        "Log": group(RetentionInDays=7),
    }

    assert stacks.update("guarded", changed) == "UPDATE_COMPLETE"


def test_it_is_turned_off_on_demand(stacks, guarded):
    assert settled_policy(guarded, choice=False) == "the stack policy allows everything"
    assert stacks.update("guarded", {"Log": group()}) == "UPDATE_COMPLETE"
    assert secrets(stacks) == []
    assert settled_policy(guarded, choice=None) is None


def test_whoever_may_not_read_it_deploys_as_before(stacks):
    def refused(**_):
        raise stacks.api.exceptions.ClientError(
            {"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetStackPolicy"
        )

    client = SimpleNamespace(get_stack_policy=refused)
    stack = SimpleNamespace(session=SimpleNamespace(client=lambda _: client), name="any")
    assert settled_policy(stack, choice=None) is None
