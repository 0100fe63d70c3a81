"""Operations of a fleet: begun, followed, left at Ctrl-C, and stopped at a second one."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..deploy.console import Console
from ..deploy.faults import PAUSES
from ..deploy.stack_events import Report
from ..errors import DeploymentError, Problem
from .batches import Batch, batches
from .failing_places import failed_places
from .fleet_sessions import FleetSessions
from .fleet_settings import FleetSettings
from .operation_watch import OperationWatch
from .place import Place
from .stack_set import PAGE, Operation, Result, StackSet
from .stack_set_requests import StackSetRequests
from .tolerance import share_of

SECOND_THOUGHTS: Final = 3
"""Seconds after Ctrl-C in which another one stops the operations."""
A_PAGE: Final = 0.5
"""Seconds that a page of results adds to a pause: CloudFormation throttles lists."""

Begin = Callable[[], str]
"""Begins an operation; returns its ID."""
Stop = Callable[[Sequence[Result]], bool]
"""Tells, by what has failed, if no more operations are to begin."""


@dataclass(kw_only=True)
class FleetOperations:
    """The operations on a stack set, and the person who follows them."""

    settings: FleetSettings
    sessions: FleetSessions
    stack_set: StackSet
    console: Console
    root_units: tuple[str, ...] = ()
    """The organization's root, with service-managed permissions."""
    sleep: Callable[[float], None] = time.sleep
    _running: list[OperationWatch] = field(default_factory=list)

    @property
    def requests(self) -> StackSetRequests:
        """What is asked of the stack set."""
        return StackSetRequests(stack_set=self.stack_set, settings=self.settings)

    def follow_unfinished(self) -> None:
        """Follow the operations that somebody has begun, until none goes on."""
        if self.stack_set.description() is None:
            return
        while running := [one for one in self.stack_set.operations() if one.is_unfinished]:
            self.console.say(f"operation {running[-1].id} goes on already, and is followed")
            self._running = [self._watch(one.id) for one in reversed(running)]
            self._follow(deque(), lambda _: False, 1)

    def run(
        self,
        todo: Iterable[tuple[Batch, Begin]],
        *,
        accounts: int = 1,
        stops: Stop = lambda _: False,
    ) -> list[Result]:
        """Carry operations out, as many at once as concern *accounts*; return what has failed.

        None begins after *stops* has told so. Raises :class:`DeploymentError` where one was
        stopped, or fails as a whole.
        """
        self._running = []
        at_once = share_of(self.settings.tolerance.concurrent, accounts)
        return self._follow(deque(todo), stops, at_once)

    def run_whole(self, begin: Begin) -> list[Result]:
        """Carry out an operation that names no place."""
        self._running = [self._watch(begin())]
        return self._follow(deque(), lambda _: False, 1)

    def delete(self, places: Sequence[Place], *, retain: bool) -> None:
        """Delete the stacks in *places*, or let them go; raise where any of them stays."""
        requests, units = self.requests, self.root_units

        def begin(batch: Batch) -> Begin:
            return lambda: requests.delete_instances(batch, units, retain=retain)

        failed = self.run([(batch, begin(batch)) for batch in batches(places)])
        if failed:
            problems = [*failed_places(self.stack_set, self.sessions, failed, "destroy")]
            sentence = "not every stack was deleted; the same command goes on"
            raise DeploymentError([*problems, Problem(self.stack_set.name, sentence)])

    def _follow(
        self, waiting: deque[tuple[Batch, Begin]], stops: Stop, at_once: int
    ) -> list[Result]:
        failed: list[Result] = []
        pauses = iter(PAUSES)
        try:
            while True:
                while waiting and not stops(failed) and self._has_room(waiting[0][0], at_once):
                    batch, begin = waiting.popleft()
                    self._running.append(self._watch(begin(), batch))
                if not self._running:
                    return failed
                for watch in [*self._running]:
                    operation = watch.poll()
                    if not operation.is_unfinished:
                        self._running.remove(watch)
                        self._require_whole(operation, watch)
                        failed += watch.failed
                if self._running:
                    pages = sum(len(one.results) // PAGE for one in self._running)
                    self.sleep(next(pauses, PAUSES[-1]) + A_PAGE * pages)
        except KeyboardInterrupt:
            self.console.finish()
            self._leave()
            raise
        finally:
            self.console.finish()

    def _has_room(self, batch: Batch, at_once: int) -> bool:
        busy = sum(len(one.batch.accounts) for one in self._running if one.batch)
        return not self._running or busy + len(batch.accounts) <= at_once

    def _require_whole(self, operation: Operation, watch: OperationWatch) -> None:
        if operation.status == "STOPPED":
            sentence = f"operation {operation.id} was stopped; the same command goes on"
            raise DeploymentError([Problem(self.stack_set.name, sentence)])
        if operation.status == "FAILED" and not watch.failed:
            reason = operation.reason or "StackSets give no reason"
            raise DeploymentError([Problem(self.stack_set.name, reason)])

    def _leave(self) -> None:
        """Say how to come back, and stop the operations where Ctrl-C comes again."""
        say, ids = self.console.say, [one.operation_id for one in self._running]
        if not ids:
            return
        say(
            f"operation {', '.join(ids)} goes on without this command; the same command follows "
            f"it again. Ctrl-C within {SECOND_THOUGHTS} s stops it"
        )
        try:
            self.sleep(SECOND_THOUGHTS)
        except KeyboardInterrupt:
            for one in ids:
                self.requests.stop(one)
            say("it is told to stop: what is in progress ends, and nothing more begins")

    def _watch(self, operation_id: str, batch: Batch | None = None) -> OperationWatch:
        return OperationWatch(
            stack_set=self.stack_set, operation_id=operation_id, report=self._report(), batch=batch
        )

    def _report(self) -> Report:
        say = self.console.say
        return self.console.follow or (
            lambda event: say(f"  {event.status:24} {event.path}") if event else None
        )
