"""Findings about resources that an override made or changed, with the place of the override."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from ..rendering.bundle import Bundle
from .findings import Finding

_TITLE: Final = re.compile(r"  (\w+):$")
EXTRA: Final = "extra_resources"
_WORD: Final = re.compile(r"\w+")


def customized(bundle: Bundle, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Add to each of *findings* the overrides in *bundle* of the resources that it is about."""
    if not bundle.customized_by:
        yield from findings
        return
    changed = _by_name(bundle)
    for finding in findings:
        title = _title(bundle.templates.get(finding.file, ""), finding.line)
        own = bundle.customized_by.get((finding.file, title))
        # A rule may speak of the other end of what an override has changed.
        named = {word: changed[word] for word in _WORD.findall(finding.sentence) if word in changed}
        hints = [
            f"{name} is {_verb(places)} by {' and '.join(places)}"
            for name, places in ({title: own} if own else named).items()
        ]
        yield replace(finding, remedy=". ".join((finding.remedy.rstrip("."), *hints)))


def _verb(places: Iterable[str]) -> str:
    return "added" if any(f"{EXTRA}." in place for place in places) else "changed"


def _by_name(bundle: Bundle) -> Mapping[str, tuple[str, ...]]:
    """Map the names that changed resources have in the flat form to their overrides."""
    paths = {file: path for path, file in bundle.paths.items()}
    return {
        "".join((*paths.get(file, ()), title)): places
        for (file, title), places in bundle.customized_by.items()
    }


def _title(text: str, line: int) -> str:
    """Return the key two spaces deep that *line*, from 1, stands below."""
    for one in reversed(text.splitlines()[:line]):
        if found := _TITLE.fullmatch(one):
            return found[1]
    return ""
