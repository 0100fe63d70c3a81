"""What a step of a plan was rendered to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..model import Template


@dataclass(frozen=True, kw_only=True)
class RenderedStep:
    """The root template of a step, its tags, and the folder that holds its files."""

    root: Template
    folder: Path
    tags: Mapping[str, str] | None = None
    """Tags of the stack; None leaves those of a deployed one as they are."""
    config: Any = None
    """The settings, which tell of a database that exists what no template holds."""
