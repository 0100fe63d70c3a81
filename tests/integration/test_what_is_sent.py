"""The drivers' traffic, by which RDS Proxy decides whether a connection can be shared.

"Avoiding pinning an RDS Proxy" says what pins: settings but for some of MySQL's, of which ``NAMES``
is one; prepared statements of MySQL; PREPARE, temporary tables, locks, texts over 16 KB.
"""

from __future__ import annotations

import re

import pytest
from client import call, here_or_skip

from rdsproxy_local.servers.service import Service

FAMILIES = [
    pytest.param(family, marks=pytest.mark.xdist_group(f"sent {family}"))
    for family in ("MYSQL", "POSTGRESQL")
]
QUERY = b"\x03"
"""MySQL's command for a statement as text; 0x16 would prepare one."""
PINS = re.compile(
    rb"^\s*(SET(?! NAMES )|PREPARE|DISCARD|DEALLOCATE|EXECUTE|DECLARE|LISTEN|LOAD|LOCK|CALL)\b"
    rb"|TEMP|nextval|setval|set_config|GET_LOCK|advisory_lock|/\*",
    re.IGNORECASE,
)


@pytest.fixture(params=FAMILIES)
def service(request, function):
    here_or_skip(request.param)
    with Service(function, request.param) as service:
        yield service


@pytest.fixture
def sent(service):
    """Every statement, as the proxy gets it."""
    sent = []
    service.front.fault = sent.append
    return sent


def everything(service):
    for method, path in (
        ("POST", "/initialize"),
        ("GET", "/load"),
        ("POST", "/visits"),
        ("GET", "/visits"),
    ):
        assert call(service.api, method, path).status == 200


def test_nothing_that_pins_is_sent(service, sent):
    everything(service)
    if service.variables["RDS_ENGINE_FAMILY"] == "MYSQL":
        assert {statement[:1] for statement in sent} == {QUERY}
        sent[:] = [statement[1:] for statement in sent]

    assert len(sent) > 8
    assert [statement for statement in sent if PINS.search(statement)] == []
    assert max(map(len, sent)) < 16_384


def test_one_setting_is_sent_for_each_connection_and_only_by_mysql(service, sent):
    everything(service)

    settings = [statement for statement in sent if b"SET " in statement[:5]]
    mysql = service.variables["RDS_ENGINE_FAMILY"] == "MYSQL"
    assert settings == ([QUERY + b"SET NAMES utf8mb4"] if mysql else [])


def test_no_statement_of_postgresql_has_a_name(service, monkeypatch):
    """Named ones are kept by the session; the wire tells the name in Parse and in Bind."""
    from rdsproxy_local.servers.postgresql_wire import PostgreSQLWire

    kinds = []
    executed = PostgreSQLWire._executed

    def noted(self, kind, content):
        if kind in b"PBC":
            kinds.append((kind, content.split(b"\0")[kind == b"B"]))
        return executed(self, kind, content)

    monkeypatch.setattr(PostgreSQLWire, "_executed", noted)
    everything(service)

    mysql = service.variables["RDS_ENGINE_FAMILY"] == "MYSQL"
    assert set(kinds) == (set() if mysql else {(b"P", b""), (b"B", b"")})
