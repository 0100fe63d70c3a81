"""A database for unit tests of handlers, and the addresses of real servers.

:class:`FakeDatabase` has no server and executes no SQL: it answers as a test says and records what
it is told, while retries, transactions and keys are those of :class:`~rdsproxy_client.Database`.
Test the SQL itself on a real server, with :func:`local_server`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple

from .database import Database
from .environment import Target
from .errors import Fault, Misused
from .link import Link
from .result import Result, Row

Family = Literal["MYSQL", "POSTGRESQL"]
"""Engine family of RDS Proxy."""
Values = Sequence[object]
Rows = Sequence[Mapping[str, object]]
Reply = Rows | Result | Callable[[Values], "Rows | Result"]
"""What a statement returns: rows, a result, or a function of its values that returns either."""

BEGINS = ("BEGIN", "START TRANSACTION", "SET TRANSACTION")
ENDS = ("COMMIT", "ROLLBACK")
TABLE = "fake_keys"


class Statement(NamedTuple):
    """A statement that the fake executed, with its values."""

    sql: str
    values: tuple[object, ...]


class FakeDatabase(Database):
    """Database that answers by the beginnings of statements, the longest first.

    ``FakeDatabase({"SELECT amount": [{"amount": 3}], "INSERT INTO orders": Result(count=1)})``

    A statement without an answer raises :class:`NoReply`. Spaces and case do not count.
    """

    def __init__(
        self, replies: Mapping[str, Reply] | None = None, family: Family = "MYSQL"
    ) -> None:
        self._fake = _FakeEngine(replies or {})
        self._family = family
        target = Target("fake.example", 0, "fake")
        link = _FakeLink(self._fake, self._fake.clock, target=lambda: target, login=_FakeLogin())
        super().__init__(self._fake, self._fake.clock, link=link)

    @property
    def family(self) -> str:
        return self._family

    @property
    def reader(self) -> Database:
        return self

    @property
    def statements(self) -> list[Statement]:
        """All executed statements, with BEGIN, COMMIT and ROLLBACK."""
        return self._fake.statements

    @property
    def committed(self) -> list[Statement]:
        """Executed statements that were committed, by COMMIT or by themselves."""
        return self._fake.committed

    def refuse(self, begins: str, fault: Fault, times: int = 1) -> None:
        """Refuse the next statements that begin so, with *fault*, before they are executed.

        ``Fault.ROLLED_BACK`` is a deadlock, after which the transaction runs again.
        """
        self._fake.faults += [(_plain(begins), fault, False)] * times

    def cut(self, begins: str, *, executed: bool, times: int = 1) -> None:
        """Lose the connection at the next statements that begin so, before or after execution."""
        self._fake.faults += [(_plain(begins), Fault.LOST, executed)] * times

    @contextmanager
    def connection(self, *, until: float | None = None) -> Iterator[Any]:
        raise Misused("A fake has no driver; use local_server().")
        yield until


@contextmanager
def local_server(family: Family) -> Iterator[str]:
    """Start a real MariaDB or PostgreSQL on loopback, and give its ``DATABASE_URL``.

    It needs ``rdsproxy_templates[local]`` and the server's program; data go when the block ends.
    """
    from rdsproxy_local.servers.mariadb import MariaDB  # noqa: PLC0415
    from rdsproxy_local.servers.postgresql import PostgreSQL  # noqa: PLC0415

    kind: Any = {"MYSQL": MariaDB, "POSTGRESQL": PostgreSQL}[family]
    with kind() as server:
        user, password = server.credentials
        host, port = server.address
        yield f"{family.lower()}://{user}:{password}@{host}:{port}/{server.database}"


class _Failed(Exception):
    """Error of the fake's driver."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.name)


class NoReply(BaseException):
    """The fake has no answer to a statement; no handler of errors is to catch that."""


class _FakeLink(Link):
    def pause(self, seconds: float) -> None: ...


class _FakeLogin:
    pauses: Sequence[float] = ()

    def credentials(self, host: str, port: int) -> tuple[str, str]:
        return "fake", ""

    def renew(self) -> None: ...


