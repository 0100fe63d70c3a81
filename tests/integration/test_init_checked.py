"""The repository that `init` writes passes all of its own checks at once, without a network."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess

import pytest
import yaml
from ruff import find_ruff_bin

from consumer_environment import consumer_environment, install_commands

pytestmark = pytest.mark.xdist_group("init")

SECONDS = 600
COMMANDS = ("mypy", "pyright", "rdsproxy-templates")
CHECKS = [
    "ruff check",
    "ruff format --check",
    "mypy",
    "pyright",
    "python build.py --check",
    "python -m pytest",
]
INSTALLS = ("sudo apt-get ", "python -m pip install ")


@pytest.fixture(scope="module")
def environment(tmp_path_factory, repository):
    """Variables of a shell in which a consumer's environment is active."""
    python = consumer_environment(tmp_path_factory.mktemp("environment"), repository)
    install_commands(python, *COMMANDS)
    (python.parent / "ruff").symlink_to(find_ruff_bin())
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    return inherited | {
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "PYRIGHT_PYTHON_GLOBAL_NODE": "0",  # its own, so that every machine has the same one
        "GIT_CONFIG_GLOBAL": os.devnull,
    }


@pytest.fixture(scope="module")
def shell(environment):
    """Runs a line of a shell in a folder; it must succeed. Returns its output."""

    def shell(line, folder):
        done = subprocess.run(
            ["bash", "-e", "-c", line], cwd=folder, env=environment, timeout=SECONDS,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stdout}"
        return done.stdout

    return shell


@pytest.fixture(scope="module")
def shop(shell, tmp_path_factory):
    """The repository, as `init` and `git add` leave it."""
    folder = tmp_path_factory.mktemp("repositories")
    shell("rdsproxy-templates init web-shop", folder)
    shell("git init --quiet && git add --all", folder / "web-shop")
    return folder / "web-shop"


def workflow(shop):
    return yaml.safe_load((shop / ".github" / "workflows" / "check.yml").read_text())


def hooks(shop):
    (local,) = yaml.safe_load((shop / ".pre-commit-config.yaml").read_text())["repos"]
    assert local["repo"] == "local"
    return local["hooks"]


def test_the_workflow_is_one(shop):
    # YAML 1.1 reads the key `on` as true.
    assert workflow(shop).keys() == {"name", True, "permissions", "jobs"}
    (job,) = workflow(shop)["jobs"].values()
    assert job.keys() == {"runs-on", "timeout-minutes", "steps"}
    assert all(("uses" in step) != ("run" in step) for step in job["steps"])


def test_ci_checks_style_types_templates_and_tests(shop):
    steps = workflow(shop)["jobs"]["check"]["steps"]
    lines = [step["run"] for step in steps if "run" in step]

    assert [line for line in lines if not line.startswith(INSTALLS)] == CHECKS


@pytest.mark.parametrize("line", CHECKS)
def test_each_line_of_ci_succeeds_at_once(shop, shell, line):
    shell(line, shop)


def test_each_hook_of_pre_commit_succeeds(shop, shell):
    assert [hook["id"] for hook in hooks(shop)] == ["ruff-check", "ruff-format", "render-check"]
    for hook in hooks(shop):
        assert {"id", "name", "entry", "language"} <= hook.keys()
        files = "" if hook.get("pass_filenames") is False else " $(git ls-files '*.py')"
        shell(hook["entry"] + files, shop)


def test_checks_change_no_file_of_git(shop, shell):
    shell("python build.py --quiet --no-lint", shop)

    assert shell("git diff; git ls-files --others --exclude-standard", shop) == ""


def test_a_change_is_found_stale_until_it_is_rendered(shop, shell, tmp_path):
    changed = shutil.copytree(shop, tmp_path / "changed")
    settings, module = changed / "web_shop.yaml", changed / "web_shop.py"
    settings.write_text(settings.read_text().replace("max_capacity: 4", "max_capacity: 8"))
    module.write_text(module.read_text().replace("other services find", "others find"))
    check = "python build.py --check --no-lint --quiet"

    stale = shell(f"{check} || test $? = 1", changed)
    assert "changed web_shop.schema.json" in stale
    assert "changed templates_out/web_shop/cloudformation/service/rds.yaml" in stale
    shell(f"python build.py --no-lint --quiet && {check}", changed)


def test_the_readme_names_commands_and_files_that_there_are(shop, shell):
    rows = [
        line.split("`")[1]
        for line in (shop / "README.md").read_text().splitlines()
        if line.startswith("| `")
    ]

    for row in rows:
        words = shlex.split(row)
        if words[0] == "rdsproxy-templates":
            options = [word for word in words if word.startswith("--")]
            said = shell(f"{row.partition(' --')[0]} --help", shop)
            assert all(option in said for option in options)
        elif len(words) == 1 and words[0] != "pytest":
            assert (shop / row).exists(), row
