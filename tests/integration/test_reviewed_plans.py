"""`deploy --plan` and `--from`: change sets that people review before they are executed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from planning import KEYS, Planner, errors

from rdsproxy_local.faults import faults

pytestmark = pytest.mark.xdist_group("consumer-stack")

ACCOUNT = "444444444471"
MINE = '''"""A log group, and a secret that holds data."""

from troposphere import logs, secretsmanager
from rdsproxy_templates import Field, Ports, Settings, Stack, Value

class Name(Value): ...

class Config(Settings):
    days: int = Field(default=7, description="Days that logs are kept.")
    secrets: int = Field(default=1, description="Number of secrets.")

class Inputs(Ports): ...

class Outputs(Ports):
    group: Name = Field(description="Name of the group.")

def build(config, inputs):
    group = logs.LogGroup("Log", RetentionInDays=config.days)
    made = [
        secretsmanager.Secret(
            f"Secret{n}",
            Description="one",
            GenerateSecretString=secretsmanager.GenerateSecretString(PasswordLength=20),
        )
        for n in range(config.secrets)
    ]
    return Stack(resources=[group, *made], outputs=Outputs(group=Name(group.ref())))
'''
CHOSEN = ("--stack", "mine.py", "--name", "reviewed", "--profile", "app")
NAME = "rdsproxy-reviewed"


@pytest.fixture(scope="module")
def account(cloud):
    return cloud.account(ACCOUNT)


@pytest.fixture(scope="module")
def planner(account, sam_cli, tmp_path_factory):
    planner = Planner(tmp_path_factory.mktemp("plan"), {"app": account}, Path(sam_cli).parent)
    planner.prepare()
    (planner.folder / "mine.py").write_text(MINE)
    return planner


@pytest.fixture
def deploy(planner, account):
    """Runs `deploy` with settings that differ from the defaults."""

    def deploy(*words, **settings):
        (planner.folder / "my.yaml").write_text(json.dumps(settings))
        more = ["--config", "my.yaml"] if "--from" not in words else []
        bucket = ["--bucket", f"packages-{account.id}"] if "--from" not in words else []
        return planner.run("deploy", *CHOSEN, *bucket, *more, *words, "--out", "out")

    return deploy


def waiting(account):
    """The execution statuses of those change sets that nobody has executed."""
    summaries = account.client("cloudformation").list_change_sets(StackName=NAME)["Summaries"]
    statuses = [one["ExecutionStatus"] for one in summaries]
    return [one for one in statuses if one != "EXECUTE_COMPLETE"]


def days(account):
    groups = account.client("logs").describe_log_groups()["logGroups"]
    return [group.get("retentionInDays") for group in groups]


def test_a_plan_is_reviewed_and_carried_out_as_it_was_reviewed(deploy, planner, account):
    made = deploy("--plan", "plan.json")
    assert made.status == 4, made.errors
    assert account.stack(NAME)["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert days(account) == []
    document = json.loads((planner.folder / "plan.json").read_text())
    [step] = document["steps"]
    assert {one["path"]: one["action"] for one in step["changes"]} == {
        "Log": "Add",
        "Secret0": "Add",
    }

    done = deploy("--from", "plan.json", "--yes", "--outputs", "outputs.json")
    assert done.status == 0, done.errors
    assert days(account) == [7]
    outputs = json.loads((planner.folder / "outputs.json").read_text())
    assert [*outputs.values()] == [account.stack(NAME)["Outputs"][0]["OutputValue"]]

    again = deploy("--from", "plan.json", "--yes")
    assert again.status == 1
    assert "can no longer be executed" in again.errors


def test_nothing_to_change_is_status_0_and_leaves_nothing(deploy, account):
    made = deploy("--plan", "same.json")

    assert (made.status, waiting(account)) == (0, [])
    assert "reviewed would not change" in made.output


def test_both_values_are_told_to_people_and_to_machines(deploy, planner, account):
    made = deploy("--plan", "plan.json", days=14)

    assert "RetentionInDays: 7 -> 14" in made.output
    [step] = json.loads((planner.folder / "plan.json").read_text())["steps"]
    [value] = step["changes"][0]["values"]
    assert (value["before"], value["after"]) == ("7", "14")
    markdown = (planner.folder / "plan.md").read_text()
    assert "| modify | `Log` | AWS::Logs::LogGroup | RetentionInDays: `7` → `14` |" in markdown
    assert waiting(account) == ["AVAILABLE"]


def test_another_plan_in_the_same_file_takes_the_place_of_the_first(deploy, account):
    assert deploy("--plan", "plan.json", days=30).status == 4

    assert waiting(account) == ["AVAILABLE"]


def test_a_stack_that_has_changed_since_is_refused(deploy, account):
    deploy("--plan", "plan.json", days=14)
    assert deploy("--yes", days=3).status == 0

    stale = deploy("--from", "plan.json", "--yes")

    assert stale.status == 1
    assert "or changed the stack since; make the plan anew" in stale.errors
    assert days(account) == [3]


def test_a_loss_is_accepted_by_name_and_a_refused_plan_stays(deploy, account):
    assert deploy("--yes", days=3, secrets=2).status == 0
    deploy("--plan", "plan.json", days=3, secrets=0)

    refused = deploy("--from", "plan.json", "--yes", "--accept-data-loss-of", "Secret1")
    assert refused.status == 1
    [error] = errors(refused)
    assert error.startswith("error: [reviewed.Secret0] holds data, and would be deleted: ")
    assert "--accept-data-loss-of Secret0" in error

    losses = ("--accept-data-loss-of", "Secret1", "--accept-data-loss-of", "Secret0")
    assert deploy("--from", "plan.json", "--yes", *losses).status == 0


def test_tags_role_and_topics_are_the_stacks(deploy, account):
    role, topic = (
        f"arn:aws:{it}"
        for it in (f"iam::{ACCOUNT}:role/deployer", f"sns:us-east-1:{ACCOUNT}:events")
    )
    account.client("iam").create_role(
        RoleName="deployer",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Allow",
                    "Principal": {"Service": "cloudformation.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                },
            }
        ),
    )
    words = ("--role-arn", role, "--notification-arn", topic, "--tag", "team=shop")
    done = deploy("--yes", *words, days=5, secrets=0)
    assert done.status == 0, done.errors

    stack = account.stack(NAME)
    assert (stack["RoleARN"], stack["NotificationARNs"]) == (role, [topic])
    assert {"Key": "team", "Value": "shop"} in stack["Tags"]
    assert deploy("--yes", days=7, secrets=0).status == 0
    assert {"Key": "team", "Value": "shop"} in account.stack(NAME)["Tags"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--plan", "a.json", "--yes"], "[--plan] and --yes say nothing together"),
        (["--plan", "a.json", "--from", "b.json"], "[--plan] and --from say nothing together"),
        (["--from", "none.json"], "none.json] cannot be read"),
        (["--from", "mine.py"], "mine.py] is no plan"),
        (["--from", "other.json"], "other.json] is a plan of base, and not of reviewed"),
        (["--from", "damaged.json"], "damaged.json] is damaged"),
        (["--from", "plan.json", "--tag", "a=b"], "[--from] and --tag say nothing together"),
        (["--tag", "team"], "[--tag] must be KEY=VALUE, got 'team'"),
        (["--tag", "aws:a=b"], "must not have a key that begins with aws:"),
        (["--accept-data-loss-of", "Log"], "[--accept-data-loss-of] is for --yes"),
    ],
)
def test_bad_words_are_sentences(deploy, planner, words, sentence):
    other = {"format": 1, "plan": "base", "version": "1", "created": "", "steps": []}
    (planner.folder / "other.json").write_text(json.dumps(other))
    damaged = {**other, "steps": [{"step": "x"}]}
    (planner.folder / "damaged.json").write_text(json.dumps(damaged))

    result = deploy(*words)

    assert result.status == 2
    assert sentence in result.errors


def test_verbose_tells_calls_and_no_secret(deploy, account):
    said = deploy("--verbose", "--yes", "--no-cache", secrets=2)

    assert said.status == 0, said.errors
    assert re.search(r"\| CloudFormation CreateChangeSet: 200, request [\w-]+, ", said.output)
    secrets = account.client("secretsmanager")
    names = [one["Name"] for one in secrets.list_secrets()["SecretList"]]
    passwords = [secrets.get_secret_value(SecretId=name)["SecretString"] for name in names]
    assert len(passwords) >= 2
    keys = [account.environment[name] for name in KEYS]
    written = said.output + said.errors
    assert [one for one in [*passwords, *keys] if one in written] == []


def test_a_stack_policy_is_lifted_only_for_a_loss_that_is_accepted(deploy, account):
    stacks = account.client("cloudformation")
    guarded = deploy("--stack-policy", "--yes", secrets=2)
    assert guarded.status == 0, guarded.errors
    assert "the stack policy protects what holds data" in guarded.output
    policy = stacks.get_stack_policy(StackName=NAME)["StackPolicyBody"]

    with faults(account.endpoint, failing=[{"resource": "Log", "action": "update"}]):
        failed = deploy("--yes", "--accept-data-loss-of", "Secret1", secrets=1, days=60)
    assert failed.status == 1, failed.output
    assert stacks.get_stack_policy(StackName=NAME)["StackPolicyBody"] == policy

    accepted = deploy("--yes", "--accept-data-loss-of", "Secret1", secrets=1)

    assert accepted.status == 0, accepted.errors
    assert "AWS::SecretsManager::Secret" in policy
    assert stacks.get_stack_policy(StackName=NAME)["StackPolicyBody"] == policy
