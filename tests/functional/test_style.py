"""Style and types are right, as editors and reviewers see them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "--no-cache"], id="ruff finds nothing"),
        pytest.param(["ruff", "format", "--check", "--no-cache"], id="ruff would format nothing"),
        pytest.param(["mypy"], id="every wrong wire is a type error"),
        pytest.param(["lint-imports", "--no-cache"], id="imports point one way"),
    ],
)
def test_holds(command, repository):
    program, *words = command
    result = subprocess.run(
        [Path(sys.executable).with_name(program), *words],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert result.returncode == 0, result.stdout + result.stderr


def test_functions_do_without_the_library(repository):
    imported = {
        (file.name, name)
        for file in (repository / "lambda").rglob("*.py")
        for name in _imports(ast.parse(file.read_text("utf-8")))
        if name.partition(".")[0] == "rdsproxy_templates"
    }

    assert imported == set()


def _imports(module):
    for node in ast.walk(module):
        match node:
            case ast.Import(names=names):
                yield from (one.name for one in names)
            case ast.ImportFrom(module=str(name)):
                yield name
