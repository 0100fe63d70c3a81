"""Faults of every kind: no row is lost or doubled, and the client is told the truth."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from client import call, here_or_skip

from rdsproxy_local.servers.loopback import wait_for
from rdsproxy_local.servers.service import Service

FAMILIES = [
    pytest.param(family, marks=pytest.mark.xdist_group(f"faults {family}"))
    for family in ("MYSQL", "POSTGRESQL")
]
CUTS = 150
CLIENTS, ENVIRONMENTS, SECONDS = 200, 20, 120
# What is found in the statements of both engines.
ITEMS, INSERT, LIST = b"items WHERE", b"visits (visited_at", b"visits WHERE"
CERTAIN, UNCERTAIN, WRITTEN = (
    "database_unavailable",
    "outcome_unknown",
    "written_without_list",
)


@pytest.fixture(scope="module", params=FAMILIES)
def running(request, function):
    here_or_skip(request.param)
    with Service(function, request.param) as service:
        yield service


@pytest.fixture
def service(running):
    assert call(running.api, "POST", "/initialize").status == 200
    running.database.rows("DELETE FROM visits")
    yield running
    running.front.fault = None


def keys(service):
    return [key for (key,) in service.database.rows("SELECT request FROM visits")]


def cut_once(service, where, statement):
    """Cut the next connection that carries *statement*, and no other."""
    left = [where]

    def fault(sent):
        return left.pop() if left and statement in sent else None

    service.front.fault = fault
    return left


class TestCuts:
    def test_reads_survive_every_cut(self, service):
        places = itertools.islice(itertools.cycle(["before", "after"]), CUTS)
        for where in places:
            left = cut_once(service, where, ITEMS)
            answer = call(service.api, "GET", "/load")

            assert (answer.status, left) == (200, [])
            assert len(answer.body["items"]) == 3

    def test_inserts_are_written_once_whatever_is_cut(self, service):
        places = itertools.islice(itertools.cycle(["before", "after"]), CUTS)
        for number, where in enumerate(places):
            left = cut_once(service, where, INSERT)
            answer = call(service.api, "POST", "/visits", idempotency_key=f"cut-{number}")

            assert (answer.status, left) == (200, [])
        assert Counter(keys(service)) == Counter(f"cut-{number}" for number in range(CUTS))

    @pytest.mark.parametrize(("where", "written"), [("before", 0), ("after", 1)])
    def test_an_insert_that_is_always_cut_has_an_unknown_outcome(self, service, where, written):
        service.front.fault = lambda sent: where if INSERT in sent else None
        answer = call(service.api, "POST", "/visits", idempotency_key="always")

        assert (answer.status, answer.code) == (503, UNCERTAIN)
        assert answer.headers["idempotency-key"] == "always"
        assert keys(service).count("always") == written

    def test_repeating_an_unknown_outcome_with_its_key_makes_it_certain(self, service):
        service.front.fault = lambda sent: "after" if INSERT in sent else None
        unknown = call(service.api, "POST", "/visits")
        service.front.fault = None
        key = unknown.headers["idempotency-key"]

        assert call(service.api, "POST", "/visits", idempotency_key=key).status == 200
        assert keys(service) == [key]

    def test_a_read_that_is_always_cut_is_unavailable(self, service):
        service.front.fault = lambda sent: "before" if ITEMS in sent else None

        assert call(service.api, "GET", "/load").code == CERTAIN

    def test_a_cut_list_does_not_deny_the_insert(self, service):
        service.front.fault = lambda sent: "before" if LIST in sent else None
        answer = call(service.api, "POST", "/visits", idempotency_key="listed")

        assert answer.code == WRITTEN
        assert answer.headers["idempotency-key"] == "listed"
        assert keys(service) == ["listed"]


class TestTheDatabase:
    def test_killed_and_started_between_invocations_is_not_noticed(self, service):
        for _ in range(3):
            service.database.kill()
            service.database.start()

            assert call(service.api, "GET", "/load").status == 200

    def test_restarted_in_good_order_is_not_noticed(self, service):
        service.database.restart()

        assert call(service.api, "POST", "/visits", idempotency_key="restarted").status == 200

    def test_that_stays_away_is_unavailable_and_comes_back(self, service):
        service.database.kill()
        try:
            answer = call(service.api, "POST", "/visits", idempotency_key="away")
        finally:
            service.database.start()

        assert answer.status == 503
        assert answer.headers["retry-after"] == "1"
        assert call(service.api, "POST", "/visits", idempotency_key="back").status == 200
        assert "back" in keys(service)

    def test_killed_during_invocations_loses_and_doubles_nothing(self, service):
        acknowledged, unknown = [], []
        done = threading.Event()

        def write():
            for number in itertools.count():
                if done.is_set():
                    return
                answer = call(service.api, "POST", "/visits", idempotency_key=f"k{number}")
                (acknowledged if answer.status == 200 else unknown).append(f"k{number}")

        def await_writes():
            """Wait until some more visits are acknowledged, however slow this machine is."""
            wanted = len(acknowledged) + 4
            wait_for(lambda: len(acknowledged) >= wanted)

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(write)
            for _ in range(3):
                await_writes()
                service.database.kill()
                service.database.start()
            await_writes()
            done.set()
            writing.result(SECONDS)

        found = keys(service)
        assert len(found) == len(set(found))
        assert set(acknowledged) <= set(found) <= set(acknowledged) | set(unknown)
        assert len(acknowledged) > 10


@pytest.mark.parametrize("family", FAMILIES)
def test_200_clients_over_20_environments_and_a_restart(function, family):
    """Each repeats a visit under its key until it is acknowledged, then makes the next."""
    answers: Counter[object] = Counter()
    acknowledged: list[str] = []
    unacknowledged: dict[str, set[str]] = {}

    enough = threading.Event()

    def client(number):
        for visit in itertools.count():
            key, codes = f"{number}-{visit}", set()
            while True:
                answer = call(service.api, "POST", "/visits", idempotency_key=key)
                answers[answer.status, answer.code] += 1
                if answer.status == 200:
                    acknowledged.append(key)
                    break
                codes.add(answer.code)
                if enough.is_set():
                    unacknowledged[key] = codes
                    return
            if enough.is_set():
                return

    here_or_skip(family)
    with Service(function, family, environments=ENVIRONMENTS) as service:
        assert call(service.api, "POST", "/initialize").status == 200
        with ThreadPoolExecutor(CLIENTS) as pool:
            clients = [pool.submit(client, number) for number in range(CLIENTS)]
            wait_for(lambda: len(acknowledged) >= CLIENTS, SECONDS)
            service.database.restart()
            wait_for(lambda: len(acknowledged) >= 2 * CLIENTS, SECONDS)
            enough.set()
            for one in clients:
                one.result(SECONDS)
        found = keys(service)

    certainly_not = {key for key, codes in unacknowledged.items() if codes == {CERTAIN}}
    assert answers.keys() <= {(200, None), *((503, code) for code in (CERTAIN, UNCERTAIN, WRITTEN))}
    assert len(found) == len(set(found))
    assert set(acknowledged) <= set(found)
    assert set(found) - set(acknowledged) <= unacknowledged.keys() - certainly_not
    assert len(acknowledged) > CLIENTS
