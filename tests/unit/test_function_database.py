"""Retries of the function: when it may, when it must not, and the error in the end."""

from __future__ import annotations

import itertools
import logging

import pytest

from rdsproxy_client import database as module
from rdsproxy_client.database import Database
from rdsproxy_client.environment import Misconfigured
from rdsproxy_client.errors import Fault, NotUnderstood, OutcomeUnknown, Refused, Unavailable
from rdsproxy_client.result import Result

ENVIRONMENT = {
    "RDS_PROXY_ENDPOINT": "proxy.example",
    "RDS_USER": "root",
    "RDS_DATABASE_NAME": "blog",
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "key",
}
LONG = float("inf")


class DriverError(Exception):
    """Error of the driver, which carries its fault."""


class Engine:
    """Driver whose connections and statements fail as listed, and then succeed."""

    PORT, ERRORS = 3306, (DriverError,)

    def __init__(self, statements=(), connections=(), pings=()):
        self.script = {
            "connect": iter(connections),
            "run": iter(statements),
            "ping": iter(pings),
        }
        self.calls = []

    def _next(self, name, *said):
        self.calls.append((name, *said))
        if fault := next(self.script[name], None):
            raise fault if isinstance(fault, BaseException) else DriverError(fault)

    def connect(self, host, port, user, password, database):
        self._next("connect", host, port, user, password, database)
        return object()

    def execute(self, connection, statement, values):
        self._next("run", statement, values)
        return Result([(1,)])

    def has_news(self, connection):
        return False

    def ping(self, connection):
        self._next("ping")

    def close(self, connection):
        self.calls.append(("close",))

    def fault(self, error):
        return error.args[0]

    def number(self, error):
        return "42"

    def count(self, name):
        return sum(call[0] == name for call in self.calls)


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(module.time, "sleep", lambda _: None)


class TestConnecting:
    def test_one_connection_serves_many_statements(self):
        engine = Engine()
        database = Database(engine)
        for _ in range(3):
            assert database.read("SELECT 1", until=LONG) == [(1,)]

        assert (engine.count("connect"), engine.count("ping")) == (1, 0)

    def test_logs_in_with_a_token(self):
        engine = Engine()
        Database(engine).read("SELECT 1", until=LONG)

        _, host, port, user, password, name = engine.calls[0]
        assert (host, port, user, name) == ("proxy.example", 3306, "root", "blog")
        assert password.startswith("proxy.example:3306/?Action=connect&DBUser=root&")

    def test_without_a_proxy_the_token_is_for_the_database_itself(self, monkeypatch):
        monkeypatch.delenv("RDS_PROXY_ENDPOINT")
        monkeypatch.setenv("RDS_HOST", "database.example")
        engine = Engine()
        Database(engine).read("SELECT 1", until=LONG)

        _, host, _, _, password, _ = engine.calls[0]
        assert host == "database.example"
        assert password.startswith("database.example:3306/?Action=connect&")

    @pytest.mark.parametrize("fault", [Fault.LOST, Fault.NOT_EXECUTED])
    def test_is_tried_again(self, fault):
        engine = Engine(connections=[fault, fault])

        assert Database(engine).read("SELECT 1", until=LONG) == [(1,)]
        assert engine.count("connect") == 3

    def test_ends_when_it_never_works(self):
        engine = Engine(connections=itertools.repeat(Fault.LOST))

        with pytest.raises(Unavailable):
            Database(engine).write("INSERT", idempotent=True, until=LONG)
        assert engine.count("connect") == len(module.PAUSES) + 1

    def test_ends_when_there_is_no_time_for_another_try(self):
        engine = Engine(connections=itertools.repeat(Fault.LOST))

        with pytest.raises(Unavailable):
            Database(engine, clock=lambda: 100.0).read("SELECT 1", until=100.5)
        assert engine.count("connect") == 1

    def test_an_idle_connection_is_tried_before_it_is_used(self):
        now = [0.0]
        engine = Engine(pings=[Fault.LOST])
        database = Database(engine, clock=lambda: now[0])
        database.read("SELECT 1", until=LONG)
        now[0] = 31.0
        database.read("SELECT 1", until=LONG)

        names = [call[0] for call in engine.calls]
        assert names == ["connect", "run", "ping", "close", "connect", "run"]


class TestReading:
    @pytest.mark.parametrize("fault", [Fault.LOST, Fault.NOT_EXECUTED, Fault.ROLLED_BACK])
    def test_is_sent_again(self, fault):
        engine = Engine(statements=[fault])

        assert Database(engine).read("SELECT 1", until=LONG) == [(1,)]
        assert engine.count("run") == 2

    def test_that_is_never_answered_is_unavailable(self):
        with pytest.raises(Unavailable):
            Database(Engine(statements=itertools.repeat(Fault.LOST))).read("SELECT", until=LONG)


class TestWriting:
    def test_that_got_no_answer_is_sent_again_on_a_new_connection(self):
        engine = Engine(statements=[Fault.LOST])
        Database(engine).write("INSERT", ("key",), idempotent=True, until=LONG)

        names = [call[0] for call in engine.calls]
        assert names == ["connect", "run", "close", "connect", "run"]

    def test_that_was_sent_and_never_answered_has_an_unknown_outcome(self):
        with pytest.raises(OutcomeUnknown):
            Database(Engine(statements=itertools.repeat(Fault.LOST))).write(
                "INSERT", idempotent=True, until=LONG
            )

    def test_that_was_sent_once_stays_unknown_when_no_connection_comes_back(self):
        engine = Engine(
            statements=[Fault.LOST],
            connections=itertools.chain([None], itertools.repeat(Fault.LOST)),
        )
        with pytest.raises(OutcomeUnknown):
            Database(engine).write("INSERT", idempotent=True, until=LONG)

    def test_that_was_never_executed_is_only_unavailable(self):
        engine = Engine(statements=itertools.repeat(Fault.NOT_EXECUTED))

        with pytest.raises(Unavailable):
            Database(engine).write("INSERT", idempotent=True, until=LONG)

    def test_a_deadlock_keeps_the_connection(self):
        engine = Engine(statements=[Fault.ROLLED_BACK])
        Database(engine).write("INSERT", idempotent=True, until=LONG)

        assert engine.count("connect") == 1


