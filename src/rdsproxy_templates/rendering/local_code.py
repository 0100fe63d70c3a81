"""Code of a person's functions, judged where it is and copied beside the templates."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..errors import ConfigError, Problem
from ..records import record
from .manifest import MANIFEST

if TYPE_CHECKING:
    from ..model import Settings
    from ..model.local_code import LocalCode

IGNORED: Final = frozenset(
    {"__pycache__", ".aws-sam", ".git", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv"}
)
"""Folders that no function needs."""
MODULES: Final = "node_modules"
PACKAGE: Final = "package.json"
SECRETS: Final = ".env"
"""First letters of files with variables of a laptop, secrets among them."""
MOST_BYTES: Final = 250 * 1024 * 1024
"""Lambda's limit of a function and its layers, unzipped."""


@record(frozen=True, kw_only=True)
class CopiedCode:
    """The files of the copies, and where each folder was copied from."""

    files: Mapping[str, bytes]
    executables: frozenset[str]
    """Those of the files that may be executed, such as ``bootstrap`` and ``gradlew``."""
    origins: Mapping[str, Path]


def copied_code(config: Settings, base: Path) -> CopiedCode:
    """Read the code that *config* names, relative to the folder *base*.

    Raises :class:`ConfigError` with all that is wrong with any of it.
    """
    files: dict[str, bytes] = {}
    executables: set[str] = set()
    origins: dict[str, Path] = {}
    problems: list[Problem] = []
    for code in config.local_code():
        folder = base / code.source
        found = [problem.within(code.place) for problem in code.problems(folder)]
        if not found and origins.get(code.target, folder) != folder:
            found.append(Problem(f"{code.place}.name", f"is taken by the code of {folder}"))
        if not found:
            read, runnable, sentence = _read(code, folder)
            files |= read
            executables |= runnable
            found = [Problem(f"{code.place}.code", sentence)] if sentence else []
        origins[code.target] = folder
        problems += found
    if problems:
        raise ConfigError(problems)
    return CopiedCode(files=files, executables=frozenset(executables), origins=origins)


def _read(code: LocalCode, folder: Path) -> tuple[dict[str, bytes], set[str], str | None]:
    """Read the files of *folder*, tell those to execute, and say what is wrong with them."""
    read: dict[str, bytes] = {}
    runnable: set[str] = set()
    size = 0
    try:
        for file in code_files(folder):
            status = file.stat()
            size += status.st_size
            if size > MOST_BYTES:
                return {}, set(), f"must be at most 250 MB, Lambda's limit, and {folder} is larger"
            name = f"{code.target}/{file.relative_to(folder).as_posix()}"
            read[name] = file.read_bytes()
            if status.st_mode & stat.S_IXUSR:
                runnable.add(name)
    except OSError as error:
        return {}, set(), f"cannot be read: {error.strerror or error} ({error.filename or folder})"
    added = {f"{code.target}/{name}": text.encode() for name, text in code.added(folder).items()}
    return read | added, runnable, None


def code_files(folder: Path) -> Iterator[Path]:
    """Yield the files of *folder* that belong to its function, in the order of their names.

    Links are followed, as `sam build` follows them: code that functions share is often one.
    Raises :class:`OSError` for a link that leads back to a folder around it.
    """
    installs = (folder / PACKAGE).is_file()
    for at, folders, names in os.walk(folder, followlinks=True):
        _reject_loops(folder, Path(at))
        folders[:] = sorted(
            name
            for name in folders
            if name not in IGNORED
            and not (installs and name == MODULES)
            and not Path(at, name, MANIFEST).exists()
        )
        yield from (Path(at, name) for name in sorted(names) if not name.startswith(SECRETS))


def _reject_loops(folder: Path, at: Path) -> None:
    """Raise :class:`OSError` where *at*, below *folder*, is a link to a folder that it is in."""
    around = [at.parents[number] for number in range(len(at.parts) - len(folder.parts))]
    if at.is_symlink() and at.resolve() in [one.resolve() for one in around]:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(at))
