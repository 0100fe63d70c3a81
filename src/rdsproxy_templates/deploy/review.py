"""A change set that nobody has executed yet, and what a person is told and asked about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from ..errors import DeploymentError, Problem
from .change_sets import ChangeSet
from .drift import NO_DRIFT, StackDrift
from .failures import advice
from .root_stack import RootStack
from .subnets import removed_subnets

HINT: Final = (
    "           it stays, except where the template changes the same; --revert-drift brings it back"
)


@dataclass(frozen=True, kw_only=True)
class RequestedChange:
    """A change set of a step that nobody has executed, and what is to be said about it."""

    stack: RootStack
    change_set: ChangeSet
    notes: tuple[str, ...] = ()
    drift: StackDrift = NO_DRIFT
    reverts: bool = False
    """True where the change set reverts drift."""
    is_planned: bool = False
    """True where it waits for its execution by a plan, also after a refusal."""

    def lines(self, place: str) -> Iterator[str]:
        """Yield what changes; raise :class:`DeploymentError` at *place* where AWS refuses it."""
        if self.change_set.reason:
            raise DeploymentError(refused_by_aws(self.change_set), within=place)
        yield from self.notes
        yield from self.drift_lines()
        yield from self.change_set.lines()
        yield from self.staying()

    def drift_lines(self) -> Iterator[str]:
        """Yield what was changed by hand, and how to take it back where that is not done."""
        yield from self.drift.lines()
        if self.drift.found and not self.reverts:
            yield HINT

    def staying(self) -> Iterator[str]:
        """Yield the drift that it does not revert, where it reverts any."""
        if self.reverts:
            yield from self.drift.staying(self.change_set)

    def refusals(
        self, accepted: Sequence[str], *, accepts_all: bool, within: str = ""
    ) -> list[Problem]:
        """Return why it is not executed: subnets in use, and losses that nobody has *accepted*.

        *within* stands before a path in the option that accepts a loss.
        """
        if removed := [*removed_subnets(self.change_set)]:
            return removed
        advice = (
            "this step was not deployed; leave out --yes to be asked, or add --accept-data-loss-of"
        )
        return [
            Problem(
                change.path,
                f"{change.risk}: {advice} {within}{change.path}, or --accept-data-loss for all",
            )
            for change in self.change_set.risky
            if not (accepts_all or change.path in accepted)
        ]

    @contextmanager
    def discarded_on_error(self) -> Iterator[None]:
        """Discard it where the block raises, Ctrl-C included, unless it is part of a plan."""
        try:
            yield
        except BaseException:
            if not self.is_planned:
                with suppress(Exception):
                    self.stack.discard(self.change_set)
            raise


def refused_by_aws(change_set: ChangeSet) -> list[Problem]:
    """Return what AWS objects to in a change set that it could not create, or its reason."""
    found = [
        Problem(one.path, f"{one.sentence}{advice(one.reason)}")
        for one in change_set.objections.stopping
    ]
    return found or [Problem("", f"{change_set.reason}{change_set.objections.untold}")]
