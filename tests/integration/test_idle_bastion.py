"""The script with which a bastion stops itself, run with programs that say what a test wants."""

from __future__ import annotations

import os
import re
import subprocess
import time

import pytest

from rdsproxy_templates.resources.idle_stop import idle_stop_script

MINUTES = 10
PROGRAMS = {
    "ss": 'printf "%s" "$SSH_CONNECTIONS"',
    "pgrep": '[[ "$*" == "--full ssm-session-worker" && -n $SESSION_WORKERS ]]',
    "systemctl": 'echo "$@" >>"$SAID"',
}


class Bastion:
    """An instance that was started some minutes ago."""

    def __init__(self, folder):
        self.folder = folder
        (script,) = re.findall(
            r"stop-when-idle <<'END'\n(.*?)^END$",
            idle_stop_script(MINUTES),
            re.DOTALL | re.MULTILINE,
        )
        self.script = script
        for name, body in PROGRAMS.items():
            (folder / name).write_text(f"#!/bin/bash\n{body}\n")
            (folder / name).chmod(0o755)

    def minute(self, *, ssh="", workers=""):
        """Run the timer's script, as happens once a minute."""
        subprocess.run(
            ["bash", "-c", self.script],
            check=True,
            env={
                "PATH": f"{self.folder}:{os.environ['PATH']}",
                "RUNTIME_DIRECTORY": str(self.folder),
                "SSH_CONNECTIONS": ssh,
                "SESSION_WORKERS": workers,
                "SAID": str(self.folder / "said"),
            },
        )

    def pass_by(self, minutes):
        then = time.time() - minutes * 60
        os.utime(self.folder / "last-session", (then, then))

    @property
    def stopped(self):
        said = self.folder / "said"
        return said.exists() and said.read_text() == "poweroff\n"


@pytest.fixture
def instance(tmp_path):
    return Bastion(tmp_path)


def test_a_bastion_that_was_just_started_stays_up(instance):
    instance.minute()
    instance.minute()

    assert not instance.stopped


def test_it_stops_once_it_was_idle_for_long(instance):
    instance.minute()
    instance.pass_by(MINUTES + 2)
    instance.minute()

    assert instance.stopped


def test_it_waits_for_the_whole_time(instance):
    instance.minute()
    instance.pass_by(MINUTES - 1)
    instance.minute()

    assert not instance.stopped


@pytest.mark.parametrize(
    "session", [{"ssh": "0 0 10.1.0.9:22 10.1.0.5:50000"}, {"workers": "4711"}], ids=["SSH", "SSM"]
)
def test_a_session_keeps_it_up_and_starts_the_time_anew(instance, session):
    instance.minute()
    instance.pass_by(MINUTES + 2)
    instance.minute(**session)
    instance.minute()

    assert not instance.stopped


def test_the_whole_script_is_valid_bash():
    subprocess.run(["bash", "-n"], input=idle_stop_script(MINUTES), text=True, check=True)
