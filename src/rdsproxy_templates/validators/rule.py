"""A rule: what must hold, why, and the judgment that finds where it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from .findings import Level

SubjectT = TypeVar("SubjectT")
ViolationT = TypeVar("ViolationT")
ATTRIBUTES: Final = ("DeletionPolicy", "DependsOn")
"""Attributes of resources that rules judge; they stand beside the properties."""


@dataclass(frozen=True)
class Violation:
    """A resource, by its flat logical ID, whose *property* or attribute breaks a rule."""

    resource: str
    property: str
    sentence: str
    remedy: str

    def path(self) -> tuple[str, ...]:
        """Return the place of the property in the resource: ``("Properties", "Auth")``."""
        steps = self.property.split(".")
        return (*(() if steps[0] in ATTRIBUTES else ("Properties",)), *steps)


@dataclass(frozen=True)
class FileViolation:
    """A line of a rendered file that breaks a rule."""

    file: str
    line: int
    sentence: str
    remedy: str
    path: tuple[str, ...] = ()
    """The place in the template, for files that we have not written ourselves."""


@dataclass(frozen=True, kw_only=True)
class Rule(Generic[SubjectT, ViolationT]):
    """A condition that must hold in a subject: the graph of a bundle, or the bundle itself."""

    id: str
    """``proxy/waits-for-instances``: as findings name it, and ``Metadata`` accepts it."""
    level: Level
    title: str
    """The condition, as a sentence in the present tense."""
    why: str
    """The consequence where it does not hold."""
    source: str
    """Address of the page that says so."""
    remedy: str = ""
    """What to do in general; a violation says it of its resource."""
    judge: Callable[[SubjectT], Iterator[ViolationT]]
    """Yields every violation in a subject; unknown values are left unjudged."""


def as_rule(  # noqa: PLR0913 - what a rule says of itself
    rule_id: str, *, title: str, why: str, source: str, remedy: str = "", level: Level = "error"
) -> Callable[[Callable[[SubjectT], Iterator[ViolationT]]], Rule[SubjectT, ViolationT]]:
    """Turn the decorated judgment into a :class:`Rule`."""

    def to_rule(judge: Callable[[SubjectT], Iterator[ViolationT]]) -> Rule[SubjectT, ViolationT]:
        return Rule(
            id=rule_id,
            level=level,
            title=title,
            why=why,
            source=source,
            remedy=remedy,
            judge=judge,
        )

    return to_rule
