"""Events grouped by operation, as DescribeEvents shows them: what validations found is among them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_OperationEvent.html
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from .background import Operation
from .change_set import ChangeSet
from .stack import Event, Stack

Shown = Mapping[str, Any]


def of_stack(stack: Stack, change_sets: Iterable[ChangeSet]) -> list[Shown]:
    """The events of all operations on a stack and of its change sets, the newest first."""
    events = [*stack.events]
    found = [_of_event(stack, one) for one in events]
    operations = {one.operation.id: one.operation for one in events if one.operation}
    found += [event for one in operations.values() for event in _of_validation(one)]
    found += [event for one in change_sets for event in _of_change_set(one)]
    return sorted(found, key=_time, reverse=True)


def of_change_set(one: ChangeSet) -> list[Shown]:
    """The events of a change set's creation, the newest first."""
    return [*_of_change_set(one)][::-1]


def is_failure(event: Shown) -> bool:
    """True for what FailedEvents selects."""
    failed = str(event.get("ResourceStatus")).endswith("_FAILED")
    return failed or event["EventType"] == "VALIDATION_ERROR"


def _of_event(stack: Stack, event: Event) -> Shown:
    operation = event.operation
    return {
        **{name: value for name, value in event.shown(stack).items() if name != "StackName"},
        "OperationType": operation.kind if operation else None,
        "EventType": "STACK_EVENT",
    }


def _of_validation(operation: Operation) -> Iterator[Shown]:
    """Yield what the validation of an operation found, and that it failed for it."""
    if not operation.invalidities:
        return
    common = {
        "StackId": operation.stack_id,
        "OperationId": operation.id,
        "OperationType": operation.kind,
        "Timestamp": operation.begun,
    }
    for number, invalid in enumerate(operation.invalidities):
        yield {**common, "EventId": _event_id(operation.id, str(number)), **invalid.shown()}
    yield {
        **common,
        "EventId": _event_id(operation.id, "end"),
        "EventType": "STACK_EVENT",
        "OperationStatus": "FAILED",
        "StartTime": operation.begun,
    }


def _of_change_set(one: ChangeSet) -> Iterator[Shown]:
    common = {
        "StackId": one.stack.id,
        "OperationId": one.operation_id,
        "OperationType": "CREATE_CHANGESET",
        "Timestamp": one.created,
    }
    for number, invalid in enumerate(one.invalidities):
        yield {**common, "EventId": _event_id(one.id, str(number)), **invalid.shown()}
    yield {
        **common,
        "EventId": _event_id(one.id, "end"),
        "EventType": "STACK_EVENT",
        "OperationStatus": "FAILED" if one.status == "FAILED" else "SUCCEEDED",
        "LogicalResourceId": one.stack.name,
        "PhysicalResourceId": one.stack.id,
        "ResourceType": "AWS::CloudFormation::Stack",
    }


def _event_id(whose: str, part: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{whose}/{part}"))


def _time(event: Shown) -> datetime:
    time: datetime = event["Timestamp"]
    return time
