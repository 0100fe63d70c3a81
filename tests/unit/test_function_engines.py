"""Meanings of both drivers' errors."""

from __future__ import annotations

import ssl

import pg8000.dbapi
import pymysql
import pytest

from rdsproxy_client import engine, engine_mysql, engine_postgresql
from rdsproxy_client.environment import Misconfigured
from rdsproxy_client.errors import Fault


def server(state, severity="ERROR"):
    return pg8000.dbapi.DatabaseError({"S": "x", "V": severity, "C": state, "M": "a text"})


def hidden(error):
    """Hide the error behind that of a failed farewell, as pg8000 does."""
    try:
        try:
            raise error
        except pg8000.dbapi.DatabaseError:
            raise pg8000.dbapi.InterfaceError("network error")  # noqa: B904
    except pg8000.dbapi.InterfaceError as last:
        return last


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (pymysql.err.OperationalError(2013, "lost"), Fault.LOST),
        (pymysql.err.OperationalError(2003, "no host"), Fault.LOST),
        (pymysql.err.InterfaceError(0, ""), Fault.LOST),
        (pymysql.err.InternalError("Packet sequence number wrong"), Fault.LOST),
        (ConnectionResetError(), Fault.LOST),
        (TimeoutError(), Fault.LOST),
        (pymysql.err.OperationalError(1159, "timeout of packets"), Fault.LOST),
        (pymysql.err.OperationalError(1290, "read-only"), Fault.NOT_EXECUTED),
        (pymysql.err.OperationalError(1226, "max_user_connections"), Fault.NOT_EXECUTED),
        (pymysql.err.OperationalError(1792, "read-only transaction"), Fault.NOT_EXECUTED),
        (pymysql.err.OperationalError(1213, "deadlock"), Fault.ROLLED_BACK),
        (pymysql.err.OperationalError(1205, "lock"), Fault.ROLLED_BACK),
        (pymysql.err.OperationalError(3572, "lock, with NOWAIT"), Fault.ROLLED_BACK),
        (pymysql.err.OperationalError(1045, "denied"), Fault.DENIED),
        (pymysql.err.OperationalError(3159, "only over TLS"), Fault.DENIED),
        (pymysql.err.OperationalError(1142, "no grant on a table"), Fault.FORBIDDEN),
        (pymysql.err.OperationalError(1044, "no grant on a database"), Fault.FORBIDDEN),
        (pymysql.err.ProgrammingError(1146, "no table"), Fault.NO_TABLE),
        (pymysql.err.IntegrityError(1062, "duplicate"), Fault.CONFLICT),
        (pymysql.err.IntegrityError(1452, "foreign key"), Fault.CONFLICT),
        (pymysql.err.OperationalError(4025, "check of MariaDB"), Fault.CONFLICT),
        (pymysql.err.OperationalError(3024, "max_execution_time"), Fault.TIMEOUT),
        (pymysql.err.ProgrammingError(1064, "syntax"), Fault.OTHER),
    ],
)
def test_mysql(error, fault):
    assert engine_mysql.fault(error) is fault
    assert isinstance(error, engine_mysql.ERRORS)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (pg8000.dbapi.InterfaceError("network error"), Fault.LOST),
        (ConnectionResetError(), Fault.LOST),
        (server("57P01"), Fault.LOST),
        (server("08006"), Fault.LOST),
        (server("57P03"), Fault.NOT_EXECUTED),
        (server("25006"), Fault.NOT_EXECUTED),
        (server("40P01"), Fault.ROLLED_BACK),
        (server("40001"), Fault.ROLLED_BACK),
        (server("28P01"), Fault.DENIED),
        (hidden(server("28P01")), Fault.DENIED),
        (server("53200"), Fault.NOT_EXECUTED),
        (server("XX000"), Fault.LOST),
        (server("42501"), Fault.FORBIDDEN),
        (server("25P03", "FATAL"), Fault.LOST),
        (server("08P01", "FATAL"), Fault.LOST),
        (server("08P01"), Fault.OTHER),  # more values than places
        (server("42P01"), Fault.NO_TABLE),
        (server("23505"), Fault.CONFLICT),
        (server("23503"), Fault.CONFLICT),
        (server("57014"), Fault.TIMEOUT),
        (server("40003"), Fault.LOST),
        (server("42601"), Fault.OTHER),
    ],
)
def test_postgresql(error, fault):
    assert engine_postgresql.fault(error) is fault
    assert isinstance(error, engine_postgresql.ERRORS)


def test_only_numbers_are_logged():
    assert engine_mysql.number(pymysql.err.OperationalError(1045, "for 'root'")) == "1045"
    assert engine_mysql.number(ConnectionRefusedError(111, "refused")) == "2003"
    assert engine_postgresql.number(server("28P01")) == "28P01"
    assert engine_postgresql.number(ConnectionResetError()) == "ConnectionResetError"


@pytest.fixture
def read_anew(monkeypatch):
    """Roots that no other test has chosen, nor leaves to others."""
    monkeypatch.delenv("RDS_CA_FILE", raising=False)
    engine.tls.cache_clear()
    yield
    engine.tls.cache_clear()


@pytest.mark.usefixtures("read_anew")
def test_tls_verifies_chain_and_name_by_amazons_roots():
    assert engine.tls().verify_mode == ssl.CERT_REQUIRED
    assert engine.tls().check_hostname
    assert len(engine.tls().get_ca_certs()) == 4


@pytest.mark.parametrize(
    ("family", "module"), [("MYSQL", engine_mysql), ("POSTGRESQL", engine_postgresql)]
)
def test_the_environment_names_the_engine(family, module, monkeypatch):
    monkeypatch.setenv("RDS_ENGINE_FAMILY", family)

    assert engine.chosen_engine() is module


def test_an_engine_that_is_none_is_named(monkeypatch):
    monkeypatch.setenv("RDS_ENGINE_FAMILY", "ORACLE")

    with pytest.raises(Misconfigured, match="must be MYSQL or POSTGRESQL, not 'ORACLE'"):
        engine.chosen_engine()


@pytest.mark.parametrize("module", [engine_mysql, engine_postgresql])
def test_an_engine_has_every_name_of_the_interface(module):
    names = engine.Engine.__annotations__.keys() | {
        name for name in vars(engine.Engine) if not name.startswith("_")
    }

    assert names <= vars(module).keys()
