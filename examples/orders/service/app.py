"""Orders: what is ordered leaves the stock, both in one transaction, once for each key.

The client's Idempotency-Key is the transaction's: whoever repeats a request whose answer was lost,
or had an unknown outcome, gets the order that was placed, and places no second one.
"""

from __future__ import annotations

from typing import Any

from rdsproxy_client import Database, Transaction
from rdsproxy_client.web import Answer, Failed, Request, Routes, answer

TAKE = "UPDATE stock SET amount = amount - %s WHERE item = %s AND amount >= %s"
PLACE = "INSERT INTO orders (item, amount, placed_with) VALUES (%s, %s, %s)"
FIND = "SELECT id, item, amount FROM orders WHERE id = %s"

LARGEST = 1000
"""Most pieces in one order."""
DIGITS = 18
"""Those of a number of an order, which is a BIGINT."""

database = Database.from_environment()


def place(request: Request) -> Answer:
    """Place an order of ``{"item": …, "amount": …}``."""
    item, amount = _wanted(request)

    def work(tx: Transaction) -> dict[str, Any]:
        if tx.write(TAKE, (amount, item, amount)).count != 1:
            raise Failed(409, "sold_out", f"There are fewer than {amount} of {item}.")
        return {"id": _placed(tx, item, amount, request.key), "item": item, "amount": amount}

    return Answer(database.transaction(work, key=request.key), 201)


def show(request: Request) -> dict[str, Any]:
    """Show one order."""
    number = request.path_parameters["id"]
    is_number = number.isdecimal() and len(number) <= DIGITS
    rows = database.read(FIND, (int(number),)) if is_number else []
    if not rows:
        raise Failed(404, "no_order", "There is no such order.")
    return rows[0].as_dict()


def _placed(tx: Transaction, item: str, amount: int, key: str) -> int:
    """Insert the order; its number is the database's, which each engine tells in its own way."""
    if database.family == "MYSQL":
        number = tx.write(PLACE, (item, amount, key)).last_id
    else:
        number = tx.write(f"{PLACE} RETURNING id", (item, amount, key)).rows[0]["id"]
    return int(number or 0)


def _wanted(request: Request) -> tuple[str, int]:
    match request.json():
        case {"item": str(item), "amount": int(amount)} if item.isprintable():
            if not isinstance(amount, bool) and 0 < amount <= LARGEST:
                return item, amount
        case _:
            pass
    message = f"The body must have an item, and an amount from 1 to {LARGEST}."
    raise Failed(400, "invalid_order", message)


ROUTES: Routes = {"/orders": {"POST": place}, "/orders/{id}": {"GET": show}}


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer an event of the HTTP API."""
    return answer(ROUTES, event, context)
