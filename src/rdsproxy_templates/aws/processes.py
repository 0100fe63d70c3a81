"""Processes that work beside this one: JSON on standard input, and JSON on standard output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from typing import Any

Worker = subprocess.Popen[str]


def started(module: str) -> Worker:
    """Start *module* of the library as a process that waits for work."""
    return subprocess.Popen(  # noqa: S603 - a module of ours
        [sys.executable, "-m", f"rdsproxy_templates.{module}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def send(worker: Worker, work: object) -> None:
    """Give *worker* all that it shall do; of one that has ended, :func:`finished` says so."""
    assert worker.stdin is not None  # noqa: S101 - narrows for mypy
    with suppress(BrokenPipeError), worker.stdin as given:
        given.write(json.dumps(work))
    worker.stdin = None


def finished(worker: Worker, name: str) -> Any:
    """Wait for *worker*, the process of *name*, and return what it has found."""
    output, errors = worker.communicate()
    if worker.returncode:
        raise RuntimeError(f"{name} did not run: {errors}")
    return json.loads(output)


def ended(worker: Worker) -> None:
    """End *worker*, which nobody needs."""
    worker.kill()
    worker.communicate()


def processors() -> int:
    """Return how many processors this process may take."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
