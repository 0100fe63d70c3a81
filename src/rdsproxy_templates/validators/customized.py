"""Findings about resources that an override made or changed, with the place of the override."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from ..rendering import Bundle
from .findings import Finding

_TITLE: Final = re.compile(r"  (\w+):$")


def customized(bundle: Bundle, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Add to each of *findings* the overrides in *bundle* of the resource that it is about."""
    if not bundle.customized_by:
        yield from findings
        return
    for finding in findings:
        title = _title(bundle.templates.get(finding.file, ""), finding.line)
        places = bundle.customized_by.get((finding.file, title), ())
        changed = f". {title} is changed by {' and '.join(places)}" if places else ""
        yield replace(finding, remedy=f"{finding.remedy.rstrip('.')}{changed}")


def _title(text: str, line: int) -> str:
    """Return the key two spaces deep that *line*, from 1, stands below."""
    for one in reversed(text.splitlines()[:line]):
        if found := _TITLE.fullmatch(one):
            return found[1]
    return ""
