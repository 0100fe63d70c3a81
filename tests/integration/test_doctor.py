"""`doctor` finds the cause of whatever keeps a proxy from its database, and changes nothing."""

from __future__ import annotations

import json
from functools import partial

import pytest
from click.testing import CliRunner

from made_up_stacks import Stacks
from proxied_database import ROLES, key, resources, role, secret
from rdsproxy_local.faults import faults
from rdsproxy_local.local_cloud import Account
from rdsproxy_local.server import CloudServer
from rdsproxy_templates.cli import command

pytestmark = pytest.mark.xdist_group("cloud-databases")

PROXY = "shop-proxy"


@pytest.fixture(scope="module")
def server():
    with CloudServer() as server:
        yield server


@pytest.fixture(scope="module")
def account(server):
    return Account(server.endpoint, "999999999998", "eu-west-1")


@pytest.fixture(scope="module")
def stacks(account):
    return Stacks(account)


@pytest.fixture(autouse=True)
def nothing_is_left(stacks):
    yield
    stacks.delete_all()


@pytest.fixture
def with_faults(server):
    return partial(faults, server.endpoint)


@pytest.fixture
def doctor(account, monkeypatch, tmp_path):
    """Runs the command in the account; returns its exit status and the diagnoses."""
    for name, value in account.environment.items():
        monkeypatch.setenv(name, value)

    def doctor(*words):
        result = CliRunner().invoke(command(out=tmp_path), ["doctor", *words, "--format", "json"])
        assert result.stdout, result.stderr or result.exception
        return result.exit_code, json.loads(result.stdout)["diagnoses"]

    return doctor


@pytest.fixture
def created(stacks, with_faults):
    """Creates the stack with something changed; it stays where it fails."""

    def created(**changed):
        with with_faults(stabilization=0.1):
            stacks.create("shop", resources(**changed), OnFailure="DO_NOTHING", **ROLES)

    return created


def test_nothing_is_wrong_with_a_proxy_that_reaches_its_database(doctor, created):
    created()

    assert doctor("--proxy", PROXY) == (0, [])
    assert doctor("--stack", "shop") == (0, [])


@pytest.mark.parametrize(
    ("changed", "sentence", "remedy"),
    [
        (
            {"Role": role("secretsmanager:DescribeSecret")},
            "may not read the secret",
            "secretsmanager:GetSecretValue on exactly this secret",
        ),
        ({"Secret": secret(username=None)}, "has no username", '"username"'),
        ({"Secret": secret(password=None)}, "has no password", '"password"'),
        (
            {"Secret": secret(password="another-password")},
            "the database refuses the user, or the password",
            "ALTER USER",
        ),
    ],
    ids=["role", "user name", "password", "wrong password"],
)
def test_auth_failure_has_its_cause(doctor, created, changed, sentence, remedy):
    created(**changed)

    status, [found] = doctor("--proxy", PROXY)

    assert (status, found["reason"], found["severity"]) == (1, "AUTH_FAILURE", "error")
    assert sentence in found["sentence"]
    assert remedy in found["remedy"]
    assert found["evidence"][0].startswith("RDS says: ")
    assert "a-good-password" not in json.dumps(found)


def test_a_key_that_the_role_may_not_use_is_found(doctor, created):
    own = secret()
    own["Properties"]["KmsKeyId"] = {"Fn::GetAtt": "Key.Arn"}
    created(Key=key(), Secret=own, Role=role("secretsmanager:GetSecretValue"))

    _, [found] = doctor("--proxy", PROXY)

    assert "may not decrypt with the key" in found["sentence"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("no json", "is no JSON object"), ("{}", "has no username and no password")],
)
def test_a_secret_that_changes_later_is_found(doctor, created, account, content, sentence):
    created()
    secret_id = account.resources("shop")["Secret"]
    account.client("secretsmanager").put_secret_value(SecretId=secret_id, SecretString=content)

    _, [found] = doctor("--proxy", PROXY)

    assert sentence in found["sentence"]


def test_a_secret_that_is_being_deleted_is_found(doctor, created, account):
    created()
    secret_id = account.resources("shop")["Secret"]
    account.client("secretsmanager").delete_secret(SecretId=secret_id)

    _, [found] = doctor("--proxy", PROXY)

    assert "is scheduled for deletion" in found["sentence"]
    assert "restore-secret" in found["remedy"]
    account.client("secretsmanager").restore_secret(SecretId=secret_id)


def test_a_missing_rule_is_found(doctor, created):
    created(Ingress=None)

    _, [found] = doctor("--proxy", PROXY)

    assert found["reason"] == "UNREACHABLE"
    assert "no rule lets TCP on port 3306 into the database's groups" in found["sentence"]


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("UNREACHABLE", "nothing that can be seen keeps the proxy from"),
        ("CONNECTION_FAILED", "nothing that can be seen keeps the proxy from"),
        ("PENDING_PROXY_CAPACITY", "it was created minutes ago and still scales"),
        ("INVALID_REPLICATION_STATE", "replicates from another, or its replication is broken"),
        ("PROMOTED", "the replica that it is registered with was promoted"),
    ],
)
def test_each_reason_has_a_sentence_and_a_remedy(doctor, created, with_faults, reason, sentence):
    created()
    with with_faults(proxies={PROXY: {"reason": reason}}):
        status, [found] = doctor("--proxy", PROXY)

    assert (status, found["reason"]) == (1, reason)
    assert sentence in found["sentence"]
    assert found["remedy"]


@pytest.mark.parametrize(
    "state", ["incompatible-network", "insufficient-resource-limits", "suspended"]
)
def test_each_state_of_a_proxy_has_a_sentence_and_a_remedy(doctor, created, with_faults, state):
    created()
    with with_faults(proxies={PROXY: {"status": state}}):
        status, found = doctor("--proxy", PROXY)

    [own] = [one for one in found if one["reason"] == state]
    assert (status, own["severity"]) == (1, "error")
    assert own["remedy"]


def test_a_stopped_database_is_the_cause(doctor, created, with_faults, account):
    created()
    instance = account.resources("shop")["Database"]
    account.client("rds").stop_db_instance(DBInstanceIdentifier=instance)
    with with_faults(proxies={PROXY: {"reason": "CONNECTION_FAILED"}}):
        _, [found] = doctor("--proxy", PROXY)

    assert f"instance {instance} is stopped" in found["sentence"]
    account.client("rds").start_db_instance(DBInstanceIdentifier=instance)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "give one of PLAN, --stack and --proxy"),
        (["base", "--proxy", "a"], "give one of PLAN, --stack and --proxy"),
        (["base", "--profile", "nobody"], "nobody"),
        (["--proxy", "nobody"], "no proxy 'nobody' in account 999999999998, eu-west-1"),
        (["--stack", "nobody"], "there is no stack nobody in account 999999999998"),
        (["bse"], "unknown plan 'bse'"),
    ],
)
def test_a_wrong_word_is_a_sentence(doctor, tmp_path, words, sentence):
    result = CliRunner().invoke(command(out=tmp_path), ["doctor", *words])

    assert result.exit_code in (1, 2, 5)
    assert sentence in result.stderr
