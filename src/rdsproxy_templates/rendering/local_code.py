"""Code of a person's functions, judged where it is and copied beside the templates."""

from __future__ import annotations

import os
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
    origins: Mapping[str, Path]


def copied_code(config: Settings, base: Path) -> CopiedCode:
    """Read the code that *config* names, relative to the folder *base*.

    Raises :class:`ConfigError` with all that is wrong with any of it.
    """
    files: dict[str, bytes] = {}
    origins: dict[str, Path] = {}
    problems: list[Problem] = []
    for code in config.local_code():
        folder = base / code.source
        found = [problem.within(code.place) for problem in code.problems(folder)]
        if not found and origins.get(code.target, folder) != folder:
            found.append(Problem(f"{code.place}.name", f"is taken by the code of {folder}"))
        if not found:
            read, sentence = _read(code, folder)
            files |= read
            found = [Problem(f"{code.place}.code", sentence)] if sentence else []
        origins[code.target] = folder
        problems += found
    if problems:
        raise ConfigError(problems)
    return CopiedCode(files=files, origins=origins)


def _read(code: LocalCode, folder: Path) -> tuple[dict[str, bytes], str | None]:
    """Read the files of *folder*, and say what is wrong with them."""
    read: dict[str, bytes] = {}
    size = 0
    for file in code_files(folder):
        try:
            size += file.stat().st_size
            if size > MOST_BYTES:
                return {}, f"must be at most 250 MB, Lambda's limit, and {folder} is larger"
            read[f"{code.target}/{file.relative_to(folder).as_posix()}"] = file.read_bytes()
        except OSError as error:
            return {}, f"cannot be read: {error.strerror or error} ({file})"
    added = {f"{code.target}/{name}": text.encode() for name, text in code.added(folder).items()}
    return read | added, None


def code_files(folder: Path) -> Iterator[Path]:
    """Yield the files of *folder* that belong to its function, in the order of their names."""
    installs = (folder / PACKAGE).is_file()
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if name not in IGNORED
            and not (installs and name == MODULES)
            and not Path(at, name, MANIFEST).exists()
        )
        yield from (Path(at, name) for name in sorted(names) if not name.startswith(SECRETS))
