"""`deploy` builds and uploads again only what has changed, or is no longer in the bucket."""

from __future__ import annotations

from pathlib import Path

import pytest
from planning import Planner

pytestmark = pytest.mark.xdist_group("consumer-stack")

ACCOUNT = "444444444472"
MINE = '''"""A log group in a stack of its own."""

import leaf
from rdsproxy_templates import Field, Ports, Settings, Stack, nest

class Config(Settings):
    days: int = Field(default=7, description="Days that logs are kept.")

class Inputs(Ports): ...
class Outputs(Ports): ...

def build(config, inputs):
    child = nest("LeafStack", leaf, leaf.Config(days=config.days), leaf.Inputs())
    return Stack(children=[child], outputs=Outputs())
'''
LEAF = '''"""A log group."""

from troposphere import logs
from rdsproxy_templates import Field, Ports, Settings, Stack

class Config(Settings):
    days: int = Field(default=7, description="Days that logs are kept.")

class Inputs(Ports): ...
class Outputs(Ports): ...

def build(config, inputs):
    return Stack(resources=[logs.LogGroup("Log", RetentionInDays=config.days)], outputs=Outputs())
'''


@pytest.fixture(scope="module")
def account(cloud):
    return cloud.account(ACCOUNT)


@pytest.fixture(scope="module")
def planner(account, sam_cli, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    programs = folder / "bin"
    programs.mkdir()
    # Notes each call, and makes it.
    wrapper = programs / "sam"
    wrapper.write_text(f'#!/bin/sh\necho "$1" >> "{folder}/calls"\nexec "{sam_cli}" "$@"\n')
    wrapper.chmod(0o755)
    variables = {"XDG_CACHE_HOME": str(folder / "cache")}
    planner = Planner(folder, {"app": account}, programs, variables)
    planner.prepare()
    (folder / "mine.py").write_text(MINE)
    (folder / "leaf.py").write_text(LEAF)
    return planner


@pytest.fixture
def deploy(planner, account):
    """Runs `deploy`; returns the commands of SAM CLI that it has called."""

    def deploy(*words):
        calls = planner.folder / "calls"
        calls.write_text("")
        chosen = ("--stack", "mine.py", "--name", "kept", "--yes", "--profile", "app")
        said = planner.run("deploy", *chosen, "--bucket", f"packages-{account.id}", *words)
        assert said.status == 0, said.errors
        return calls.read_text().split()

    return deploy


def templates(account):
    """The keys of the nested templates in the bucket."""
    found = account.client("s3").list_objects_v2(Bucket=f"packages-{account.id}")
    return [one["Key"] for one in found.get("Contents", ()) if one["Key"].endswith(".template")]


def test_what_has_not_changed_is_not_uploaded_again(deploy, planner, account):
    assert deploy() == ["package"]
    assert deploy() == []
    assert deploy("--no-cache") == ["package"]

    (planner.folder / "my.yaml").write_text("days: 14")
    assert deploy("--config", "my.yaml") == ["package"]
    groups = account.client("logs").describe_log_groups()["logGroups"]
    assert [group["retentionInDays"] for group in groups] == [14]
    assert deploy() == []


def test_what_is_no_longer_in_the_bucket_is_uploaded_again(deploy, account):
    deploy()
    for key in templates(account):
        account.client("s3").delete_object(Bucket=f"packages-{account.id}", Key=key)

    assert deploy() == ["package"]
    assert templates(account)


def test_another_place_in_the_bucket_is_another_upload(deploy, account):
    assert deploy("--s3-prefix", "shop") == ["package"]
    assert any(key.startswith("shop/") for key in templates(account))
    assert Path(templates(account)[-1]).suffix == ".template"
