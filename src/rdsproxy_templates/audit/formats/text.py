"""A line for each finding, as compilers write them."""

from __future__ import annotations

from collections.abc import Sequence

from ...validators.findings import Finding


def written(findings: Sequence[Finding]) -> str:
    """Return *findings*, a line each."""
    return "\n".join(map(line, findings))


def line(one: Finding) -> str:
    """``file:line:column: level rule: sentence. Remedy``."""
    place = f"{one.file}:{one.line}:{one.column}"
    return f"{place}: {one.level} {one.rule}: {one.sentence}. {one.remedy}"
