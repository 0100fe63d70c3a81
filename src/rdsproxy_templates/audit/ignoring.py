"""Findings that somebody ignores: in ``Metadata`` of a resource or a template, with a reason."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from ..model.accepted_rules import ACCEPTED, OURS
from ..model.wording import did_you_mean
from ..validators.findings import Finding
from ..validators.rule_names import covers, unknown
from .catalogue import IDS
from .shape import Misshape
from .sources import Source

STAMPED: Final = (ACCEPTED, "Settings", "Version")
"""What the library writes into ``Metadata`` of a template; of a resource, only the first."""
HOLDS_REASONS: Final = f"`{OURS}: {{{ACCEPTED}: {{RULE: reason}}}}` accepts a rule"
LIKE_OURS: Final = re.compile(r"(?i)rds.*templ|.*proxy.?templ")
"""A name that is taken for a slip of ours; `difflib` would cost every audit its import."""


def not_ignored(findings: Iterable[Finding], sources: Sequence[Source]) -> Iterator[Finding]:
    """Yield those of *findings* that no ``Metadata`` in *sources* accepts."""
    ignoring = {source.file: _Ignoring(source) for source in sources}
    for one in findings:
        if one.file not in ignoring or not ignoring[one.file].covers(one):
            yield one


def refused(source: Source) -> Iterator[Misshape]:
    """Yield what ``Metadata`` of *source* accepts without a reason, or that is no rule."""
    yield from _misspelt(source.body)
    for path, accepted in _accepted(source.body):
        if not isinstance(accepted, dict):
            yield Misshape(path, f"{ACCEPTED} is no mapping", "Map rules to reasons")
            continue
        for rule, sentence in unknown(map(str, accepted), IDS):
            yield Misshape((*path, rule), sentence, "Name a rule: `rdsproxy-templates rules`")
        for rule, reason in accepted.items():
            if not isinstance(reason, str) or not reason.strip():
                sentence = f"{rule} is accepted without a reason"
                yield Misshape((*path, rule), sentence, "Say why, for whoever reads it next")


def _misspelt(body: Mapping[str, Any]) -> Iterator[Misshape]:
    """Yield what stands where rules are accepted, and accepts none."""
    for path, metadata in _metadata(body):
        names = [name for name in map(str, metadata) if name != OURS]
        for name in filter(LIKE_OURS.match, names):
            sentence = f"unknown key {name!r}{did_you_mean(name, [OURS])}; it accepts nothing"
            yield Misshape((*path, name), sentence, HOLDS_REASONS)
        ours = metadata.get(OURS, {})
        if not isinstance(ours, dict):
            yield Misshape((*path, OURS), f"{OURS} is no mapping", HOLDS_REASONS)
            continue
        known = [ACCEPTED] if len(path) > 1 else STAMPED
        for name in map(str, ours):
            if name not in known:
                sentence = f"unknown key {name!r}{did_you_mean(name, known)}; it accepts nothing"
                yield Misshape((*path, OURS, name), sentence, HOLDS_REASONS)


def _accepted(body: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the place of each ``Accepted``, and what it holds."""
    for path, metadata in _metadata(body):
        match metadata:
            case {"rdsproxy_templates": {"Accepted": accepted}}:
                yield (*path, OURS, ACCEPTED), accepted


def _metadata(body: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[Any, Any]]]:
    """Yield the place of each ``Metadata``, of the template and of its resources, and it."""
    resources = body["Resources"].items()
    holders: list[tuple[tuple[str, ...], Any]] = [((), body)]
    holders += [(("Resources", title), resource) for title, resource in resources]
    for path, holder in holders:
        metadata = holder.get("Metadata") if isinstance(holder, Mapping) else None
        if isinstance(metadata, dict):
            yield (*path, "Metadata"), metadata


class _Ignoring:
    """What one file ignores, as a whole and in each of its resources."""

    def __init__(self, source: Source) -> None:
        self._whole: list[str] = []
        self._within: dict[str, list[str]] = {}
        for path, accepted in _accepted(source.body):
            rules = list(map(str, accepted)) if isinstance(accepted, dict) else []
            if path[0] == "Resources":
                self._within[path[1]] = rules
            else:
                self._whole = rules
        marks = source.document.marks
        places = [
            (path, mark)
            for path, mark in marks.items()
            if 0 < len(path) <= 2  # noqa: PLR2004
        ]
        self._places = sorted(((mark.line, mark.column), path) for path, mark in places)

    def covers(self, one: Finding) -> bool:
        if covers(self._whole, one.rule):
            return True
        number = bisect_right(self._places, (one.line, one.column), key=lambda place: place[0])
        path = self._places[number - 1][1] if number else ()
        title = path[1] if len(path) > 1 and path[0] == "Resources" else None
        return title is not None and covers(self._within.get(str(title), ()), one.rule)
