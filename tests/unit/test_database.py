"""The function's connection: verified TLS, one at a time, tried after idling."""

from __future__ import annotations

import ssl

import pymysql
import pytest

import database


class Server:
    """Stands for what ``pymysql.connect`` opens."""

    def __init__(self):
        self.opened, self.arguments, self.pings, self.failure = 0, {}, 0, None

    def connect(self, **arguments):
        self.opened += 1
        self.arguments = arguments
        return self

    def ping(self, *, reconnect):
        assert reconnect is False
        self.pings += 1
        if self.failure:
            raise self.failure

    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def execute(self, statement, values):
        if self.failure:
            raise self.failure

    def fetchall(self):
        return [(1,)]

    def _force_close(self):
        pass


@pytest.fixture
def server(monkeypatch):
    server = Server()
    monkeypatch.setattr(database.pymysql, "connect", server.connect)
    environment = {
        "RDS_PROXY_ENDPOINT": "proxy.example",
        "RDS_USER": "root",
        "RDS_DATABASE_NAME": "blog",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "key",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return server


def test_tls_verifies_chain_and_name():
    assert database.TLS.verify_mode == ssl.CERT_REQUIRED
    assert database.TLS.check_hostname
    assert len(database.TLS.get_ca_certs()) == 4


def test_logs_in_with_a_token_over_tls(server):
    database.Connection().execute("SELECT 1")

    assert server.arguments["ssl"] is database.TLS
    assert server.arguments["password"].startswith("proxy.example:3306/?Action=connect&DBUser=root")


def test_one_connection_serves_many_statements(server):
    connection = database.Connection()

    assert [connection.execute("SELECT 1") for _ in range(3)] == [[(1,)]] * 3
    assert (server.opened, server.pings) == (1, 0)


def test_an_idle_connection_is_tried_first(server, monkeypatch):
    connection = database.Connection()
    connection.execute("SELECT 1")
    monkeypatch.setattr(database, "IDLE_SECONDS", -1)
    connection.execute("SELECT 1")

    assert (server.opened, server.pings) == (1, 1)


def test_a_lost_connection_is_not_used_again(server):
    connection = database.Connection()
    connection.execute("SELECT 1")
    server.failure = pymysql.err.OperationalError(2013, "lost")
    with pytest.raises(pymysql.err.OperationalError):
        connection.execute("SELECT 1")
    server.failure = None
    connection.execute("SELECT 1")

    assert server.opened == 2
