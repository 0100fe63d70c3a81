"""`deploy` builds and uploads again only what has changed, or is no longer in the bucket."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from planning import Planner

from rdsproxy_templates.rendering.packaging import SAMCONFIG

pytestmark = pytest.mark.xdist_group("consumer-stack")

ACCOUNT = "444444444472"
CHOSEN = (
    *("--stack", "mine.py", "--name", "kept", "--yes", "--profile", "app"),
    *("--bucket", f"packages-{ACCOUNT}", "--out", "out"),
)
MINE = '''"""A function, and a log group in a stack of its own."""

import leaf
from rdsproxy_templates import Field, LocalPath, Ports, Settings, Stack, nest
from troposphere import serverless

class Config(Settings):
    days: int = Field(default=7, description="Days that logs are kept.")

class Inputs(Ports): ...
class Outputs(Ports): ...

def build(config, inputs):
    child = nest("LeafStack", leaf, leaf.Config(days=config.days), leaf.Inputs())
    writer = serverless.Function(
        "Writer", Metadata={"BuildMethod": "makefile"}, CodeUri=LocalPath("writer"),
        Handler="app.handler", Runtime="python3.13",
    )
    return Stack(children=[child], resources=[writer], outputs=Outputs())
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
    # Each notes what it is asked for, and does it.
    for name, program in [("sam", sam_cli), ("make", shutil.which("make"))]:
        wrapper = programs / name
        asked = "$1" if name == "sam" else "$3"
        wrapper.write_text(
            f'#!/bin/sh\necho "{name} {asked}" >> "{folder}/calls"\nexec "{program}" "$@"\n'
        )
        wrapper.chmod(0o755)
    variables = {"XDG_CACHE_HOME": str(folder / "cache")}
    planner = Planner(folder, {"app": account}, programs, variables)
    planner.prepare()
    (folder / "mine.py").write_text(MINE)
    (folder / "leaf.py").write_text(LEAF)
    (folder / "writer").mkdir()
    (folder / "writer" / "app.py").write_text("def handler(event, context): return 1")
    (folder / "writer" / "Makefile").write_text('build-%:\n\tcp app.py "$(ARTIFACTS_DIR)"\n')
    return planner


@pytest.fixture
def deploy(planner):
    """Runs `deploy`; returns what it has asked SAM CLI and make for."""

    def deploy(*words, chosen=CHOSEN):
        calls = planner.folder / "calls"
        calls.write_text("")
        said = planner.run("deploy", *chosen, *words)
        assert said.status == 0, said.errors
        return calls.read_text().splitlines()

    return deploy


def buckets(account):
    return [one["Name"] for one in account.client("s3").list_buckets()["Buckets"]]


def keys(account, bucket=f"packages-{ACCOUNT}"):
    """The keys of what is in the bucket."""
    found = account.client("s3").list_objects_v2(Bucket=bucket)
    return [one["Key"] for one in found.get("Contents", ())]


def retention(account):
    groups = account.client("logs").describe_log_groups()["logGroups"]
    return [group.get("retentionInDays") for group in groups if "Leaf" in group["logGroupName"]]


def test_what_has_not_changed_is_not_built_again(deploy, planner, account):
    assert deploy() == ["make build-Writer"]
    assert deploy() == []
    assert deploy("--no-cache") == ["make build-Writer"]
    before = keys(account)

    (planner.folder / "my.yaml").write_text("days: 14")
    assert deploy("--config", "my.yaml") == []
    assert retention(account) == [14]
    [changed] = set(keys(account)) - set(before)
    assert changed.endswith(".template")

    assert deploy("--out", "elsewhere") == []
    assert sorted(keys(account)) == sorted([*before, changed])

    app = planner.folder / "writer" / "app.py"
    app.write_text("def handler(event, context): return 2")
    assert deploy() == ["make build-Writer"]


def test_what_is_no_longer_in_the_bucket_is_uploaded_again(deploy, account):
    deploy()
    there = keys(account)
    for key in there:
        account.client("s3").delete_object(Bucket=f"packages-{account.id}", Key=key)

    assert deploy() == []
    assert set(keys(account)) < set(there)
    assert len(keys(account)) == 2


def test_another_place_in_the_bucket_is_another_upload(deploy, account):
    assert deploy("--s3-prefix", "shop") == []
    found = [Path(key) for key in keys(account) if key.startswith("shop/")]
    assert sorted(one.suffix for one in found) == ["", ".template"]


def test_a_build_that_fails_says_why(deploy, planner):
    makefile = planner.folder / "writer" / "Makefile"
    before = makefile.read_text()
    makefile.write_text("build-%:\n\t@echo no such package; false\n")
    try:
        said = planner.run("deploy", *CHOSEN)
    finally:
        makefile.write_text(before)

    assert said.status == 1
    assert "error: [kept] `make build-Writer` failed in " in said.errors
    assert "no such package" in said.errors


def test_sam_cli_builds_for_whoever_has_configured_it(deploy, planner):
    file = planner.folder / "out" / "kept" / SAMCONFIG
    before = file.read_text()
    file.write_text(f"{before}\n[default.package.parameters]\nno_progressbar = true\n")
    try:
        assert deploy() == ["sam build", "make build-Writer", "sam package"]
    finally:
        file.write_text(before)


def test_sam_cli_makes_its_bucket_where_none_is_named(deploy, planner, account):
    bucket = CHOSEN.index("--bucket")
    chosen = CHOSEN[:bucket] + CHOSEN[bucket + 2 :]

    assert deploy(chosen=chosen) == ["sam package"]
    [made] = [one for one in buckets(account) if one.startswith("aws-sam-cli-managed")]
    assert len(keys(account, made)) == 2
    assert deploy(chosen=chosen) == []
