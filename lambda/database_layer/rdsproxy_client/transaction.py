"""Transactions that run again as a whole, and keys that tell whether one was committed."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from types import CoroutineType, GeneratorType
from typing import Any, Literal, NoReturn, TypeVar

from .errors import Fault, Misused, NotUnderstood, OutcomeUnknown, Refused, Unavailable
from .link import TRY_SECONDS, Link, LoginRefused
from .result import Result, Row

Isolation = Literal["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]
ISOLATIONS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")

KEY_BYTES = 255

log = logging.getLogger(__name__)

Done = TypeVar("Done")


class _RolledBack(Exception):
    """The database has executed nothing of the transaction, which may begin again."""


class _Unanswered(Exception):
    """COMMIT was sent, and no answer came."""


class Transaction:
    """An open transaction, which ends when the work returns or raises."""

    def __init__(self, link: Link, connection: Any) -> None:
        self._link, self._connection = link, connection
        self.failure: BaseException | None = None
        """The error that ended the transaction."""

    def read(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """Return the rows of a statement."""
        return self.write(statement, values).rows

    def write(self, statement: str, values: Sequence[object] = ()) -> Result:
        """Execute a statement. Raises :class:`Refused` or :class:`NotUnderstood`.

        Any error ends the transaction: in PostgreSQL it is the server that refuses to go on, in
        MySQL the next statement could be outside it.
        """
        if self.failure:
            raise self.failure
        result = self._executed(statement, values)
        if not self._link.engine.in_transaction(self._connection):
            self._fail(
                Misused(
                    "A statement ended the transaction: COMMIT, ROLLBACK, and in MySQL whatever"
                    " creates or alters a table. What was before it may be committed."
                )
            )
        return result

    def end(self) -> None:
        """Refuse all further statements, which would be transactions by themselves."""
        self.failure = Misused("The transaction is over: use it in the work only.")

    def begin(self, isolation: str | None) -> None:
        for statement in self._link.engine.begin(isolation):
            self._executed(statement, ())

    def good(self, result: Done) -> Done:
        """Return *result*, unless an error, which the work may have caught, ended it."""
        if self.failure:
            raise self.failure
        if isinstance(result, GeneratorType | CoroutineType):
            result.close()
            raise Misused("work must be a plain function: this one has executed nothing yet.")
        return result

    def commit(self, until: float) -> None:
        """Commit. Raises :class:`_Unanswered` if nobody knows what came of it."""
        engine = self._link.engine
        if self._link.clock() >= until or not self._link.survives():
            raise _RolledBack  # COMMIT is not even sent
        try:
            self._link.execute("COMMIT", ())
        except engine.ERRORS as error:
            try:
                fault = self._link.judged(error, "COMMIT")
            except Refused as refused:
                if engine.REFUSED_COMMIT_IS_ROLLED_BACK or refused.fault is not Fault.OTHER:
                    raise
                self._link.drop()
                raise _Unanswered(refused.number) from None
            if fault is not Fault.LOST:
                raise _RolledBack from None
            raise _Unanswered(engine.number(error)) from None
        except NotUnderstood as error:
            raise _Unanswered(str(error)) from None

    def roll_back(self) -> None:
        """Roll back, or drop the connection, which does the same."""
        if not self._link.is_open:
            return
        try:
            self._link.execute("ROLLBACK", ())
        except Exception:  # noqa: BLE001 - whatever is wrong, the server rolls back
            self._link.drop()

    def _executed(self, statement: str, values: Sequence[object]) -> Result:
        try:
            return self._link.execute(statement, values)
        except self._link.engine.ERRORS as error:
            try:
                self._link.judged(error, statement)
            except Refused as refused:
                self._fail(refused)
            self._fail(_RolledBack())
        except BaseException as error:  # noqa: BLE001 - recorded, and raised again
            self._fail(error)

    def _fail(self, failure: BaseException) -> NoReturn:
        self.failure = failure
        raise failure from None


def transacted(
    link: Link,
    work: Callable[[Transaction], Done],
    key: str | None,
    isolation: Isolation | None,
    pauses: Sequence[float],
    until: float,
) -> Done:
    """Run *work* until it is committed, refused, or the time is up."""
    if isolation is not None and isolation not in ISOLATIONS:
        raise Misused(f"isolation must be one of {', '.join(ISOLATIONS)}, not {isolation!r}.")
    if key is not None:
        _check(key)
    attempt = _Attempt(link, work, key, isolation)
    for pause in (*pauses, None):
        try:
            connection = link.alive(until)
            if connection is not None:
                done: Done = attempt.run(Transaction(link, connection), until)
                return done
        except LoginRefused:
            break
        except _RolledBack:
            pass
        except _Unanswered as unanswered:
            attempt.unknown = str(unanswered)
            if key is None:
                break
        except Exception:
            if attempt.unknown is None:
                raise
            # Whatever this is, an earlier try may have been committed.
            break
        if pause is None or link.clock() + pause + TRY_SECONDS > until:
            break
        link.pause(pause)
    if attempt.unknown is None:
        raise Unavailable
    log.warning("outcome unknown", extra={"after": attempt.unknown})
    raise OutcomeUnknown


class _Attempt:
    """One try after another, and what is unknown of the earlier ones."""

    def __init__(
        self, link: Link, work: Callable[[Transaction], Any], key: str | None, isolation: str | None
    ) -> None:
        self._link, self._work, self._key, self._isolation = link, work, key, isolation
        self.unknown: str | None = None
        """Number of the error after which an earlier try may have been committed."""

    def run(self, transaction: Transaction, until: float) -> Any:
        try:
            transaction.begin(self._isolation)
            if self._key is not None:
                found = self._found(transaction, self._key)
                if found is not None:
                    transaction.roll_back()
                    transaction.end()
                    return json.loads(found)
            # Had an earlier try been committed, its key would be there.
            self.unknown = None
            result = transaction.good(self._work(transaction))
            if self._key is not None:
                text = json.dumps(result)
                store = f"UPDATE {self._link.engine.KEYS} SET result = %s WHERE name = %s"
                transaction.write(store, (text, self._key))
                result = json.loads(text)
        except BaseException as error:
            self._end(transaction, error)
            raise
        try:
            transaction.commit(until)
        except (Refused, _RolledBack):
            transaction.roll_back()
            raise
        finally:
            transaction.end()
        return result

    def _end(self, transaction: Transaction, error: BaseException) -> None:
        """Roll back; begin again if the work raised because the connection was lost."""
        transaction.roll_back()
        failure = transaction.failure
        transaction.end()
        if isinstance(error, Exception) and isinstance(failure, _RolledBack):
            raise _RolledBack from None

    def _found(self, transaction: Transaction, key: str) -> str | None:
        """Claim the key; return the stored result if it is claimed already.

        This waits for a transaction that has claimed it and is still open, also for one whose
        connection was lost.
        """
        try:
            claimed = transaction.write(self._link.engine.CLAIM_KEY, (key,)).count == 1
        except Refused as refused:
            if refused.fault is not Fault.CONFLICT:
                raise
            # In MySQL; a refused statement has no effect there, and the transaction is good.
            transaction.failure, claimed = None, False
        if claimed:
            return None
        find = f"SELECT result FROM {self._link.engine.KEYS} WHERE name = %s"
        rows = transaction.read(find, (key,))
        if not rows:
            # Deleted since: whoever deletes a key says that it may be used again.
            transaction.failure = _RolledBack()
            raise transaction.failure
        return rows[0][0] or "null"


def _check(key: str) -> None:
    try:
        good = isinstance(key, str) and key.isprintable() and 0 < len(key.encode()) <= KEY_BYTES
    except UnicodeEncodeError:
        good = False
    if not good:
        shown = str(key)[:300]
        raise Misused(f"A key has 1 to {KEY_BYTES} bytes of printable text, not {shown!r}.")
