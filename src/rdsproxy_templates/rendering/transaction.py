"""Changes to several files in one folder: all of them, or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from ..errors import ConfigError, Problem

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

STAGE: Final = ".rendering-"


class Transaction:
    """Changes to files below *directory*, undone when the block is left by an exception.

    *stage* is a folder on the same file system, so that moving a file is atomic. The undo of a
    step is recorded before the step is taken, and does nothing if the step was not reached.
    """

    def __init__(self, directory: Path, stage: Path) -> None:
        self._directory = directory
        self._stage = stage
        self._undo: list[Callable[[], None]] = []
        self.not_undone: list[OSError] = []
        """Errors raised while changes were undone."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            return
        for step in reversed(self._undo):
            try:
                step()
            except OSError as failure:
                self.not_undone.append(failure)

    def place(self, name: str, new: Path) -> None:
        """Move the file *new* to *name*, replacing any file there."""
        target, old = self._directory / name, self._old()
        self._make_folders(target.parent)
        if _is_file(target):
            shutil.copy2(target, old, follow_symlinks=False)
            self._undo.append(lambda: _move_if_there(old, target))
        else:
            # While *new* is still staged, the file has not been placed.
            self._undo.append(lambda: None if new.exists() else target.unlink(missing_ok=True))
        new.replace(target)

    def remove(self, name: str) -> None:
        """Remove the file *name*."""
        target, old = self._directory / name, self._old()
        self._undo.append(lambda: _move_if_there(old, target))
        target.replace(old)

    def remove_empty_folders(self, names: Collection[str]) -> None:
        """Remove the folders of *names* that are empty now, innermost first."""
        folders = {folder for name in names for folder in self._folders(name)}
        for folder in sorted(folders, key=lambda folder: -len(folder.parts)):
            if folder.is_dir() and not any(folder.iterdir()):
                self._undo.append(lambda folder=folder: folder.mkdir(exist_ok=True))  # type: ignore[misc]
                folder.rmdir()

    def _folders(self, name: str) -> Iterator[Path]:
        for relative in Path(name).parents[:-1]:
            yield self._directory / relative

    def _make_folders(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make_folders(folder.parent)
        self._undo.append(lambda: folder.rmdir() if folder.is_dir() else None)
        folder.mkdir()

    def _old(self) -> Path:
        return self._stage / f"old-{len(self._undo)}"


def _is_file(path: Path) -> bool:
    return path.is_symlink() or path.is_file()


def _move_if_there(old: Path, target: Path) -> None:
    if _is_file(old):
        old.replace(target)


@contextmanager
def ensured(directory: Path) -> Iterator[None]:
    """Create *directory* and its parents; remove the empty ones again if the block raises."""
    created: list[Path] = []
    try:
        for folder in (*reversed(directory.parents), directory):
            if not folder.is_dir():
                created.append(folder)
                try:
                    folder.mkdir()
                except FileExistsError:
                    if not folder.is_dir():
                        raise
                    created.remove(folder)  # another render has just made it, and needs it
        yield
    except BaseException:
        for folder in reversed(created):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        raise


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Lock *directory* against other renders; the system unlocks it when the process ends.

    Raises :class:`ConfigError` when another render holds the lock. No lock on Windows.
    """
    if fcntl is None:
        yield
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sentence = "is being written by another render; wait for it, or choose another folder"
            raise ConfigError([Problem(str(directory), sentence)]) from None
        yield
    finally:
        os.close(handle)


def left_aside(directory: Path) -> list[Path]:
    """Staging folders that killed processes left in *directory*."""
    return list(directory.glob(f"{STAGE}*"))


@contextmanager
def staging(directory: Path) -> Iterator[Path]:
    """A temporary folder for staged files; leftovers of killed processes are removed."""
    for left in left_aside(directory):
        shutil.rmtree(left, ignore_errors=True)
    # Inside *directory*, so that a move is a rename on one file system.
    stage = Path(tempfile.mkdtemp(prefix=STAGE, dir=directory))
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
