"""`audit --stack`: what a stack and those nested in it have deployed, read and nothing more."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from made_up_stacks import Stacks, nested

pytestmark = pytest.mark.xdist_group("plan")

OPEN = {
    "Type": "AWS::EC2::SecurityGroup",
    "Properties": {
        "GroupDescription": "open",
        "VpcId": {"Ref": "Vpc"},
        "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}],
        "SecurityGroupIngress": [
            {
                "IpProtocol": "tcp",
                "FromPort": 22,
                "ToPort": 22,
                "CidrIp": {"Fn::If": ["Open", "0.0.0.0/0", "10.0.0.0/8"]},
            }
        ],
    },
}
VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
WORLD = "network/open-to-the-world"


@pytest.fixture(scope="module")
def stacks(cloud):
    return Stacks(cloud.account("444444444420"))


@pytest.fixture
def audited(stacks):
    """The findings of `audit` in a deployed stack, and its exit status."""

    def audited(name):
        words = ["audit", "--stack", name, "--no-lint", "--format", "json", "--rules", "network"]
        done = subprocess.run(
            [sys.executable, "-m", "rdsproxy_templates", *words],
            env=stacks.account.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, json.loads(done.stdout)["findings"], done.stderr

    return audited


@pytest.mark.parametrize(("value", "found"), [("yes", [WORLD]), ("no", [])])
def test_parameters_and_conditions_are_decided_by_what_was_deployed(stacks, audited, value, found):
    """The group is in a nested stack, and the root passes it what opens it."""
    given = {"Open": {"Type": "String"}}
    decided = {"Open": {"Fn::Equals": [{"Ref": "Open"}, "yes"]}}
    url = stacks.put(
        "inner.json", {"Vpc": VPC, "Group": OPEN}, Parameters=given, Conditions=decided
    )
    name = f"audited-{value}"
    inner = nested(url, Open={"Ref": "Open"})
    assert stacks.create(name, {"Inner": inner}, Parameters=given, given={"Open": value}) == (
        "CREATE_COMPLETE"
    )

    status, findings, _ = audited(name)
    stacks.delete(name)

    assert [one["rule"] for one in findings] == found
    assert [one["file"] for one in findings] == [f"{name}/Inner"] * len(found)
    assert status == len(found)


def test_a_stack_that_is_not_there_cannot_be_read(audited):
    status, findings, errors = audited("nowhere")

    assert (status, findings) == (2, [])
    assert "error: [nowhere] " in errors
    assert "does not exist" in errors
