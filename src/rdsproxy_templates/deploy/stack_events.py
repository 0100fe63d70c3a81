"""Events of a root stack and of those nested in it, each once, in the order of their times."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import DeploymentError, Problem
from .change_sets import is_stack


@dataclass(frozen=True, kw_only=True)
class StackEvent:
    """What happened to a resource."""

    status: str
    path: str
    """The logical ID, after the logical IDs of the nested stacks around it."""
    type: str = ""
    reason: str = ""

    @property
    def is_in_progress(self) -> bool:
        """True while the work on the resource goes on."""
        return self.status.endswith("_IN_PROGRESS")


Report = Callable[[StackEvent | None], None]
"""Reports what happened to a resource; None where a poll has found nothing new."""


def until(ends_at: float, report: Report) -> Report:
    """Return *report*, which ends the waiting at the time *ends_at* of :func:`time.monotonic`."""

    def limited(event: StackEvent | None) -> None:
        report(event)
        if event is None and time.monotonic() >= ends_at:
            sentence = "still works at the end of the time limit, and goes on; run the same command"
            raise DeploymentError([Problem("--time-limit", f"{sentence} again to wait for it")])

    return limited


@dataclass
class Nested:
    """A nested stack whose events are read."""

    path: str
    seen: set[str] = field(default_factory=set)


@dataclass
class NestedEvents:
    """The events of nested stacks since an operation began, found by those of their parents."""

    pages: Callable[[str], Iterator[Mapping[str, Any]]]
    """Yields the pages of a stack's events, the newest first."""
    _stacks: dict[str, Nested] = field(default_factory=dict)
    _since: Any = None
    """Time of the first event of the operation."""

    def learn(self, event: Mapping[str, Any], within: str = "") -> None:
        """Note the nested stack that *event* is about, if it is about one."""
        if self._since is None:
            self._since = event.get("Timestamp")
        stack_id = event.get("PhysicalResourceId")
        if not is_stack(event) or not stack_id or stack_id == event["StackId"]:
            return
        if event["ResourceStatus"].endswith("_IN_PROGRESS"):
            self._stacks.setdefault(stack_id, Nested(within + event["LogicalResourceId"]))

    def new(self) -> list[StackEvent]:
        """Return the events of nested stacks since the last time, the oldest first."""
        found: list[tuple[Any, StackEvent]] = []
        for stack_id in [*self._stacks]:
            found += self._of(stack_id)
        return [event for _, event in sorted(found, key=lambda one: one[0])]

    def _of(self, stack_id: str) -> Iterator[tuple[Any, StackEvent]]:
        nested = self._stacks[stack_id]
        fresh: list[Mapping[str, Any]] = []
        for page in self.pages(stack_id):
            new = [
                one
                for one in page["StackEvents"]
                if one["EventId"] not in nested.seen and one["Timestamp"] >= self._since
            ]
            fresh += new
            if len(new) < len(page["StackEvents"]):
                break
        for event in reversed(fresh):
            nested.seen.add(event["EventId"])
            within = f"{nested.path}."
            self.learn(event, within)
            # Its parent reports the stack itself.
            if event.get("PhysicalResourceId") != event["StackId"]:
                yield event["Timestamp"], event_of(event, within)


def event_of(event: Mapping[str, Any], within: str = "") -> StackEvent:
    """Read an event of the API."""
    return StackEvent(
        status=event["ResourceStatus"],
        path=within + event["LogicalResourceId"],
        type=event.get("ResourceType", ""),
        reason=event.get("ResourceStatusReason") or "",
    )
