"""The one connection of this execution environment, and the rules for trying again.

To connect may be tried again. A statement that was sent may be executed although its
answer is lost, so it is sent again only if a second execution changes nothing; otherwise,
or when trying ends, its outcome is unknown, and the caller is told so.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from typing import Any

from aws import CallFailed
from engine import CONNECT_SECONDS, READ_SECONDS, Engine, Fault
from login import login

IDLE_SECONDS = 30
"""After this long without a statement the connection is tried before it is used."""

PAUSES = (0, 0.1, 0.4, 1.6)
"""Seconds before each further try: at once, as most connections were lost while idling; in the
end two seconds, where a failover of Aurora takes ten times as long."""

log = logging.getLogger(__name__)


class Unavailable(Exception):
    """The database cannot be reached; nothing was executed, or only what was read."""


class OutcomeUnknown(Exception):
    """The connection was lost after a write had been sent."""


class Refused(Exception):
    """The database refused a statement; trying again would not help."""

    def __init__(self, fault: Fault, number: str) -> None:
        self.fault = fault
        super().__init__(number)


class _LoginRefused(Exception):
    """The database refused what the function logs in with; a second try would be refused too."""


class Database:
    """Runs statements on one connection, opened when it is needed and reused until lost."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._login = login()
        self._clock = clock
        self._open: Any = None
        self._used = 0.0

    def read(self, statement: str, *values: object, until: float) -> list[tuple[Any, ...]]:
        """Rows of a statement that changes nothing.

        *until* is when to stop trying, by the clock. Raises :class:`Unavailable` or
        :class:`Refused`.
        """
        return self._run(statement, values, until, writes=False)

    def write(self, statement: str, *values: object, until: float) -> None:
        """Execute a statement that, executed twice, changes what it would change once.

        Raises :class:`OutcomeUnknown` where it was sent and no answer came.
        """
        self._run(statement, values, until, writes=True)

    def _run(
        self, statement: str, values: tuple[object, ...], until: float, *, writes: bool
    ) -> list[tuple[Any, ...]]:
        """Try until it works, is refused for good, or the time is up."""
        unknown = False
        for pause in (*PAUSES, None):
            try:
                connection = self._alive(until)
            except _LoginRefused:
                break
            if connection is not None:
                try:
                    rows = self._engine.run(connection, statement, values)
                except self._engine.ERRORS as error:
                    unknown |= self._judged(error) is Fault.LOST and writes
                else:
                    self._used = self._clock()
                    return rows
            if pause is None or self._clock() + pause + CONNECT_SECONDS + READ_SECONDS > until:
                break
            time.sleep(pause)
        raise OutcomeUnknown if unknown else Unavailable

    def _judged(self, error: Exception) -> Fault:
        """What *error* means, the connection dropped if it is of no more use."""
        fault, number = self._engine.fault(error), self._engine.number(error)
        if fault in (Fault.LOST, Fault.NOT_EXECUTED):
            self._drop()
        elif fault is not Fault.ROLLED_BACK:
            raise Refused(fault, number) from None
        log.warning("statement failed", extra={"fault": fault.name, "number": number})
        return fault

    def _alive(self, until: float) -> Any:
        """The connection, tried if it has idled; None where there is none to be had now."""
        if self._open is not None and self._clock() - self._used > IDLE_SECONDS:
            try:
                self._engine.ping(self._open)
            except self._engine.ERRORS:
                self._drop()
        if self._open is None:
            try:
                self._open = self._connected(until)
            except self._engine.ERRORS as error:
                number = self._engine.number(error)
                log.warning("connection failed", extra={"number": number})
                if self._engine.fault(error) is Fault.DENIED:
                    raise _LoginRefused from None
            except CallFailed as error:
                log.warning("no credentials", extra={"reason": str(error)})
        return self._open

    def _connected(self, until: float) -> Any:
        """A new connection; a refused password is read again, as it may have been rotated."""
        for pause in self._login.pauses:
            try:
                return self._connect()
            except self._engine.ERRORS as error:
                late = self._clock() + pause + CONNECT_SECONDS > until
                if self._engine.fault(error) is not Fault.DENIED or late:
                    raise
            time.sleep(pause)
            self._login.renew()
        return self._connect()

    def _connect(self) -> Any:
        host = os.environ.get("RDS_PROXY_ENDPOINT") or os.environ["RDS_HOST"]
        port = int(os.environ.get("RDS_PORT", self._engine.PORT))
        user, password = self._login.credentials(host, port)
        return self._engine.connect(host, port, user, password, os.environ["RDS_DATABASE_NAME"])

    def _drop(self) -> None:
        if self._open is not None:
            try:
                self._engine.close(self._open)
            except self._engine.ERRORS:
                log.debug("already closed")
        self._open = None
