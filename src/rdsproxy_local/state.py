"""The local cloud that runs for a folder, so that other commands find it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Final, Self

FOLDER: Final = Path(".rdsproxy-local")
"""Folder, inside the current one, for everything that a local cloud writes."""
FILE: Final = "state.json"
LOCK: Final = "lock"


@dataclass(frozen=True, kw_only=True)
class DeployedStep:
    """A root stack, and the step of a plan that it is."""

    step: str
    stack: str
    account: str
    region: str


@dataclass(frozen=True, kw_only=True)
class State:
    """The process that runs, and what it has deployed."""

    plan: str
    pid: int
    endpoint: str
    started: str
    """Local time, as people read it."""
    steps: tuple[DeployedStep, ...] = field(default=())
    """Empty until all are deployed."""

    @property
    def is_ready(self) -> bool:
        """True once everything is deployed."""
        return bool(self.steps)

    @classmethod
    def read(cls, folder: Path = FOLDER) -> Self | None:
        """Read the state of *folder*; None where no local cloud was started, or it was ended."""
        try:
            content = json.loads((folder / FILE).read_text("utf-8"))
            steps = tuple(DeployedStep(**one) for one in content.pop("steps"))
            return cls(**content, steps=steps)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, folder: Path = FOLDER) -> None:
        """Write the state, for others to read it whole."""
        aside = folder / f"{FILE}.{os.getpid()}"
        aside.write_text(json.dumps(asdict(self), indent=2))
        aside.replace(folder / FILE)

    @staticmethod
    def remove(folder: Path = FOLDER) -> None:
        """Forget what ran."""
        (folder / FILE).unlink(missing_ok=True)


class AlreadyRuns(Exception):
    """Another process has started a local cloud for the folder."""


@contextmanager
def sole_owner(folder: Path = FOLDER) -> Iterator[None]:
    """Own *folder* while the block runs; raise :class:`AlreadyRuns` if another process does."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n")
    with (folder / LOCK).open("w") as lock:
        if not _locked(lock):
            raise AlreadyRuns
        State.remove(folder)
        try:
            yield
        finally:
            State.remove(folder)


def is_owned(folder: Path = FOLDER) -> bool:
    """Tell if a process owns *folder*; the system lets go of a lock however a process ends."""
    try:
        with (folder / LOCK).open() as lock:
            return not _locked(lock)
    except OSError:
        return False


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
