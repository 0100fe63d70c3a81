"""Our rules where people have other tools: in cfn-lint, as a hook of pre-commit, as an Action."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.xdist_group("audit_tools")

LATE = """\
Resources:
  Cluster:
    Type: AWS::RDS::DBCluster
    DeletionPolicy: Snapshot
    UpdateReplacePolicy: Snapshot
    Properties:
      Engine: aurora-mysql
      StorageEncrypted: true
      ManageMasterUserPassword: true
      MasterUsername: shop
  Node:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: aurora-mysql
      DBClusterIdentifier: !Ref Cluster
      DBInstanceClass: db.r6g.large
  Targets:
    Type: AWS::RDS::DBProxyTargetGroup
    Properties:
      DBProxyName: proxy
      TargetGroupName: default
      DBClusterIdentifiers: [!Ref Cluster]
"""
SOUND = LATE.replace("  Targets:\n", "  Targets:\n    DependsOn: Node\n")
RULE = "proxy/waits-for-instances"
INSTALLED = (
    "LICENSE",
    "MANIFEST.in",
    "README.md",
    "pyproject.toml",
    "setup.cfg",
    ".pre-commit-hooks.yaml",
    "action.yml",
)


def run(*words, cwd, **environment):
    """A program's status and all that it prints."""
    done = subprocess.run(
        words,
        cwd=cwd,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    return done.returncode, done.stdout


def git(*words, cwd):
    author = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
    status, output = run("git", *author, *words, cwd=cwd)
    assert status == 0, output


@pytest.fixture(scope="module")
def clone(repository, tmp_path_factory):
    """A local clone of what the library is installed from."""
    folder = tmp_path_factory.mktemp("clone")
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("src", "lambda"):
        shutil.copytree(repository / name, folder / name, ignore=ignored)
    for name in INSTALLED:
        shutil.copy(repository / name, folder / name)
    git("init", "--quiet", cwd=folder)
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message", "Everything", cwd=folder)
    return folder


@pytest.fixture
def project(tmp_path):
    """Somebody's repository, with a faulty template, a sound one and another file of YAML."""
    (tmp_path / "late.yaml").write_text(LATE)
    (tmp_path / "sound.yaml").write_text(SOUND)
    (tmp_path / "other.yaml").write_text("key: value\n")
    git("init", "--quiet", cwd=tmp_path)
    git("add", "--all", cwd=tmp_path)
    return tmp_path


class TestCfnLint:
    def lint(self, project, *words):
        program = Path(sysconfig.get_path("scripts")) / "cfn-lint"
        return run(str(program), "-a", "rdsproxy_templates.cfnlint", *words, cwd=project)

    def test_it_shows_our_rules_at_their_lines(self, project):
        status, output = self.lint(project, "-t", "late.yaml", "--format", "parseable")

        assert status == 2
        assert f"late.yaml:17:3:17:4:E-{RULE}:Targets: it does not wait for Node" in output

    def test_what_is_sound_is_sound(self, project):
        assert self.lint(project, "-t", "sound.yaml") == (0, "")

    def test_it_ignores_ours_by_their_ids(self, project):
        assert self.lint(project, "-i", f"E-{RULE}", "-t", "late.yaml") == (0, "")

    def test_it_lists_ours_with_their_sources(self, project):
        status, output = self.lint(project, "--list-rules")

        assert status == 0
        assert f"E-{RULE}: A target group waits for every instance of its cluster." in output


class TestPreCommit:
    def test_the_hook_judges_templates_and_passes_over_the_rest(self, project, clone):
        words = ("try-repo", str(clone), "rdsproxy-audit", "--all-files", "--verbose")

        status, output = run(
            sys.executable,
            "-m",
            "pre_commit",
            *words,
            cwd=project,
            PRE_COMMIT_HOME=str(project / "home"),
            PIP_NO_COMPILE="1",  # most of what it installs is never imported
        )

        assert status == 1, output
        assert re.search(rf"^late\.yaml:17:3: error {RULE}: ", output, re.MULTILINE), output
        assert "other.yaml" not in output
        assert not re.search(r"^sound\.yaml:\d+:\d+: error", output, re.MULTILINE)


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An environment in which what the library needs is already, and the library is not."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment)
    here = sysconfig.get_path("purelib")
    [site] = (environment / "lib").glob("python*/site-packages")
    (site / "needed.pth").write_text(f"{here}\n")
    return environment


class TestAction:
    @pytest.fixture
    def steps(self, clone, project, environment):
        """Runs the Action's steps with these inputs, as GitHub does; returns the last's result."""
        action = yaml.safe_load((clone / "action.yml").read_text())
        path = f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"

        def steps(**inputs):
            known = {name: one["default"] for name, one in action["inputs"].items()} | inputs
            known = {f"inputs.{name}": value for name, value in known.items()}
            known["github.action_path"] = str(clone)
            for step in action["runs"]["steps"]:
                assert step["shell"] == "bash"
                values = {
                    name: re.sub(r"\$\{\{ (\S+) \}\}", lambda found: known[found[1]], value)
                    for name, value in step["env"].items()
                }
                words = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"])
                status, output = run(*words, cwd=project, **values, PATH=path)
                if status:
                    break
            return status, output

        return steps

    def test_it_annotates_what_it_finds_and_fails(self, steps, project):
        status, output = steps(paths="late.yaml sound.yaml", level="error", sarif="found.sarif")

        log = json.loads((project / "found.sarif").read_text())
        assert status == 1, output
        assert f"::error file=late.yaml,line=17,col=3,title={RULE}::Targets: " in output
        assert RULE in [one["ruleId"] for one in log["runs"][0]["results"]]

    def test_it_succeeds_where_nothing_is_left(self, steps):
        assert steps(paths="sound.yaml late.yaml", level="error", ignore="proxy") == (0, "")
