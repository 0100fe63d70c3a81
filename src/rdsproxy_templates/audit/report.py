"""A report: everything that was found in somebody's templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import Problem
from ..validators.findings import Finding


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
