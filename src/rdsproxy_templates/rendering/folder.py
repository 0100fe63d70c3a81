"""Writing rendered files into a folder: all or none, and never over foreign files."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import ConfigError, Problem
from .manifest import (
    MANIFEST,
    Entry,
    both,
    entries_for,
    entries_in,
    read_if_there,
    text_of,
)
from .transaction import Transaction, ensured, left_aside, locked, staging

EXECUTABLE: Final = 0o111


@dataclass(frozen=True)
class Changes:
    """Paths that a write creates, changes and removes, each relative to the folder and sorted."""

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    """Those of ``changed`` and ``removed`` that somebody has edited since the last render."""

    def __bool__(self) -> bool:
        return bool(self.created or self.changed or self.removed)

    def __len__(self) -> int:
        return len(self.created) + len(self.changed) + len(self.removed)


def compare(
    directory: Path,
    files: Mapping[str, bytes],
    user_editable: Collection[str] = (),
    executables: Collection[str] = (),
) -> Changes:
    """Compute the changes that :func:`write` would make; raises :class:`ConfigError` like it."""
    with explained(directory, "read"):
        try:
            return _compared(directory, files, user_editable, executables)
        except ConfigError:
            if not directory.is_dir():
                raise
            # Half of what another render writes looks like somebody's: the lock tells them apart.
            with locked(directory):
                return _compared(directory, files, user_editable, executables)


def write(
    directory: Path,
    files: Mapping[str, bytes],
    user_editable: Collection[str] = (),
    executables: Collection[str] = (),
) -> Changes:
    """Write *files* into *directory*, remove leftovers of earlier renders, touch nothing else.

    Files named in *user_editable* are written once, and kept once the user has changed them; those
    in *executables* may be executed. All files are staged first and then moved into place; if a
    step fails, all steps are undone. A process killed meanwhile leaves a folder that the next
    render repairs, because the manifest names every file before it is moved.
    """
    changes = compare(directory, files, user_editable, executables)
    manifest = entries_for(files, user_editable)
    unlike = changes or read_if_there(directory / MANIFEST) != text_of(manifest)
    if not unlike and not left_aside(directory):
        return changes
    with explained(directory, "written"), ensured(directory), locked(directory):
        changes = _compared(directory, files, user_editable, executables)
        before = entries_in(directory)
        todo = {name: files[name] for name in (*changes.created, *changes.changed)}
        with staging(directory) as stage:
            staged = _staged(
                stage, [text_of(both(before, manifest)), *todo.values(), text_of(manifest)]
            )
            for name, new in zip(todo, staged[1:-1], strict=True):
                if name in executables:
                    new.chmod(new.stat().st_mode | EXECUTABLE)
            with taken_back(Transaction(directory, stage)) as transaction:
                transaction.place(MANIFEST, staged[0])
                for name in changes.removed:
                    transaction.remove(name)
                transaction.remove_empty_folders(before.keys() - files.keys())
                for name, new in zip(todo, staged[1:-1], strict=True):
                    transaction.place(name, new)
                transaction.place(MANIFEST, staged[-1])
    return changes


def _compared(
    directory: Path,
    files: Mapping[str, bytes],
    user_editable: Collection[str],
    executables: Collection[str],
) -> Changes:
    ours = entries_in(directory)
    found = {name: read_if_there(directory / name) for name in {*files, *ours}}
    there = {name: data for name, data in found.items() if data is not None}
    edited = {
        name for name, entry in ours.items() if name in there and entry.is_changed(there[name])
    }
    kept = {
        name
        for name in there.keys() & {*user_editable}
        if name in edited or not ours.get(name, Entry()).digests
    }
    left = {
        name
        for name in ours.keys() - files.keys()
        if name in there and not (ours[name].user_editable and name in edited)
    }
    foreign = [name for name in files if name in there and name not in ours and name not in kept]
    foreign += [name for name in files if not _becomes_free(directory, name, left, ours)]
    if problems := [*unusable(directory), *_not_overwritten(directory, foreign)]:
        raise ConfigError(problems)
    written = {name: data for name, data in files.items() if name not in kept}
    changed = {name for name, new in written.items() if name in there and there[name] != new}
    changed |= {
        name
        for name in there.keys() & written.keys() & {*executables}
        if not os.access(directory / name, os.X_OK)
    }
    return Changes(
        created=tuple(sorted(written.keys() - there.keys())),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(left)),
        edited=tuple(sorted(edited & (changed | left))),
    )


def _not_overwritten(directory: Path, foreign: Sequence[str]) -> Iterator[Problem]:
    """Yield problems with files in the way that no render wrote, as far as it is known."""
    if foreign and not any((directory / name).exists() for name in entries_in(directory)):
        there = (directory / MANIFEST).exists()
        lost = "is damaged, and should list" if there else "is missing, which lists"
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        yield Problem(
            str(directory / MANIFEST),
            f"{lost} what renders wrote, so {foreign[0]}{more} may be yours and "
            "will not be overwritten; restore it, move the files away, or choose another folder",
        )
        return
    for name in foreign:
        yield Problem(
            str(directory / name),
            "was not written by a render and will not be overwritten; "
            "move it away, or choose another folder",
        )


def _becomes_free(directory: Path, name: str, left: Collection[str], ours: Collection[str]) -> bool:
    """Return True when neither a folder blocks the file *name* nor a file one of its folders.

    Files *left* by an earlier render do not block: they are removed. Nor does an empty folder
    of *ours*, which a killed render may leave.
    """
    parents = [str(parent) for parent in Path(name).parents[:-1]]
    if any((directory / parent).is_file() and parent not in left for parent in parents):
        return False
    if not (directory / name).is_dir():
        return True
    below = [path for path in (directory / name).rglob("*") if not path.is_dir()]
    if not below:
        return any(one.startswith(f"{name}/") for one in ours)
    return all(path.relative_to(directory).as_posix() in left for path in below)


@contextmanager
def explained(directory: Path, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        sentence = f"cannot be {done}: {error.strerror or error}; nothing was changed"
        raise ConfigError([Problem(str(error.filename or directory), sentence)]) from error


@contextmanager
def taken_back(transaction: Transaction) -> Iterator[Transaction]:
    """Run *transaction*; raise :class:`ConfigError` naming the steps that could not be undone."""
    try:
        with transaction:
            yield transaction
    except OSError as error:
        if not transaction.not_undone:
            raise
        raise ConfigError(
            Problem(
                str(failure.filename or error.filename),
                f"cannot be restored after {error.strerror}: {failure.strerror}; render again",
            )
            for failure in transaction.not_undone
        ) from error


def _staged(stage: Path, contents: Iterable[bytes]) -> list[Path]:
    paths = []
    for number, content in enumerate(contents):
        paths.append(stage / f"new-{number}")
        paths[-1].write_bytes(content)
    return paths


def unusable(directory: Path) -> Iterator[Problem]:
    """Report, as far as it can be known beforehand, why *directory* cannot be written."""
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    if not existing.is_dir():
        yield Problem(str(existing), "is a file; the output must be a folder")
    elif not os.access(existing, os.W_OK | os.X_OK):
        yield Problem(
            str(existing), "is not writable; change its permissions, or choose another folder"
        )
