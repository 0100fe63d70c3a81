"""The list of the files that a render wrote, which it leaves beside them for the next one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import ConfigError, Problem

MANIFEST: Final = ".rendered"
"""File with a line for each file: its path, and digests of what renders wrote there."""

_GENERATED: Final = "sha256:"
_LINE: Final = re.compile(rf"(.+?)((?: (?:{_GENERATED})?[0-9a-f]{{64}})*)")


@dataclass(frozen=True)
class Entry:
    """A file that a render wrote, with the digests of what it, or one before it, wrote there."""

    digests: tuple[str, ...] = ()
    """Empty where an earlier version of the library wrote the file."""
    user_editable: bool = False

    def is_changed(self, content: bytes) -> bool:
        """Tell whether somebody else wrote *content*; unknown without digests."""
        return bool(self.digests) and digest(content) not in self.digests

    def together(self, other: Entry | None) -> Entry:
        """Return the entry of a file that either render wrote."""
        more = other.digests if other else ()
        return Entry(tuple(dict.fromkeys((*more, *self.digests))), self.user_editable)


Entries = Mapping[str, Entry]


def entries_for(files: Mapping[str, bytes], user_editable: Collection[str]) -> dict[str, Entry]:
    """Return the entries of *files*, by path."""
    return {
        name: Entry((digest(files[name]),), user_editable=name in user_editable)
        for name in sorted(files)
    }


def both(before: Entries, after: Entries) -> dict[str, Entry]:
    """Return the entries of a folder in which some files are as *before*, some as *after*."""
    return {
        name: after[name].together(before.get(name)) if name in after else before[name]
        for name in sorted(before.keys() | after.keys())
    }


def text_of(entries: Entries) -> bytes:
    """Return the manifest's text; only digests of user-editable files stand without a prefix."""
    return "".join(_lines(entries)).encode()


def entries_in(directory: Path) -> dict[str, Entry]:
    """Read the manifest of *directory*; without paths that lead out of it."""
    lines = (read_if_there(directory / MANIFEST) or b"").decode(errors="replace").splitlines()
    listed = {m[1]: m[2].split() for line in lines if (m := _LINE.fullmatch(line))}
    return {
        name: Entry(
            tuple(one.removeprefix(_GENERATED) for one in digests),
            user_editable=any(not one.startswith(_GENERATED) for one in digests),
        )
        for name, digests in listed.items()
        if not Path(name).is_absolute() and ".." not in Path(name).parts
    }


def digest(data: bytes) -> str:
    """Return the digest by which a render recognizes what it wrote."""
    return hashlib.sha256(data).hexdigest()


def read_if_there(path: Path) -> bytes | None:
    """Read the file at *path*; None where there is none."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise ConfigError([Problem(str(path), f"cannot be read: {error.strerror}")]) from error


def _lines(entries: Entries) -> Iterable[str]:
    for name, entry in entries.items():
        prefix = "" if entry.user_editable else _GENERATED
        yield f"{' '.join((name, *(prefix + one for one in entry.digests)))}\n"
