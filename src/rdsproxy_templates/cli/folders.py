"""The folders that decide where the command writes, and where the functions' code is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Folders:
    """The object of the command's context."""

    out: Path
    """Default output folder."""
    code_root: Path | None = None
    """Folder that holds ``lambda/``. Bundles inside it refer to the code there; others carry it."""
