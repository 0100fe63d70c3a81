"""Run a program, and end all that it has started when standard input ends.

It is run by its path, in a session of its own: ``python supervisor.py PROGRAM [ARGUMENT]...``. Its
standard input is a pipe that only its parent holds, so it notices however the parent ends.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from threading import Event, Thread
from typing import Final

NOT_EXECUTED: Final = 126
SECONDS: Final = 5
"""Time to end in, after SIGTERM and before SIGKILL."""
PAUSE: Final = 0.05


def supervise(words: Sequence[str]) -> int:
    """Run the program of *words*; return its status."""
    # A handler, which no program inherits, where ignoring the signal would be inherited.
    signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        child = subprocess.Popen(words, stdin=subprocess.DEVNULL)  # noqa: S603 - no shell
    except OSError as error:
        sys.stderr.write(f"cannot be executed: {error.strerror}\n")
        return NOT_EXECUTED
    parent_ended = Event()
    watch = Thread(target=_end_with_parent, args=(child, parent_ended), daemon=True)
    watch.start()
    status = child.wait()
    if parent_ended.is_set():
        watch.join()  # others of the group may be left
    return status


def _end_with_parent(child: subprocess.Popen[bytes], parent_ended: Event) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    parent_ended.set()
    os.killpg(0, signal.SIGTERM)
    deadline = time.monotonic() + SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(PAUSE)
    # Whatever is left of the group, and this process with it.
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(supervise(sys.argv[1:]))
