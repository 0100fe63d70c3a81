"""The command in an empty folder."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from rdsproxy_templates.cli import command


@pytest.fixture
def cli(tmp_path, monkeypatch):
    """Runs the command with these words."""
    monkeypatch.chdir(tmp_path)
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
