"""A Region that cannot be is refused by every command before AWS is asked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rdsproxy_templates.cli import command

COMMANDS = {
    "deploy": "deploy base --yes",
    "destroy": "destroy base --yes",
    "doctor": "doctor base",
    "adopt": "adopt --proxy orders --out adopted",
    "audit": "audit --no-lint --stack orders",
    "fleet": "fleet status",
}


@pytest.fixture
def run(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run words in a folder with a fleet; nothing answers as AWS."""
    shutil.copytree(repository / "examples" / "fleet", tmp_path, dirs_exist_ok=True)
    (tmp_path / "config").write_text("[profile far]\nregion = mars\n[profile none]\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    def run(words: str) -> Result:
        return CliRunner().invoke(command(out=tmp_path / "out"), words.split())

    return run


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_region_that_no_partition_has_is_refused(run, words):
    said = run(f"{words} --region mars")

    assert said.exit_code == 2
    assert said.stderr.endswith("us-west-2\n")
    assert "error: [--region] unknown Region 'mars'; known are af-south-1, " in said.stderr


@pytest.mark.parametrize("region", ["eu_west-1", "eu-wset-1", "eu-west"])
def test_what_resembles_it_is_named(run, region):
    said = run(f"fleet status --region {region}")

    assert said.stderr.startswith(f"error: [--region] unknown Region '{region}' (did you mean eu-")


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_region_of_the_profile_is_held_against_the_same(run, words):
    said = run(f"{words} --profile far")

    assert said.exit_code == 2
    assert "error: [Region of profile far] unknown Region 'mars'; known are " in said.stderr


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_missing_region_is_asked_for(run, words):
    said = run(f"{words} --profile none")

    assert said.exit_code == 2
    assert said.stderr.endswith(
        "error: [--region] a Region is needed: profile none has none, and AWS_DEFAULT_REGION is "
        "not set\n"
    )


def test_a_region_that_is_newer_than_botocore_is_asked_for_once(run):
    said = run("fleet status --region eu-west-9")

    assert said.exit_code == 1
    assert said.stderr == (
        "error: [account, without --profile] Could not connect to the endpoint URL: "
        '"http://127.0.0.1:1/"; no Region eu-west-9 was known when botocore was released '
        "(did you mean eu-west-3?)\n"
    )
