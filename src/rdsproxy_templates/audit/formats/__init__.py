"""Reports in the forms that people and programs read: text, JSON, SARIF, JUnit and GitHub's.

Each is a function from findings to text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ...validators.findings import Finding
from . import github, json_report, junit, sarif, text

Format = Callable[[Sequence[Finding]], str]

FORMATS: Final[Mapping[str, Format]] = {
    "text": text.written,
    "json": json_report.written,
    "sarif": sarif.written,
    "junit": junit.written,
    "github": github.written,
}

__all__ = ["FORMATS", "Format"]
