"""``POST /_local/fire/NAME``: a rule, a schedule or a queue, at once and not at its time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote

from moto.sqs.models import sqs_backends

from ..servers.http_event import Response
from .clock import Clock, rules, scheduled, utc_now
from .polling import Pollers
from .rules import Sent

SECONDS: Final = 120
"""Seconds for which a request waits for functions."""

JSON: Final = (("content-type", "application/json"),)


def fire(name: str, clock: Clock, pollers: Pollers) -> Response:
    """Fire what has this name or ARN, and wait for the functions that it calls."""
    wanted = unquote(name)
    found = {arn: one for arn, label, one in _all() if wanted in (arn, label)}
    if not found:
        return _answer(
            HTTPStatus.NOT_FOUND, {"message": f"there is no rule, schedule or queue {wanted}"}
        )
    if len(found) > 1:
        names = ", ".join(sorted(found))
        return _answer(
            HTTPStatus.CONFLICT,
            {"message": f"{wanted} is the name of {names}; fire one by its ARN"},
        )
    ((arn, one),) = found.items()
    if arn.split(":")[2] == "sqs":
        return _answer(HTTPStatus.OK, {"arn": arn, "messages": _release(one, pollers)})
    if not getattr(one, "scheduled_expression", "schedule"):
        reason = f"{wanted} has a pattern and no schedule; send it an event, by PutEvents"
        return _answer(HTTPStatus.BAD_REQUEST, {"message": reason})
    targets = [_outcome(sent) for sent in clock.fire(one, utc_now())]
    return _answer(HTTPStatus.OK, {"arn": arn, "targets": targets})


def _all() -> Iterator[tuple[str, str, Any]]:
    """ARN, name and object of all that fires."""
    seen = {one.arn: one for one in (*rules(), *scheduled())}
    yield from ((arn, one.name, one) for arn, one in seen.items())
    for account in list(sqs_backends):
        for backend in list(sqs_backends[account].values()):
            yield from ((one.queue_arn, one.name, one) for one in list(backend.queues.values()))


def _release(queue: Any, pollers: Pollers) -> int:
    """End the timeouts of hidden and delayed messages, and deliver them; how many wait then."""
    for delivery in pollers.poll():
        delivery.result(SECONDS)
    for message in list(queue._messages):
        message.visible_at = message.delayed_until = 0.0
    for delivery in pollers.poll():
        delivery.result(SECONDS)
    return len(queue._messages)


def _outcome(sent: Sent) -> dict[str, Any]:
    if sent.refusal is not None:
        return {"arn": sent.target, "result": "refused", "message": sent.refusal}
    if sent.call is None:
        return {"arn": sent.target, "result": "sent"}
    called = sent.call.result(SECONDS)
    return {
        "arn": sent.target,
        "result": called.answer.kind,
        "body": called.answer.body,
        "attempts": called.attempts,
    }


def _answer(status: HTTPStatus, content: Any) -> Response:
    return Response(status, JSON, json.dumps(content).encode())
