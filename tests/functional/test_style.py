"""Style and types hold, as editors and reviewers see them."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "--no-cache"], id="ruff finds nothing"),
        pytest.param(["ruff", "format", "--check", "--no-cache"], id="ruff would format nothing"),
        pytest.param(["mypy", "--no-incremental"], id="every wrong wire is a type error"),
    ],
)
def test_holds(command, repository):
    result = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert result.returncode == 0, result.stdout + result.stderr
