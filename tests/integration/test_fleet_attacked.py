"""`fleet apply` that is interrupted, throttled, or whose answers are lost."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from fleets import Company

from rdsproxy_local.faults import faults
from rdsproxy_local.servers.loopback import wait_for
from rdsproxy_templates.fleet.stack_set_ownership import MARK

pytestmark = pytest.mark.xdist_group("fleet")

GROUP = "AWS::Logs::LogGroup"
SECONDS = 120


@pytest.fixture(scope="module")
def company(cloud, tmp_path_factory):
    return Company(cloud, "700000000001", tmp_path_factory.mktemp("company"), Path("/usr/bin"))


def small(company, name, **settings):
    """A fleet of the canary's account only."""
    fleet = company.fleet(name, **settings)
    del fleet.settings["targets"]["waves"][1]
    return fleet


def test_ctrl_c_leaves_the_operation_running_and_the_same_command_follows_it(company, cloud):
    fleet = small(company, "left")
    with faults(cloud.endpoint, delays={GROUP: 60}):
        with fleet.applying() as running:
            running.wait_until(lambda: "CREATE_IN_PROGRESS" in running.said)
            assert running.end(signal.SIGINT) == 130
            assert "goes on without this command; the same command follows it" in running.said
        assert fleet.operations() == ["RUNNING"]
        with fleet.applying() as again:
            again.wait_until(lambda: "CREATE_IN_PROGRESS" in again.said)
            assert "goes on already, and is followed" in again.said


def test_a_second_ctrl_c_stops_the_operation_and_the_same_command_goes_on(company, cloud):
    fleet = small(company, "stopped")
    with faults(cloud.endpoint, delays={GROUP: 8}), fleet.applying() as running:
        running.wait_until(lambda: "CREATE_IN_PROGRESS" in running.said)
        running.process.send_signal(signal.SIGINT)
        running.wait_until(lambda: "goes on without this command" in running.said)
        assert running.end(signal.SIGINT) == 130
        assert "it is told to stop" in running.said
        wait_for(lambda: fleet.operations() == ["STOPPED"], SECONDS)
    again = fleet.apply()
    assert again.status == 0, again.errors
    assert "wave canary: " in again.output
    assert {one["Status"] for one in fleet.instances().values()} == {"CURRENT"}


def test_throttling_is_waited_for_and_lost_answers_are_looked_up(company, cloud):
    fleet = small(company, "lost")
    begun = ["CreateStackSet", "CreateStackInstances"]
    lost = [{"kind": "lost", "operations": [name], "times": 1} for name in begun]
    throttled = {"kind": "throttled", "share": 0.05}
    with faults(cloud.endpoint, calls=[*lost, throttled], seed=1):
        done = fleet.apply()
    assert done.status == 0, done.errors
    assert fleet.operations() == ["SUCCEEDED"]
    assert len(fleet.instances()) == 2


def test_a_stack_set_of_somebody_else_is_neither_changed_nor_deleted(company):
    fleet = small(company, "theirs")
    api = company.organization.management.client("cloudformation")
    template = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    api.create_stack_set(
        StackSetName="theirs",
        TemplateBody=template,
        PermissionModel="SERVICE_MANAGED",
        AutoDeployment={"Enabled": False},
    )
    for said in (fleet.run("plan"), fleet.apply(), fleet.run("destroy", "--yes")):
        assert said.status == 1
        assert "[stack set theirs] was not created by this command" in said.errors
        assert "nothing was built or changed" in said.errors
    assert api.describe_stack_set(StackSetName="theirs")["StackSet"]["TemplateBody"] == template
    assert fleet.run("status").status == 0

    api.update_stack_set(
        StackSetName="theirs", UsePreviousTemplate=True, Description=f"Mine {MARK}"
    )
    taken_over = fleet.apply()
    assert taken_over.status == 0, taken_over.errors
    assert fleet.run("destroy", "--yes").status == 0
