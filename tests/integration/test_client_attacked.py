"""``examples/orders/service`` under cuts at every boundary: acknowledged is stored, and once."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from client import Answer, here_or_skip

from rdsproxy_client import (
    Database,
    OutcomeUnknown,
    Unavailable,
    engine,
    engine_mysql,
    engine_postgresql,
)
from rdsproxy_client import database as module
from rdsproxy_local.servers.service import Service

KEYS = {"MYSQL": engine_mysql, "POSTGRESQL": engine_postgresql}
NUMBER = {
    "MYSQL": "BIGINT AUTO_INCREMENT PRIMARY KEY",
    "POSTGRESQL": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
}
STOCK = 100_000
ORDERS = 300
STATEMENTS = (b"rdsproxy_client_keys (", b"UPDATE stock", b"INTO orders", b"SET result", b"COMMIT")
BOUNDARIES = {"MYSQL": (b"START", *STATEMENTS), "POSTGRESQL": (b"BEGIN", *STATEMENTS)}
FOUND = b"SELECT result"
"""What only a retry sends."""
WHERE = ("before", "after")
FAMILIES = [
    pytest.param(family, marks=pytest.mark.xdist_group(f"attacked {family}")) for family in KEYS
]


class Shop:
    """The service, its clients, and who cuts their connections."""

    def __init__(self, service, family):
        self.service, self.family = service, family
        self._cuts = []
        self._lock = threading.Lock()
        self.cut = 0

    def place(self, key, amount=1, api=None):
        api = api or self.service.api
        connection = http.client.HTTPConnection(*api.address, timeout=60)
        try:
            body = json.dumps({"item": "pen", "amount": amount})
            headers = {"content-type": "application/json", "idempotency-key": key}
            connection.request("POST", "/orders", body, headers)
            response = connection.getresponse()
            return Answer(response.status, json.loads(response.read()), dict(response.getheaders()))
        finally:
            connection.close()

    def hurt(self, boundary, where, times):
        """Cut the next *times* statements with *boundary* in them, after the cuts before that."""
        with self._lock:
            self._cuts += [(boundary, where)] * times

    def fault(self, statement):
        with self._lock:
            if self._cuts and self._cuts[0][0] in bytes(statement):
                self.cut += 1
                return self._cuts.pop(0)[1]
        return None

    def heal(self):
        with self._lock:
            self._cuts = []

    def rows(self, sql):
        return self.service.database.rows(sql)

    @property
    def stored(self):
        """How many orders there are under each key."""
        return dict(self.rows("SELECT placed_with, COUNT(*) FROM orders GROUP BY placed_with"))

    @property
    def left(self):
        return self.rows("SELECT amount FROM stock")[0][0]


@pytest.fixture(scope="module", params=FAMILIES)
def running(request, repository, layer):
    here_or_skip(request.param)
    folder = repository / "examples" / "orders" / "service"
    path = {"PYTHONPATH": str(layer.parent)}
    with Service(folder, request.param, environments=4, variables=path) as service:
        database = service.database
        database.rows(KEYS[request.param].KEY_TABLE)
        database.rows("CREATE TABLE stock (item VARCHAR(40) PRIMARY KEY, amount INT NOT NULL)")
        database.rows(
            f"CREATE TABLE orders (id {NUMBER[request.param]}, item VARCHAR(40) NOT NULL,"
            " amount INT NOT NULL, placed_with VARCHAR(64) NOT NULL)"
        )
        yield service


@pytest.fixture
def shop(running, request):
    shop = Shop(running, running.variables["RDS_ENGINE_FAMILY"])
    for table in ("orders", "stock", KEYS[shop.family].KEYS):
        shop.rows(f"DELETE FROM {table}")
    shop.rows(f"INSERT INTO stock VALUES ('pen', {STOCK})")
    running.front.fault = shop.fault
    yield shop
    running.front.fault = None


def test_an_order_is_placed_once_for_a_key(shop):
    first, second = shop.place("one", 2), shop.place("one", 2)

    assert first.status == second.status == 201
    assert first.body == second.body
    assert (shop.stored, shop.left) == ({"one": 1}, STOCK - 2)


def test_what_is_sold_out_changes_nothing(shop):
    shop.rows("UPDATE stock SET amount = 1")
    answer = shop.place("two", 2)

    assert (answer.status, answer.code) == (409, "sold_out")
    assert (shop.stored, shop.left) == ({}, 1)


def test_orders_under_cuts_at_every_boundary_are_stored_once(shop):
    """Each order meets one cut before or after a statement, or also one in the retry, anywhere.

    These are a third of all pairs, because each waits; all of them are in the unit tests.
    """
    boundaries = BOUNDARIES[shop.family]
    first = list(itertools.product(boundaries, WHERE))
    pairs = list(itertools.product(first, itertools.product((*boundaries, FOUND), WHERE)))
    alone = ([cut] for cut in itertools.cycle(first))
    for number, cuts in zip(range(ORDERS), itertools.chain(pairs[::3], alone), strict=False):
        before = shop.cut
        for boundary, where in cuts:
            shop.hurt(boundary, where, 1)
        answer = shop.place(f"key-{number}")
        shop.heal()
        assert answer.status == 201, answer
        assert shop.cut > before, f"{cuts[0]} is no boundary"

    assert shop.stored == {f"key-{number}": 1 for number in range(ORDERS)}
    assert shop.left == STOCK - ORDERS
    assert shop.cut > ORDERS


def test_without_a_key_what_is_said_is_true_at_every_boundary(shop, monkeypatch):
    """Of two statements none is stored alone; an unknown outcome is said of COMMIT only."""
    for name, value in shop.service.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(module, "PAUSES", (0, 0.01, 0.01))
    engine.tls.cache_clear()
    database = Database.from_environment()
    said = {}

    def order(tx, key):
        tx.write("UPDATE stock SET amount = amount - 1 WHERE item = 'pen'")
        tx.write("INSERT INTO orders (item, amount, placed_with) VALUES ('pen', 1, %s)", (key,))

    boundaries = (b"BEGIN", b"START", b"UPDATE stock", b"INTO orders", b"COMMIT")
    cuts = itertools.product(boundaries, ("before", "after"), (1, 2, 99), range(3))
    for number, (boundary, where, times, _) in enumerate(cuts):
        key = f"key-{number}"
        shop.hurt(boundary, where, times)
        try:
            database.transaction(partial(order, key=key))
            said[key] = {1}
        except Unavailable:
            said[key] = {0}
        except OutcomeUnknown:
            assert boundary == b"COMMIT"
            said[key] = {1} if where == "after" else {0}
        shop.heal()

    stored = shop.stored
    assert [key for key, right in said.items() if stored.get(key, 0) not in right] == []
    assert shop.left == STOCK - len(stored)
    assert len(said) - len(stored) > 15
    engine.tls.cache_clear()


def test_an_unknown_outcome_is_found_out_by_repeating_the_key(shop):
    """All connections are lost at COMMIT, until the invocation's retries are over."""
    said = {}
    for number, where in enumerate(("before", "after")):
        shop.hurt(b"COMMIT", where, 99)
        said[f"key-{number}"] = shop.place(f"key-{number}").code
        shop.heal()
    assert said["key-0"] == "outcome_unknown"
    # After the first COMMIT that was executed, the key is there, and no other COMMIT is sent.
    assert said["key-1"] is None
    assert shop.place("key-0").status == 201

    assert shop.stored == {"key-0": 1, "key-1": 1}
    assert shop.left == STOCK - 2


def test_many_clients_with_one_key_place_one_order(shop):
    shop.hurt(b"COMMIT", "after", 1)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: shop.place("same"), range(8)))

    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["id"] for answer in answers}) == 1
    assert (shop.stored, shop.left) == ({"same": 1}, STOCK - 1)


def test_clients_at_once_while_all_connections_are_lost_again_and_again(shop):
    """What was acknowledged is stored; what was not is there at most once, and repeatable."""
    acknowledged, keys = set(), [f"key-{number}" for number in range(80)]
    done = threading.Event()

    def cut_all():
        while not done.wait(0.15):
            shop.service.front.drop_all()

    cutter = threading.Thread(target=cut_all)
    cutter.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            for key, answer in zip(keys, pool.map(shop.place, keys), strict=True):
                assert answer.status in (201, 503), answer
                if answer.status == 201:
                    acknowledged.add(key)
    finally:
        done.set()
        cutter.join()
    stored = shop.stored
    assert acknowledged <= stored.keys()
    assert set(stored.values()) <= {1}

    assert {shop.place(key).status for key in keys} == {201}
    assert shop.stored == dict.fromkeys(keys, 1)
    assert shop.left == STOCK - len(keys)
