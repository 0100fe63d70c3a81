"""The command in an empty folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from rdsproxy_templates.cli import command

REPOSITORY = Path(__file__).resolve().parents[2]


def forget_stacks_of_consumers():
    """Take out of Python's modules what tests have imported of examples and temporary folders."""
    for name, module in [*sys.modules.items()]:
        path = getattr(module, "__file__", None) or ""
        if "pytest-" in path or path.startswith(f"{REPOSITORY}/examples/"):
            del sys.modules[name]


@pytest.fixture
def cli(tmp_path, monkeypatch):
    """Runs the command with these words, in a process that knows no stack of a consumer's yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    forget_stacks_of_consumers()
    return lambda *words: CliRunner().invoke(command(out=tmp_path / "out"), [*map(str, words)])


@pytest.fixture
def run(cli):
    """Runs `render` without its name and without the slow validator."""
    return lambda *words: cli("--no-lint", *words)


@pytest.fixture
def config(tmp_path):
    """Writes a file of settings, and returns its path."""

    def config(text):
        path = tmp_path / "my.yaml"
        path.write_text(text, "utf-8")
        return str(path)

    return config
