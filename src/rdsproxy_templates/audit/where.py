"""The values of parameters with which a finding holds, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from .decisions import Decisions
from .scenarios import Scenario

MOST_FACTS: Final = 3
"""Facts of one way that a sentence names; more explain nothing."""


def where_it_holds(every: Sequence[Scenario], numbers: set[int], renamed: Mapping[str, str]) -> str:
    """Say with what values a finding holds that the scenarios with these *numbers* have.

    Nothing is said of one that always holds. *renamed* are parameters with another name here than
    in their template.
    """
    if len(numbers) == len(every):
        return ""
    ways = [
        (number in numbers, list(_facts(way, renamed)))
        for number, scenario in enumerate(every)
        for way in scenario.ways
    ]
    facts = sorted({fact for holds, known in ways if holds for fact in known}, key=str)
    for count in (1, 2) if every[0].is_one_of_all else ():
        for chosen in combinations(facts, count):
            if all(_answer(known, chosen) is holds for holds, known in ways):
                return f", where {' and '.join(map(str, chosen))}"
    first = next(known for holds, known in ways if holds)
    if not first or len(first) > MOST_FACTS:
        return ""
    return f", at least where {' and '.join(sorted(map(str, first)))}"


def _answer(known: Sequence[_Fact], chosen: Sequence[_Fact]) -> bool | None:
    """Tell whether a way of which this is *known* has all of *chosen*; None if nobody asked."""
    answers = [fact.holds_with(known) for fact in chosen]
    return False if False in answers else None if None in answers else True


@dataclass(frozen=True)
class _Fact:
    """A parameter is this text, or is not."""

    subject: str
    is_so: bool
    text: str

    def __str__(self) -> str:
        return f"{self.subject} is {'' if self.is_so else 'not '}{self.text or 'empty'}"

    def holds_with(self, known: Sequence[_Fact]) -> bool | None:
        """Tell whether it holds where these facts are *known*; None if they do not tell."""
        for other in known:
            if other.subject == self.subject:
                if other.is_so:
                    return (other.text == self.text) is self.is_so
                if other.text == self.text:
                    return not self.is_so
        return None


def _facts(way: Decisions, renamed: Mapping[str, str]) -> Iterator[_Fact]:
    for key, text in way.fixed.items():
        if subject := _subject(key, renamed):
            yield _Fact(subject, True, text)  # noqa: FBT003 - it is so
    for key, texts in way.excluded.items():
        if key not in way.fixed and (subject := _subject(key, renamed)):
            yield from (_Fact(subject, False, text) for text in sorted(texts))  # noqa: FBT003


def _subject(key: str, renamed: Mapping[str, str]) -> str | None:
    match json.loads(key):
        case {"Ref": str(name)}:
            return renamed.get(name, name)
        case _:
            return None