class TestWhatNobodyExpects:
    """The next statement would read the rest of an unfinished answer as its own."""

    @pytest.mark.parametrize("error", [ValueError("a value"), KeyboardInterrupt()])
    def test_drops_the_connection(self, error):
        engine = Engine(statements=[error])
        database = Database(engine)
        with pytest.raises((NotUnderstood, KeyboardInterrupt)):
            database.read("SELECT 1", until=LONG)
        database.read("SELECT 1", until=LONG)

        names = [call[0] for call in engine.calls]
        assert names == ["connect", "run", "close", "connect", "run"]

    def test_leaves_the_outcome_of_a_write_unknown(self):
        with pytest.raises(OutcomeUnknown):
            Database(Engine(statements=[ValueError()])).write("INSERT", idempotent=True, until=LONG)

    def test_does_not_say_what_the_error_said(self, caplog):
        with caplog.at_level(logging.DEBUG), pytest.raises(OutcomeUnknown):
            Database(Engine(statements=[ValueError("secret")])).write(
                "INSERT", idempotent=True, until=LONG
            )

        assert "secret" not in " ".join(str(vars(record)) for record in caplog.records)


class TestRefusals:
    def test_do_not_deny_a_write_that_was_sent_before(self):
        engine = Engine(statements=[Fault.LOST, Fault.FORBIDDEN])

        with pytest.raises(OutcomeUnknown):
            Database(engine).write("INSERT", idempotent=True, until=LONG)

    @pytest.mark.parametrize(
        "name", ["RDS_PROXY_ENDPOINT", "RDS_USER", "RDS_DATABASE_NAME", "AWS_REGION"]
    )
    def test_of_the_function_to_start_without_a_variable_name_it(self, monkeypatch, name):
        monkeypatch.delenv(name)

        with pytest.raises(Misconfigured, match=name):
            Database(Engine()).read("SELECT 1", until=LONG)

    @pytest.mark.parametrize("fault", [Fault.OTHER, Fault.NO_TABLE, Fault.DENIED])
    def test_are_not_tried_again(self, fault):
        engine = Engine(statements=[fault])

        with pytest.raises(Refused) as caught:
            Database(engine).write("INSERT", idempotent=True, until=LONG)
        assert (caught.value.fault, str(caught.value)) == (fault, "42")
        assert engine.count("run") == 1

    def test_a_refused_token_is_refused_each_time(self):
        engine = Engine(connections=itertools.repeat(Fault.DENIED))

        with pytest.raises(Unavailable):
            Database(engine).read("SELECT 1", until=LONG)
        assert engine.count("connect") == 1

    def test_a_refused_login_does_not_deny_a_write_that_was_sent(self):
        engine = Engine(statements=[Fault.LOST], connections=[None, Fault.DENIED])

        with pytest.raises(OutcomeUnknown):
            Database(engine).write("INSERT", idempotent=True, until=LONG)

    def test_nothing_secret_is_logged(self, caplog):
        with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable):
            Database(Engine(connections=[Fault.DENIED])).read("SELECT 1", until=LONG)

        said = " ".join(str(vars(record)) for record in caplog.records)
        assert "42" in said
        assert "Signature" not in said


class TestSecrets:
    @pytest.fixture
    def secrets(self, monkeypatch):
        contents = [{"username": "app", "password": "old"}]
        monkeypatch.setenv("RDS_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:1:secret:s")
        monkeypatch.setattr("rdsproxy_client.login.secret_value", lambda arn: contents[-1])
        return contents

    def test_the_password_of_a_secret_is_used(self, secrets):
        engine = Engine()
        Database(engine).read("SELECT 1", until=LONG)

        assert engine.calls[0][3:5] == ("app", "old")

    def test_a_rotated_password_is_read_again_without_a_failed_answer(self, secrets):
        engine = Engine(connections=[None, Fault.DENIED], statements=[None, Fault.LOST])
        database = Database(engine)
        database.read("SELECT 1", until=LONG)
        secrets.append({"username": "app", "password": "new"})
        database.read("SELECT 1", until=LONG)

        passwords = [call[4] for call in engine.calls if call[0] == "connect"]
        assert passwords == ["old", "old", "new"]

    def test_a_database_that_is_ahead_of_the_secret_is_waited_for(self, secrets):
        engine = Engine(connections=[Fault.DENIED, Fault.DENIED, Fault.DENIED])

        assert Database(engine).read("SELECT 1", until=LONG) == [(1,)]
        assert engine.count("connect") == 4

    @pytest.mark.parametrize("content", [{"username": "app"}, [], "text"])
    def test_a_secret_of_another_form_is_named(self, secrets, content):
        secrets.append(content)

        with pytest.raises(Misconfigured, match="arn:aws:secretsmanager:eu-west-1:1:secret:s"):
            Database(Engine()).read("SELECT 1", until=LONG)

    def test_a_wrong_password_is_not_tried_for_ever(self, secrets):
        engine = Engine(connections=itertools.repeat(Fault.DENIED))

        with pytest.raises(Unavailable):
            Database(engine).read("SELECT 1", until=LONG)
        assert engine.count("connect") == 7
