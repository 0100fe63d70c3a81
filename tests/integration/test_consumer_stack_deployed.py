"""`deploy --stack`: a consumer's own root stack, in the one account of its plan."""

from __future__ import annotations

from pathlib import Path

import pytest
from planning import Planner, errors

pytestmark = pytest.mark.xdist_group("consumer-stack")

ACCOUNT = "444444444470"
MINE = '''"""A log group."""

from troposphere import logs
from rdsproxy_templates import Field, Ports, Settings, Stack, Value

class Name(Value): ...

class Config(Settings):
    days: int = Field(default=7, description="Days that logs are kept.")

class Inputs(Ports): ...

class Outputs(Ports):
    group: Name = Field(description="Name of the group.")

def build(config, inputs):
    group = logs.LogGroup("Log", RetentionInDays=config.days)
    return Stack(resources=[group], outputs=Outputs(group=Name(group.ref())))
'''
CHOSEN = ("--stack", "mine.py", "--name", "our_logs", "--yes", "--profile", "app")


@pytest.fixture(scope="module")
def account(cloud):
    return cloud.account(ACCOUNT)


@pytest.fixture(scope="module")
def planner(account, sam_cli, tmp_path_factory):
    planner = Planner(tmp_path_factory.mktemp("plan"), {"app": account}, Path(sam_cli).parent)
    planner.prepare()
    (planner.folder / "mine.py").write_text(MINE)
    return planner


def test_it_is_deployed_updated_and_deleted_under_the_name_that_was_chosen(planner, account):
    deploy = ["deploy", *CHOSEN, "--bucket", f"packages-{account.id}", "--out", "out"]
    first = planner.run(*deploy)
    assert first.status == 0, first.errors
    assert "step 1 of 1: our_logs in account 444444444470 (app), " in first.output
    assert "our_logs is deployed" in first.output
    assert account.stack("rdsproxy-our-logs")["StackStatus"] == "CREATE_COMPLETE"

    assert "nothing to change" in planner.run(*deploy).output
    (planner.folder / "my.yaml").write_text("days: 14")
    assert planner.run(*deploy, "--config", "my.yaml").status == 0
    groups = account.client("logs").describe_log_groups()["logGroups"]
    assert [group["retentionInDays"] for group in groups] == [14]

    deleted = planner.run("destroy", *CHOSEN)
    assert (deleted.status, deleted.output.splitlines()[-1]) == (0, "our_logs is deleted")


def test_an_unknown_profile_is_named_by_the_option_that_was_given(planner):
    [error] = errors(planner.run("destroy", *CHOSEN[:-1], "nobody"))

    assert error == (
        "error: [account: --profile nobody] The config profile (nobody) could not be found"
    )
