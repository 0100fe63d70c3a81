"""Operations in the background: Region after Region, within concurrency and tolerance."""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final

from ..cloudformation.pace import present
from .operation import Operation, Result

TOO_MANY: Final = "Cancelled since failure tolerance has exceeded"
STOPPED: Final = "Cancelled since the operation has been stopped by the user"
LOOK: Final = 0.1
MOST_AT_ONCE: Final = 32
"""Threads, however many accounts may be worked on at once."""

Work = Callable[[Result], None]
"""Does the work in one account and Region, and notes what came of it."""


def start(operation: Operation, work: Work, cancel: Callable[[Result, str], None]) -> None:
    """Begin the operation, which goes on when this has returned."""
    run = _Run(operation, work, cancel)
    name = f"{operation.action} {operation.id}"
    threading.Thread(target=run.all, name=name, daemon=True).start()


class _Run:
    """One operation that runs."""

    def __init__(
        self, operation: Operation, work: Work, cancel: Callable[[Result, str], None]
    ) -> None:
        self._operation, self._work, self._cancel = operation, work, cancel
        self._exceeded = threading.Event()

    def all(self) -> None:
        """Work in every Region, and end the operation however that goes."""
        operation = self._operation
        try:
            time.sleep(present.pace.lag)
            regions = operation.preferences.order(place.region for place in operation.results)
            if operation.preferences.in_parallel and regions:
                with ThreadPoolExecutor(len(regions)) as pool:
                    list(pool.map(self._region, regions))
            else:
                for region in regions:
                    self._region(region)
        except Exception as mistake:  # noqa: BLE001 - the process goes on, and its log says where
            traceback.print_exc()
            operation.end("FAILED", f"Internal Failure: {type(mistake).__name__}: {mistake}")
            return
        if operation.stopped.is_set():
            operation.end("STOPPED")
        else:
            operation.end("FAILED" if self._exceeded.is_set() else "SUCCEEDED")

    def _region(self, region: str) -> None:
        preferences = self._operation.preferences
        results = [one for one in self._operation.results.values() if _region_of(one) == region]
        waiting, running = deque(results), set[Future[None]]()
        # In parallel, a Region has a tolerance of its own, and the others go on.
        exceeded = threading.Event() if preferences.in_parallel else self._exceeded
        tolerance = preferences.tolerance(len(results))
        with ThreadPoolExecutor(min(max(len(results), 1), MOST_AT_ONCE)) as pool:
            while waiting and not self._reason(exceeded):
                failed = sum(one.status == "FAILED" for one in results)
                if failed > tolerance:
                    exceeded.set()
                elif len(running) < preferences.concurrent(len(results), failed):
                    running.add(pool.submit(self._do, waiting.popleft()))
                else:
                    done, running = wait(running, LOOK, FIRST_COMPLETED)
                    for one in done:
                        one.result()
            for one in wait(running).done:
                one.result()
        if sum(one.status == "FAILED" for one in results) > tolerance:
            exceeded.set()
        if exceeded.is_set():
            self._exceeded.set()
        for left in waiting:
            self._cancel(left, self._reason(exceeded) or TOO_MANY)

    def _do(self, result: Result) -> None:
        self._work(result)

    def _reason(self, exceeded: threading.Event) -> str | None:
        """The reason why nothing more is begun."""
        if self._operation.stopped.is_set():
            return STOPPED
        return TOO_MANY if exceeded.is_set() else None


def _region_of(result: Result) -> str:
    return result.instance.place.region
