"""A render of which nothing has changed, answered without rendering.

What a render printed is kept with a digest of each file that it wrote, under a hash of all that it
was made from. It is the answer again while that hash and every file on disk are the same: whoever
edits code, settings or a rendered file, or installs a library, gets a new render.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .. import cache
from .choices import Choices
from .summary import Shown

if TYPE_CHECKING:
    from ..rendering import Bundle

KIND: Final = "render"
PACKAGE: Final = Path(__file__).resolve().parents[1]
CODE: Final = (PACKAGE, PACKAGE.parents[1] / "lambda")
"""Folders of the library's code, and of the functions' where the library is not installed."""
MANIFEST: Final = ".rendered"
LEFT_ASIDE: Final = ".rendering-"
"""Names that ``rendering`` gives to its list of files and to what a killed render leaves."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A render that is asked for, and a hash of everything that its answer depends on."""

    choices: Choices
    key: str


def request_of(choices: Choices) -> Request:
    """Read what the answer to *choices* depends on."""
    parts = [
        repr(replace(choices, check=False, diff=False, quiet=False)),
        [str(Path.cwd()), sys.version, time.strftime("%Y-%m-%d", time.gmtime())],
        _digest_of(choices.config) if choices.config else None,
        sorted(_installed()),
        sorted((str(file), _digest_of(file)) for folder in CODE for file in files_below(folder)),
    ]
    return Request(choices=choices, key=cache.key_of(*parts))


def remembered(request: Request) -> list[Shown] | None:
    """Return what was shown for *request*, unless a file that was written has changed."""
    answer = cache.remembered(KIND, request.key)
    if answer is None or not all(_is_whole(Path(at)) for at in answer["folders"]):
        return None
    if any(_digest_of(Path(file)) != digest for file, digest in answer["files"].items()):
        return None
    if any(_state_of(Path(folder)) != state for folder, state in answer["code"].items()):
        return None
    return [Shown(**one) for one in answer["shown"]]


def remember(request: Request, shown: Sequence[Shown], bundles: Mapping[Path, Bundle]) -> None:
    """Keep what was *shown*, and the files of *bundles*, by the folders that they lie in."""
    # Something may be edited meanwhile, and be in the files or not.
    code = dict(_copied(bundles))
    if request_of(request.choices) != request:
        return
    files = dict(_written(bundles))
    if None not in files.values():
        folders = [str(directory) for directory in bundles]
        answer = {
            "folders": folders,
            "files": files,
            "code": code,
            "shown": [asdict(one) for one in shown],
        }
        cache.remember(KIND, request.key, answer)


def _written(bundles: Mapping[Path, Bundle]) -> Iterator[tuple[str, str | None]]:
    """Yield the files that belong to *bundles*, each with the digest of what is in it."""
    for directory, bundle in bundles.items():
        yield str(directory / MANIFEST), _digest_of(directory / MANIFEST)
        for name, content in bundle.files_in(directory).items():
            file = directory / name
            kept = name in bundle.user_editable  # as the user has left it
            yield str(file), _digest_of(file) if kept else hashlib.sha256(content).hexdigest()


def _copied(bundles: Mapping[Path, Bundle]) -> Iterator[tuple[str, str]]:
    """Yield the folders that code was copied from, each with its state."""
    for bundle in bundles.values():
        for folder in bundle.origins.values():
            yield str(folder.resolve()), _state_of(folder)


def _state_of(folder: Path) -> str:
    """Return a digest of names, times, sizes and modes of the files below *folder*."""
    found = sorted(
        (str(file.relative_to(folder)), status.st_mtime_ns, status.st_size, status.st_mode)
        for file in files_below(folder)
        if (status := file.stat())
    )
    return hashlib.sha256(repr(found).encode()).hexdigest()


def _is_whole(directory: Path) -> bool:
    """Tell whether a render could write into *directory*, and none was killed there."""
    left = any(entry.name.startswith(LEFT_ASIDE) for entry in _entries(directory))
    return not left and os.access(directory, os.W_OK | os.X_OK)


def _installed() -> Iterator[str]:
    """Yield the distributions that can be imported: names, versions, and times of installation."""
    for folder in dict.fromkeys(sys.path):
        for entry in _entries(Path(folder)):
            if entry.name.endswith((".dist-info", ".egg-info")):
                yield f"{entry.path} {entry.stat().st_mtime_ns}"


def files_below(folder: Path) -> Iterator[Path]:
    for entry in _entries(folder):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from files_below(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:  # such as an archive of modules
        return []


def _digest_of(file: Path) -> str | None:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None
