"""Execution environments of one function, reused from one event to the next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..servers.runtime import Environment

SECONDS = 30
"""Seconds for which an event waits for an environment while all are busy."""


class Throttled(Exception):
    """There is no environment for an event, and none may be started."""


class Pool:
    """At most *size* environments, each started when all others are busy."""

    def __init__(self, new: Callable[[], Environment], size: int) -> None:
        self._new = new
        self._free = threading.BoundedSemaphore(size) if size else None
        self._idle: list[Environment] = []
        self._all: list[Environment] = []
        self._closed = False
        self._lock = threading.Lock()

    @contextmanager
    def environment(self) -> Iterator[Environment]:
        """An environment that nobody else has, until the end of the ``with`` block."""
        if self._free is None or not self._free.acquire(timeout=SECONDS):
            raise Throttled
        try:
            environment = self._taken()
            try:
                yield environment
            finally:
                self._give_back(environment)
        finally:
            self._free.release()

    def retire(self) -> None:
        """Close what is idle now, and what is busy when it has answered."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for environment in idle:
            environment.close()

    def close(self) -> None:
        """Close all, even amidst an event."""
        with self._lock:
            self._closed = True
            everything, self._all, self._idle = self._all, [], []
        for environment in everything:
            environment.close()

    def _taken(self) -> Environment:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        environment = self._new()
        with self._lock:
            self._all.append(environment)
        return environment

    def _give_back(self, environment: Environment) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(environment)
                return
        environment.close()
