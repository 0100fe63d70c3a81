"""The order of the work on a stack's resources, one after another or several at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter
from random import Random
from typing import Any, Final

from .background import Cancelled, Operation
from .failure import Failure
from .order import graph, ordered
from .pace import Pace, present

LOOK: Final = 0.05
"""Seconds between two looks at whether a resource has become usable."""


@dataclass(frozen=True)
class Unusable:
    """A resource that was created, and that nobody can use yet."""

    is_usable: Callable[[], bool]
    """Raises :class:`ResourceFailed` when it has taken too long."""
    cancel: Callable[[], ResourceFailed]


Work = Callable[[str], Unusable | None]


class ResourceFailed(Failure):
    """The creation or update of a resource failed, as its events say."""

    def __init__(self, logical_id: str, verb: str) -> None:
        super().__init__(f"The following resource(s) failed to {verb}: [{logical_id}]. ")
        self.logical_id, self.verb = logical_id, verb


def carry_out(resources: Mapping[str, Any], work: Work, operation: Operation) -> None:
    """Do the work on each resource after those that it depends on; stop at the first failure."""
    sorter = TopologicalSorter(graph(resources))
    sorter.prepare()
    if _is_shuffled(present.pace):
        _Crowd(sorter, work, operation, present.pace).run()
    else:
        _one_by_one(sorter, work, operation)


def take_away(
    resources: Mapping[str, Any], work: Callable[[str], None], operation: Operation
) -> None:
    """Do the work on each resource after those that depend on it, whatever becomes of them."""
    if not _is_shuffled(present.pace):
        for logical_id in reversed(ordered(resources)):
            work(logical_id)
        return
    sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(resources, ()))
    for logical_id, needed in graph(resources).items():
        for one in needed:
            sorter.add(one, logical_id)
    sorter.prepare()
    _Crowd(sorter, work, operation, present.pace).run()


def _is_shuffled(pace: Pace) -> bool:
    return pace.parallel > 1 or pace.seed is not None


def _one_by_one(sorter: TopologicalSorter[str], work: Work, operation: Operation) -> None:
    """Work on one resource after another; go on with others while one is not usable yet."""
    unusable: dict[str, Unusable] = {}
    try:
        while sorter.is_active():
            ready = sorter.get_ready()
            for logical_id in ready:
                operation.check()
                if (left := work(logical_id)) is None:
                    sorter.done(logical_id)
                else:
                    unusable[logical_id] = left
            if operation_waits := not ready:
                operation.waits = operation_waits
                operation.pause(LOOK)
            for logical_id in [one for one in unusable if unusable[one].is_usable()]:
                operation.waits = False
                del unusable[logical_id]
                sorter.done(logical_id)
    except Failure as failure:
        operation.waits = False
        others = [left for one, left in unusable.items() if one not in _names(failure)]
        failed = [one.cancel() for one in others]
        if isinstance(failure, ResourceFailed):
            raise Failure(_together([failure, *failed])) from failure
        raise


class _Crowd:
    """Resources in random order, as many at once as the pace allows."""

    def __init__(
        self, sorter: TopologicalSorter[str], work: Work, operation: Operation, pace: Pace
    ) -> None:
        self._sorter, self._work = sorter, work
        self._operation, self._pace = operation, pace
        self._random: Random = present.random
        self._failed: list[ResourceFailed] = []
        self._running: dict[Future[None], str] = {}
        self._ready: list[str] = []

    def run(self) -> None:
        with ThreadPoolExecutor(max(self._pace.parallel, 1)) as pool:
            while self._sorter.is_active() and not self._failed:
                self._operation.check()
                self._start(pool)
                self._collect()
            while self._running:
                self._collect()
        if self._failed:
            self._operation.go_on()
            raise Failure(_together(self._failed))

    def _start(self, pool: ThreadPoolExecutor) -> None:
        self._ready += sorted(self._sorter.get_ready())
        self._random.shuffle(self._ready)
        while self._ready and len(self._running) < self._pace.parallel:
            logical_id = self._ready.pop()
            self._running[pool.submit(self._do, logical_id)] = logical_id

    def _do(self, logical_id: str) -> None:
        if (left := self._work(logical_id)) is None:
            return
        while not left.is_usable():
            try:
                self._operation.pause(LOOK)
            except Cancelled:
                raise left.cancel() from None

    def _collect(self) -> None:
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        for one in done:
            logical_id = self._running.pop(one)
            try:
                one.result()
            except ResourceFailed as failure:
                self._failed.append(failure)
                # The others are told so, as "Resource creation cancelled".
                self._operation.cancel()
            else:
                self._sorter.done(logical_id)


def _names(failure: Failure) -> set[str]:
    return {failure.logical_id} if isinstance(failure, ResourceFailed) else set()


def _together(failed: list[ResourceFailed]) -> str:
    """The reason of the stack, in which CloudFormation lists what was cancelled, too."""
    sentences = []
    for verb in sorted({one.verb for one in failed}):
        names = ", ".join(sorted(one.logical_id for one in failed if one.verb == verb))
        sentences.append(f"The following resource(s) failed to {verb}: [{names}]. ")
    return "".join(sentences)
