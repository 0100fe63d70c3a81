"""Findings: the one form in which every validator reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Level = Literal["error", "warning", "opinion"]
"""``error``: AWS refuses it, or it never works. ``warning``: AWS takes it, and it hurts.
``opinion``: worth a look, and no reason to stop."""

LEVELS: Final[Mapping[str, Level]] = {
    "fatal": "error",
    "error": "error",
    "warn": "warning",
    "warning": "warning",
}
"""Levels by the words of other validators; whatever else they say is only information."""


def level_of(word: str) -> Level:
    """Return the level that another validator's *word* for it means."""
    return LEVELS.get(word.lower(), "opinion")


@dataclass(frozen=True, order=True, kw_only=True)
class Finding:
    """One thing that a validator reports, and what to do about it."""

    file: str
    """Path of the template, from the bundle's root folder."""
    line: int
    """Line in that file, from 1."""
    rule: str
    level: Level
    sentence: str
    remedy: str
    column: int = 1
    """Column in that line, from 1."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.level} {self.rule}: {self.sentence}. {self.remedy}"


def refusing(findings: Iterable[Finding]) -> list[Finding]:
    """Return those from warning up, with which nothing is written."""
    return [finding for finding in findings if finding.level != "opinion"]
