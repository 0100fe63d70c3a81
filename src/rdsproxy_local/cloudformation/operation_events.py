"""Events grouped by operation, as DescribeEvents shows them: what validations found is among them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_OperationEvent.html
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from .change_set import ChangeSet
from .stack import Event, Stack

Shown = Mapping[str, Any]


def of_stack(stack: Stack, change_sets: Iterable[ChangeSet]) -> list[Shown]:
    """The events of all operations on a stack and of its change sets, the newest first."""
    found = [_of_event(stack, one) for one in stack.events]
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


def _of_change_set(one: ChangeSet) -> Iterator[Shown]:
    common = {
        "StackId": one.stack.id,
        "OperationId": one.operation_id,
        "OperationType": "CREATE_CHANGESET",
        "Timestamp": one.created,
    }
    for number, invalid in enumerate(one.invalidities):
        yield {
            **common,
            "EventId": _event_id(one, str(number)),
            "EventType": "VALIDATION_ERROR",
            "LogicalResourceId": invalid.logical_id,
            "PhysicalResourceId": invalid.physical_id,
            "ResourceType": invalid.type,
            "ValidationFailureMode": invalid.mode,
            "ValidationName": invalid.validation,
            "ValidationStatus": "FAILED",
            "ValidationStatusReason": invalid.reason,
            "ValidationPath": invalid.path,
        }
    yield {
        **common,
        "EventId": _event_id(one, "end"),
        "EventType": "STACK_EVENT",
        "OperationStatus": "FAILED" if one.status == "FAILED" else "SUCCEEDED",
        "LogicalResourceId": one.stack.name,
        "PhysicalResourceId": one.stack.id,
        "ResourceType": "AWS::CloudFormation::Stack",
    }


def _event_id(one: ChangeSet, part: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{one.id}/{part}"))


def _time(event: Shown) -> datetime:
    time: datetime = event["Timestamp"]
    return time
