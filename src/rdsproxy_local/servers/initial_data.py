"""Initial data of database servers, kept in the user's cache folder: making them takes a second."""

from __future__ import annotations

import hashlib
import inspect
import os
import shutil
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from .programs import Program


def data_folder(server: Any, program: Program) -> Path:
    """Return the place of the initial data that *server* makes with *program*."""
    file = program.path.stat()
    parts = (program.path, file.st_mtime_ns, file.st_size, inspect.getsource(server._initialise))
    key = hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
    return user_cache_path("rdsproxy_templates") / "local-data" / f"{server.__name__}-{key}"


def keep(made: Path, kept: Path) -> Path:
    """Copy *made* to *kept*, whole or not at all; return the folder to use."""
    aside = kept.with_name(f"{kept.name}.{os.getpid()}")
    try:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copytree(made, aside, ignore=_special_files)
        aside.rename(kept)
    except OSError:  # a full disk, a folder that cannot be written, or another process was first
        shutil.rmtree(aside, ignore_errors=True)
        return made
    return kept


def _special_files(folder: str, names: list[str]) -> list[str]:
    """Name what is neither file nor folder, such as a socket."""
    paths = {name: Path(folder, name) for name in names}
    return [name for name, path in paths.items() if not (path.is_file() or path.is_dir())]
