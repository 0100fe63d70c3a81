"""Code of functions and layers, built by Makefiles as `sam build` does, and kept by its content."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple

from .. import cache
from ..errors import DeploymentError, Problem
from .call_trace import Tell, tell_output
from .programs import run

KIND: Final = "code"
MAKEFILE: Final = "Makefile"
LEFT_OUT: Final = (".aws-sam", ".git")
"""Folders that SAM CLI does not copy."""
LAST_LINES: Final = 12
PYTHONS: Final = ("python3", "python3.13", "python3.14", "python3.15")
"""Programs that the Makefiles look for."""
VARIABLES: Final = ("PLATFORM", "PYTHON", "PYTHON_VERSION")
"""Variables that the Makefiles read."""


class Archive(NamedTuple):
    """The archive of a function or a layer, and the name that SAM CLI gives its object."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Code:
    """The code of a function or a layer."""

    title: str
    source: Path
    is_built: bool
    """False where the folder is packaged as it is."""

    @classmethod
    def of(cls, title: str, body: Mapping[str, Any], source: Path) -> Code | None:
        """Return the code of a resource; None where only SAM CLI knows how it is built."""
        metadata = body.get("Metadata", {})
        is_built = metadata.get("BuildMethod") == "makefile"
        if not source.is_dir() or not (is_built or metadata.get("SkipBuild") is True):
            return None
        if is_built and not (source / MAKEFILE).is_file():
            return None
        return cls(title=title, source=source, is_built=is_built)

    def archive(self, place: str, tell: Tell | None = None) -> Archive:
        """Return the archive; raise :class:`DeploymentError` at *place* if it cannot be built.

        *tell* is told the output of its build.
        """
        if not self.is_built:
            return _archive(self.source)
        with tempfile.TemporaryDirectory() as directory:
            folder, made = Path(directory) / "source", Path(directory) / "made"
            shutil.copytree(self.source, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
            key = cache.key_of(self.title, _digest(folder), toolchain())
            with _turn_of(key):
                if kept := cache.remembered(KIND, key):
                    return Archive(kept["name"], base64.b64decode(kept["content"]))
                made.mkdir()
                self._make(place, folder, made, tell)
                archive = _archive(made)
                content = base64.b64encode(archive.content).decode()
                cache.remember(KIND, key, {"name": archive.name, "content": content})
        return archive

    def _make(self, place: str, folder: Path, made: Path, tell: Tell | None) -> None:
        make = shutil.which("make")
        if make is None:
            sentence = f"needs `make`, which builds the code of {self.title}, on the PATH"
            raise DeploymentError([Problem(place, sentence)])
        words = [make, "--makefile", str(folder / MAKEFILE), f"build-{self.title}"]
        done = run(words, folder, {"ARTIFACTS_DIR": str(made)})
        tell_output(tell, f"make build-{self.title}", done.output)
        if done.status:
            said = "\n".join(done.output.strip().splitlines()[-LAST_LINES:])
            sentence = f"`make build-{self.title}` failed in {self.source}:\n{said}"
            raise DeploymentError([Problem(place, sentence)])


@lru_cache(maxsize=64)
def _turn_of(_key: str) -> Lock:
    """Return the lock of a build: steps side by side often need the same, which one builds."""
    return Lock()


def toolchain() -> Sequence[object]:
    """Return what a build depends on beside the code: programs, and the variables that it reads."""
    programs = [shutil.which(name) for name in ("make", *PYTHONS)]
    found = [Path(program).resolve() for program in programs if program]
    stamps = [(str(program), program.stat().st_mtime_ns) for program in found]
    return [os.environ.get("PATH"), stamps, [os.environ.get(name) for name in VARIABLES]]


def _archive(folder: Path) -> Archive:
    """Zip *folder* as SAM CLI does, with files that everybody may read, and without their times."""
    checksum = hashlib.md5(usedforsecurity=False)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in _files(folder):
            content = file.read_bytes()
            checksum.update(name.encode())
            checksum.update(hashlib.md5(content, usedforsecurity=False).hexdigest().encode())
            info = zipfile.ZipInfo(name)
            info.create_system = 3  # Unix
            info.external_attr = (file.stat().st_mode | 0o100444) << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return Archive(checksum.hexdigest(), written.getvalue())


def _digest(folder: Path) -> str:
    found = hashlib.sha256()
    for name, file in _files(folder):
        found.update(f"{name}\0{file.stat().st_mode:o}\0{file.stat().st_size}\0".encode())
        found.update(file.read_bytes())
    return found.hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files below *folder* in the order of their names in it."""
    found = (
        Path(place, name) for place, _, names in os.walk(folder, followlinks=True) for name in names
    )
    for file in sorted(found, key=str):
        yield file.relative_to(folder).as_posix(), file
