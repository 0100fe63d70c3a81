"""A log group takes a key only where the key's policy admits CloudWatch Logs."""

from __future__ import annotations

import json

import pytest

from made_up_stacks import Stacks, group
from rdsproxy_local.local_cloud import Account
from rdsproxy_local.server import CloudServer

pytestmark = pytest.mark.xdist_group("cloud-databases")

ACCOUNT = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
LOGS = ACCOUNT | {"Principal": {"Service": "logs.eu-west-1.amazonaws.com"}}


@pytest.fixture(scope="module")
def stacks():
    with CloudServer() as server:
        yield Stacks(Account(server.endpoint, "555555555557", "eu-west-1"))


CONTEXT = "kms:EncryptionContext:aws:logs:arn"
GROUPS = "arn:aws:logs:eu-west-1:555555555557:log-group"


def logs_of(name):
    """CloudWatch Logs, for the log groups of a name."""
    return LOGS | {"Condition": {"ArnLike": {CONTEXT: f"{GROUPS}:{name}"}}}


@pytest.mark.parametrize(
    ("statements", "status"),
    [
        ([ACCOUNT], "ROLLBACK_COMPLETE"),
        ([ACCOUNT, LOGS], "CREATE_COMPLETE"),
        ([ACCOUNT, LOGS | {"Action": "kms:Describe*"}], "ROLLBACK_COMPLETE"),
        ([ACCOUNT, logs_of("others")], "ROLLBACK_COMPLETE"),
        ([ACCOUNT, logs_of("*")], "CREATE_COMPLETE"),
    ],
    ids=[
        "the account only",
        "CloudWatch Logs, too",
        "without encryption",
        "other groups",
        "all groups",
    ],
)
def test_the_policy_of_the_key_decides(stacks, statements, status):
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    key = stacks.account.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]

    assert stacks.create("logs", {"Log": group(KmsKeyId=key)}) == status
    refusals = [one for one in stacks.account.failures("logs") if "not allowed to be used" in one]
    assert bool(refusals) is (status == "ROLLBACK_COMPLETE")
    stacks.delete("logs")
