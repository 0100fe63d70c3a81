"""Transactions: when they run again, what is said of their outcome, and what keys find out."""

from __future__ import annotations

import itertools
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from rdsproxy_client import (
    Database,
    Fault,
    Misconfigured,
    Misused,
    OutcomeUnknown,
    Refused,
    Result,
    Unavailable,
)
from rdsproxy_client.testing import FakeDatabase, NoReply

REPLIES = {"UPDATE stock": Result(count=1), "INSERT INTO orders": Result(count=1, last_id=7)}
BOTH = ["UPDATE stock SET amount = amount - 1", "INSERT INTO orders (item) VALUES (%s)"]


@pytest.fixture
def database():
    return FakeDatabase(REPLIES)


def order(tx):
    tx.write(BOTH[0])
    return {"order": tx.write(BOTH[1], ("pen",)).last_id}


def committed(database):
    return [statement.sql for statement in database.committed]


def test_both_statements_are_committed_together(database):
    assert database.transaction(order) == {"order": 7}
    assert [one.sql for one in database.statements] == ["BEGIN", *BOTH, "COMMIT"]
    assert committed(database) == BOTH


@pytest.mark.parametrize("begins", ["BEGIN", *BOTH])
@pytest.mark.parametrize("executed", [True, False])
def test_a_connection_lost_before_commit_begins_it_again(database, begins, executed):
    database.cut(begins, executed=executed)

    assert database.transaction(order) == {"order": 7}
    assert committed(database) == BOTH


@pytest.mark.parametrize("fault", [Fault.ROLLED_BACK, Fault.NOT_EXECUTED])
def test_a_deadlock_begins_it_again(database, fault):
    database.refuse(BOTH[1], fault)

    assert database.transaction(order) == {"order": 7}
    assert committed(database) == BOTH


@pytest.mark.parametrize("executed", [True, False])
def test_a_connection_lost_at_commit_is_an_unknown_outcome(database, executed):
    database.cut("COMMIT", executed=executed)

    with pytest.raises(OutcomeUnknown):
        database.transaction(order)
    assert committed(database) == (BOTH if executed else [])


def test_a_connection_that_is_always_lost_before_commit_is_unavailable(database):
    database.cut(BOTH[0], executed=True, times=5)

    with pytest.raises(Unavailable):
        database.transaction(order)
    assert committed(database) == []


def test_a_serialization_failure_at_commit_begins_it_again(database):
    database.refuse("COMMIT", Fault.ROLLED_BACK)

    assert database.transaction(order) == {"order": 7}
    assert committed(database) == BOTH


def test_an_error_of_the_work_rolls_back_and_keeps_the_connection(database):
    def fails(tx):
        tx.write(BOTH[0])
        raise LookupError("sold out")

    with pytest.raises(LookupError, match="sold out"):
        database.transaction(fails)
    assert [one.sql for one in database.statements][-1] == "ROLLBACK"
    assert committed(database) == []


class TestRefusals:
    def test_reach_the_caller_with_their_fault(self, database):
        database.refuse(BOTH[1], Fault.CONFLICT)

        with pytest.raises(Refused) as refused:
            database.transaction(order)
        assert refused.value.fault is Fault.CONFLICT
        assert committed(database) == []

    def test_end_the_transaction_even_if_the_work_catches_them(self, database):
        def stubborn(tx):
            with suppress(Exception):
                tx.write(BOTH[0])
            return "done"

        database.refuse(BOTH[0], Fault.CONFLICT)
        with pytest.raises(Refused):
            database.transaction(stubborn)
        assert committed(database) == []

    def test_of_a_deadlock_that_the_work_hides_begin_it_again(self, database):
        def hiding(tx):
            try:
                return order(tx)
            except Exception as error:
                raise RuntimeError("mine") from error

        database.refuse(BOTH[1], Fault.ROLLED_BACK)
        assert database.transaction(hiding) == {"order": 7}
        assert committed(database) == BOTH

    def test_at_commit_say_that_nothing_was_written(self, database):
        database.refuse("COMMIT", Fault.CONFLICT)

        with pytest.raises(Refused):
            database.transaction(order)
        assert committed(database) == []


