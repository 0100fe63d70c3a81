"""cfn-lint at work in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Final

INCLUDED: Final = ("I3011",)
"""Rules that are only information to cfn-lint, and warnings here: data without a policy."""

_early: list[subprocess.Popen[str]] = []


def start_early() -> None:
    """Start a process for the next :func:`worker`; to import cfn-lint takes it two seconds."""
    _early.append(_started())


def stop_early() -> None:
    """End the process that was started early, if nobody has taken it."""
    while _early:
        process = _early.pop()
        process.kill()
        process.communicate()


def worker() -> subprocess.Popen[str]:
    """Return a process that waits for templates: the one that was started early, if there is."""
    return _early.pop() if _early else _started()


def send(process: subprocess.Popen[str], work: Sequence[dict[str, Any]]) -> None:
    """Give *process* the templates to lint: each a file, the texts around it, and Regions."""
    assert process.stdin is not None  # noqa: S101 - narrows for mypy
    json.dump({"processors": _processors(), "include": INCLUDED, "work": work}, process.stdin)
    process.stdin.close()
    process.stdin = None


def finished(process: subprocess.Popen[str]) -> list[list[dict[str, Any]]]:
    """Wait for *process*, and return what cfn-lint says of each template."""
    output, errors = process.communicate()
    if process.returncode:
        raise RuntimeError(f"cfn-lint did not run: {errors}")
    matches: list[list[dict[str, Any]]] = json.loads(output)
    return matches


def _started() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "rdsproxy_templates.aws.cfn_lint_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
