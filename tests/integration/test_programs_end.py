"""What `deploy` starts ends with it, however it ends."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rdsproxy_local.servers.loopback import wait_for
from rdsproxy_templates.deploy.accounts import AccountSession, AccountSettings
from rdsproxy_templates.deploy.programs import run
from rdsproxy_templates.deploy.sam_cli import packaged
from rdsproxy_templates.errors import DeploymentError
from rdsproxy_templates.model import Template

SECONDS = 120
STUBBORN = """\
#!{python}
# Like sam: it starts make, which starts pip; the last does not listen to SIGTERM.
import os, signal, subprocess, sys, time
depth = int(sys.argv[-1]) if sys.argv[-1].isdigit() else 2
if depth == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    subprocess.Popen([sys.argv[0], str(depth - 1)])
with open(os.path.join(os.path.dirname(sys.argv[0]), "pids"), "a") as file:
    file.write(f"{{os.getpid()}}\\n")
time.sleep(600)
"""
PARENT = """\
import signal, sys
from pathlib import Path
from rdsproxy_templates.deploy.programs import run
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which `nohup` has children ignore
try:
    run([sys.argv[1], "build"], Path.cwd())
except KeyboardInterrupt:
    sys.exit(130)
"""

TWO = """\
import sys
from functools import partial
from pathlib import Path
from rdsproxy_templates.deploy.programs import run, side_by_side
try:
    side_by_side([partial(run, [sys.argv[1], "build"], Path.cwd())] * 2)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.fixture
def program(tmp_path):
    """A program that ends only if it is made to."""
    path = tmp_path / "sam"
    path.write_text(STUBBORN.format(python=sys.executable))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def pids(folder: Path) -> list[int]:
    file = folder / "pids"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize(
    ("number", "text", "count"),
    [
        *((one, PARENT, 3) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)),
        *((one, TWO, 6) for one in (signal.SIGINT, signal.SIGKILL)),
    ],
)
def test_all_that_it_started_ends(program, tmp_path, number, text, count):
    parent = subprocess.Popen([sys.executable, "-c", text, str(program)], cwd=tmp_path)
    try:
        wait_for(lambda: len(pids(tmp_path)) == count, SECONDS)
        started = pids(tmp_path)
        assert all(map(lives, started))
        os.kill(parent.pid, number)
        parent.wait(SECONDS)
        wait_for(lambda: not any(map(lives, started)), SECONDS)
        assert not any(map(lives, started))
    finally:
        parent.kill()
        parent.wait()
        for pid in filter(lives, pids(tmp_path)):
            os.kill(pid, signal.SIGKILL)


def test_its_output_and_status_are_kept(tmp_path):
    done = run([sys.executable, "-c", "import sys; print('said'); sys.exit('and why')"], tmp_path)

    assert (done.status, done.output.splitlines()) == (1, ["said", "and why"])


@pytest.mark.parametrize(
    ("content", "reason"),
    [("", "Exec format error"), ("#!/nowhere/python\n", "No such file or directory")],
)
def test_a_sam_that_cannot_be_executed_is_a_sentence(tmp_path, monkeypatch, content, reason):
    sam = tmp_path / "sam"
    sam.write_text(content)
    sam.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    nothing = Template(
        description="", parameters={}, children={}, resources={}, outputs={}, transforms=()
    )
    session = AccountSession(
        name="app", settings=AccountSettings(), id="1", session=None, region="eu-west-1"
    )

    with pytest.raises(DeploymentError) as caught:
        packaged("base", nothing, tmp_path, session)
    assert str(caught.value) == f"[base] `sam package` failed:\ncannot be executed: {reason}"