class TestKeys:
    @pytest.mark.parametrize("executed", [True, False])
    def test_find_out_what_became_of_commit(self, database, executed):
        database.cut("COMMIT", executed=executed)

        assert database.transaction(order, key="k") == {"order": 7}
        assert committed(database) == BOTH

    def test_find_out_whatever_is_cut_in_the_first_try_and_in_the_retry(self):
        places = ("BEGIN", "INSERT INTO fake_keys", *BOTH, "UPDATE fake_keys", "COMMIT")
        cuts = list(itertools.product((*places, "SELECT result"), (True, False)))
        for (first, executed), (second, again) in itertools.product(cuts, cuts):
            database = FakeDatabase(REPLIES)
            database.cut(first, executed=executed)
            database.cut(second, executed=again)

            assert database.transaction(order, key="k") == {"order": 7}, (first, second)
            assert committed(database) == BOTH, (first, second)

    def test_return_the_stored_result_to_a_repetition(self, database):
        first = database.transaction(order, key="k")

        assert database.transaction(lambda tx: pytest.fail("ran again"), key="k") == first
        assert committed(database) == BOTH

    def test_of_another_transaction_run_it(self, database):
        database.transaction(order, key="k")
        database.transaction(order, key="K")

        assert committed(database) == [*BOTH, *BOTH]

    def test_are_free_again_after_an_error_of_the_work(self, database):
        with pytest.raises(ZeroDivisionError):
            database.transaction(lambda tx: 1 / 0, key="k")

        assert database.transaction(order, key="k") == {"order": 7}

    def test_without_a_connection_to_ask_leave_the_outcome_unknown(self, database):
        def then_nobody_answers(tx):
            database.cut("BEGIN", executed=False, times=5)
            return order(tx)

        database.cut("COMMIT", executed=True)
        with pytest.raises(OutcomeUnknown):
            database.transaction(then_nobody_answers, key="k")
        assert committed(database) == BOTH

    def test_leave_the_outcome_unknown_if_the_next_login_fails_for_good(self, database):
        def then_the_login_is_misconfigured(tx):
            def credentials(host, port):
                raise Misconfigured("the secret is gone")

            database._link._login.credentials = credentials
            return order(tx)

        database.cut("COMMIT", executed=True)
        with pytest.raises(OutcomeUnknown):
            database.transaction(then_the_login_is_misconfigured, key="k")
        assert committed(database) == BOTH

    def test_make_results_what_json_makes_of_them(self, database):
        assert database.transaction(lambda tx: (1, "a"), key="k") == [1, "a"]
        assert database.transaction(lambda tx: None, key="l") is None
        assert database.transaction(lambda tx: 1, key="l") is None

    def test_refuse_a_result_that_json_cannot_hold_and_commit_nothing(self, database):
        def returns_a_set(tx):
            order(tx)
            return {1}

        with pytest.raises(TypeError):
            database.transaction(returns_a_set, key="k")
        assert committed(database) == []

    @pytest.mark.parametrize("key", ["", "a\0", "line\n", "\ud800", "é" * 128, 7, b"k"])
    def test_that_the_table_cannot_hold_are_refused(self, database, key):
        with pytest.raises(Misused, match="1 to 255 bytes"):
            database.transaction(order, key=key)
        assert database.statements == []


