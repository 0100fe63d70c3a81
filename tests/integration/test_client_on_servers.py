"""The client on real servers, by a plain URL as on a laptop: results, races, and who is told what."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace

import pytest
from client import here_or_skip

from rdsproxy_client import (
    Database,
    Fault,
    Misused,
    NotUnderstood,
    OutcomeUnknown,
    Refused,
    Unavailable,
    within_invocation,
)
from rdsproxy_client.testing import local_server

FAMILIES = [
    pytest.param(family, marks=pytest.mark.xdist_group(f"client {family}"))
    for family in ("MYSQL", "POSTGRESQL")
]
CREATE = {
    "MYSQL": "CREATE TABLE pens (id BIGINT AUTO_INCREMENT PRIMARY KEY,"
    " name VARCHAR(40) NOT NULL UNIQUE, price DECIMAL(6, 2), amount INT NOT NULL DEFAULT 0)",
    "POSTGRESQL": "CREATE TABLE pens (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " name VARCHAR(40) NOT NULL UNIQUE DEFERRABLE INITIALLY IMMEDIATE,"
    " price DECIMAL(6, 2), amount INT NOT NULL DEFAULT 0)",
}


@pytest.fixture(scope="module", params=FAMILIES)
def url(request):
    here_or_skip(request.param)
    with local_server(request.param) as url:
        yield url


@pytest.fixture
def new(url, monkeypatch):
    """Makes a database of one more client; each has a connection of its own."""
    monkeypatch.setenv("DATABASE_URL", url)
    made = []

    def new():
        made.append(Database.from_environment())
        return made[-1]

    first = new()
    first.write("DROP TABLE IF EXISTS pens")
    first.write(CREATE[first.family])
    first.create_key_table()
    first.write(f"DELETE FROM {first._engine.KEYS}")
    yield new
    for one in made:
        one._link.drop()


@pytest.fixture
def database(new):
    return new()


def amounts(database):
    return {row["name"]: row["amount"] for row in database.read("SELECT name, amount FROM pens")}


class TestResults:
    def test_have_names_counts_and_ids(self, database):
        insert = "INSERT INTO pens (name, price) VALUES (%s, %s)"
        made = database.write(insert, ("red", Decimal("1.50")))
        number = made.last_id
        if database.family == "POSTGRESQL":
            assert number is None
            insert += " RETURNING id"
            number = database.write(insert, ("blue", None)).rows[0]["id"] - 1

        (row,) = database.read("SELECT id, price AS costs FROM pens WHERE name = %s", ("red",))
        assert (made.count, made.rows, made.repeated) == (1, [], False)
        assert row.as_dict() == {"id": number, "costs": Decimal("1.50")}
        assert database.write("UPDATE pens SET amount = amount + 1").count >= 1
        assert database.write("DELETE FROM pens WHERE name = 'nothing'").count == 0

    def test_a_percent_sign_is_itself_without_values_and_in_a_value(self, database):
        database.write("INSERT INTO pens (name) VALUES ('100')")
        assert database.read("SELECT name FROM pens WHERE name LIKE '1%'") == [("100",)]
        assert database.read("SELECT name FROM pens WHERE name LIKE %s", ("1%",)) == [("100",)]

    def test_values_are_never_part_of_the_statement(self, database):
        name = "'; DROP TABLE pens; -- \\' %s %"
        database.write("INSERT INTO pens (name) VALUES (%s)", (name,))

        assert database.read("SELECT name FROM pens") == [(name,)]

    def test_a_value_that_cannot_be_sent_leaves_the_connection_good(self, database):
        with pytest.raises(NotUnderstood):
            database.read("SELECT name FROM pens WHERE name = %s", ("\ud800",))

        assert database.read("SELECT 1 AS one")[0]["one"] == 1

    def test_a_write_that_cannot_be_sent_has_a_known_outcome(self, database):
        """Nothing is stored in the place of a value that the driver does not know."""
        insert = "INSERT INTO pens (name) VALUES (%s)"
        for values in [("\ud800",), (object(),), (memoryview(b"a"),), ("one", "two")]:
            with pytest.raises((NotUnderstood, Refused)):
                database.write(insert, values)
        assert database.read("SELECT name FROM pens") == []

    def test_a_time_with_a_zone_is_not_stored_as_another_time(self, database):
        database.write("CREATE TEMPORARY TABLE times (at TIMESTAMP(6) NULL)")
        insert = "INSERT INTO times VALUES (%s)"
        noon = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
        if database.family == "MYSQL":
            with pytest.raises(NotUnderstood, match="UTC"):
                database.write(insert, (noon,))
            noon = noon.astimezone(UTC)
        database.write(insert, (noon,))

        (row,) = database.read("SELECT at FROM times")
        assert row["at"].isoformat() == "2026-01-01T10:00:00"


class TestLosses:
    """A connection that the server has closed, as the client can see before it sends."""

    @pytest.fixture
    def hung_up(self, new):
        """Has the server end a client's connection, and waits until that has arrived."""

        def hung_up(database):
            which, end = {
                "MYSQL": ("SELECT CONNECTION_ID()", "KILL {}"),
                "POSTGRESQL": ("SELECT pg_backend_pid()", "SELECT pg_terminate_backend({})"),
            }[database.family]
            connection = database._link._open
            (number,) = database._link.engine.run(connection, which, ())[0]
            new().write(end.format(number))
            for _ in range(1000):
                if database._link.engine.has_news(connection):
                    return
                time.sleep(0.01)
            pytest.fail("the server did not close the connection")

        return hung_up

    def test_leave_no_outcome_of_a_write_unknown(self, database, hung_up):
        database.write("INSERT INTO pens (name) VALUES ('red')")
        hung_up(database)

        assert database.write("UPDATE pens SET amount = amount + 1").count == 1
        assert amounts(database) == {"red": 1}

    def test_before_commit_run_the_work_again(self, database, hung_up):
        runs = []

        def work(tx):
            runs.append(tx.write("INSERT INTO pens (name) VALUES ('red')"))
            if len(runs) == 1:
                hung_up(database)

        database.transaction(work)
        assert len(runs) == 2
        assert amounts(database) == {"red": 0}


