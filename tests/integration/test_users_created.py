"""The database-users function on real servers: whatever breaks, users end as declared."""

from __future__ import annotations

import json
import logging
import math
import os
import signal
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import SimpleNamespace

import pytest
from database_users import (
    ALL,
    FAMILIES,
    MASTER,
    MISSING,
    PASSWORD,
    READS,
    ROTATED,
    STACK,
    WRITES,
    Cloud,
    Place,
    context,
    server_or_skip,
)

import apply
from rdsproxy_client import engine
from rdsproxy_client.engine_mysql import KEYS as KEY_TABLE
from rdsproxy_local.servers.runtime import Environment

SHORT = apply.SPARE_SECONDS + 0.2
"""Seconds that leave time for one try, and hardly for another."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Skip the pauses between tries, of which there are thousands here."""
    monkeypatch.setattr("session.PAUSES", (0.01, 0.05, 0.2))


@pytest.fixture
def twice(monkeypatch):
    """Give each change two tries, however long they take."""
    monkeypatch.setattr("session.PAUSES", (0.01, math.inf))


@pytest.fixture
def clock(monkeypatch):
    """Time that passes only in pauses: the seconds that they have taken together."""
    pauses, began = [], time.monotonic()
    changed = SimpleNamespace(monotonic=lambda: began + sum(pauses), sleep=pauses.append)
    monkeypatch.setattr("session.time", changed)
    monkeypatch.setattr("apply.time", changed)
    monkeypatch.setattr("session.PAUSES", (0.1, 0.5, 2))
    return pauses


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(family, marks=pytest.mark.xdist_group(f"users {family}"))
        for family in FAMILIES
    ],
)
def running(request, aws, tmp_path_factory):
    server_or_skip(FAMILIES[request.param].server)
    with Place(request.param, aws, tmp_path_factory.mktemp("authority")) as place:
        yield place


@pytest.fixture
def place(running, monkeypatch):
    for name, value in running.variables.items():
        monkeypatch.setenv(name, value)
    engine.tls.cache_clear()
    assert "failure" not in running.delete()
    yield running
    running.clean()


class TestCreate:
    def test_a_user_logs_in_with_the_secrets_password_and_does_what_was_granted(self, place):
        made = place.apply()

        assert made == {"physical_id": f"{place.family}/app", "data": {"UserName": "app"}}
        assert place.may("INSERT INTO items (id) VALUES (1)")
        assert place.may("CREATE TABLE made_by_the_user (id INT)")
        assert place.marks == {"app"}

    def test_is_idempotent(self, place):
        assert place.apply() == place.apply()
        assert place.may("INSERT INTO items (id) VALUES (1)")

    def test_a_user_for_iam_has_no_password_and_must_use_tls(self, place):
        assert "failure" not in place.apply(login="iam")
        assert place.login("app") == "iam"

    def test_without_grants_a_user_may_only_log_in(self, place):
        place.apply(grants=())

        assert place.may("SELECT 1")
        assert not place.may("SELECT id FROM items")

    def test_privileges_on_one_table_are_for_no_other(self, place):
        place.apply(grants=(READS,))

        assert place.may("SELECT id FROM items")
        assert not place.may("INSERT INTO items (id) VALUES (1)")
        assert not place.may("SELECT name FROM rdsproxy_templates.users")

    def test_an_underscore_in_a_grant_matches_no_other_character(self, place):
        for name in ("orders_1", "orders21"):
            made, *owned = place.side.make_container
            for statement in (made, "CREATE TABLE {}.t (id INT)", *owned):
                place.server.rows(statement.format(name))
        place.apply(grants=({"Privileges": ["SELECT"], "On": "orders_1.*"},))

        assert place.may("SELECT id FROM orders_1.t")
        assert not place.may("SELECT id FROM orders21.t")

    def test_a_grant_is_on_a_name_as_long_as_the_engine_takes(self, place):
        name = "x" * (64 if place.family == "MYSQL" else 63)
        made, *owned = place.side.make_container
        for statement in (made, "CREATE TABLE {}.t (id INT)", *owned):
            place.server.rows(statement.format(name))

        assert "failure" not in place.apply(grants=({"Privileges": ["SELECT"], "On": f"{name}.*"},))
        assert place.may(f"SELECT id FROM {name}.t")

    def test_a_user_who_lists_users_reads_only_their_names(self, place):
        place.apply(name="other")
        place.apply(grants=(), lists_users=True)

        names = {name for (name,) in place.as_user(place.side.demo.LIST_USERS)}
        assert {"app", "other"} <= names
        assert not place.may(place.side.passwords)

    def test_a_user_who_no_longer_lists_users_loses_the_right(self, place):
        place.apply(grants=(), lists_users=True)
        place.apply("Update", grants=())

        assert place.may(place.side.demo.LIST_USERS) is place.side.everybody_lists_users

    def test_a_grant_on_a_missing_table_fails_with_a_sentence(self, place):
        said = place.apply(grants=(MISSING,))

        assert f"refused to grant on {place.side.container}.missing (error " in said["failure"]
        assert said["physical_id"] == f"{place.family}/app"

    def test_a_secret_of_another_user_is_refused_before_anything_is_done(self, place):
        said = place.apply(secret=place.secret("another", PASSWORD))

        assert said["failure"] == "[SecretArn] has a different username than [UserName]."
        assert said["physical_id"] is None
        assert place.users == set()

    def test_the_master_is_refused(self, place):
        said = place.apply(name=MASTER.user)

        assert said["failure"] == "[UserName] is the master user, which no stack may alter."

    def test_a_password_is_accepted_only_over_tls(self, place):
        """In PostgreSQL, the parameter group decides that."""
        place.apply()
        if place.family == "MYSQL":
            client = place.side.client(place.server, "app", PASSWORD, plain=True)
            with pytest.raises(place.side.errors), client:
                pass
        assert place.may("SELECT 1")

    @pytest.mark.parametrize("password", ["a\0b", "a\nb", "a\x7fb", "a\x85b", "\ud800"])
    def test_a_password_with_control_characters_is_refused(self, place, password):
        said = place.apply(password=password)

        assert said["failure"] == (
            "[SecretArn] has a password with control characters, which no login accepts."
        )
        assert place.users == set()


