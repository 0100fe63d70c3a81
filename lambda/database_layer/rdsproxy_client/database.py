"""Statements and transactions on one connection, and the rules for retries.

Connecting may always be retried. A statement that was sent may have been executed although its
answer was lost, so it is sent again only if a second execution changes nothing. When the retries
end without an answer, the outcome is unknown, and the caller is told so.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, TypeVar

from . import deadline, environment
from .engine import READ_SECONDS, Engine, chosen_engine
from .errors import Fault, Misused, NotSent, NotUnderstood, OutcomeUnknown, Unavailable
from .link import TRY_SECONDS, Link, LoginRefused
from .result import Result, Row
from .transaction import Isolation, Transaction, transacted

PAUSES = (0, 0.1, 0.4, 1.6)
"""Seconds before each retry. The first is immediate, because most connections are lost while they
idle; together they last two seconds, a tenth of what a failover of Aurora may take."""

SECONDS = 20
"""Time for a call where no deadline is set."""

log = logging.getLogger(__name__)

Done = TypeVar("Done")


class Database:
    """A database with one connection, opened on first use and reused until it is lost.

    One thread uses it at a time. Without a deadline (``in_time``, ``deadline.until``), each call
    has 20 seconds.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], float] = time.monotonic,
        *,
        seconds: float = READ_SECONDS,
        link: Link | None = None,
    ) -> None:
        self._engine, self._clock, self._seconds = engine, clock, seconds
        self._link = link or Link(engine, clock, seconds=seconds)

    @classmethod
    def from_environment(cls, *, seconds: float = READ_SECONDS) -> Database:
        """Make the database that the environment names; nothing is connected yet.

        The environment is that of the library's stacks, or has a ``DATABASE_URL``. An unknown
        engine raises :class:`Misconfigured`, and so does the first use if variables lack, all of
        which it names. *seconds* is the limit of one statement, after which its connection counts
        as lost.
        """
        return cls(chosen_engine(), seconds=seconds)

    @property
    def family(self) -> str:
        """Engine family: ``MYSQL`` or ``POSTGRESQL``."""
        return environment.engine_family()

    @cached_property
    def reader(self) -> Database:
        """The read-only endpoint, or where none is wired, this database.

        A reader may lag behind, and refuses writes. It has a connection of its own.
        """
        if not environment.has_reader():
            return self
        engine = self._engine
        link = Link(
            engine,
            self._clock,
            seconds=self._seconds,
            target=lambda: environment.target(engine.PORT, read_only=True),
        )
        return Database(engine, self._clock, link=link)

    def read(
        self, statement: str, values: Sequence[object] = (), *, until: float | None = None
    ) -> list[Row]:
        """Return the rows of a statement that changes nothing; it is repeated where needed.

        *values* are bound to the ``%s`` of the statement; without any, it is sent as it is. With
        values, pass a text with a percent sign as one of them.
        *until* is an earlier deadline for the answer, by ``time.monotonic``. Raises
        :class:`Unavailable`, :class:`Refused` or :class:`NotUnderstood`.
        """
        with self._in_time(until) as end, self._borrowed():
            return self._tried(statement, values, end, [], repeatable=True).rows

    def write(
        self,
        statement: str,
        values: Sequence[object] = (),
        *,
        idempotent: bool = False,
        until: float | None = None,
    ) -> Result:
        """Execute a statement that is a transaction by itself.

        If its answer is lost, it is sent again only if it is *idempotent*: a second execution
        changes nothing, as of ``INSERT … ON CONFLICT DO NOTHING``. Raises what :meth:`read` raises,
        and :class:`OutcomeUnknown` if it was sent and no answer came.
        """
        sent: list[str] = []
        with self._in_time(until) as end, self._borrowed():
            try:
                return self._tried(statement, values, end, sent, repeatable=idempotent)
            except Exception as error:
                if not sent:
                    raise
                # Whatever happened later, the first attempt may have been executed.
                facts = {"after": sent, "at_last": type(error).__name__}
                log.warning("outcome unknown", extra=facts)
                raise OutcomeUnknown from None

    def transaction(
        self,
        work: Callable[[Transaction], Done],
        *,
        key: str | None = None,
        isolation: Isolation | None = None,
        until: float | None = None,
    ) -> Done:
        """Run *work* in a transaction, commit, and return its result.

        *work* runs again, as a whole, if the connection is lost before COMMIT, or the database
        rolls back because of a deadlock or a conflict of isolation. So it should change nothing
        but the database. If it raises, everything is rolled back.

        Raises :class:`Unavailable` if nothing was written, :class:`OutcomeUnknown` if COMMIT was
        sent and no answer came, and :class:`Refused` for a refused statement, after which the
        transaction is over even if *work* catches it.

        With a *key*, of 1 to 255 bytes of printable text, the transaction is executed once: the
        key and the result, which must be JSON, are stored within it. If COMMIT is not answered,
        the key tells whether it was executed; a repetition with the same key returns the stored
        result and runs nothing. The table of keys is made by :meth:`create_key_table`.
        """
        with self._in_time(until) as end, self._borrowed():
            return transacted(self._link, work, key, isolation, PAUSES, end)

    def create_key_table(self, *, until: float | None = None) -> None:
        """Create the table of keys of :meth:`transaction`, if it does not exist."""
        self.write(self._engine.KEY_TABLE, idempotent=True, until=until)

    @contextmanager
    def connection(self, *, until: float | None = None) -> Iterator[Any]:
        """Lend the driver's connection, of PyMySQL or pg8000, in autocommit.

        It is dropped after any exception, and if the block leaves a transaction open, which is
        also an error. Errors are the driver's. Raises :class:`Unavailable` without a connection.
        """
        with self._in_time(until) as end, self._borrowed():
            connection = self._first(end)
            try:
                yield connection
                clean = not self._engine.in_transaction(connection)
                if clean and not self._engine.commits_by_itself(connection):
                    self._link.drop()
            except BaseException:
                self._link.drop()
                raise
            if not clean:
                self._link.drop()
                raise Misused("The block left a transaction open; it was rolled back.")

    def _first(self, until: float) -> Any:
        """Open the connection, with retries."""
        for pause in (*PAUSES, None):
            try:
                connection = self._link.alive(until)
            except LoginRefused:
                break
            if connection is not None:
                return connection
            if pause is None or self._clock() + pause + TRY_SECONDS > until:
                break
            self._link.pause(pause)
        raise Unavailable

    def _tried(
        self,
        statement: str,
        values: Sequence[object],
        until: float,
        unknown: list[str],
        *,
        repeatable: bool,
    ) -> Result:
        """Retry until the statement succeeds, is refused for good, or the time is up.

        Appends to *unknown* the number of each error after which it may have been executed.
        """
        for pause in (*PAUSES, None):
            try:
                connection = self._link.alive(until)
            except LoginRefused:
                break
            if connection is not None:
                try:
                    result = self._link.execute(statement, values)
                except self._engine.ERRORS as error:
                    if self._link.judged(error, statement) is Fault.LOST:
                        unknown.append(self._engine.number(error))
                except NotSent:
                    raise
                except NotUnderstood as error:
                    unknown.append(str(error))
                    raise
                else:
                    result.repeated = bool(unknown)
                    return result
                if unknown and not repeatable:
                    break
            if pause is None or self._clock() + pause + TRY_SECONDS > until:
                break
            self._link.pause(pause)
        raise Unavailable

    @contextmanager
    def _in_time(self, until: float | None) -> Iterator[float]:
        """Set the deadline of a call: the given one, the invocation's, or that of a call."""
        if until is None and math.isinf(deadline.end()):
            until = self._clock() + SECONDS
        end = min(deadline.end(), math.inf if until is None else until)
        with deadline.until(end):
            yield end

    @contextmanager
    def _borrowed(self) -> Iterator[None]:
        self._link.borrow()
        try:
            yield
        finally:
            self._link.give_back()
