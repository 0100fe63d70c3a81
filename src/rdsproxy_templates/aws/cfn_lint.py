"""cfn-lint at work in a process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from . import processes
from .processes import Worker

INCLUDED: Final = ("I3011",)
"""Rules that are only information to cfn-lint, and warnings here: data without a policy."""

_early: list[Worker] = []


def start_early() -> None:
    """Start a process for the next :func:`worker`; to import cfn-lint takes it two seconds."""
    _early.append(_started())


def stop_early() -> None:
    """End the process that was started early, if nobody has taken it."""
    while _early:
        processes.ended(_early.pop())


def worker() -> Worker:
    """Return a process that waits for templates: the one that was started early, if there is."""
    return _early.pop() if _early else _started()


def send(process: Worker, work: Sequence[dict[str, Any]]) -> None:
    """Give *process* the templates to lint: each a file, the texts around it, and Regions."""
    processes.send(
        process, {"processors": processes.processors(), "include": INCLUDED, "work": work}
    )


def finished(process: Worker) -> list[list[dict[str, Any]]]:
    """Wait for *process*, and return what cfn-lint says of each template."""
    matches: list[list[dict[str, Any]]] = processes.finished(process, "cfn-lint")
    return matches


def _started() -> Worker:
    return processes.started("aws.cfn_lint_worker")
