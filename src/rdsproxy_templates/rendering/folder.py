"""Writing rendered files into a folder: all or none, and never over foreign files."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import ConfigError, Problem
from .transaction import Transaction, ensured, left_aside, locked, staging

MANIFEST: Final = ".rendered"
"""File that lists what a render wrote, one path a line, for the next render to recognize."""
_LINE: Final = re.compile(r"(.+?)((?: [0-9a-f]{64})*)")


@dataclass(frozen=True)
class Changes:
    """Paths that a write creates, changes and removes, each relative to the folder and sorted."""

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.created or self.changed or self.removed)

    def __len__(self) -> int:
        return len(self.created) + len(self.changed) + len(self.removed)


def compare(
    directory: Path, files: Mapping[str, bytes], user_editable: Collection[str] = ()
) -> Changes:
    """Compute the changes that :func:`write` would make; raises :class:`ConfigError` like it."""
    with _explained(directory, "read"):
        return _compared(directory, files, user_editable)


def write(
    directory: Path, files: Mapping[str, bytes], user_editable: Collection[str] = ()
) -> Changes:
    """Write *files* into *directory*, remove leftovers of earlier renders, touch nothing else.

    Files named in *user_editable* are written once, and kept once the user has changed them. All
    files are staged first and then moved into place; if a step fails, all steps are undone. A
    process killed meanwhile leaves a folder that the next render repairs, because the manifest
    names every file before it is moved.
    """
    changes = compare(directory, files, user_editable)
    manifest = {n: [_digest(files[n])] if n in user_editable else [] for n in sorted(files)}
    unlike = changes or _content(directory / MANIFEST) != _text(manifest)
    if not unlike and not left_aside(directory):
        return changes
    with _explained(directory, "written"), ensured(directory), locked(directory):
        changes = _compared(directory, files, user_editable)
        before = _ours(directory)
        both = {
            name: [*before.get(name, ()), *manifest.get(name, ())]
            for name in sorted(before.keys() | manifest.keys())
        }
        todo = {name: files[name] for name in (*changes.created, *changes.changed)}
        with staging(directory) as stage:
            staged = _staged(stage, [_text(both), *todo.values(), _text(manifest)])
            with _taken_back(Transaction(directory, stage)) as transaction:
                transaction.place(MANIFEST, staged[0])
                for name in changes.removed:
                    transaction.remove(name)
                transaction.remove_empty_folders(before.keys() - files.keys())
                for name, new in zip(todo, staged[1:-1], strict=True):
                    transaction.place(name, new)
                transaction.place(MANIFEST, staged[-1])
    return changes


def _compared(
    directory: Path, files: Mapping[str, bytes], user_editable: Collection[str]
) -> Changes:
    ours = _ours(directory)
    found = {name: _content(directory / name) for name in files}
    kept = {name for name in user_editable if _is_changed(found.get(name), ours.get(name, ()))}
    left = {
        name
        for name in ours.keys() - files.keys()
        if (content := _content(directory / name)) is not None
        and not (ours[name] and _is_changed(content, ours[name]))
    }
    foreign = [
        name
        for name, content in found.items()
        if content is not None and name not in ours and name not in kept
    ]
    foreign += [name for name in files if not _becomes_free(directory, name, left, ours)]
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
    return Changes(
        created=tuple(sorted(name for name in written if found[name] is None)),
        changed=tuple(sorted(n for n, new in written.items() if found[n] not in (None, new))),
        removed=tuple(sorted(left)),
    )


def _becomes_free(directory: Path, name: str, left: Collection[str], ours: Collection[str]) -> bool:
    """Return True when neither a folder blocks the file *name* nor a file one of its folders.

    Files *left* by an earlier render do not block: they are removed. Nor does an empty folder
    of *ours*, which a killed render may leave.
    """
    parents = [str(parent) for parent in Path(name).parents[:-1]]
    if any((directory / parent).is_file() and parent not in left for parent in parents):
        return False
    below = [path for path in (directory / name).rglob("*") if not path.is_dir()]
    if not below:
        emptied = any(one.startswith(f"{name}/") for one in ours)
        return emptied or not (directory / name).is_dir()
    return all(path.relative_to(directory).as_posix() in left for path in below)


@contextmanager
def _explained(directory: Path, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        sentence = f"cannot be {done}: {error.strerror or error}; nothing was changed"
        raise ConfigError([Problem(str(error.filename or directory), sentence)]) from error


@contextmanager
def _taken_back(transaction: Transaction) -> Iterator[Transaction]:
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


def _text(manifest: Mapping[str, Collection[str]]) -> bytes:
    """A line for each file; digests follow the name of a user-editable one."""
    return "".join(f"{' '.join((name, *digests))}\n" for name, digests in manifest.items()).encode()


def _ours(directory: Path) -> dict[str, Sequence[str]]:
    """Files that the last render wrote, with the digests of user-editable ones."""
    lines = (_content(directory / MANIFEST) or b"").decode(errors="replace").splitlines()
    listed = {m[1]: m[2].split() for line in lines if (m := _LINE.fullmatch(line))}
    return {
        name: digests
        for name, digests in listed.items()
        if not Path(name).is_absolute() and ".." not in Path(name).parts
    }


def _is_changed(content: bytes | None, digests: Collection[str]) -> bool:
    """Return True when *content* exists and differs from what a render wrote."""
    return content is not None and _digest(content) not in digests


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise ConfigError([Problem(str(path), f"cannot be read: {error.strerror}")]) from error


def _unusable(directory: Path) -> Iterator[Problem]:
    """Report, as far as it can be known beforehand, why *directory* cannot be written."""
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    if not existing.is_dir():
        yield Problem(str(existing), "is a file; the output must be a folder")
    elif not os.access(existing, os.W_OK | os.X_OK):
        yield Problem(
            str(existing), "is not writable; change its permissions, or choose another folder"
        )
