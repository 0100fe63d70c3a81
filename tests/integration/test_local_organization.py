"""The steps of `docs/local.md` to an organization and a fleet against `local up`, each run as it stands."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = 120
HEADING = "### An organization beside `local up`\n"


@pytest.fixture(scope="module")
def section(repository):
    text = (repository / "docs" / "local.md").read_text("utf-8")
    return text.partition(HEADING)[2].partition("\n## ")[0].partition("\n### ")[0]


@pytest.fixture
def terminal(repository, tmp_path):
    """Runs lines of a terminal in a copy of the example."""
    folder = tmp_path / "fleet"
    shutil.copytree(repository / "examples" / "fleet", folder)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"

    def run(*lines):
        done = subprocess.run(
            ["bash", "-ec", "\n".join(lines)], cwd=folder, env=kept | {"PATH": path},
            capture_output=True, text=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    run.folder = folder
    yield run
    run("rdsproxy-templates local down")


def blocks(section, language):
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


def commands(block):
    return [line.removeprefix("$ ") for line in block.splitlines()]


def test_the_steps_to_an_organization_deploy_a_fleet(section, terminal):
    up, others = map(commands, blocks(section, "console"))
    (script,) = blocks(section, "python")
    (terminal.folder / "organization.py").write_text(script)

    status, said, errors = terminal(*(f"{line} --detach" for line in up))
    assert status == 0, f"{said}\n{errors}"

    export, organization, plan, *rest = others
    status, said, errors = terminal(export, organization, f"{plan} || test $? = 4")
    assert status == 0, f"{said}\n{errors}"
    assert "rdsproxy-journal would change" in said

    applied, outputs, read = (terminal(export, line) for line in rest)
    assert applied[0] == 0, applied
    rows = [*csv.DictReader(outputs[1].splitlines())]
    assert [row["region"] for row in rows] == ["eu-west-1", "eu-west-1", "us-east-1"]
    assert {row["value"] for row in rows} == {"/journal"}
    assert "'/journal'" in read[1], read
