"""What the options of `render` choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..audit.report import FormatName
    from ..rendering import Nesting


@dataclass(frozen=True, kw_only=True)
class Choices:
    """One render, as somebody asks for it."""

    variants: Sequence[str] = ()
    stack: str | None = None
    """Module or file of a consumer's root stack, in place of variants."""
    name: str | None = None
    config: Path | None = None
    out: Path
    nesting: Nesting = "sam"
    expand: bool = False
    check: bool = False
    diff: bool = False
    """Show what would change in each file, with ``check``."""
    form: FormatName = "text"
    """Form of the report of ``check``."""
    lint: bool = True
    quiet: bool = False
    code_root: Path | None = None
