"""Resources that are worked on: since when, what is waited for, and a summary by stack."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from .durations import learn, shown, usual
from .stack_events import StackEvent

WORDS: Final = {
    "CREATE": "creating",
    "UPDATE": "updating",
    "DELETE": "deleting",
    "ROLLBACK": "rolling back",
    "UPDATE_ROLLBACK": "rolling back",
    "IMPORT": "importing",
}
NESTED: Final = "AWS::CloudFormation::Stack"


@dataclass(frozen=True, kw_only=True)
class Work:
    """The work on one resource."""

    path: str
    type: str
    verb: str
    """CloudFormation's word before ``_IN_PROGRESS``."""
    began: float

    def line(self, now: float) -> str:
        """``RDSStack.DBInstance1: creating, 6 min 10 s, took 8 min 2 s``."""
        return f"{self.path}: {', '.join(self.words(now))}"

    def words(self, now: float) -> list[str]:
        """Return what is done, since how long, and how long it takes, if that is known."""
        known = usual(self.type, self.verb)
        verb = WORDS.get(self.verb, self.verb.lower())
        return [verb, shown(now - self.began), *([known] if known else [])]


@dataclass
class Progress:
    """What goes on in a root stack, by the events of it and of those nested in it."""

    now: Callable[[], float] = time.monotonic
    _works: dict[str, Work] = field(default_factory=dict)
    _done: dict[str, list[float]] = field(default_factory=dict)
    """Times at which resources ended, by the outermost stack in the root; the first began."""

    def note(self, event: StackEvent) -> float | None:
        """Note *event*; return the seconds that the work took, where it ends one."""
        now = self.now()
        if event.is_in_progress:
            verb = event.status.removesuffix("_IN_PROGRESS")
            before = self._works.get(event.path)
            # CloudFormation reports a creation twice, the second time with the physical ID.
            if before is None or before.verb != verb:
                self._works[event.path] = Work(
                    path=event.path, type=event.type, verb=verb, began=now
                )
            return None
        work = self._works.pop(event.path, None)
        if work is None:
            return None
        stack = event.path.partition(".")[0] if "." in event.path else ""
        self._done.setdefault(stack, [work.began]).append(now)
        if event.status.endswith("_COMPLETE"):
            learn(work.type, work.verb, now - work.began)
        return now - work.began

    def waiting(self) -> list[Work]:
        """Return the work that goes on, the longest first, without stacks around other work."""
        return sorted(
            (one for one in self._works.values() if one.type != NESTED), key=lambda one: one.began
        )

    def summary(self) -> Iterator[str]:
        """Yield a line for each nested stack: its resources, and the time that they took."""
        for stack, (began, *ends) in self._done.items():
            if stack and ends:
                count = f"{len(ends)} resource{'s' * (len(ends) != 1)}"
                yield f"{stack}: {count} in {shown(max(ends) - began)}"
