"""The one connection of an execution environment: opened on first use, kept until it is lost."""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from . import deadline, environment
from .aws import CallFailed
from .diagnosis import diagnosed
from .engine import READ_SECONDS, Engine
from .environment import Target
from .errors import Fault, Misused, NotSent, NotUnderstood, Refused
from .login import Login, chosen_login
from .result import Result

IDLE_SECONDS = 30
"""Idle time after which the connection is tested before it is used."""

TRY_SECONDS = 1
"""Time that must be left for another try to begin."""

log = logging.getLogger(__name__)


class LoginRefused(Exception):
    """The database refused the function's login; it would refuse the same login again."""


class Link:
    """A connection with its login, and what is known about it."""

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], float] = time.monotonic,
        *,
        seconds: float = READ_SECONDS,
        login: Login | None = None,
        target: Callable[[], Target] | None = None,
    ) -> None:
        """By default, log in and find the database as the environment says.

        *seconds* is the limit of one statement.
        """
        self.engine, self.clock = engine, clock
        self._login = login or chosen_login()
        self._target = target or (lambda: environment.target(engine.PORT))
        self._open: Any = None
        self._process = 0
        self._used = self._used_at = 0.0
        self._borrowed = threading.Lock()
        self._seconds = seconds

    @property
    def is_open(self) -> bool:
        return self._open is not None

    def borrow(self) -> None:
        """Keep the connection for one call until :meth:`give_back`.

        Two threads would read each other's answers.
        """
        if not self._borrowed.acquire(blocking=False):
            raise Misused(
                "The connection is in use. Inside a transaction or connection(), use what they"
                " give you, not the database; in another thread, use a Database of its own."
            )

    def give_back(self) -> None:
        """Let the next call have the connection."""
        self._borrowed.release()

    def execute(self, statement: str, values: Sequence[object]) -> Result:
        """Execute a statement on the open connection.

        Raises an error of the engine, or :class:`NotSent`, or :class:`NotUnderstood` and drops the
        connection: the next statement would read what is left of this answer as its own.
        """
        if isinstance(values, str | bytes) or not isinstance(values, Sequence):
            raise TypeError("values must be a sequence, such as a tuple: (value,)")
        try:
            with deadline.within(self._seconds):
                result = self.engine.execute(self._open, statement, values)
        except self.engine.ERRORS:
            raise
        except NotSent:
            raise
        except BaseException as error:
            self.drop()
            if not isinstance(error, Exception):
                raise
            if isinstance(error, UnicodeEncodeError):
                raise NotSent("a text cannot be encoded: has it lone surrogates?") from error
            raise NotUnderstood(type(error).__name__) from error
        self._used, self._used_at = self.clock(), time.time()
        return result

    def judged(self, error: Exception, statement: str) -> Fault:
        """Classify *error*, and drop the connection if it cannot be used any more.

        Raises :class:`Refused` if another try would be refused too.
        """
        fault, number = self.engine.fault(error), self.engine.number(error)
        # The first words of a statement contain no values.
        facts = {"fault": fault.name, "number": number, "begins": " ".join(statement.split()[:3])}
        log.warning("statement failed", extra=facts)
        if fault in (Fault.LOST, Fault.NOT_EXECUTED):
            self.drop()
        elif fault is not Fault.ROLLED_BACK:
            raise Refused(fault, number) from None
        return fault

    def alive(self, until: float) -> Any:
        """Return the connection, tested after idling, or None if none can be opened now.

        It is None, too, if the time is up: what is not sent has no unknown outcome.
        """
        if self.clock() >= until:
            return None
        if self._process != os.getpid():
            self._open = None  # the parent's process uses it
        if not self.survives(idle=IDLE_SECONDS):
            target = self._target()
            try:
                self._open = self._connected(target, until)
                self._process = os.getpid()
            except self.engine.ERRORS as error:
                found = diagnosed(error, self.engine, target.host, target.port)
                log.warning(
                    "connection failed",
                    extra={"number": self.engine.number(error)} | found._asdict(),
                )
                if self.engine.fault(error) in (Fault.DENIED, Fault.FORBIDDEN):
                    raise LoginRefused from None
            except CallFailed as error:
                log.warning("no credentials", extra={"reason": str(error), "detail": error.detail})
        return self._open

    def survives(self, *, idle: float = math.inf) -> bool:
        """Return true if the connection is open; test it after *idle* seconds, or if it has news.

        Whoever finds a loss before sending knows that the statement was not executed.
        """
        if self._open is None:
            return False
        # Only the wall clock counts the time that a snapshot was frozen.
        idled = self.clock() - self._used > idle or time.time() - self._used_at > idle
        if idled or self.engine.has_news(self._open):
            try:
                self.engine.ping(self._open)
            except Exception:  # noqa: BLE001 - whatever is wrong, a new connection is better
                self.drop()
        return self._open is not None

    def _connected(self, target: Target, until: float) -> Any:
        """Open a connection; renew a refused login, which may have been rotated or revoked."""

        def connect() -> Any:
            user, password = self._login.credentials(target.host, target.port)
            insecure = {} if target.tls else {"secure": False}
            return self.engine.connect(
                target.host, target.port, user, password, target.database, **insecure
            )

        for pause in self._login.pauses:
            try:
                return connect()
            except self.engine.ERRORS as error:
                late = self.clock() + pause + TRY_SECONDS > until
                if self.engine.fault(error) is not Fault.DENIED or late:
                    raise
            self.pause(pause)
            self._login.renew()
        return connect()

    def pause(self, seconds: float) -> None:
        """Wait before another try."""
        time.sleep(seconds)

    def drop(self) -> None:
        """Give the connection up; the server rolls its transaction back."""
        if self._open is not None:
            try:
                self.engine.close(self._open)
            except Exception:  # noqa: BLE001 - the connection is given up anyway
                log.debug("already closed")
        self._open = None
