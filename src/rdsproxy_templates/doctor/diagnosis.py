"""One thing that is wrong with what is deployed, or may be, with its evidence and a remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "skipped"]
"""``error``: it does not work. ``warning``: it works, and will not for long, or may be the cause.
``skipped``: it could not be looked at."""


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """A sentence about one resource, and what to do."""

    resource: str
    """``proxy shop-proxy``: a kind and a name."""
    severity: Severity
    reason: str
    """AWS's word for the state, such as ``AUTH_FAILURE``; a word of ours in lower case."""
    sentence: str
    remedy: str
    evidence: tuple[str, ...] = ()
    """What was seen, without secrets."""

    def __str__(self) -> str:
        seen = "".join(f"\n    {line}" for line in self.evidence)
        remedy = f" {self.remedy}." if self.remedy else ""
        return f"{self.severity} {self.resource}: {self.reason}: {self.sentence}.{remedy}{seen}"
