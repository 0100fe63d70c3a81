"""The one connection of this execution environment, and the rules for retries.

Connecting may always be retried. A statement that was sent may have been executed although its
answer was lost, so it is sent again only if a second execution changes nothing. When the retries
end without an answer, the outcome is unknown, and the caller is told so.
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
from login import chosen_login

IDLE_SECONDS = 30
"""Idle time after which the connection is tested before it is used."""

PAUSES = (0, 0.1, 0.4, 1.6)
"""Seconds before each retry. The first is immediate, because most connections are lost while they
idle; together they last two seconds, a tenth of what a failover of Aurora may take."""

TRY_SECONDS = 1
"""Time that must be left for another try to begin."""

log = logging.getLogger(__name__)


class Unavailable(Exception):
    """The database cannot be reached; nothing was written."""


class OutcomeUnknown(Exception):
    """The connection was lost after a write was sent."""


class NotUnderstood(Exception):
    """The driver cannot read the database's answer."""


class Refused(Exception):
    """The database refused a statement; a retry would not help."""

    def __init__(self, fault: Fault, number: str) -> None:
        self.fault = fault
        super().__init__(number)


class _LoginRefused(Exception):
    """The database refused the function's login; it would refuse the same login again."""


class Database:
    """Runs statements on one connection, opened on first use and reused until it is lost."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._login = chosen_login()
        self._clock = clock
        self._open: Any = None
        self._used = 0.0

    def read(self, statement: str, *values: object, until: float) -> list[tuple[Any, ...]]:
        """Return the rows of a statement that changes nothing.

        *until* is the deadline for the answer, by ``time.monotonic``. Raises :class:`Unavailable`,
        :class:`Refused` or :class:`NotUnderstood`.
        """
        with deadline.until(until):
            return self._tried(statement, values, until, [])

    def write(self, statement: str, *values: object, until: float) -> None:
        """Execute an idempotent statement.

        Raises :class:`OutcomeUnknown` if it was sent and no answer came.
        """
        sent: list[str] = []
        try:
            with deadline.until(until):
                self._tried(statement, values, until, sent)
        except Exception as error:
            if not sent:
                raise
            # Whatever happened later, the first attempt may have been executed.
            facts = {"after": sent, "at_last": type(error).__name__}
            log.warning("outcome unknown", extra=facts)
            raise OutcomeUnknown from None

    def _tried(
        self, statement: str, values: tuple[object, ...], until: float, unknown: list[str]
    ) -> list[tuple[Any, ...]]:
        """Retry until the statement succeeds, is refused for good, or the time is up.

        Appends to *unknown* the number of each error after which it may have been executed.
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
                    # The next statement would read what is left of this answer as its own.
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
        """Classify *error*, and drop the connection if it cannot be used any more."""
        fault, number = self._engine.fault(error), self._engine.number(error)
        # The first words of a statement contain no values.
        facts = {"fault": fault.name, "number": number, "begins": " ".join(statement.split()[:3])}
        log.warning("statement failed", extra=facts)
        if fault in (Fault.LOST, Fault.NOT_EXECUTED):
            self._drop()
        elif fault is not Fault.ROLLED_BACK:
            raise Refused(fault, number) from None
        return fault

    def _alive(self, until: float) -> Any:
        """Return the connection, tested after idling, or None if none can be opened now."""
        if self._open is not None and self._clock() - self._used > IDLE_SECONDS:
            try:
                self._engine.ping(self._open)
            except Exception:  # noqa: BLE001 - whatever is wrong, a new connection is better
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
        """Open a connection; renew a refused login, which may have been rotated or revoked."""
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
            except Exception:  # noqa: BLE001 - the connection is given up anyway
                log.debug("already closed")
        self._open = None
