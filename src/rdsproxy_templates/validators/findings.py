"""What a validator says, in one form whichever validator says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, order=True, kw_only=True)
class Finding:
    """One thing that a validator does not accept, and what to do about it."""

    file: str
    """Path of the template, from the family's root folder."""
    line: int
    """Line in that file, from 1."""
    rule: str
    level: Level
    sentence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.level} {self.rule}: {self.sentence}. {self.remedy}"
