"""The service, deployed into a local cloud: `pip install '../..[local]' pytest`.

`pytest` needs no AWS account. MariaDB must be installed.
"""

from __future__ import annotations

import pytest

import orders
from rdsproxy_local.testing import Call, Deploy, DeployedStack, Logs, Sql
from rdsproxy_templates import render

ITEMS = [{"id": 1, "name": "one"}, {"id": 2, "name": "two"}, {"id": 3, "name": "three"}]


@pytest.fixture(scope="session")
def stack(deploy: Deploy, call: Call) -> DeployedStack:
    """The stack, with the example's rows in its database."""
    stack = deploy(render(orders, orders.Config()), name="orders")
    assert call("POST", stack.outputs["OrdersUrl"] + "initialize").status == 200
    return stack


def test_a_signed_request_reads_the_database(stack: DeployedStack, call: Call) -> None:
    answer = call("GET", stack.outputs["OrdersUrl"] + "load")

    assert (answer.status, answer.json()) == (200, {"items": ITEMS})


def test_an_unsigned_request_is_refused(stack: DeployedStack, call: Call) -> None:
    assert call("GET", stack.outputs["OrdersUrl"] + "load", signed=False).status == 403


def test_the_function_writes_as_its_own_user(stack: DeployedStack, call: Call, sql: Sql) -> None:
    before = sql("SELECT COUNT(*) FROM visits")[0][0]

    call("POST", stack.outputs["OrdersUrl"] + "visits")

    assert sql("SELECT COUNT(*) FROM visits") == [(before + 1,)]
    assert sql("SELECT CURRENT_USER()", user="app") == [("app@%",)]


def test_each_request_is_logged(stack: DeployedStack, call: Call, logs: Logs) -> None:
    call("GET", stack.outputs["OrdersUrl"] + "load")

    assert '"route": "/load"' in logs("BlogRDSProxyFunction")[-1]


def test_the_same_stack_is_deployed_once(stack: DeployedStack, deploy: Deploy) -> None:
    assert deploy(render(orders, orders.Config()), name="orders") is stack
