"""Every benchmark works: one run of little, whose times say nothing."""

from __future__ import annotations

import runpy
import subprocess
import sys

import pytest

pytestmark = pytest.mark.xdist_group("benchmarks")

SECONDS = 300
MEASURED = {
    "against_cdk": [
        "render base, cold",
        "render base, nothing changed",
        "render, every variant, nothing changed",
        "each further copy, with AWS's validator",
    ],
    "against_sam": ["deploy base, first", "deploy base, nothing changed"],
    "audit": [
        "the validator's own start",
        "by our rules",
        "by cfn-lint",
        "by cfn-guard",
        "Growth of memory",
    ],
    "fleet": ["status of an operation", "outputs", "what plan reads"],
    "function": ["cold: the first answer", "reusing the connection / reconnecting"],
    "imports": ["edge_waf", "base", "all variants", "among 40", "imported of boto3"],
    "local_deploy": ["a session: deploy base", "a second test: render"],
    "rebuild": ["cold / the command cfn-lint", "nothing changed / cold"],
    "watch": ["an answer of render --watch / CDK's synthesis"],
    "truth": ["MYSQL       half-open", "POSTGRESQL  half-open", "warm requests: {200: 200}"],
}


@pytest.fixture(scope="module")
def peers(repository):
    """Bring the peers that the benchmarks compare with, as the README says, if they are absent."""
    subprocess.run([repository / "tools" / "peers.sh"], check=True, timeout=SECONDS)


def test_every_script_is_started_here(repository):
    scripts = {
        file.stem
        for file in (repository / "benchmarks").glob("*.py")
        if "def main()" in file.read_text("utf-8")
    }

    assert scripts == MEASURED.keys()


@pytest.mark.parametrize("name", MEASURED)
@pytest.mark.usefixtures("peers")
def test_it_measures_what_its_readme_says(repository, name):
    done = subprocess.run(
        [sys.executable, repository / "benchmarks" / f"{name}.py", "--once"],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    for line in MEASURED[name]:
        assert line in done.stdout


def test_differences_from_cdk_are_shown_by_title(repository, tmp_path):
    differences = runpy.run_path(str(repository / "benchmarks" / "same_service.py"))["differences"]
    group = "Resources: {Group: {Type: 'AWS::Logs::LogGroup', DependsOn: A, Properties: {%s}}}"
    (tmp_path / "cdk").mkdir()
    (tmp_path / "cdk" / "a.template.json").write_text(group % "RetentionInDays: 7")
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "a.yaml").write_text(group.replace("A,", "[A],") % "RetentionInDays: 30")

    diff = differences(tmp_path / "cdk", tmp_path / "ours", names=("CDK", "ours"))

    assert [line for line in diff if line[0] in "+-"] == [
        "--- CDK",
        "+++ ours",
        "-    RetentionInDays: 7",
        "+    RetentionInDays: 30",
    ]
    assert differences(tmp_path / "ours", tmp_path / "ours", names=("a", "b")) == []
