"""Lambda's pollers: messages of a queue, in batches, to the function that is mapped to it."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final

from moto.awslambda.models import lambda_backends
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.events.models import EventPattern
from moto.sqs.models import Message, Queue, sqs_backends

from ..data_plane.functions import Functions, TooManyRequests
from ..data_plane.identities import role_may
from ..servers.runtime import Answer
from .delivery import Undeliverable, function_at, queue_at
from .permissions import LAMBDA

SECONDS: Final = 0.1
"""Seconds between two looks at all queues."""

AT_ONCE: Final = 4


class Pollers:
    """Polls every queue with a mapping; one batch of a mapping is under way at a time."""

    def __init__(self, functions: Functions, log: list[str]) -> None:
        self._functions = functions
        self._log = log
        self._busy: dict[str, Future[None]] = {}
        self._turn = threading.Lock()
        self._threads = ThreadPoolExecutor(AT_ONCE, "pollers")

    def poll(self) -> list[Future[None]]:
        """Begin to deliver what waits; the deliveries that are under way."""
        with self._turn:
            self._busy = {uuid: one for uuid, one in self._busy.items() if not one.done()}
            for mapping in _mappings():
                if mapping.enabled and mapping.uuid not in self._busy:
                    with suppress(Undeliverable):
                        self._begin(mapping)
            return list(self._busy.values())

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _begin(self, mapping: Any) -> None:
        queue, function = queue_at(mapping.event_source_arn), function_at(mapping.function_arn)
        # At most looks at the list, unlike receiving, which counts.
        if not queue.messages:
            return
        if not role_may(function.role, LAMBDA, "sqs:ReceiveMessage", queue.queue_arn):
            return
        hidden = int(queue.visibility_timeout)  # type: ignore[attr-defined]
        messages = sqs_backends[queue.account_id][queue.region].receive_message(
            queue.name, mapping.batch_size, 0, hidden, ["All"]
        )
        if messages:
            self._busy[mapping.uuid] = self._threads.submit(
                self._deliver, mapping, queue, function, messages
            )

    def _deliver(self, mapping: Any, queue: Queue, function: Any, messages: list[Message]) -> None:
        records = {message.id: _record(queue, message) for message in messages}
        handles = {message.id: str(message.receipt_handle) for message in messages}
        wanted = {name: one for name, one in records.items() if _passes(mapping, one)}
        _delete(queue, [handles[name] for name in records if name not in wanted])
        if not wanted:
            return
        try:
            answer = self._functions.invoke(function, {"Records": list(wanted.values())}).answer
        except (TooManyRequests, JsonRESTError) as error:
            self._log.append(f"{function.function_name}: {error}")
            return
        failed = _failed(mapping, answer, set(wanted))
        # Those that failed become visible when their timeout is over, as on AWS.
        _delete(queue, [handles[name] for name in wanted if name not in failed])


def _mappings() -> Iterator[Any]:
    for account in list(lambda_backends):
        for backend in list(lambda_backends[account].values()):
            for mapping in list(backend._event_source_mappings.values()):
                if ":sqs:" in mapping.event_source_arn:
                    yield mapping


def _delete(queue: Queue, handles: list[str]) -> None:
    for handle in handles:
        # Its visibility may have ended, or the queue may be gone.
        with suppress(ServiceException, JsonRESTError):
            sqs_backends[queue.account_id][queue.region].delete_message(queue.name, handle)


# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
def _failed(mapping: Any, answer: Answer, delivered: set[str]) -> set[str]:
    """The messages that stay in the queue."""
    if answer.kind != "response":
        return delivered
    if "ReportBatchItemFailures" not in (mapping.function_response_types or ()):
        return set()
    match answer.body:
        case None | {"batchItemFailures": None | []}:
            return set()
        case dict() if not answer.body:
            return set()
        case {"batchItemFailures": [*items]}:
            named = [one.get("itemIdentifier") for one in items if isinstance(one, dict)]
            if len(named) == len(items) and set(named) <= delivered:
                return {str(name) for name in named}
    # Whatever names no message of the batch, or is no answer at all, fails the batch.
    return delivered


def _passes(mapping: Any, record: dict[str, Any]) -> bool:
    filters = (mapping.filter_criteria or {}).get("Filters") or ()
    if not filters:
        return True
    try:
        body = json.loads(record["body"])
    except ValueError:
        body = record["body"]
    seen: Any = record | {"body": body}
    return any(EventPattern.load(one["Pattern"]).matches_event(seen) for one in filters)


def _record(queue: Queue, message: Message) -> dict[str, Any]:
    """A message as functions see it."""
    attributes = {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "SentTimestamp": str(message.sent_timestamp),
        "SenderId": message.sender_id,
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
    }
    in_order = {
        "MessageGroupId": message.group_id,
        "MessageDeduplicationId": message.deduplication_id,
        "SequenceNumber": message.sequence_number,
    }
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": attributes | {name: one for name, one in in_order.items() if one},
        "messageAttributes": {
            name: _attribute(one) for name, one in message.message_attributes.items()
        },
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.queue_arn,
        "awsRegion": queue.region,
    }


def _attribute(given: dict[str, Any]) -> dict[str, Any]:
    value: dict[str, Any] = {"stringValue": given.get("StringValue")}
    if (binary := given.get("BinaryValue")) is not None:
        data = binary if isinstance(binary, bytes) else str(binary).encode()
        value = {"binaryValue": base64.b64encode(data).decode()}
    lists: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    return value | lists | {"dataType": given["DataType"]}
