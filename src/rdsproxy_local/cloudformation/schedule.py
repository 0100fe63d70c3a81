"""The order of the work on a stack's resources, one after another or several at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from random import Random
from typing import Any

from .background import Operation
from .failure import Failure
from .order import graph, ordered
from .pace import Pace, present

Work = Callable[[str], None]


class ResourceFailed(Failure):
    """The creation or update of a resource failed, as its events say."""

    def __init__(self, logical_id: str, verb: str) -> None:
        super().__init__(f"The following resource(s) failed to {verb}: [{logical_id}]. ")
        self.logical_id, self.verb = logical_id, verb


def carry_out(resources: Mapping[str, Any], work: Work, operation: Operation) -> None:
    """Do the work on each resource after those that it depends on; stop at the first failure."""
    pace = present.pace
    if pace.parallel > 1 or pace.seed is not None:
        _Crowd(resources, work, operation, pace).run()
        return
    for logical_id in ordered(resources):
        operation.check()
        work(logical_id)


class _Crowd:
    """Resources in random order, as many at once as the pace allows."""

    def __init__(
        self, resources: Mapping[str, Any], work: Work, operation: Operation, pace: Pace
    ) -> None:
        self._work, self._operation, self._pace = work, operation, pace
        self._sorter = TopologicalSorter(graph(resources))
        self._random: Random = present.random
        self._failed: list[ResourceFailed] = []
        self._running: dict[Future[None], str] = {}
        self._ready: list[str] = []

    def run(self) -> None:
        self._sorter.prepare()
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
            self._running[pool.submit(self._work, logical_id)] = logical_id

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


def _together(failed: list[ResourceFailed]) -> str:
    """The reason of the stack, in which CloudFormation lists what was cancelled, too."""
    sentences = []
    for verb in sorted({one.verb for one in failed}):
        names = ", ".join(sorted(one.logical_id for one in failed if one.verb == verb))
        sentences.append(f"The following resource(s) failed to {verb}: [{names}]. ")
    return "".join(sentences)
