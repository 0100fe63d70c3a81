"""Locations of templates: as a person finds a file, and as one template names another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlparse


def shown(path: Path) -> str:
    """Return *path* as a person finds it: relative to the current folder if it is in there."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def is_local(location: str) -> bool:
    """Tell whether *location* is a path, and neither an address nor what a tool replaces."""
    return bool(location) and not any(mark in location for mark in ("://", "$", "{{"))


def beside(folder: Path, location: object) -> Path | None:
    """Return the file that *location* names, if it is there: a path, or the end of an address."""
    if not isinstance(location, str) or not location:
        return None
    names: Sequence[str] = (location,)
    if "://" in location:
        parts = urlparse(location).path.strip("/").split("/")
        names = ["/".join(parts[start:]) for start in range(len(parts))]
    for name in names:
        try:
            if (path := folder / name).is_file():
                return path.resolve()
        except (OSError, ValueError):  # a name that no file can have
            continue
    return None
