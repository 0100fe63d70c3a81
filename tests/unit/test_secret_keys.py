"""A key of one's own for the secrets and logs of a stack, and who may decrypt with it."""

from __future__ import annotations

import json

import pytest
from rendered import flat as flat_form
from rendered import named_of_type, of_type, problems

from rdsproxy_templates.variants import (
    auth,
    base,
    bastion,
    cross_account_db,
    data_tier,
    edge,
    edge_waf,
    existing_database,
)

KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-0000-0000-000000000000"
LOG_KEY = KEY.replace("0a1b2c3d", "0a1b2c3e")
APP = {"name": "app", "login": "iam"}
PASSWORD = {"name": "report", "login": "password"}


def flat(variant, **settings):
    """The resources of *variant* by flat logical ID."""
    return flat_form(variant, **settings).resources


def decrypting(resources, key=KEY):
    """Flat logical IDs of roles and functions that may decrypt with *key*."""
    found = set()
    for name, body in resources.items():
        policies = body.get("Properties", {}).get("Policies", [])
        for policy in policies:
            document = policy.get("PolicyDocument", policy) if isinstance(policy, dict) else {}
            for statement in document.get("Statement", []):
                if statement["Action"] == ["kms:Decrypt"]:
                    assert statement["Condition"]
                    if key in statement["Resource"]:
                        found.add(name)
    return found


def keyed(variant, users, **settings):
    rds = {"secrets_key_arn": KEY, "users": users, **settings.pop("rds", {})}
    return flat(variant, rds=rds, **settings)


def keys_of(resources):
    return {
        name: body.get("KmsKeyId")
        for name, body in named_of_type(resources, "SecretsManager::Secret").items()
    }


@pytest.mark.parametrize("variant", [base, data_tier, existing_database])
def test_every_secret_of_the_database_has_the_key_and_its_readers_may_use_it(variant):
    resources = keyed(variant, [APP, PASSWORD])

    assert set(keys_of(resources).values()) == {KEY}
    assert decrypting(resources) == {"RDSStackRDSProxyRole", "UsersStackApplyUserFunction"}


def test_a_proxy_that_reads_no_secret_of_the_stack_may_not_decrypt():
    users = [{"name": "app", "login": "end_to_end_iam"}]

    resources = keyed(base, users, function_user="app", rds={"master_login": False})

    assert set(keys_of(resources).values()) == {KEY}
    assert decrypting(resources) == {"UsersStackApplyUserFunction"}


def test_a_master_who_logs_in_through_the_proxy_has_its_secret_decrypted():
    resources = keyed(base, [], rds={"master_login": True})

    assert decrypting(resources) == {"RDSStackRDSProxyRole"}


def test_without_a_proxy_only_the_secret_has_the_key():
    resources = flat(bastion, rds={"secrets_key_arn": KEY})

    assert keys_of(resources) == {"SecretsStackRDSMasterUserSecret": KEY}
    assert decrypting(resources) == set()


def test_each_of_two_proxies_decrypts_what_it_reads():
    tokens = {"name": "tokens", "login": "iam"}
    resources = keyed(
        auth, [PASSWORD, tokens], rds={"master_login": False},
        password_user="report", iam_user="tokens",
    )  # fmt: skip

    assert decrypting(resources) == {
        "RDSStackPasswordProxyRole",
        "RDSStackIAMProxyRole",
        "UsersStackApplyUserFunction",
        "SAMStackPasswordFunction",
    }


def test_a_function_that_logs_in_with_a_password_may_decrypt_it():
    function = {
        "name": "jobs",
        "handler": "app.handler",
        "user": "report",
        "schedule": "rate(1 day)",
    }
    code = {"code": "lambda/function"}

    resources = named_functions(function | code)

    assert "SAMStackJobsFunction" in decrypting(resources)
    assert "SAMStackOrdersFunction" not in decrypting(resources)


def named_functions(jobs):
    """The flat form of base with a function by password, and one by token."""
    from rdsproxy_templates.model.stack import template
    from rdsproxy_templates.rendering.flat import flattened

    orders = {"name": "orders", "code": "src", "handler": "app.handler", "user": "app",
              "routes": ["GET /"]}  # fmt: skip
    settings = {
        "rds": {"secrets_key_arn": KEY, "users": [APP, PASSWORD]}, "functions": [orders, jobs]
    }  # fmt: skip
    config = base.Config.parse(settings, "a test")
    return flattened(template("base", base, config))[0].resources


def test_a_shared_secret_keeps_the_key_that_the_other_account_may_use():
    settings = {"login": "password", "function_user": "report"}

    one = keyed(cross_account_db, [PASSWORD], **settings)
    two = keyed(cross_account_db, [PASSWORD, APP], **settings)

    shared = {"Fn::GetAtt": ["KeyStackSecretKey", "Arn"]}
    assert keys_of(one) == {
        "SecretsStackRDSMasterUserSecret": KEY, "UserSecretsStackReportSecret": shared
    }  # fmt: skip
    assert keys_of(two)["UserSecretsStackAppSecret"] == KEY


def test_the_rotation_functions_are_told_the_key():
    resources = keyed(base, [APP], rds={"rotate_secrets_after_days": 30})

    schedules = of_type(resources, "SecretsManager::RotationSchedule")
    assert {one["HostedRotationLambda"]["KmsKeyArn"] for one in schedules} == {KEY}


def test_the_secrets_that_cloudfront_shows_have_a_key_of_their_own():
    resources = flat(edge, api_key={"kms_key_arn": KEY})

    assert {name for name, key in keys_of(resources).items() if key == KEY} == {
        "APIKeyStackAPIKeySecret", "APIKeyStackOriginSecret"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("variant", "settings"),
    [
        (base, {"sam": {"log_kms_key_arn": LOG_KEY}}),
        (data_tier, {"functions": {"log_kms_key_arn": LOG_KEY}}),
        (edge_waf, {"waf": {"log_kms_key_arn": LOG_KEY}}),
    ],
)
def test_every_log_of_functions_and_apis_has_the_key(variant, settings):
    logs = of_type(flat(variant, **settings), "Logs::LogGroup")

    assert logs
    assert {one["KmsKeyId"] for one in logs} == {LOG_KEY}


def test_the_flow_log_has_a_key_of_its_own():
    resources = named_of_type(flat(edge, vpc={"log_kms_key_arn": LOG_KEY}), "Logs::LogGroup")

    assert {name for name, one in resources.items() if "KmsKeyId" in one} == {
        "VPCStackFlowLogGroup"
    }


@pytest.mark.parametrize(
    ("variant", "settings", "place"),
    [
        (base, {"rds": {"secrets_key_arn": "alias/mine"}}, "rds.secrets_key_arn"),
        (existing_database, {"rds": {"secrets_key_arn": "mine"}}, "rds.secrets_key_arn"),
        (base, {"sam": {"log_kms_key_arn": "alias/logs"}}, "sam.log_kms_key_arn"),
        (edge, {"api_key": {"kms_key_arn": "alias/api"}}, "api_key.kms_key_arn"),
    ],
)
def test_an_alias_is_no_arn_of_a_key(variant, settings, place):
    (said,) = problems(variant, **settings)

    assert said.startswith(f"[my.yaml: {place}] must be the ARN of a KMS key, ")


def test_without_a_setting_no_secret_and_no_log_has_a_key():
    text = json.dumps(flat(base))

    assert "KmsKeyId" not in text
    assert "kms:Decrypt" not in text