class TestTables:
    def test_are_the_masters_and_within_the_grants_of_users_made_before_and_after(self, place):
        place.apply()
        made = place.make_tables()
        place.apply(name="second", LogicalResourceId="Other")

        assert made == {"physical_id": f"tables/{place.family}", "data": {}}
        for name in ("app", "second"):
            visit = f"INSERT INTO visits (visited_at, request) VALUES ('2026-01-01', '{name}')"
            assert place.may(visit, name)
        assert len(place.as_user("SELECT request FROM visits")) == 2

    def test_keep_their_rows_when_they_are_made_again_or_the_resource_is_deleted(self, place):
        place.apply()
        place.make_tables()
        place.as_user("INSERT INTO visits (visited_at, request) VALUES ('2026-01-01', 'r')")

        assert "failure" not in place.make_tables("Update", "cluster-2")
        assert "failure" not in place.make_tables("Delete")
        assert len(place.as_user("SELECT request FROM visits")) == 1

    def test_the_table_of_keys_is_made_without_those_of_the_functions(self, place):
        made = place.make_tables(Tables=["transaction_keys"])
        on_keys = {"Privileges": ["SELECT", "INSERT", "UPDATE"], "On": f"{{}}.{KEY_TABLE}"}
        place.apply(grants=[on_keys])

        assert made == {"physical_id": f"tables/{place.family}", "data": {}}
        assert place.may(f"INSERT INTO {KEY_TABLE} (name, made_at) VALUES ('k', '2026-01-01')")
        assert place.may(f"UPDATE {KEY_TABLE} SET result = '1' WHERE name = 'k'")
        assert not place.may(f"DELETE FROM {KEY_TABLE}")
        assert not place.may("SELECT * FROM visits")

    def test_a_table_of_keys_that_a_user_made_is_granted_to_another(self, place):
        place.apply()
        place.as_user(place.side.module.KEY_TABLE)
        on_keys = {"Privileges": ["SELECT", "INSERT", "UPDATE"], "On": f"{{}}.{KEY_TABLE}"}

        assert "failure" not in place.make_tables(Tables=["transaction_keys"])
        made = place.apply(name="second", grants=[on_keys], LogicalResourceId="Other")
        assert "failure" not in made
        assert place.may(f"SELECT name FROM {KEY_TABLE}", "second")

    def test_the_keys_stay_when_both_kinds_are_made_later(self, place):
        place.make_tables(Tables=["transaction_keys"])
        place.apply()
        place.as_user(f"INSERT INTO {KEY_TABLE} (name, made_at) VALUES ('kept', '2026-01-01')")

        both = ["functions", "transaction_keys"]
        assert "failure" not in place.make_tables("Update", Tables=both)
        assert len(place.as_user(f"SELECT 1 FROM {KEY_TABLE} WHERE name = 'kept'")) == 1
        assert place.may("SELECT * FROM visits")

    def test_many_at_once_do_not_interfere(self, place):
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(lambda _: place.make_tables(), range(4)))

        assert [one.get("failure") for one in made] == [None] * 4