class TestMisuse:
    @pytest.mark.parametrize("call", ["read", "write", "transaction"])
    def test_of_the_database_within_its_own_transaction_is_refused(self, database, call):
        with pytest.raises(Misused, match="use"):
            database.transaction(lambda tx: getattr(database, call)(BOTH[0]))
        assert committed(database) == []

    def test_by_a_work_that_executes_nothing_when_called_is_named(self, database):
        def generator(tx):
            yield order(tx)

        async def coroutine(tx):
            return order(tx)

        for work in (generator, coroutine):
            with pytest.raises(Misused, match="plain function"):
                database.transaction(work)
        assert committed(database) == []

    def test_of_a_transaction_after_its_end_is_refused(self, database):
        kept = []
        database.transaction(kept.append)
        with pytest.raises(ZeroDivisionError):
            database.transaction(lambda tx: kept.append(tx) or 1 / 0)

        for tx in kept:
            with pytest.raises(Misused, match="over"):
                tx.write(BOTH[0])
        assert committed(database) == []

    def test_by_a_second_thread_is_refused(self, database):
        with ThreadPoolExecutor(1) as pool:
            used = database.transaction(
                lambda tx: pool.submit(database.write, BOTH[0]).exception(timeout=60)
            )
        assert isinstance(used, Misused)
        assert "thread" in str(used)
        assert committed(database) == []

    def test_by_values_that_are_no_sequence_is_an_error(self, database):
        for values in ({"item": "pen"}, {"pen"}, (one for one in ["pen"])):
            with pytest.raises(TypeError, match=r"\(value,\)"):
                database.write(BOTH[1], values)
        assert committed(database) == []

    def test_by_a_statement_that_ends_the_transaction_is_named(self, database):
        with pytest.raises(Misused, match="ended the transaction"):
            database.transaction(lambda tx: tx.write("COMMIT"))

    def test_by_an_unknown_isolation_is_named(self, database):
        with pytest.raises(Misused, match="SERIALIZABLE"):
            database.transaction(order, isolation="CHAOS; DROP TABLE orders")

    def test_by_text_in_place_of_values_is_an_error(self, database):
        with pytest.raises(TypeError, match=r"\(value,\)"):
            database.transaction(lambda tx: tx.write(BOTH[1], "pen"))


def test_a_lone_write_is_repeated_only_if_it_is_idempotent(database):
    database.cut(BOTH[1], executed=True)
    with pytest.raises(OutcomeUnknown):
        database.write(BOTH[1], ("pen",))
    assert committed(database) == [BOTH[1]]

    database.cut(BOTH[1], executed=True)
    assert database.write(BOTH[1], ("pen",), idempotent=True).repeated


def test_a_connection_that_was_frozen_is_tested_although_its_clock_stood_still(
    database, monkeypatch
):
    pings = []
    monkeypatch.setattr(database._fake, "ping", pings.append)
    database.write(BOTH[0])
    database.write(BOTH[0])
    assert pings == []

    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3600)
    database.write(BOTH[0])
    assert len(pings) == 1


class TestTime:
    """What is not sent, because the time is up, has no unknown outcome."""

    def test_that_is_up_before_a_write_leaves_it_unsent(self, database):
        with pytest.raises(Unavailable):
            database.write(BOTH[1], ("pen",), until=0.0)
        assert database.statements == []

    def test_that_is_up_before_commit_rolls_back(self, database):
        def long(tx):
            order(tx)
            database._link.clock = lambda: 100.0

        with pytest.raises(Unavailable):
            database.transaction(long)
        assert [one.sql for one in database.statements][-1] == "ROLLBACK"
        assert committed(database) == []


def test_a_forked_process_leaves_its_parents_connection_alone(database, monkeypatch):
    closed = []
    monkeypatch.setattr(database._fake, "close", closed.append)
    database.write(BOTH[0])
    parents = database._link._open

    monkeypatch.setattr(os, "getpid", lambda: -1)
    database.write(BOTH[0])
    assert database._link._open is not parents
    assert closed == []


def test_rows_have_names_and_places():
    database = FakeDatabase({"select": [{"id": 1, "name": "one"}]})
    (row,) = database.read("SELECT id, name FROM items")

    assert (row[0], row["name"], row.as_dict()) == (1, "one", {"id": 1, "name": "one"})
    assert row == (1, "one")
    with pytest.raises(KeyError, match="nmae"):
        row["nmae"]


def test_a_statement_without_an_answer_is_no_error_that_a_handler_catches(database):
    with pytest.raises(NoReply, match="SELECT 1"):
        database.read("SELECT 1")


def test_a_fake_is_a_database(database, monkeypatch):
    monkeypatch.setenv("RDS_PROXY_READ_ONLY_ENDPOINT", "reader.example")
    assert isinstance(database, Database)
    assert database.reader is database
    with pytest.raises(Misused), database.connection():
        pass
