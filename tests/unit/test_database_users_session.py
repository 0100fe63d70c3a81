"""Session of the master: no wait outlasts the time of the invocation."""

from __future__ import annotations

import math
import time

import pytest

from apply import SPARE_SECONDS
from rdsproxy_client import deadline
from rdsproxy_client.errors import Fault
from rdsproxy_client.sigv4 import Keys
from session import LAST_SECONDS, Lost, in_session

SECONDS = 60
CLOCK = 0.5
"""Most seconds between two readings of the clock."""


class Engine:
    """Driver that records the deadline of each call; its statements raise the given errors."""

    PORT = 1
    ERRORS = (OSError,)

    def __init__(self, *errors):
        self.ends = []
        self._errors = list(errors)

    def connect(self, *_):
        self._note()
        return self

    def run(self, *_):
        self._note()
        if self._errors:
            raise self._errors.pop(0)
        return [(1,)]

    def close(self, _):
        pass

    def fault(self, _):
        return Fault.LOST

    def number(self, _):
        return "2013"

    def _note(self):
        left = deadline.left()
        self.ends.append(math.inf if left is None else time.monotonic() + left)


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    """Provide the master's secret and the name of the database."""
    monkeypatch.setenv("RDS_HOST", "localhost")
    monkeypatch.setenv("RDS_DATABASE_NAME", "shop")
    monkeypatch.setenv("RDS_MASTER_SECRET_ARN", "arn")
    master = {"username": "admin", "password": "right"}
    monkeypatch.setattr("session.secret_value", lambda _: master)
    monkeypatch.setattr("session.PAUSES", (0,))


def both(session):
    session.run("do one thing", "SELECT 1")
    assert session.master_logs_in()
    return session.run("do another", "SELECT 2")


def test_logins_and_statements_end_with_the_time_that_there_is():
    engine, until = Engine(), time.monotonic() + SECONDS

    assert in_session(engine, both, until) == [(1,)]
    assert len(engine.ends) == 4
    assert max(engine.ends) <= until + LAST_SECONDS + CLOCK
    assert deadline.left() is None


def test_another_try_has_no_more_time_than_is_left():
    engine, until = Engine(TimeoutError(), TimeoutError()), time.monotonic() + SECONDS

    assert in_session(engine, both, until) == [(1,)]
    assert max(engine.ends) <= until + LAST_SECONDS + CLOCK


def test_a_master_without_a_password_logs_in_with_a_token(monkeypatch):
    monkeypatch.delenv("RDS_MASTER_SECRET_ARN")
    monkeypatch.setenv("RDS_MASTER_USER", "boss")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setattr("session.current_keys", lambda: Keys("AKID", "key", "session"))
    engine, given = Engine(), []
    engine.connect = lambda *login: given.append(login) or engine

    in_session(engine, both, time.monotonic() + SECONDS)

    host, port, user, token, database = given[0]
    assert (host, port, user, database) == ("localhost", 1, "boss", "shop")
    assert token.startswith("localhost:1/?Action=connect&DBUser=boss&")
    assert "X-Amz-Security-Token=session" in token


def test_what_is_begun_last_leaves_time_for_the_answer():
    assert LAST_SECONDS < SPARE_SECONDS


def test_a_statement_is_not_begun_once_the_time_is_up():
    engine = Engine()
    with pytest.raises(Lost, match="The time was up"):
        in_session(engine, both, time.monotonic() - 1)

    assert len(engine.ends) == 1