class TestUpdate:
    def test_a_rotated_password_takes_the_old_ones_place(self, place):
        place.apply()
        place.apply("Update", password=ROTATED)

        assert place.may("SELECT 1", password=ROTATED)
        assert not place.may("SELECT 1", password=PASSWORD)

    def test_a_login_changes_to_iam_and_back(self, place):
        place.apply()
        place.apply("Update", login="iam")
        assert place.login("app") == "iam"
        assert not place.may("SELECT 1")

        place.apply("Update")
        assert place.login("app") == "password"
        assert place.may("INSERT INTO items (id) VALUES (1)")

    def test_grants_are_exactly_those_last_declared(self, place):
        place.apply(grants=(ALL,))
        place.apply("Update", grants=(READS,))

        assert place.may("SELECT id FROM items")
        assert not place.may("INSERT INTO items (id) VALUES (1)")
        assert not place.may("CREATE TABLE made_by_the_user (id INT)")

    def test_objects_of_the_user_do_not_prevent_an_update(self, place):
        place.apply(grants=(WRITES,))
        place.as_user("CREATE TABLE made_by_the_user (id INT)")

        assert "failure" not in place.apply("Update", grants=(WRITES,))
        assert place.may("INSERT INTO made_by_the_user VALUES (1)")

    def test_an_update_without_changes_disturbs_nobody(self, place):
        place.apply(grants=(READS, WRITES))
        refused, seen = [], []

        def look(statement):
            seen.append(str(statement))
            if not place.may("INSERT INTO items (id) VALUES (1)"):
                refused.append(seen[-1])

        place.front.fault = look
        assert "failure" not in place.apply("Update", grants=(READS, WRITES))
        place.front.fault = None

        assert refused == []
        changes = [one for one in seen if "GRANT " in one or "REVOKE " in one]
        if place.family == "MYSQL":
            assert [one for one in changes if "SHOW GRANTS" not in one] == []

    def test_an_update_that_fails_midway_leaves_the_user_its_rights(self, place):
        place.apply(grants=(WRITES,))
        said = place.apply("Update", grants=(READS, MISSING))

        assert "grant on" in said["failure"]
        assert place.may("INSERT INTO items (id) VALUES (1)")

    @pytest.mark.usefixtures("twice")
    def test_an_update_cut_off_anywhere_leaves_the_rights_that_stay(self, place):
        place.apply(grants=(WRITES,))
        seen = []
        for number in range(60):
            place.front.fault = TestFailures.from_then_on(number, lambda _: "before")
            said = place.apply("Update", grants=(READS,))
            place.front.fault = None
            assert place.may("SELECT id FROM items"), number
            seen.append(number)
            if "failure" not in said:
                break
        assert len(seen) > 5
        assert not place.may("INSERT INTO items (id) VALUES (1)")

    def test_a_new_name_is_a_new_user_and_the_old_one_is_deleted_next(self, place):
        place.apply()
        renamed = place.apply("Update", "renamed", PhysicalResourceId=f"{place.family}/app")
        assert renamed["physical_id"] == f"{place.family}/renamed"
        assert place.users == {"app", "renamed"}

        place.delete("app")
        assert place.users == {"renamed"}

    def test_a_rename_that_failed_leaves_no_user_when_it_is_undone(self, place):
        known = {"PhysicalResourceId": f"{place.family}/app"}
        place.apply()
        assert "failure" in place.apply("Update", "renamed", grants=(MISSING,), **known)

        undone = place.apply("Update", OldResourceProperties={"UserName": "renamed"})
        assert "failure" not in undone
        assert place.users == place.marks == {"app"}


