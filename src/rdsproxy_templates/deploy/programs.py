"""Programs that end, with all that they have started, when this process does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import IO, Final, TypeVar, cast

from ..errors import DeploymentError, Problem
from . import supervisor

Result = TypeVar("Result")

AT_ONCE: Final = 8
"""The most calls that go on side by side."""


@dataclass(frozen=True)
class Done:
    """The end of a program: its status, and what it wrote."""

    status: int
    output: str


@dataclass
class _Group:
    """The programs of calls that go on side by side."""

    running: set[subprocess.Popen[str]] = field(default_factory=set)
    has_ended: bool = False
    turn: Lock = field(default_factory=Lock)

    def end(self) -> None:
        """End what runs, and whatever begins later."""
        with self.turn:
            self.has_ended = True
            for process in self.running:
                with suppress(OSError):
                    cast("IO[str]", process.stdin).close()


_group: ContextVar[_Group | None] = ContextVar("_group", default=None)


def side_by_side(calls: Sequence[Callable[[], Result]]) -> list[Result]:
    """Return the results of *calls*, which go on at the same time; an interrupt ends all of them.

    Raises one :class:`DeploymentError` with the problems of all, or the first error of another
    kind.
    """
    if len(calls) < 2:  # noqa: PLR2004 - nothing is beside it
        return [call() for call in calls]
    group = _group.get() or _Group()
    token = _group.set(group)
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            futures = [pool.submit(copy_context().run, call) for call in calls]
            try:
                errors = [error for one in futures if (error := one.exception())]
            except BaseException:  # Ctrl-C, too
                group.end()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    finally:
        _group.reset(token)
    problems: list[Problem] = []
    for error in errors:
        if not isinstance(error, DeploymentError):
            raise error
        problems += error.problems
    if problems:
        raise DeploymentError(list(dict.fromkeys(problems)))
    return [one.result() for one in futures]


def run(words: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None) -> Done:
    """Run the program of *words* in *folder*, with *variables* added to its environment.

    It and all in its process group end when this process is interrupted, terminated or killed, and
    when :func:`side_by_side`, which calls this, is interrupted.
    """
    process = subprocess.Popen(  # noqa: S603 - no shell
        [sys.executable, "-I", "-S", supervisor.__file__, *words],
        cwd=folder,
        env={**os.environ, **(variables or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    pipe, output = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
    with pipe, output, _running(process):
        try:
            written = output.read()
            return Done(process.wait(), written)
        except BaseException:  # Ctrl-C, too
            pipe.close()
            process.wait()
            raise


@contextmanager
def _running(process: subprocess.Popen[str]) -> Iterator[None]:
    """Have *process* end with the group that it belongs to, if there is one."""
    group = _group.get()
    if group is None:
        yield
        return
    with group.turn:
        group.running.add(process)
        if group.has_ended:
            cast("IO[str]", process.stdin).close()
    try:
        yield
    finally:
        with group.turn:
            group.running.discard(process)
