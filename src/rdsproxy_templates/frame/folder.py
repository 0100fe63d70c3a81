"""Writing a family into a folder: whole or not at all, and only what is ours."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import ConfigError, Problem

MANIFEST: Final = ".rendered"
"""Names the files that a render wrote, one a line, so that the next knows which are ours."""


@dataclass(frozen=True)
class Changes:
    """Paths from the folder, in order."""

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.created or self.changed or self.removed)

    def __len__(self) -> int:
        return len(self.created) + len(self.changed) + len(self.removed)


def compare(directory: Path, files: Mapping[str, bytes], yours: Collection[str] = ()) -> Changes:
    """What :func:`write` would do to *directory*; raises :class:`ConfigError` if it cannot."""
    ours = _ours(directory)
    found = {name: _content(directory / name) for name in files}
    kept = {name for name in yours if _is_changed(found.get(name), ours.get(name))}
    foreign = [
        name
        for name, content in found.items()
        if content is not None and name not in ours and name not in kept
    ]
    if problems := [
        *_unusable(directory),
        *(
            Problem(
                str(directory / name),
                "was not written by a render and will not be overwritten; "
                "move it away, or choose another folder",
            )
            for name in foreign
        ),
    ]:
        raise ConfigError(problems)
    written = {name: content for name, content in files.items() if name not in kept}
    left = ours.keys() - files.keys()
    return Changes(
        created=tuple(sorted(name for name in written if found[name] is None)),
        changed=tuple(sorted(n for n, new in written.items() if found[n] not in (None, new))),
        removed=tuple(sorted(name for name in left if (directory / name).exists())),
    )


def write(directory: Path, files: Mapping[str, bytes], yours: Collection[str] = ()) -> Changes:
    """Make *directory* hold *files*, remove what an earlier render left, touch nothing else.

    Those of *yours* are written once, and left alone when somebody has changed them since.
    All files are written aside first and then moved into place; if a move fails, those
    before it are taken back.
    """
    changes = compare(directory, files, yours)
    manifest = "".join(
        f"{name} {_digest(files[name])}\n" if name in yours else f"{name}\n"
        for name in sorted(files)
    ).encode()
    if not changes and _content(directory / MANIFEST) == manifest:
        return changes
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with _staging(directory) as stage:
            todo = [*changes.created, *changes.changed]
            for name, content in {MANIFEST: manifest, **{n: files[n] for n in todo}}.items():
                target = stage / "new" / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            _move(directory, stage, [*todo, MANIFEST], changes.removed)
    except OSError as error:
        sentence = f"cannot be written: {error.strerror}; nothing was changed"
        raise ConfigError([Problem(str(error.filename or directory), sentence)]) from error
    return changes


@contextmanager
def _staging(directory: Path) -> Iterator[Path]:
    # Inside the folder, so that a move is a rename on one file system.
    stage = Path(tempfile.mkdtemp(prefix=".rendering-", dir=directory))
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _move(directory: Path, stage: Path, placed: list[str], removed: tuple[str, ...]) -> None:
    done: list[str] = []
    try:
        for name in (*placed, *removed):
            target, old, new = (base / name for base in (directory, stage / "old", stage / "new"))
            done.append(name)
            if target.exists():
                old.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(target, old)
            if new.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                new.replace(target)
            else:
                target.unlink(missing_ok=True)
    except BaseException:
        for name in reversed(done):
            target, old = directory / name, stage / "old" / name
            if old.exists():
                old.replace(target)
            elif name in placed:
                target.unlink(missing_ok=True)
        raise
    for name in removed:
        _remove_empty(directory, (directory / name).parent)


def _remove_empty(directory: Path, folder: Path) -> None:
    while folder != directory and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _ours(directory: Path) -> dict[str, str]:
    """The files that the last render wrote; with its digest, one that may be changed."""
    lines = (_content(directory / MANIFEST) or b"").decode().splitlines()
    listed = dict(line.partition(" ")[::2] for line in lines)
    return {
        name: digest
        for name, digest in listed.items()
        if not Path(name).is_absolute() and ".." not in Path(name).parts
    }


def _is_changed(content: bytes | None, digest: str | None) -> bool:
    """Whether a file is there and is not, or no longer, what a render wrote."""
    return content is not None and _digest(content) != digest


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError([Problem(str(path), f"cannot be read: {error.strerror}")]) from error


def _unusable(directory: Path) -> Iterator[Problem]:
    """Why nothing can be written to *directory*, where that can be told beforehand."""
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    if not existing.is_dir():
        yield Problem(str(existing), "is a file; the output must be a folder")
    elif not os.access(existing, os.W_OK | os.X_OK):
        yield Problem(str(existing), "is not writable; change its rights or choose another folder")