class TestRefusals:
    @pytest.mark.parametrize(
        ("statement", "fault"),
        [
            ("INSERT INTO pens (name) VALUES ('red')", Fault.CONFLICT),
            ("INSERT INTO pens (name) VALUES (NULL)", Fault.CONFLICT),
            ("SELECT * FROM nothing", Fault.NO_TABLE),
            ("SELEC", Fault.OTHER),
        ],
    )
    def test_have_a_fault_and_roll_the_transaction_back(self, database, statement, fault):
        database.write("INSERT INTO pens (name) VALUES ('red')")

        def work(tx):
            tx.write("UPDATE pens SET amount = 9")
            tx.write(statement)

        with pytest.raises(Refused) as refused:
            database.transaction(work)
        assert refused.value.fault is fault
        assert amounts(database) == {"red": 0}

    # MySQL checks nothing at COMMIT.
    @pytest.mark.parametrize("url", FAMILIES[1:], indirect=True)
    def test_at_commit_are_refusals(self, database):
        def work(tx):
            tx.write("SET CONSTRAINTS ALL DEFERRED")
            tx.write("INSERT INTO pens (name) VALUES ('red')")
            tx.write("INSERT INTO pens (name) VALUES ('red')")

        with pytest.raises(Refused) as refused:
            database.transaction(work, key="k")
        assert refused.value.fault is Fault.CONFLICT
        assert amounts(database) == {}

    def test_of_statements_that_would_end_the_transaction_name_them(self, database):
        ends = "COMMIT" if database.family == "POSTGRESQL" else "CREATE TABLE more (id INT)"
        with pytest.raises(Misused, match="ended the transaction"):
            database.transaction(lambda tx: tx.write(ends))
        database.write("DROP TABLE IF EXISTS more")

    def test_of_a_login_are_unavailable_and_leak_nothing(self, url, monkeypatch, caplog):
        parts = url.partition("@")
        monkeypatch.setenv("DATABASE_URL", f"{parts[0]}-wrong@{parts[2]}")
        database = Database.from_environment()
        if database.family == "POSTGRESQL":  # which trusts everybody on this server
            monkeypatch.setenv("DATABASE_URL", url.replace("://", "://nobody-", 1))
        with pytest.raises(Unavailable):
            database.read("SELECT 1")
        assert "-wrong" not in str([vars(record) for record in caplog.records])


