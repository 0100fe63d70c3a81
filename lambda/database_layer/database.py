"""The one connection of this execution environment, and the rules for trying again.

To connect may be tried again. A statement that was sent may be executed although its
answer is lost, so it is sent again only if a second execution changes nothing; otherwise,
or when trying ends, its outcome is unknown, and the caller is told so.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import deadline
import environment
from aws import CallFailed
from diagnosis import diagnosed
from engine import Engine, Fault
from environment import variable
from login import login

IDLE_SECONDS = 30
"""After this long without a statement the connection is tried before it is used."""

PAUSES = (0, 0.1, 0.4, 1.6)
"""Seconds before each further try: at once, as most connections were lost while idling; in the
end two seconds, where a failover of Aurora takes ten times as long."""

TRY_SECONDS = 1
"""With less than this left another try is not begun."""

log = logging.getLogger(__name__)


class Unavailable(Exception):
    """The database cannot be reached; nothing was executed, or only what was read."""


class OutcomeUnknown(Exception):
    """The connection was lost after a write had been sent."""


class NotUnderstood(Exception):
    """The database answered what its driver cannot read."""


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

        *until* is when to have an answer, by the clock. Raises :class:`Unavailable`,
        :class:`Refused` or :class:`NotUnderstood`.
        """
        with deadline.until(until):
            return self._tried(statement, values, until, [])

    def write(self, statement: str, *values: object, until: float) -> None:
        """Execute a statement that, executed twice, changes what it would change once.

        Raises :class:`OutcomeUnknown` where it was sent and no answer came.
        """
        sent: list[str] = []
        try:
            with deadline.until(until):
                self._tried(statement, values, until, sent)
        except Exception as error:
            if not sent:
                raise
            # Whatever came after, the first of them may have been executed.
            facts = {"after": sent, "at_last": type(error).__name__}
            log.warning("outcome unknown", extra=facts)
            raise OutcomeUnknown from None

    def _tried(
        self, statement: str, values: tuple[object, ...], until: float, unknown: list[str]
    ) -> list[tuple[Any, ...]]:
        """Try until it works, is refused for good, or the time is up.

        *unknown* gets the number of each error after which a statement may have been executed.
        """
        for pause in (*PAUSES, None):
            try:
                connection = self._alive(until)
            except _LoginRefused:
                break
            if connection is not None:
                try:
                    rows = self._engine.run(connection, statement, values)
                except self._engine.ERRORS as error:
                    if self._judged(error, statement) is Fault.LOST:
                        unknown.append(self._engine.number(error))
                except BaseException as error:
                    # What is left of the answer would be taken for that of the next statement.
                    self._drop()
                    unknown.append(type(error).__name__)
                    if not isinstance(error, Exception):
                        raise
                    raise NotUnderstood(type(error).__name__) from error
                else:
                    self._used = self._clock()
                    return rows
            if pause is None or self._clock() + pause + TRY_SECONDS > until:
                break
            time.sleep(pause)
        raise Unavailable

    def _judged(self, error: Exception, statement: str) -> Fault:
        """What *error* means, the connection dropped if it is of no more use."""
        fault, number = self._engine.fault(error), self._engine.number(error)
        # The first words of a statement hold no value.
        facts = {"fault": fault.name, "number": number, "begins": " ".join(statement.split()[:3])}
        log.warning("statement failed", extra=facts)
        if fault in (Fault.LOST, Fault.NOT_EXECUTED):
            self._drop()
        elif fault is not Fault.ROLLED_BACK:
            raise Refused(fault, number) from None
        return fault

    def _alive(self, until: float) -> Any:
        """The connection, tried if it has idled; None where there is none to be had now."""
        if self._open is not None and self._clock() - self._used > IDLE_SECONDS:
            try:
                self._engine.ping(self._open)
            except Exception:  # noqa: BLE001 - whatever it is, another one is better
                self._drop()
        if self._open is None:
            host = variable("RDS_PROXY_ENDPOINT", instead="RDS_HOST")
            port = environment.port(self._engine.PORT)
            try:
                self._open = self._connected(host, port, until)
            except self._engine.ERRORS as error:
                found = diagnosed(error, self._engine, host, port)
                log.warning(
                    "connection failed",
                    extra={"number": self._engine.number(error)} | found._asdict(),
                )
                if self._engine.fault(error) in (Fault.DENIED, Fault.FORBIDDEN):
                    raise _LoginRefused from None
            except CallFailed as error:
                log.warning("no credentials", extra={"reason": str(error), "detail": error.detail})
        return self._open

    def _connected(self, host: str, port: int, until: float) -> Any:
        """A new connection; a refused login is renewed, as it may have been rotated or revoked."""
        name = variable("RDS_DATABASE_NAME")

        def connect() -> Any:
            user, password = self._login.credentials(host, port)
            return self._engine.connect(host, port, user, password, name)

        for pause in self._login.pauses:
            try:
                return connect()
            except self._engine.ERRORS as error:
                late = self._clock() + pause + TRY_SECONDS > until
                if self._engine.fault(error) is not Fault.DENIED or late:
                    raise
            time.sleep(pause)
            self._login.renew()
        return connect()

    def _drop(self) -> None:
        if self._open is not None:
            try:
                self._engine.close(self._open)
            except Exception:  # noqa: BLE001 - it is of no more use
                log.debug("already closed")
        self._open = None
