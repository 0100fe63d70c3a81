"""Names of rules, as people write them: ours, groups of ours, and those of the other validators."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ..errors import Problem
from ..model.wording import did_you_mean

_OTHERS: Final = re.compile(r"[EWIF]\d{4}")
"""How AWS's validator and cfn-lint name their rules."""


def group_of(rule_id: str) -> str:
    """Return the group of a rule: ``proxy`` of ``proxy/name``."""
    return rule_id.partition("/")[0]


def unknown(words: Iterable[str], ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield those of *words* that name no rule of any validator, nor a group, and a sentence."""
    yield from unknown_of_ours([word for word in words if not _OTHERS.fullmatch(word)], ids)


def unknown_of_ours(words: Iterable[str], ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield those of *words* that are none of *ids*, nor a group of them, and a sentence."""
    groups = sorted({*map(group_of, ids)})
    for word in words:
        if word not in (*ids, *groups):
            similar = did_you_mean(word, [*groups, *ids])
            yield word, f"unknown rule {word!r}{similar}; the groups are {', '.join(groups)}"


def problems_of(words: Iterable[str], ids: Sequence[str], place: str) -> Iterator[Problem]:
    """Yield a problem at *place* for each of *words* that is unknown."""
    for _, sentence in unknown(words, ids):
        yield Problem(place, sentence)


def covers(words: Iterable[str], rule_id: str) -> bool:
    """Tell whether one of *words* is the rule, or its group."""
    return not {rule_id, group_of(rule_id)}.isdisjoint(words)
