"""The orders' service as its settings deploy it: each key is one order in the database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

import orders
from rdsproxy_local.testing import Answer, Call, Deploy, DeployedStack, Sql
from rdsproxy_templates import render

EXAMPLE = Path(__file__).parents[1]
ORDER = {"item": "pen", "amount": 2}


@pytest.fixture(scope="session")
def shop(deploy: Deploy, sql: Sql) -> DeployedStack:
    """The stack, with the service's tables and ten pens."""
    settings = yaml.safe_load((EXAMPLE / "service.yaml").read_text())
    config = orders.Config.parse(settings, "service.yaml")
    stack = deploy(render(orders, config, folder=EXAMPLE), name="shop")
    tables = (EXAMPLE / "service" / "tables.sql").read_text().partition("\n")[2]
    for statement in filter(str.strip, tables.split(";")):
        sql(statement, stack=stack)
    sql("INSERT INTO stock VALUES ('pen', 10)", stack=stack)
    return stack


def place(shop: DeployedStack, call: Call, key: str) -> Answer:
    return call(
        "POST",
        shop.outputs["OrdersUrl"] + "orders",
        body=json.dumps(ORDER),
        headers={"Idempotency-Key": key},
    )


def test_an_order_leaves_the_stock_and_is_shown(shop: DeployedStack, call: Call, sql: Sql) -> None:
    before = sql("SELECT amount FROM stock", stack=shop)[0][0]

    placed = place(shop, call, "one")

    assert placed.status == 201
    assert sql("SELECT amount FROM stock", stack=shop) == [(before - 2,)]
    shown = call("GET", f"{shop.outputs['OrdersUrl']}orders/{placed.json()['id']}")
    assert (shown.status, shown.json()) == (200, placed.json())


def test_a_repeated_key_is_one_order(shop: DeployedStack, call: Call, sql: Sql) -> None:
    first, second = place(shop, call, "two"), place(shop, call, "two")

    assert (first.status, second.status) == (201, 201)
    assert first.json() == second.json()
    assert sql("SELECT COUNT(*) FROM orders WHERE placed_with = 'two'", stack=shop) == [(1,)]


def test_each_key_is_a_row_of_the_table_that_the_deployment_made(
    shop: DeployedStack, call: Call, sql: Sql
) -> None:
    place(shop, call, "three")

    kept = sql("SELECT name FROM rdsproxy_client_keys WHERE name = 'three'", stack=shop)
    assert kept == [(b"three",)]
