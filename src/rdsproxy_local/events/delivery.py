"""Delivery to the targets of events: queues, topics, functions and event buses."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Final

from moto.awslambda.models import lambda_backends
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.events.models import events_backends
from moto.sns.models import sns_backends
from moto.sqs.models import Queue, sqs_backends

Submit = Callable[[str, Any], "Future[Any]"]
"""Calls the function of an ARN with an event, asynchronously."""

ERRORS: Final = (JsonRESTError, ServiceException)


class Undeliverable(Exception):
    """The target is not there, or may not be sent to; the message says why."""


def deliver(
    arn: str,
    body: str,
    submit: Submit,
    *,
    attributes: Mapping[str, tuple[str, str]] | None = None,
    group: str | None = None,
) -> Future[Any] | None:
    """Send text to a queue, topic or function; a Future of the function's answer.

    *attributes* are a message's, each with its type; *group* is that of a message in order.
    """
    service = arn.split(":")[2]
    try:
        if service == "sqs":
            queue_at(arn)
            _, _, _, region, account, name = arn.split(":")
            sqs_backends[account][region].send_message(
                name,
                body,
                message_attributes={
                    key: {"DataType": kind, "StringValue": value}
                    for key, (kind, value) in (attributes or {}).items()
                },
                group_id=group,
            )
            return None
        if service == "sns":
            topic_at(arn)
            _, _, _, region, account, _ = arn.split(":")
            sns_backends[account][region].publish(
                body,
                arn=arn,
                message_attributes={
                    key: {"Type": kind, "Value": value}
                    for key, (kind, value) in (attributes or {}).items()
                },
            )
            return None
    except ERRORS as error:
        raise Undeliverable(f"{arn}: {getattr(error, 'message', error)}") from None
    if service == "lambda":
        function_at(arn)
        return submit(arn, json.loads(body))
    raise Undeliverable(f"the local cloud cannot deliver to {arn}")


def put_event(bus: str, source: str, detail_type: str, detail: Any, resources: list[str]) -> None:
    """Put an event on a bus."""
    _, _, _, region, account, name = bus.split(":")
    events_backends[account][region].put_events(
        [
            {
                "Source": source,
                "DetailType": detail_type,
                "Detail": json.dumps(detail),
                "Resources": resources,
                "EventBusName": name.rpartition("/")[2],
            }
        ]
    )


def queue_at(arn: str) -> Queue:
    """The queue, or :class:`Undeliverable`."""
    _, _, _, region, account, name = arn.split(":")
    found = sqs_backends[account][region].queues.get(name)
    if found is None:
        raise Undeliverable(f"there is no queue {arn}")
    return found


def topic_at(arn: str) -> Any:
    """The topic, or :class:`Undeliverable`."""
    _, _, _, region, account, _ = arn.split(":")
    found = sns_backends[account][region].topics.get(arn)
    if found is None:
        raise Undeliverable(f"there is no topic {arn}")
    return found


def function_at(arn: str) -> Any:
    """The function, or :class:`Undeliverable`."""
    _, _, _, region, account, *_ = arn.split(":")
    try:
        return lambda_backends[account][region].get_function(arn)
    except ERRORS:
        raise Undeliverable(f"there is no function {arn}") from None
