"""The pipelines of `examples/`, as their hosts and a scanner read them, and the roles behind them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from rdsproxy_templates import ConfigError, render

PROGRAMS = Path(sys.executable).parent
SECONDS = 60
PROJECT = {"project": "acme/shop", "bucket": "acme-packages"}


@pytest.fixture
def folder(repository):
    return repository / "examples" / "pipelines"


@pytest.fixture
def roles(folder, monkeypatch):
    monkeypatch.syspath_prepend(folder)
    import roles

    return roles


def said(*command):
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return f"{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize(
    ("file", "schema"),
    [
        ("github.yml", ["vendor.github-workflows"]),
        ("gitlab.yml", ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
    ],
)
def test_each_pipeline_has_the_form_that_its_host_reads(folder, file, schema):
    said(PROGRAMS / "check-jsonschema", "--builtin-schema", *schema, folder / file)


def test_a_scanner_finds_nothing_in_the_workflow(folder, tmp_path):
    workflows = tmp_path / ".github" / "workflows"
    workflows.mkdir(parents=True)
    shutil.copy(folder / "github.yml", workflows / "deploy.yml")

    assert "No findings to report" in said(
        PROGRAMS / "zizmor", "--offline", "--no-progress", tmp_path
    )


def test_only_jobs_that_plan_or_deploy_get_a_token(folder):
    github = yaml.safe_load((folder / "github.yml").read_text())
    gitlab = yaml.safe_load((folder / "gitlab.yml").read_text())

    assert github["permissions"] == {}
    tokens = {
        name for name, job in github["jobs"].items() if "id-token" in job.get("permissions", {})
    }
    assert tokens == {"plan", "deploy"}
    assert {name for name, job in gitlab.items() if "id_tokens" in job} == {".aws"}
    assert {name for name, job in gitlab.items() if "extends" in job} == {"plan", "deploy"}


def test_what_is_deployed_is_the_plan_that_the_job_shows(folder):
    github = yaml.safe_load((folder / "github.yml").read_text())["jobs"]
    gitlab = yaml.safe_load((folder / "gitlab.yml").read_text())
    for job, executes in (("plan", False), ("deploy", True)):
        ran = "\n".join(step.get("run", "") for step in github[job]["steps"])
        assert "--plan plan.json || [ $? -eq 4 ]" in ran
        assert 'plan.md >> "$GITHUB_STEP_SUMMARY"' in ran
        assert ("--from plan.json --yes" in ran) is executes
        ran = "\n".join(gitlab[job]["script"])
        assert ("--from plan.json --yes" in ran) is executes
    assert "head.repo.full_name == github.repository" in github["plan"]["if"]


def test_whoever_plans_writes_no_package_that_is_deployed(folder, roles):
    for file, name in (("github.yml", "plan"), ("gitlab.yml", "plan")):
        text = (folder / file).read_text()
        assert text.count(f"--s3-prefix {roles.PLANS} ") == 1, (file, name)
    planned = render(roles, roles.Config(host="github", **PROJECT)).flat()[0]
    [policy] = planned.resources["PlanRole"]["Properties"]["Policies"]
    [written] = [
        one["Resource"]
        for one in policy["PolicyDocument"]["Statement"]
        if "s3:PutObject" in one["Action"]
    ]
    assert str(written).endswith("acme-packages/plans/*'}")


def test_both_ask_for_the_token_that_the_role_trusts(folder, roles):
    github = yaml.safe_load((folder / "github.yml").read_text())
    gitlab = yaml.safe_load((folder / "gitlab.yml").read_text())
    environment = github["jobs"]["deploy"]["environment"]
    plans = roles.Config(
        host="github", plan_environment=github["jobs"]["plan"]["environment"], **PROJECT
    )
    subject = plans.plan_claims["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subject == "repo:acme/shop:environment:plan"

    claims = roles.Config(host="github", environment=environment, **PROJECT).claims
    assert claims == {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": "repo:acme/shop:environment:production",
    }
    claims = roles.Config(host="gitlab", **PROJECT).claims
    assert claims == {
        "gitlab.com:aud": gitlab[".aws"]["id_tokens"]["AWS_TOKEN"]["aud"],
        "gitlab.com:sub": "project_path:acme/shop:ref_type:branch:ref:main",
    }


def test_a_session_lasts_as_long_as_the_job(folder, roles):
    github = yaml.safe_load((folder / "github.yml").read_text())["jobs"]["deploy"]
    [configured] = [
        one["with"] for one in github["steps"] if "role-to-assume" in one.get("with", {})
    ]
    seconds = roles.Config(host="github", **PROJECT).session_hours * 3600

    assert configured["role-duration-seconds"] == seconds == github["timeout-minutes"] * 60


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_the_role_is_valid_and_trusts_one_project(roles, host):
    config = roles.Config(host=host, **PROJECT)
    made = render(roles, config).flat()[0].resources["DeployRole"]["Properties"]
    [trusted] = made["AssumeRolePolicyDocument"]["Statement"]

    assert trusted["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert trusted["Condition"] == {"StringEquals": config.claims}
    assert "*" not in str(trusted)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"project": "acme"}, "project"),
        ({"project": "acme/*"}, "project"),
        ({"branch": "*"}, "branch"),
        ({"environment": "prod*"}, "environment"),
        ({"bucket": "*"}, "bucket"),
        ({"services": ["iam"]}, "services.0"),
        ({"services": ["*"]}, "services.0"),
    ],
)
def test_what_would_let_others_in_is_refused(roles, change, place):
    with pytest.raises(ConfigError) as refused:
        roles.Config.parse({"host": "github", **PROJECT, **change}, "roles.yaml")

    [problem] = refused.value.problems
    assert problem.place == f"roles.yaml: {place}"


def test_each_action_of_others_is_pinned_to_a_commit(folder):
    used = re.findall(r"uses: (\S+)", (folder / "github.yml").read_text())

    assert used
    assert [one for one in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", one)] == []
