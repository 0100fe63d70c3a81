"""Reading a fleet of many accounts, whose APIs give pages and throttle."""

from __future__ import annotations

import csv
import json

import pytest
from click.testing import CliRunner

from many_accounts import ADMINISTRATOR, FLEET, OPERATION, OUTPUTS, ManyAccounts
from rdsproxy_templates.cli import command

COUNT = 110
UNREADABLE = "100000000003"


@pytest.fixture(scope="module")
def world():
    found = ManyAccounts(COUNT, unreadable=frozenset({UNREADABLE}))
    server = found.serve()
    found.endpoint = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def fleet(world, tmp_path, monkeypatch):
    """Runs `fleet` with these words."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fleet.yaml").write_text(FLEET)
    environment = {
        "AWS_ENDPOINT_URL": world.endpoint,
        "AWS_ACCESS_KEY_ID": ADMINISTRATOR,
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    world.calls.clear()
    world.throttled.clear()

    def run(*words):
        return CliRunner().invoke(command(out=tmp_path / "out"), ["fleet", *words])

    return run


def test_status_shows_each_instance_of_every_page(fleet, world):
    shown = fleet("status")

    assert shown.exit_code == 0, shown.output
    assert shown.stdout.count("\n1000000") == COUNT
    assert f"{COUNT} instances\n  status: 94 CURRENT, 16 OUTDATED" in shown.stdout
    assert f"last operation: UPDATE {OPERATION}: FAILED" in shown.stdout
    assert world.calls["ListStackInstances"] == 2


def test_status_for_machines_counts_what_it_does_not_show(fleet):
    shown = json.loads(fleet("status", "--problems", "--format", "json").stdout)

    assert {one["status"] for one in shown["instances"]} == {"OUTDATED"}
    assert shown["counts"]["total"] == COUNT
    assert shown["counts"]["stage"] == {"FAILED": 16, "SUCCEEDED": 94}


def test_status_of_an_operation_says_what_it_did_in_each_place(fleet):
    shown = fleet("status", "--operation", "last")
    data = json.loads(fleet("status", "--operation", OPERATION, "--format", "json").stdout)

    assert shown.stdout.endswith("16 FAILED, 94 SUCCEEDED\n")
    assert len(data["results"]) == COUNT
    assert data["operation"]["id"] == OPERATION


def test_outputs_of_every_account_are_rows_and_what_cannot_be_read_is_said(fleet):
    shown = fleet("outputs", "--format", "csv")

    heading, *rows = csv.reader(shown.stdout.splitlines())
    assert heading == ["account", "region", "name", "value"]
    assert len(rows) == (COUNT - 2) * OUTPUTS
    assert UNREADABLE not in {row[0] for row in rows}
    assert f"account {UNREADABLE}, eu-west-1: reader_role OrganizationAccountAccessRole" in (
        shown.stderr
    )
    assert "2 stacks cannot be read" in shown.stderr
    assert shown.exit_code == 1


def test_outputs_for_machines_have_the_reason_in_the_place_of_outputs(fleet):
    stacks = json.loads(fleet("outputs", "--format", "json").stdout)["stacks"]

    assert len(stacks) == COUNT
    (first, _) = [one for one in stacks if one["account"] == UNREADABLE]
    assert "sts:AssumeRole" in first["problem"]
    assert len(stacks[0]["outputs"]) == OUTPUTS


def test_a_role_is_assumed_once_for_all_regions_of_an_account(fleet, world):
    fleet("outputs")

    assert world.calls["AssumeRole"] == COUNT // 2 + 1  # and once more for the one that is refused


def test_throttling_is_waited_for(fleet, world):
    world.refusing["ListStackInstances"] = 1

    shown = fleet("status")

    assert shown.exit_code == 0
    assert world.throttled["ListStackInstances"] == 1
    assert f"{COUNT} instances" in shown.stdout


def test_a_stack_set_that_does_not_exist_has_its_own_status(fleet, tmp_path):
    (tmp_path / "fleet.yaml").write_text(f"{FLEET}stack_set: another\n")

    shown = fleet("status")

    assert shown.exit_code == 5
    assert "[stack set another] does not exist; `fleet apply` creates it" in shown.stderr


def test_problems_and_an_operation_do_not_go_together(fleet):
    shown = fleet("status", "--problems", "--operation", "last")

    assert shown.exit_code == 2
    assert "give one of them" in shown.stderr