class _FakeEngine:
    """Engine of a fake: its connections are namespaces that remember what is not committed."""

    PORT = 0
    ERRORS: tuple[type[Exception], ...] = (_Failed,)
    REFUSED_COMMIT_IS_ROLLED_BACK = True
    KEYS = TABLE
    KEY_TABLE = f"CREATE TABLE {TABLE}"
    CLAIM_KEY = f"INSERT INTO {TABLE}"

    def __init__(self, replies: Mapping[str, Reply]) -> None:
        self._replies = {_plain(begins): reply for begins, reply in replies.items()}
        self.faults: list[tuple[str, Fault, bool]] = []
        self.statements: list[Statement] = []
        self.committed: list[Statement] = []
        self._keys: dict[object, object] = {}

    def clock(self) -> float:
        """Stand still, so that a retry is never too late."""
        return 0.0

    def connect(
        self, host: str, port: int, user: str, password: str, database: str, *, secure: bool = True
    ) -> Any:
        return SimpleNamespace(open=False, pending=[], keys={})

    def run(self, connection: Any, statement: str, values: Values) -> list[Any]:
        return self.execute(connection, statement, values).rows

    def execute(self, connection: Any, statement: str, values: Values) -> Result:
        plain = _plain(statement)
        cut = None
        for number, (begins, fault, executed) in enumerate(self.faults):
            if plain.startswith(begins):
                cut = fault
                del self.faults[number]
                if not executed:
                    raise _Failed(fault)
                break
        result = self._executed(connection, plain, Statement(statement, tuple(values)))
        if cut:
            raise _Failed(cut)
        return result

    def _executed(self, connection: Any, plain: str, statement: Statement) -> Result:
        self.statements.append(statement)
        if plain.startswith(BEGINS):
            connection.open = True
            return Result()
        if plain.startswith(ENDS):
            if plain == "COMMIT":
                self._keys |= connection.keys
                self.committed += connection.pending
            connection.open, connection.pending, connection.keys = False, [], {}
            return Result()
        result = self._keyed(connection, plain, statement.values)
        if result is None:
            result = self._replied(plain, statement)
            (connection.pending if connection.open else self.committed).append(statement)
        return result

    def _keyed(self, connection: Any, plain: str, values: Values) -> Result | None:
        """Keep the keys of transactions as the table does."""
        if plain.startswith(_plain(f"INSERT INTO {TABLE}")):
            new = values[0] not in self._keys
            connection.keys = {values[0]: None} if new else {}
            return Result(count=int(new))
        if plain.startswith(_plain(f"UPDATE {TABLE}")):
            connection.keys[values[1]] = values[0]
            return Result(count=1)
        if plain.startswith(_plain(f"SELECT result FROM {TABLE}")):
            return Result([Row.of(("result",), (self._keys[values[0]],))])
        return Result() if plain.startswith(_plain(self.KEY_TABLE)) else None

    def _replied(self, plain: str, statement: Statement) -> Result:
        known = [begins for begins in self._replies if plain.startswith(begins)]
        if not known:
            raise NoReply(f"The fake has no answer to {statement.sql!r}.")
        reply = self._replies[max(known, key=len)]
        said = reply(statement.values) if callable(reply) else reply
        if isinstance(said, Result):
            return Result(said.rows, said.count, said.last_id)
        return Result([Row.of(tuple(row), tuple(row.values())) for row in said], len(said))

    def begin(self, isolation: str | None) -> Sequence[str]:
        return (f"BEGIN ISOLATION LEVEL {isolation}" if isolation else "BEGIN",)

    def in_transaction(self, connection: Any) -> bool:
        return bool(connection.open)

    def commits_by_itself(self, connection: Any) -> bool:
        return True

    def has_news(self, connection: Any) -> bool:
        return False

    def ping(self, connection: Any) -> None: ...

    def close(self, connection: Any) -> None: ...

    def fault(self, error: Exception) -> Fault:
        return error.fault if isinstance(error, _Failed) else Fault.OTHER

    def number(self, error: Exception) -> str:
        return str(error)


def _plain(statement: str) -> str:
    return " ".join(statement.split()).upper()
