"""The answer is the function's own, and in time, however slowly others answer."""

from __future__ import annotations

import json
import time

import pytest
from client import call, here_or_skip

from rdsproxy_local.servers.hindrance import Hindrance
from rdsproxy_local.servers.service import Service

FAMILIES = [
    pytest.param(family, marks=pytest.mark.xdist_group(f"in time {family}"))
    for family in ("MYSQL", "POSTGRESQL")
]
SECONDS = 5
"""Seconds after which Lambda would end the function."""


@pytest.fixture(scope="module", params=FAMILIES)
def running(request, function):
    here_or_skip(request.param)
    with Service(function, request.param) as service:
        assert call(service.api, "POST", "/initialize").status == 200
        yield service


@pytest.fixture
def way(running):
    """A hindrance between the function and its proxy; tokens are for its port."""
    port = running.front.port
    with Hindrance(running.front.address) as way:
        running.front.port = way.port
        yield way
    running.front.port = port


@pytest.fixture
def api(running, way):
    return running.another(timeout=SECONDS, RDS_PORT=str(way.port))


def set_up(way, how):
    for name, value in HINDRANCES[how].items():
        setattr(way, name, value)


def log(service):
    return [json.loads(line) for line in service.environments[-1].log if line.startswith("{")]


HINDRANCES = {
    "each answer 10 s late": {"pause": 10},
    "a byte every 200 ms": {"pause": 0.2, "piece": 1},
    "no answer": {"lost": True},
}


@pytest.mark.parametrize("how", HINDRANCES)
class TestHindered:
    def test_while_it_logs_in(self, way, api, how):
        set_up(way, how)
        answer = call(api, "POST", "/visits", idempotency_key="never-sent")

        assert (answer.status, answer.code) == (503, "database_unavailable")
        assert answer.headers["retry-after"] == "1"

    def test_while_it_reads(self, way, api, how):
        assert call(api, "GET", "/load").status == 200
        set_up(way, how)
        answer = call(api, "GET", "/load")

        assert (answer.status, answer.code) == (503, "database_unavailable")

    def test_while_it_writes(self, way, api, how):
        assert call(api, "GET", "/load").status == 200
        set_up(way, how)
        answer = call(api, "POST", "/visits", idempotency_key=f"sent {how}")

        assert (answer.status, answer.code) == (503, "outcome_unknown")
        assert answer.headers["idempotency-key"] == f"sent {how}"


def test_the_next_request_recovers_from_the_hindrance(running, way, api):
    way.lost = True
    assert call(api, "POST", "/visits", idempotency_key="again").status == 503
    way.lost = False

    assert call(api, "POST", "/visits", idempotency_key="again").status == 200
    found = running.database.rows("SELECT COUNT(*) FROM visits WHERE request = 'again'")
    assert found[0][0] == 1


def test_a_secret_that_does_not_arrive_is_unavailable(running, aws):
    host, port = aws.address.removeprefix("http://").split(":")
    arn = aws.secret(f"s{time.time_ns()}", json.dumps({"username": "app", "password": "p"}))
    with Hindrance((host, int(port))) as way:
        way.lost = True
        api = running.another(
            timeout=SECONDS,
            RDS_SECRET_ARN=arn,
            AWS_ENDPOINT_URL_SECRETS_MANAGER=f"http://127.0.0.1:{way.port}",
        )
        answer = call(api, "POST", "/visits")

    assert (answer.status, answer.code) == (503, "database_unavailable")
    assert {"let the function reach 127.0.0.1:" + str(way.port)} == {
        line["detail"] for line in log(running) if "detail" in line
    }


@pytest.mark.parametrize(
    ("variables", "cause"),
    [
        ({"RDS_PROXY_ENDPOINT": "nowhere.invalid"}, "name_not_resolved"),
        ({"RDS_PORT": "1"}, "port_refused"),
        ({"RDS_PROXY_ENDPOINT": "127.0.0.1"}, "certificate_of_another_name"),
        ({"RDS_USER": "somebody"}, "login_refused"),
        ({"RDS_DATABASE_NAME": "none"}, "database_refused"),
    ],
)
def test_the_cause_of_a_failed_connection_is_logged_with_its_remedy(running, variables, cause):
    api = running.another(timeout=SECONDS, **variables)

    assert call(api, "GET", "/load").code == "database_unavailable"
    found = [line for line in log(running) if line.get("cause")]
    assert {line["cause"] for line in found} == {cause}
    assert all(line["remedy"] for line in found)


def test_roots_that_did_not_sign_are_logged(running, layer):
    api = running.another(timeout=SECONDS, RDS_CA_FILE=str(layer / "amazon_roots.pem"))

    assert call(api, "GET", "/load").code == "database_unavailable"
    assert "certificate_not_trusted" in {line.get("cause") for line in log(running)}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("RDS_USER", "", "lacks RDS_USER"),
        ("RDS_DATABASE_NAME", "", "lacks RDS_DATABASE_NAME"),
        ("RDS_PROXY_ENDPOINT", "", "lacks RDS_PROXY_ENDPOINT or RDS_HOST"),
        ("RDS_PORT", "many", "RDS_PORT must be a port number, not 'many'"),
        ("RDS_CA_FILE", "/nowhere.pem", "names /nowhere.pem, which does not exist"),
        ("AWS_ACCESS_KEY_ID", "", "has no credentials"),
    ],
)
def test_a_setting_that_is_wrong_is_named(running, name, value, says):
    answer = call(running.another(timeout=SECONDS, **{name: value}), "GET", "/load")

    assert (answer.status, answer.code) == (500, "misconfigured")
    assert says in " ".join(line.get("remedy", "") for line in log(running))


@pytest.mark.parametrize("level", ["debug", "much"])
def test_no_log_level_ends_the_start(running, level):
    api = running.another(timeout=SECONDS, LOG_LEVEL=level)

    assert call(api, "GET", "/load").status == 200
