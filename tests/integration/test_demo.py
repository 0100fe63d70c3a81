"""``make demo``: up with one command, down with Ctrl-C, and nothing left behind."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import urllib.request
from contextlib import contextmanager

import pytest

SECONDS = 120
ROWS = '{"items": [{"id": 1, "name": "one"}, {"id": 2, "name": "two"}, {"id": 3, "name": "three"}]}'
DEPLOYED = '"StackStatus": "CREATE_COMPLETE"'


class Demo:
    """A demo, with its output up to the point where only logs follow."""

    def __init__(self, process):
        self._process = process
        self.said = ""
        while "Ctrl-C ends everything" not in self.said:
            line = process.stdout.readline()
            assert line, self.said
            self.said += line

    def pasted(self):
        """The shell's output for all lines, pasted as they stand."""
        _, _, last = self.said.partition("\nThe plan is deployed.")
        lines = [line for line in last.splitlines() if line.startswith("  ")]
        shell = subprocess.run(
            ["bash", "-ec", "\n".join(lines)],
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert shell.returncode == 0, shell.stderr
        return shell.stdout

    def interrupted(self):
        """The rest of the output, up to the end."""
        self._process.send_signal(signal.SIGINT)
        return self._process.stdout.read()


ENDED_BY_CTRL_C = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
"""A job in the background, as these tests may be, hands down to ignore it."""


def program(repository, plan):
    return [sys.executable, "-c", ENDED_BY_CTRL_C, repository / "tools" / "demo", plan]


@pytest.fixture
def demo(repository, sam_cli, aws_cli):
    @contextmanager
    def demo(plan):
        with subprocess.Popen(
            program(repository, plan),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            stuck = threading.Timer(SECONDS, process.kill)
            stuck.start()
            try:
                running = Demo(process)
                yield running
                assert "Ended. Nothing is left running." in running.interrupted()
            finally:
                stuck.cancel()
                process.kill()
        assert process.returncode == 0

    return demo


@pytest.mark.xdist_group("demo-cross-account")
def test_its_lines_to_paste_work_until_it_is_interrupted(demo):
    with demo("cross_account") as running:
        initialized, rows, visits, *described = running.pasted().splitlines()

    assert running.said.startswith("$ rdsproxy-templates deploy cross_account --yes --app-profile ")
    assert (initialized, rows) == ('{"initialized": true}', ROWS)
    assert visits.startswith('{"visits": [{"id": 1,')
    assert "".join(described).count(DEPLOYED) == 3
    endpoint = re.search(r"AWS_ENDPOINT_URL=(\S+)", running.said)[1]
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(endpoint, timeout=5)


@pytest.mark.xdist_group("demo-edge")
def test_cloudfront_checks_addresses_and_cannot_be_bypassed(demo):
    with demo("edge") as running:
        answers = running.pasted()

    assert re.findall(r"HTTP/1.1 (\d+)", answers) == ["200", "403", "403"]
    assert answers.count('{"users": [') == 1
    assert answers.count(DEPLOYED) == 2


@pytest.mark.parametrize("plan", ["edg", "existing_vpc", "cross_account_app"])
def test_a_plan_without_a_demo_is_answered_with_those_that_have_one(repository, plan):
    said = subprocess.run(
        program(repository, plan), capture_output=True, text=True, check=False, timeout=SECONDS
    )

    assert said.returncode == 2
    assert f"unknown plan {plan!r}" in said.stderr
    assert said.stderr.endswith(
        "; plans that need no parameters: base, auth, bastion, cross_account, edge\n"
    )