class TestTime:
    SLEEP = {"MYSQL": "SELECT SLEEP({})", "POSTGRESQL": "SELECT pg_sleep({})"}

    def test_of_a_statement_may_be_less_or_more_than_usual(self, new):
        patient = new()
        hasty = Database.from_environment(seconds=1)
        sleep = self.SLEEP[hasty.family]
        assert patient.read(sleep.format(1.2))
        with pytest.raises(Unavailable):
            hasty.read(sleep.format(30))
        with pytest.raises(OutcomeUnknown):
            hasty.write(sleep.format(30))
        assert hasty.read("SELECT 1") == [(1,)]
        hasty._link.drop()

    def test_of_an_invocation_ends_what_takes_longer(self, database):
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: 200)

        @within_invocation
        def handler(event, context):
            return database.transaction(lambda tx: tx.read(self.SLEEP[database.family].format(30)))

        with pytest.raises(Unavailable):
            handler({}, context)
        assert database.read("SELECT 1") == [(1,)]


class TestRaces:
    def test_a_deadlock_runs_one_of_both_again(self, new):
        first, second = new(), new()
        for name in ("red", "blue"):
            first.write("INSERT INTO pens (name) VALUES (%s)", (name,))
        together, runs = threading.Barrier(2), []

        def both(database, names):
            def work(tx):
                runs.append(names)
                tx.write("UPDATE pens SET amount = amount + 1 WHERE name = %s", (names[0],))
                if len(runs) <= 2:
                    together.wait(10)
                tx.write("UPDATE pens SET amount = amount + 1 WHERE name = %s", (names[1],))

            database.transaction(work)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(both, (first, second), (("red", "blue"), ("blue", "red"))))

        assert len(runs) == 3
        assert amounts(first) == {"red": 2, "blue": 2}

    def test_no_serializable_transaction_is_lost(self, new):
        new().write("INSERT INTO pens (name) VALUES ('red')")

        def count(database):
            done = 0
            for _ in range(20):

                def work(tx):
                    (row,) = tx.read("SELECT amount FROM pens")
                    tx.write("UPDATE pens SET amount = %s", (row["amount"] + 1,))

                try:
                    database.transaction(work, isolation="SERIALIZABLE")
                except Unavailable:  # nothing was written: conflicts again and again
                    continue
                done += 1
            return done

        clients = [new() for _ in range(3)]
        with ThreadPoolExecutor(3) as pool:
            done = sum(pool.map(count, clients))
        assert amounts(clients[0]) == {"red": done}
        assert done > 20

    def test_a_key_waits_for_the_transaction_that_has_it(self, new):
        first, second = new(), new()
        begun, runs = threading.Event(), []

        def slow(tx):
            runs.append(1)
            tx.write("INSERT INTO pens (name) VALUES ('red')")
            begun.set()
            waiting.wait(0.3)
            return "first"

        waiting = threading.Event()
        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(first.transaction, slow, key="k")
            assert begun.wait(10)
            two = pool.submit(second.transaction, slow, key="k")
            assert (one.result(20), two.result(20)) == ("first", "first")
        assert runs == [1]
        assert amounts(first) == {"red": 0}

    @pytest.mark.parametrize("other", ["K", "k ", "ḱ"])
    def test_keys_are_compared_by_each_letter(self, database, other):
        assert database.transaction(lambda tx: 1, key="k") == 1
        assert database.transaction(lambda tx: 2, key=other) == 2

    def test_the_table_of_keys_is_created_by_many_at_once(self, new):
        clients = [new() for _ in range(6)]
        clients[0].write(f"DROP TABLE {clients[0]._engine.KEYS}")
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda one: one.create_key_table(), clients))

        assert clients[0].transaction(lambda tx: 1, key="k") == 1