class TestDelete:
    def test_drops_the_user_and_its_mark(self, place):
        place.apply()

        assert place.delete() == {"physical_id": f"{place.family}/app", "data": {}}
        assert (place.users, place.marks) == (set(), set())

    def test_is_idempotent(self, place):
        place.apply()

        assert place.delete() == place.delete()

    def test_of_a_user_that_somebody_dropped_is_fine(self, place):
        place.apply()
        for statement in place.side.drop_by_hand:
            place.server.rows(statement)

        assert "failure" not in place.delete()
        assert place.marks == set()

    def test_keeps_every_row_that_the_user_owned(self, place):
        place.apply()
        place.as_user("CREATE TABLE made_by_the_user (id INT)")
        place.as_user("INSERT INTO made_by_the_user VALUES (7)")

        assert "failure" not in place.delete()
        assert place.server.rows("SELECT id FROM made_by_the_user") == [(7,)]

    def test_ends_the_users_sessions(self, place):
        place.apply()
        said = None
        client = place.side.client(place.server, "app", PASSWORD)
        with suppress(*place.side.errors, OSError), client as execute:
            said = place.delete()
            assert not execute("SELECT 1")

        assert said == {"physical_id": f"{place.family}/app", "data": {}}

    def test_of_a_user_of_another_resource_leaves_it_alone(self, place):
        place.apply()

        assert "failure" not in place.delete(LogicalResourceId="Other")
        assert place.users == place.marks == {"app"}


class TestStrangers:
    @pytest.fixture
    def stranger(self, place):
        place.server.rows(place.side.make_stranger)
        yield "stranger"
        place.server.rows(place.side.drop_stranger)

    def test_are_refused_and_never_dropped(self, place, stranger):
        for kind in ("Create", "Update"):
            said = place.apply(kind, stranger)
            assert said["physical_id"] is None
            assert said["failure"] == (
                "User stranger already exists, and this resource did not create it; "
                "it was left unchanged. To take it over, declare it with adopt: true."
            )

        assert "failure" not in place.delete(stranger)
        assert place.users == {stranger}

    def test_marks_cannot_be_forged(self, place, stranger):
        """The attacker has every right on the service's database, where marks once were."""
        place.apply(grants=(ALL,))
        mine = f"'{STACK}/User'"
        for table in ("rdsproxy_templates.users", "rdsproxy_templates_users"):
            place.may(f"CREATE TABLE {table} (name VARCHAR(63), owner VARCHAR(512))")
            place.may(f"INSERT INTO {table} VALUES ('stranger', {mine})")

        assert "failure" not in place.delete(stranger)
        assert place.users == {"app", stranger}
        place.server.rows("DROP TABLE rdsproxy_templates_users")

    def test_are_taken_over_only_on_request(self, place):
        place.apply()
        other = {"StackId": f"{STACK}-of-another"}
        said = place.apply(adopt=True, password=ROTATED, **other)

        assert "failure" not in said
        assert place.may("SELECT 1", password=ROTATED)
        assert "failure" not in place.delete()
        assert place.users == {"app"}
        assert "failure" not in place.delete(**other)
        assert place.users == set()

    def test_a_user_of_an_earlier_release_goes_on_with_its_next_update(self, place):
        place.apply()
        place.server.rows("DELETE FROM rdsproxy_templates.users")
        before = {"UserName": "app"}

        named = place.apply("Update", OldResourceProperties=before | {"DatabaseResourceId": "db-1"})
        assert "this resource did not create it" in named["failure"]
        assert "failure" not in place.apply("Update", OldResourceProperties=before)
        assert place.marks == {"app"}

    def test_users_of_another_stack_are_refused_too(self, place):
        place.apply()
        said = place.apply(StackId=f"{STACK}-of-another", password=ROTATED)

        assert "this resource did not create it" in said["failure"]
        assert place.may("SELECT 1")


class TestTogether:
    def test_a_user_sees_what_another_one_made(self, place):
        place.apply()
        place.as_user("CREATE TABLE made_by_the_user (id INT)")
        place.apply(name="second", LogicalResourceId="Other")

        assert place.may("SELECT id FROM made_by_the_user", "second")

    def test_many_at_once_do_not_interfere(self, place):
        place.server.rows("DROP TABLE rdsproxy_templates.users")
        names = [f"user{number}" for number in range(6)]
        with ThreadPoolExecutor(len(names)) as pool:
            made = list(pool.map(lambda name: place.apply(name=name), names))
            assert [one.get("failure") for one in made] == [None] * len(names)
            assert place.users == place.marks == set(names)

            gone = list(pool.map(place.delete, names))
            assert [one.get("failure") for one in gone] == [None] * len(names)
            assert place.users == place.marks == set()

    def test_a_change_that_hangs_is_not_waited_for_forever(self, place, monkeypatch):
        place.apply()
        waited = []
        with (
            place.side.client(place.server, "app", PASSWORD) as execute,
            monkeypatch.context() as patch,
        ):
            execute(place.side.hold_lock)
            patch.setattr("session.PAUSES", (math.inf,))
            patch.setattr("session.Session.over", property(lambda _: bool(waited)))
            patch.setattr("users.time", SimpleNamespace(sleep=waited.append))
            said = place.apply("Update")

        assert said["failure"] == "Another change of users did not end in time."
        assert len(waited) == 1
        assert "failure" not in place.apply("Update")

    def test_the_master_is_a_member_of_no_user_for_longer_than_the_change(self, place):
        """A master that is a member of a user for IAM could no longer log in with its password."""
        place.apply(login="iam")
        place.apply(name="second", LogicalResourceId="Other")

        assert place.server.rows(place.side.memberships) == []


