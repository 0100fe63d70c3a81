"""Calls fail on demand: throttled, with 5xx, or without an answer; and may be repeated."""

from __future__ import annotations

import json
from functools import partial

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from made_up_stacks import group
from rdsproxy_local.clients import client
from rdsproxy_local.local_cloud import Account
from rdsproxy_templates.errors import ConfigError

pytestmark = pytest.mark.xdist_group("cloud-engine")

ONCE = Config(retries={"max_attempts": 0})
BODY = json.dumps({"Resources": {"Group": group()}})


@pytest.fixture(scope="module")
def account(server):
    return Account(server.endpoint, "888888888888", "eu-west-1")


@pytest.fixture(scope="module")
def hasty(account):
    """A client that tries everything only once."""
    return partial(client, endpoint=account.endpoint, region=account.region, config=ONCE,
                   keys=account._keys)  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_is_left(stacks):
    yield
    stacks.delete_all()


def test_calls_are_throttled_as_each_service_does_it(hasty, with_faults):
    with with_faults(calls=[{"kind": "throttled", "service": "*"}]):
        with pytest.raises(ClientError, match=r"\(Throttling\).*Rate exceeded"):
            hasty("cloudformation").describe_stacks()
        with pytest.raises(ClientError, match=r"\(ThrottlingException\).*Rate exceeded"):
            hasty("ssm").describe_parameters()
        with pytest.raises(ClientError, match=r"\(SlowDown\)"):
            hasty("s3").list_buckets()
    assert hasty("cloudformation").describe_stacks()["Stacks"] == []


def test_only_the_operations_that_are_meant_fail_and_only_so_often(hasty, with_faults):
    fault = {"kind": "error", "operations": ["ListStacks"], "times": 2}
    api = hasty("cloudformation")
    with with_faults(calls=[fault]):
        api.describe_stacks()
        for _ in range(2):
            with pytest.raises(ClientError, match="InternalFailure"):
                api.list_stacks()
        api.list_stacks()


def test_a_share_of_calls_fails(hasty, with_faults):
    api, failed = hasty("cloudformation"), 0
    with with_faults(seed=1, calls=[{"kind": "throttled", "share": 0.5}]):
        for _ in range(40):
            try:
                api.list_stacks()
            except ClientError:
                failed += 1
    assert 8 < failed < 32


def test_the_engine_itself_meets_no_faults(stacks, hasty, with_faults):
    fault = {"kind": "error", "service": "*", "operations": ["CreateLogGroup"]}
    with with_faults(calls=[fault]):
        with pytest.raises(ClientError, match="InternalFailure"):
            hasty("logs").create_log_group(logGroupName="mine")
        assert stacks.create("made", {"Group": group()}) == "CREATE_COMPLETE"


def test_a_lost_answer_hides_that_the_work_was_done(stacks, hasty, with_faults):
    api = hasty("cloudformation")
    wanted = {"StackName": "lost", "TemplateBody": BODY, "ClientRequestToken": "one"}
    with (
        with_faults(calls=[{"kind": "lost", "operations": ["CreateStack"]}]),
        pytest.raises(ConnectionClosedError),
    ):
        api.create_stack(**wanted)
    assert stacks.status("lost") == "CREATE_COMPLETE"
    again = api.create_stack(**wanted)
    assert again["StackId"] == stacks.account.stack("lost")["StackId"]
    with pytest.raises(ClientError, match="already exists"):
        api.create_stack(**{**wanted, "ClientRequestToken": "two"})


def test_a_call_that_is_cut_has_done_nothing(stacks, hasty, with_faults):
    with (
        with_faults(calls=[{"kind": "cut", "operations": ["CreateStack"]}]),
        pytest.raises(ConnectionClosedError),
    ):
        hasty("cloudformation").create_stack(StackName="cut", TemplateBody=BODY)
    assert stacks.names() == []


def test_a_token_is_for_one_call(stacks, account):
    api = account.client("cloudformation")
    api.create_stack(StackName="first", TemplateBody=BODY, ClientRequestToken="mine")
    with pytest.raises(api.exceptions.TokenAlreadyExistsException):
        api.delete_stack(StackName="first", ClientRequestToken="mine")
    assert stacks.status("first") == "CREATE_COMPLETE"
    assert {event["ClientRequestToken"] for event in account.events("first")} == {"mine"}


def test_a_change_set_with_the_same_token_is_the_same(account):
    api = account.client("cloudformation")
    wanted = {"StackName": "made", "ChangeSetName": "new", "ChangeSetType": "CREATE"}
    one = api.create_change_set(**wanted, TemplateBody=BODY, ClientToken="mine")
    assert api.create_change_set(**wanted, TemplateBody=BODY, ClientToken="mine")["Id"] == one["Id"]
    with pytest.raises(api.exceptions.AlreadyExistsException):
        api.create_change_set(**wanted, TemplateBody=BODY)


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"pace": 3}, "pace"),
        ({"lag": -1}, "lag"),
        ({"calls": [{"kind": "slow"}]}, "'throttled', 'error', 'lost' or 'cut'"),
        ({"calls": [{"kind": "error", "share": 2}]}, "share"),
        ({"failing": [{"resource": "Group", "action": "make"}]}, "action"),
    ],
)
def test_faults_that_are_not_known_are_refused(with_faults, wanted, sentence):
    with pytest.raises(ConfigError, match=sentence), with_faults(**wanted):
        pass
