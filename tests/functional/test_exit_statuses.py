"""Exit statuses: what help and README say of each subcommand is what it ends with."""

from __future__ import annotations

import re

import pytest

from rdsproxy_templates.cli.commands import SUBCOMMANDS
from rdsproxy_templates.cli.exit_statuses import (
    CHANGES,
    FAILED,
    FOUND,
    INVALID,
    NOTHING_HERE,
    STALE,
    WRONG,
    statuses_of,
    table,
)
from rdsproxy_templates.cli.terminal import reported
from rdsproxy_templates.errors import (
    ConfigError,
    DeploymentError,
    InvalidTemplateError,
    NoSuchStackError,
    Problem,
    TransformError,
    WiringError,
)

LATE = "overrides: {RDSStack.RDSProxyTargetGroup: {DependsOn: null}}\n"
SOUND = "Resources: {Topic: {Type: AWS::SNS::Topic}}\n"
OPEN = """\
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Database
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}]
"""


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
def test_the_help_of_a_subcommand_has_its_statuses(cli, subcommand):
    shown = " ".join(cli(subcommand, "--help").stdout.split())

    told = re.search(r"Exit status: (.*?)\.(?: |$)", shown)[1]
    assert [int(one.split()[0]) for one in told.split("; ")] == [
        status for status in statuses_of(subcommand) if status != 141
    ]


def test_the_readme_has_them_all(repository):
    text = (repository / "README.md").read_text("utf-8")

    assert "\n".join(table()) in text


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["render", "edge_waf", "--no-lint", "--quiet"], 0),
        (["render", "edge_waf", "--check", "--quiet", "--no-lint"], STALE),
        (["render", "nothing"], WRONG),
        (["render", "base", "--no-lint", "--quiet", "--config", "late.yaml"], INVALID),
        (["list"], 0),
        (["schema", "base"], 0),
        (["schema", "nothing"], WRONG),
        (["rules"], 0),
        (["rules", "nothing"], WRONG),
        (["audit", "sound.yaml", "--no-lint"], 0),
        (["audit", "open.yaml", "--no-lint"], FOUND),
        (["audit", "gone.yaml", "--no-lint"], WRONG),
        (["deploy", "nothing"], WRONG),
        (["deploy", "base", "--config", "late.yaml", "--yes"], INVALID),
        (["destroy", "nothing"], WRONG),
        (["fleet", "nothing"], WRONG),
        (["fleet", "status", "gone.yaml"], WRONG),
        (["doctor"], WRONG),
        (["init", "shop", "--variant", "nothing"], WRONG),
        (["adopt"], WRONG),
        (["freeze", "edge_waf"], 0),
        (["freeze", "nothing"], WRONG),
        (["upgrade-check", "nothing"], WRONG),
        (["local", "status"], FAILED),
        (["local", "nothing"], WRONG),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_a_subcommand_ends_with_a_status_that_it_names(cli, tmp_path, words, status):
    for name, text in {"late": LATE, "sound": SOUND, "open": OPEN}.items():
        (tmp_path / f"{name}.yaml").write_text(text)

    result = cli(*words)

    assert result.exit_code == status
    assert status in statuses_of(words[0])


@pytest.mark.parametrize(
    ("error", "status", "subcommands"),
    [
        (ConfigError, WRONG, SUBCOMMANDS),
        (DeploymentError, FAILED, ["deploy", "destroy", "fleet", "doctor", "adopt", "local"]),
        (NoSuchStackError, NOTHING_HERE, ["destroy", "fleet", "doctor"]),
        (InvalidTemplateError, INVALID, ["render", "deploy", "local"]),
        (WiringError, INVALID, ["render", "deploy", "freeze", "upgrade-check", "local"]),
        (TransformError, INVALID, ["render", "deploy", "local"]),
    ],
)
def test_an_error_ends_a_subcommand_with_a_status_that_it_names(error, status, subcommands):
    with pytest.raises(SystemExit) as end, reported():
        raise error([Problem("place", "sentence")])

    assert end.value.code == status
    assert [one for one in subcommands if status not in statuses_of(one)] == []


def test_changes_have_a_status_of_their_own():
    named = [one for one in SUBCOMMANDS if CHANGES in statuses_of(one)]

    assert named == ["deploy", "fleet", "upgrade-check"]
