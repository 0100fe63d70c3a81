"""Session of the master user, which starts over when the connection is lost."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

from dialect import Rows
from rdsproxy_client import deadline
from rdsproxy_client.aws import CallFailed, secret_value
from rdsproxy_client.engine import Engine
from rdsproxy_client.errors import Fault
from rdsproxy_client.own_keys import current_keys
from rdsproxy_client.rds_token import token

Done = TypeVar("Done")

PAUSES = (0.1, 0.5, 2)
"""Seconds before each retry; the last pause repeats."""

LAST_SECONDS = 9
"""Time for a login or statement to finish that began before the time was up."""

FOR_NOW = (Fault.LOST, Fault.NOT_EXECUTED, Fault.ROLLED_BACK)

log = logging.getLogger(__name__)


class Refused(Exception):
    """The database refuses for good; the message is a sentence."""

    def __init__(self, sentence: str, number: str = "") -> None:
        self.number = number
        super().__init__(sentence)


class Lost(Exception):
    """The task failed for now; it may be started over."""


class Session:
    """One connection that executes statements until the time is up."""

    def __init__(
        self,
        engine: Engine,
        connection: Any,
        master: str,
        until: float,
        again: Callable[[], Any],
    ) -> None:
        self.master = master
        self._engine, self._connection, self._until = engine, connection, until
        self._again = again

    @property
    def over(self) -> bool:
        return time.monotonic() > self._until

    def run(self, purpose: str, statement: str, *values: object) -> Rows:
        """Execute one statement and return its rows; *purpose* names it in an error."""
        if self.over:
            raise Lost("The time was up before everything was done.")
        try:
            return self._engine.run(self._connection, statement, values)
        except self._engine.ERRORS as error:
            number = self._engine.number(error)
            if self._engine.fault(error) in FOR_NOW:
                raise Lost(f"The database did not {purpose} (error {number}).") from None
            sentence = f"The database refused to {purpose} (error {number})."
            raise Refused(sentence, number) from None

    def master_logs_in(self) -> bool:
        """Return true if the master can still log in."""
        try:
            self._engine.close(self._again())
        except self._engine.ERRORS as error:
            if self._engine.fault(error) is Fault.DENIED:
                return False
            number = self._engine.number(error)
            raise Lost(f"The database does not answer (error {number}).") from None
        return True


def in_session(engine: Engine, task: Callable[[Session], Done], until: float) -> Done:
    """Run *task*, and start it over on another connection until the time is up.

    A step that began before may take a little longer. Raises :class:`Lost` when the time is up,
    and :class:`Refused`.
    """
    tries = 0
    while True:
        try:
            with deadline.until(until + LAST_SECONDS), _opened(engine, until) as session:
                return task(session)
        except Lost as lost:
            pause = PAUSES[min(tries, len(PAUSES) - 1)]
            if time.monotonic() + pause > until:
                raise
            log.warning("starting over", extra={"reason": str(lost)})
        time.sleep(pause)
        tries += 1


@contextmanager
def _opened(engine: Engine, until: float) -> Iterator[Session]:
    host, port = os.environ["RDS_HOST"], int(os.environ.get("RDS_PORT", engine.PORT))
    master, password = _master(host, port)
    name = os.environ["RDS_DATABASE_NAME"]
    connect = partial(engine.connect, host, port, master, password, name)
    try:
        connection = connect()
    except engine.ERRORS as error:
        what = "refuses the master" if engine.fault(error) is Fault.DENIED else "does not answer"
        raise Lost(f"The database {what} (error {engine.number(error)}).") from None
    try:
        yield Session(engine, connection, master, until, connect)
    finally:
        with suppress(*engine.ERRORS):
            engine.close(connection)


def _master(host: str, port: int) -> tuple[str, str]:
    """Read the secret for each connection: it may have been rotated since the last one.

    A master without a password has no secret, and logs in with a token.
    """
    if user := os.environ.get("RDS_MASTER_USER"):
        return user, token(host, port, user, os.environ["AWS_REGION"], current_keys())
    try:
        secret = secret_value(os.environ["RDS_MASTER_SECRET_ARN"])
        return secret["username"], secret["password"]
    except CallFailed as failed:
        raise Lost(f"The master's secret could not be read: {failed}.") from None
    except (KeyError, TypeError, ValueError):
        raise Refused("The master's secret must be JSON with username and password.") from None
