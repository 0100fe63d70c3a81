"""Mappings and destinations of functions that Lambda would refuse for what they may not do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.awslambda.models import EventSourceMapping, LambdaBackend
from moto.sqs.models import Queue, sqs_backends

from ..data_plane.identities import role_may
from .surround import mend, surround

LAMBDA: Final = "lambda.amazonaws.com"
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
POLLING: Final = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
SMALL_BATCH: Final = 10
"""The largest batch without a batching window."""

# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
SENDING: Final = {
    "events": "PutEvents",
    "lambda": "InvokeFunction",
    "s3": "PutObject",
    "sns": "Publish",
    "sqs": "SendMessage",
}
"""The action on a destination, by its service."""


class Conflict(LambdaClientError):
    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ResourceConflictException", message)


def install() -> None:
    surround(LambdaBackend, "create_event_source_mapping", _create)
    surround(LambdaBackend, "update_event_source_mapping", _update)
    mend(
        LambdaBackend,
        "put_function_event_invoke_config",
        _put_invoke_config,
        moto="PutFunctionEventInvokeConfig adds a second configuration, and Get returns the first",
        aws="a new configuration takes the place of the old one",
        source="https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html",
    )


def require_rights(role: str, destination: str | None) -> None:
    """Refuse a destination or a dead-letter queue to which the function's *role* may not send."""
    if not destination:
        return
    service = destination.split(":")[2]
    action = SENDING.get(service)
    if action is None or not role_may(role, LAMBDA, f"{service}:{action}", destination):
        raise InvalidParameterValueException(
            f"The provided execution role does not have permissions to call {action} on "
            f"{service.upper()}"
        )


def _create(
    create: Callable[..., EventSourceMapping], backend: LambdaBackend, spec: dict[str, Any]
) -> EventSourceMapping:
    function = backend.get_function(spec["FunctionName"])
    source = spec["EventSourceArn"]
    queue = _queue(source)
    if queue is not None:
        _require_new(backend, function, source)
        _require_pollable(function, queue)
        _require_batch(spec, source)
    made = create(backend, spec)
    if queue is not None:
        # Messages are polled for, not handed over by whoever sends one.
        queue.lambda_event_source_mappings.clear()
    return made


def _update(
    update: Callable[..., Any], backend: LambdaBackend, uuid: str, spec: dict[str, Any]
) -> Any:
    known = backend.get_event_source_mapping(uuid)
    queue = _queue(known.event_source_arn) if known else None
    if known is not None and queue is not None:
        _require_pollable(backend.get_function(spec.get("FunctionName", known.function_arn)), queue)
        now = {"BatchSize": known.batch_size} | {
            "MaximumBatchingWindowInSeconds": known.max_batch_window
        }
        _require_batch(now | spec, known.event_source_arn)
    return update(backend, uuid, spec)


def _queue(arn: str) -> Queue | None:
    _, _, service, region, account, name, *_ = arn.split(":")
    return sqs_backends[account][region].queues.get(name) if service == "sqs" else None


def _require_new(backend: LambdaBackend, function: Any, source: str) -> None:
    for known in backend.list_event_source_mappings(source, ""):
        if known.function_arn == function.function_arn:
            raise Conflict(
                f'An event source mapping with SQS arn (" {source} ") and function '
                f'(" {function.function_name} ") already exists. Please update or delete the '
                f"existing mapping with UUID {known.uuid}"
            )


def _require_pollable(function: Any, queue: Any) -> None:
    for action in POLLING:
        if not role_may(function.role, LAMBDA, f"sqs:{action}", queue.queue_arn):
            raise InvalidParameterValueException(
                f"The provided execution role does not have permissions to call {action} on SQS"
            )
    visible, timeout = int(queue.visibility_timeout), int(function.timeout)
    if visible < timeout:
        raise InvalidParameterValueException(
            f"Queue visibility timeout: {visible} seconds is less than Function timeout: "
            f"{timeout} seconds"
        )


def _require_batch(spec: Mapping[str, Any], source: str) -> None:
    size = int(spec.get("BatchSize") or SMALL_BATCH)
    window = int(spec.get("MaximumBatchingWindowInSeconds") or 0)
    if source.endswith(".fifo"):
        if size > SMALL_BATCH:
            raise InvalidParameterValueException(
                f"Batch size must be less than or equal to {SMALL_BATCH} for FIFO queues: {size}"
            )
        if window:
            raise InvalidParameterValueException("Batching window is not supported for FIFO queues")
    elif size > SMALL_BATCH and not window:
        raise InvalidParameterValueException(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
            f"greater than {SMALL_BATCH}"
        )


def _put_invoke_config(
    put: Callable[..., Any], backend: LambdaBackend, function_name: str, config: dict[str, Any]
) -> Any:
    function = backend.get_function(function_name)
    destinations = config.get("DestinationConfig") or {}
    for one in destinations.values():
        require_rights(function.role, one.get("Destination"))
    function.event_invoke_config.clear()
    return put(backend, function_name, config)
