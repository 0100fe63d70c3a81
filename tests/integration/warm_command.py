"""The command, forked from a process that has imported it: half of a command's time is its imports.

A fork has a process, arguments, a folder, an environment and an end of its own, as any other.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

SECONDS: Final = 300
PROGRAM: Final = "import sys; from rdsproxy_templates.cli import main; sys.exit(main())"
IMPORTED: Final = (
    "boto3",
    "rdsproxy_templates.cli.deploy",
    "rdsproxy_templates.cli.destroy",
    "rdsproxy_templates.cli.fleet.apply",
    "rdsproxy_templates.cli.render",
)
FORKING: Final = """
import gc, json, os, select, socket, sys
from contextlib import suppress
from importlib import import_module
gc.disable()
from rdsproxy_templates.cli import main
for name in sys.argv[2:]:
    import_module(name)
gc.freeze()
gc.enable()
listener = socket.socket(fileno=int(sys.argv[1]))
while True:
    ready, _, _ = select.select([listener, sys.stdin], [], [])
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    if sys.stdin in ready:
        os._exit(0)
    caller, _ = listener.accept()
    if os.fork() == 0:
        break
    caller.close()

text, files, _, _ = socket.recv_fds(caller, 1, 2)
with caller.makefile("rb") as lines:
    wanted = json.loads(text + lines.readline())
if pid := os.fork():
    caller.sendall(b"%d\\n" % pid)
    _, status = os.waitpid(pid, 0)
    caller.sendall(b"%d\\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)

listener.close()
caller.close()
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
for number, file in enumerate(files, 1):
    os.dup2(file, number)
    os.close(file)
os.chdir(wanted["folder"])
os.environ.clear()
os.environ.update(wanted["environment"])
sys.argv[1:] = wanted["words"]
sys.exit(main())
"""


class Said(NamedTuple):
    """The end of a command: its exit code and output."""

    status: int
    output: str
    errors: str


class WarmCommand:
    """Runs the command; the first of each subcommand begins with the start of Python."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._started: set[str] = set()
        self._forked: _Forked | None = None

    def run(self, words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Said:
        """Run the command in *folder* to its end; nobody can be asked."""
        with self._turn:
            is_new = words[0] not in self._started
            self._started.add(words[0])
            if not is_new and self._forked is None:
                self._forked = _Forked(environment)
        if is_new or self._forked is None:
            return _begun(words, folder, environment)
        return self._forked.run(words, folder, environment)

    def close(self) -> None:
        """End the process that is forked."""
        with self._turn:
            if self._forked is not None:
                self._forked.close()
                self._forked = None


def _begun(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Said:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


class _Forked:
    """A process that has imported the command, and is forked."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._address = str(Path(self._folder.name) / "socket")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self._address)
            listener.listen()
            self._process = subprocess.Popen(
                [sys.executable, "-c", FORKING, str(listener.fileno()), *IMPORTED],
                # It ends when this pipe does, however this process ends.
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                pass_fds=[listener.fileno()],
                env=environment,
            )

    def run(self, words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Said:
        wanted = {"words": words, "folder": str(folder), "environment": dict(environment)}
        line = json.dumps(wanted).encode() + b"\n"
        with (
            tempfile.TemporaryFile() as output,
            tempfile.TemporaryFile() as errors,
            socket.socket(socket.AF_UNIX) as fork,
        ):
            fork.settimeout(SECONDS)
            fork.connect(self._address)
            sent = socket.send_fds(fork, [line], [output.fileno(), errors.fileno()])
            fork.sendall(line[sent:])
            with fork.makefile("rb") as lines:
                pid = int(lines.readline())
                try:
                    status = int(lines.readline())
                except TimeoutError:
                    os.kill(pid, signal.SIGKILL)
                    raise
            for file in (output, errors):
                file.seek(0)
            return Said(status, output.read().decode(), errors.read().decode())

    def close(self) -> None:
        self._process.communicate(timeout=SECONDS)
        self._folder.cleanup()


COMMAND: Final = WarmCommand()
"""The command of all tests in this process; the session ends it."""