class TestFailures:
    """Failures at every boundary between two statements: earlier statements have taken effect."""

    @staticmethod
    def changes(place):
        """Each with what brings the database to where it begins, and what must hold after it."""
        yield (
            place.event("Create"),
            place.delete,
            lambda: place.may("INSERT INTO items (id) VALUES (1)"),
        )
        yield (
            place.event("Update", login="iam", grants=(READS,)),
            place.apply,
            lambda: place.login("app") == "iam",
        )
        yield (
            place.event("Delete"),
            place.apply,
            lambda: (place.users, place.marks) == (set(), set()),
        )

    @staticmethod
    def statements(place, event):
        """The number of statements that *event* takes."""
        seen = []
        place.front.fault = seen.append
        assert "failure" not in apply.handler(event, context(30))
        place.front.fault = None
        assert len(seen) > 8
        return len(seen)

    @staticmethod
    def from_then_on(number, act):
        """Do *act* at every statement but the first ones, of which there are *number*."""
        seen = []

        def fault(statement):
            seen.append(statement)
            return act(len(seen) - number) if len(seen) > number else None

        return fault

    def test_a_connection_that_is_lost_is_not_noticed(self, place):
        for event, begin, holds in self.changes(place):
            begin()
            for number in range(self.statements(place, event)):
                begin()
                once = self.from_then_on(number, lambda time: "after" if time == 1 else None)
                place.front.fault = once
                assert "failure" not in apply.handler(event, context(30)), (event, number)
                place.front.fault = None
                assert holds(), (event, number)

    @pytest.mark.usefixtures("twice")
    def test_where_every_connection_is_lost_it_fails_and_a_repeat_mends_it(self, place):
        for event, begin, holds in self.changes(place):
            begin()
            for number in range(self.statements(place, event)):
                begin()
                place.front.fault = self.from_then_on(number, lambda _: "after")
                said = apply.handler(event, context(30))
                place.front.fault = None
                assert "failure" in said or holds(), (event, number)
                assert "failure" not in apply.handler(event, context(30)), (event, number)
                assert holds(), (event, number)

    def test_a_server_that_is_killed_and_comes_back_is_not_noticed(self, place):
        def crash(time):
            if time != 1:
                return None
            place.server.kill()
            place.server.start()
            return "before"

        event = place.event()
        for number in range(self.statements(place, event)):
            place.delete()
            place.front.fault = self.from_then_on(number, crash)
            assert "failure" not in apply.handler(event, context(40)), number
            place.front.fault = None
            assert place.may("INSERT INTO items (id) VALUES (1)"), number


class TestUnreachable:
    def test_is_reported_in_time(self, place, monkeypatch, clock):
        monkeypatch.setenv("RDS_PORT", "1")
        for kind in ("Create", "Update", "Delete"):
            clock.clear()
            said = place.apply(kind, seconds=apply.SPARE_SECONDS + 10)

            assert said["failure"].startswith("The database does not answer (error ")
            assert said["physical_id"] is None
            assert 8 < sum(clock) < 10

    def test_so_is_a_database_that_is_silent(self, place, monkeypatch):
        monkeypatch.setattr(place.side.module, "CONNECT_SECONDS", 1)
        monkeypatch.setattr(place.front, "silent", True)
        started = time.monotonic()
        said = place.apply(seconds=SHORT)

        assert "does not answer" in said["failure"]
        assert time.monotonic() - started < SHORT

    def test_so_is_a_master_that_is_refused(self, place, monkeypatch):
        monkeypatch.setenv("RDS_MASTER_SECRET_ARN", place.secret("master", "wrong"))
        said = place.apply(seconds=SHORT)

        assert said["failure"].startswith("The database refuses the master (error ")

    def test_so_is_a_secret_that_cannot_be_read(self, place):
        arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:none"
        said = place.apply(seconds=SHORT, secret=arn)

        assert said["failure"] == "[SecretArn] could not be read: secretsmanager answered 404."

    def test_a_database_that_begins_to_answer_is_waited_for(self, place):
        place.server.kill()
        later = threading.Timer(1, place.server.start)
        later.start()
        try:
            assert "failure" not in place.apply()
        finally:
            later.join()


