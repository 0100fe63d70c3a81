"""A process that ends servers when the process that started them has ended, however it did.

A server has a session of its own, so that no terminal's signal reaches it, and is started by a
thread, whose end the system would take for its parent's. The guardian reads a pipe that only that
parent holds: ``+PID FOLDER`` for a server with its data, ``-PID`` for one that has ended.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

SECONDS: Final = 10
PAUSE: Final = 0.05


class Guardian:
    """The guardian of this process; it is started with the first server."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._parent = 0
        self._servers: dict[int, Path] = {}

    def watch(self, pid: int, folder: Path) -> None:
        """End the server *pid*, and remove its *folder*, when this process has ended."""
        with self._turn:
            self._servers[pid] = folder
            self._tell(f"+{pid} {folder}\n")

    def forget(self, pid: int) -> None:
        """Leave the server *pid* alone, which has ended."""
        with self._turn:
            if self._servers.pop(pid, None):
                self._tell(f"-{pid}\n")

    def end(self) -> None:
        """End the guardian, and wait for it unless it has servers to end."""
        with self._turn:
            process, self._process = self._process, None
            if process is None or self._parent != os.getpid():
                return
            if self._servers:
                assert process.stdin is not None
                process.stdin.close()
            else:
                process.communicate()

    def _tell(self, line: str) -> None:
        if self._process is not None and self._process.poll() is not None:
            self._process.communicate()
            self._process = None
        if self._process is None:
            self._parent = os.getpid()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", __file__],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )
            atexit.register(self.end)
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode())
        self._process.stdin.flush()


GUARDIAN: Final = Guardian()


def guard() -> None:
    """Read the pipe to its end, and end what is left."""
    servers: dict[int, str] = {}
    for line in sys.stdin:
        sign, (number, _, folder) = line[0], line[1:].rstrip("\n").partition(" ")
        if sign == "+":
            servers[int(number)] = folder
        else:
            servers.pop(int(number), None)
    for pid, folder in servers.items():
        with suppress(OSError):
            os.killpg(pid, signal.SIGKILL)
        deadline = time.monotonic() + SECONDS
        while _lives(pid) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    guard()
