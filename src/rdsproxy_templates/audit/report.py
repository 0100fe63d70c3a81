"""A report: everything that was found in somebody's templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ..errors import Problem
from ..validators.findings import Finding, refusing
from .formats import report_in

FormatName = Literal["text", "json", "sarif", "junit", "github"]


@dataclass(frozen=True, kw_only=True)
class Report:
    """Findings in templates, and what could not be judged."""

    findings: Sequence[Finding]
    """In order of file and line."""
    files: Sequence[str]
    """Templates that were read."""
    unread: Sequence[Problem] = ()
    """Files that were named and could not be read, each with the reason."""
    not_judged: Mapping[str, str] = field(default_factory=dict)
    """Rules that failed on these templates, each with the error: a mistake of ours."""

    @property
    def failing(self) -> list[Finding]:
        """Findings from warning up."""
        return refusing(self.findings)

    def only(self, findings: Iterable[Finding]) -> Report:
        """Return the same report with only these *findings*."""
        return replace(self, findings=list(findings))

    def written(self, form: FormatName = "text") -> str:
        """Return the findings in a form that people or programs read."""
        return report_in(form, self.findings)