class TestCredentials:
    @pytest.mark.usefixtures("twice")
    def test_are_in_no_log_and_no_outcome(self, place, caplog):
        with caplog.at_level(logging.INFO):
            said = [
                place.apply(),
                place.apply("Update", password=ROTATED),
                place.apply("Update", grants=(MISSING,)),
                place.apply(secret=place.secret("another", PASSWORD)),
            ]
            place.front.fault = lambda _: "before"
            said.append(place.apply("Update"))
        logged = " ".join(str(vars(record)) for record in caplog.records)

        assert "starting over" in logged
        for secret in (*MASTER[1:], PASSWORD, ROTATED, "SCRAM-SHA-256", "key-of-the-function"):
            assert secret not in logged
            assert secret not in str(said)

    def test_postgresql_is_sent_no_password(self, place):
        sent = []
        place.front.fault = lambda statement: sent.append(str(statement))
        place.apply(password=ROTATED)

        assert any(ROTATED in statement for statement in sent) is (place.family == "MYSQL")


class TestBothFunctions:
    """Each under AWS's runtime client, in a process of its own."""

    @pytest.fixture
    def cloud(self):
        with Cloud() as cloud:
            yield cloud

    @pytest.fixture
    def both(self, place, cloud, function, layer, tmp_path):
        shared, demo = layer, layer.parent / "rdsproxy_demo"
        for file in (shared, demo, *(function.parent / "database_users").glob("*.py")):
            (tmp_path / file.name).symlink_to(file)
        outside = {"APPLY_FUNCTION_NAME": "apply", "AWS_ENDPOINT_URL_LAMBDA": cloud.address}
        with (
            Environment(tmp_path, "apply.handler", place.variables) as inner,
            Environment(tmp_path, "answer.handler", place.variables | outside) as outer,
        ):
            cloud.invoke = inner.invoke
            yield outer, inner

    def test_a_user_comes_and_goes(self, place, cloud, both):
        outer, inner = both
        create = place.event(ResponseURL=cloud.response_url)
        outer.invoke(create)
        assert place.may("INSERT INTO items (id) VALUES (1)")

        outer.invoke(place.event("Delete", ResponseURL=cloud.response_url))
        assert [answer["Status"] for answer in cloud.answers] == ["SUCCESS", "SUCCESS"]
        assert place.users == set()

        lines = [json.loads(line) for line in outer.log + inner.log]
        assert {line["message"] for line in lines} == {"answered", "applied"}
        for secret in (PASSWORD, MASTER.password, "X-Amz-Signature"):
            assert secret not in str(lines)

    def test_the_outer_one_answers_when_the_inner_one_is_killed(self, place, cloud, both):
        outer, inner = both
        seen = []

        def kill_amidst(statement):
            seen.append(statement)
            if len(seen) == 12:
                os.kill(inner.pid, signal.SIGKILL)

        place.front.fault = kill_amidst
        outer.invoke(place.event(ResponseURL=cloud.response_url))
        (failed,) = cloud.answers
        assert failed["Status"] == "FAILED"
        assert "ended without an outcome. See the log stream standin." in failed["Reason"]

        known = {"PhysicalResourceId": failed["PhysicalResourceId"]}
        outer.invoke(place.event("Delete", ResponseURL=cloud.response_url, **known))
        assert cloud.answers[1]["Status"] == "SUCCESS"
        assert (place.users, place.marks) == (set(), set())


def test_the_roots_are_those_of_rds_and_good_for_a_year(layer):
    file = layer / "rds_roots.pem"
    trusted = ssl.create_default_context(cafile=str(file)).get_ca_certs()
    year = 365 * 24 * 3600

    assert len(trusted) > 50
    for root in trusted:
        names = dict(pair for (pair,) in root["subject"])
        assert names["commonName"].startswith("Amazon RDS ")
        assert ssl.cert_time_to_seconds(root["notAfter"]) > time.time() + year
