"""A deployer of a small stack, who is killed, throttled and interrupted."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from planning import Planner, Said

from rdsproxy_local.local_cloud import Account
from rdsproxy_local.servers.loopback import wait_for

SECONDS: Final = 180
PROGRAM: Final = "import sys; from rdsproxy_templates.cli import main; sys.exit(main())"
STACK: Final = '''"""Log groups."""

from troposphere import logs
from rdsproxy_templates import Field, Ports, Settings, Stack

class Config(Settings):
    days: int = Field(default=7, description="Days that logs are kept.")

class Inputs(Ports): ...

class Outputs(Ports): ...

def build(config, inputs):
    groups = [logs.LogGroup(f"Log{number}", RetentionInDays=config.days) for number in range(3)]
    return Stack(resources=groups, outputs=Outputs())
'''
SAMCONFIG: Final = """\
version = 0.1
[default.package.parameters]
no_progressbar = true
"""
SAM: Final = """\
#!{python}
# In the place of SAM CLI: there is nothing to upload. It waits while the file `slow` is there.
import os, pathlib, shutil, sys, time
place = pathlib.Path({folder!r})
given = dict(zip(sys.argv, sys.argv[1:]))
(place / "sam-pid").write_text(str(os.getpid()))
while (place / "slow").exists():
    time.sleep(0.05)
shutil.copy(given["--template-file"], given["--output-template-file"])
"""


@dataclass(frozen=True)
class Attacked:
    """The deployer's folder and account; each stack has a prefix of its own."""

    planner: Planner
    account: Account

    @classmethod
    def prepared(cls, folder: Path, account: Account) -> Attacked:
        """Prepare *folder* with a stack, profiles and a program in the place of SAM CLI."""
        programs = folder / "programs"
        programs.mkdir()
        sam = programs / "sam"
        sam.write_text(SAM.format(python=sys.executable, folder=str(folder)))
        sam.chmod(0o755)
        (folder / "mine.py").write_text(STACK)
        # Somebody has configured SAM CLI, without which it would not be started.
        (folder / "out" / "mine").mkdir(parents=True)
        (folder / "out" / "mine" / "samconfig.toml").write_text(SAMCONFIG)
        planner = Planner(folder, {"app": account}, programs)
        planner.prepare()
        return cls(planner, account)

    def words(self, command: str, prefix: str, *more: str) -> list[str]:
        """The words of `deploy` or `destroy`."""
        place = ["--out", "out", "--bucket", f"packages-{self.account.id}"]
        return [
            *(command, "--stack", "mine.py", "--profile", "app", "--stack-prefix", prefix),
            *(place if command == "deploy" else []),
            *more,
        ]

    def does(self, command: str, prefix: str, *more: str) -> Said:
        """Run `deploy` or `destroy` to its end; nobody is asked."""
        return self.planner.run(*self.words(command, prefix, "--yes", *more))

    @contextmanager
    def running(
        self, command: str, prefix: str, *more: str, asked: bool = False
    ) -> Iterator[Running]:
        """`deploy` or `destroy` while it runs; with *asked* at a terminal that answers nothing."""
        controller, terminal = pty.openpty() if asked else (None, None)
        yes = () if asked else ("--yes",)
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *self.words(command, prefix, *yes, *more)],
            cwd=self.planner.folder,
            env=self.planner.environment,
            stdin=subprocess.DEVNULL if terminal is None else terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if terminal is not None:
            os.close(terminal)
        os.set_blocking(process.stdout.fileno(), False)
        try:
            yield Running(process, controller, [])
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(SECONDS)
            process.stdout.close()
            if controller is not None:
                os.close(controller)

    def status(self, prefix: str) -> str | None:
        """The status of the stack; None where there is none."""
        found = [
            one["StackStatus"]
            for page in self.api.get_paginator("describe_stacks").paginate()
            for one in page["Stacks"]
            if one["StackName"] == f"{prefix}-mine"
        ]
        return found[0] if found else None

    def change_sets(self, prefix: str) -> list[str]:
        """The change sets of the stack that could be executed."""
        if self.status(prefix) is None:
            return []
        found = self.api.list_change_sets(StackName=f"{prefix}-mine")["Summaries"]
        return [one["ChangeSetName"] for one in found if one["ExecutionStatus"] == "AVAILABLE"]

    @property
    def api(self) -> Any:
        return self.account.client("cloudformation")

    @property
    def slow(self) -> Path:
        """The file that keeps SAM CLI from ending."""
        return self.planner.folder / "slow"

    def sam_lives(self) -> bool:
        """Tell if the last SAM CLI runs."""
        file = self.planner.folder / "sam-pid"
        with suppress(OSError, ValueError):
            state = Path(f"/proc/{int(file.read_text())}/stat").read_text()
            return state.rpartition(")")[2].split()[0] != "Z"
        return False


@dataclass(frozen=True)
class Running:
    """A command that runs."""

    process: subprocess.Popen[str]
    controller: int | None
    _said: list[str]

    @property
    def said(self) -> str:
        """What it has written so far."""
        with suppress(TypeError, OSError):
            self._said.append(self.process.stdout.read() or "")
        return "".join(self._said)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until *condition* holds; the command must not end before."""
        wait_for(lambda: condition() or self.process.poll() is not None, SECONDS)
        assert condition(), self.said

    def answer(self, text: str) -> None:
        """Answer a question."""
        os.write(self.controller, f"{text}\n".encode())

    def end(self, number: signal.Signals | None = None) -> int:
        """Send a signal; return the status with which the command ends."""
        if number is not None:
            self.process.send_signal(number)
        return self.process.wait(SECONDS)
