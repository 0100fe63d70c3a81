"""Secrets and logs under a key of one's own: deployed, called, and refused without the right."""

from __future__ import annotations

import json

import pytest
from deploying import Desk
from packages import LOCAL
from test_deployed_logins import assert_does_what_it_does

from rdsproxy_templates import render
from rdsproxy_templates.variants import base

STACK = "rdsproxy-base"
USERS = [{"name": "app", "login": "iam"}, {"name": "report", "login": "password"}]

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "rds.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
READING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}],
}


def key_of(desk: Desk) -> str:
    """A key whose policy delegates to IAM, and admits CloudWatch Logs."""
    account = desk.account
    service = f"logs.{account.region}.amazonaws.com"
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account.id}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
            "Resource": "*",
        },
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return account.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]


def bundle_of(key, engine, **more):
    settings = {
        "regions": ["eu-west-1"],
        "rds": {
            "engine": engine,
            "users": USERS,
            "secrets_key_arn": key,
            "master_login": False,
            **more,
        },
        "function_user": "app",
        "sam": {"log_kms_key_arn": key},
    }
    config = base.Config.parse(settings, "a test")
    return render(base, config, nesting="flat", code=LOCAL)


@pytest.mark.parametrize(
    ("account", "engine"),
    [("000000000321", "aurora-mysql"), ("000000000322", "aurora-postgresql")],
)
def test_a_service_works_with_every_secret_and_log_under_the_key(desk, packages, account, engine):
    mine = desk(account)
    key = key_of(mine)
    packages.deploy(mine, STACK, bundle_of(key, engine))

    url = mine.account.outputs(STACK)["APIEndpoint"]
    assert_does_what_it_does(lambda method, path: mine.account.call(method, url + path))

    secrets = mine.account.client("secretsmanager").list_secrets()["SecretList"]
    assert len(secrets) == 1 + len(USERS)
    assert {one["KmsKeyId"] for one in secrets} == {key}
    groups = mine.account.client("logs").describe_log_groups()["logGroups"]
    own = [one for one in groups if "LogGroup" in one["logGroupName"]]
    assert own
    assert {one.get("kmsKeyId") for one in own} == {key}


def test_a_proxy_whose_role_may_not_decrypt_is_not_deployed(desk, packages):
    mine = desk("000000000323")
    key = key_of(mine)
    iam = mine.account.client("iam")
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    iam.put_role_policy(RoleName="reader", PolicyName="read", PolicyDocument=json.dumps(READING))
    bundle = bundle_of(key, "aurora-mysql", proxy={"role": {"arn": role["Arn"]}})

    with pytest.raises(AssertionError, match="Timed out waiting for target group"):
        packages.deploy(mine, STACK, bundle)
