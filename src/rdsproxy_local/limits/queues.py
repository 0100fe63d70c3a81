"""SQS: queues, and what they redrive."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")
FIFO: Final = ".fifo"
ONLY_FIFO: Final = ("ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit")
VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "DeduplicationScope": ("messageGroup", "queue"),
    "FifoThroughputLimit": ("perMessageGroupId", "perQueue"),
}
RECEIVES: Final = range(1, 1001)
PERMISSIONS: Final = ("allowAll", "byQueue", "denyAll")
MOST_SOURCES: Final = 10
ALLOWING: Final = {"redrivePermission", "sourceQueueArns"}
ARN: Final = re.compile(r"arn:[^:]+:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+")


def _queue(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    is_fifo = given.get("FifoQueue", False)
    name = given.get("QueueName", "")
    if name and not NAME.fullmatch(name.removesuffix(FIFO) if is_fifo else name):
        yield (
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in "
            f"length: {name[:90]}"
        )
    if not is_fifo:
        for attribute in ONLY_FIFO:
            if given.get(attribute):
                yield f"Unknown Attribute {attribute}."
    if given.get("FifoThroughputLimit") == "perMessageGroupId" and (
        given.get("DeduplicationScope") != "messageGroup"
    ):
        yield (
            "The perMessageGroupId value is allowed only when the value for DeduplicationScope is "
            "messageGroup."
        )
    for attribute, values in VALUES.items():
        if attribute in given and given[attribute] not in values:
            yield f"Invalid value for the parameter {attribute}."
    if given.get("SqsManagedSseEnabled") is True and given.get("KmsMasterKeyId"):
        yield (
            "You can use one type of server-side encryption (SSE) at one time. You can either "
            "enable KMS SSE or SQS SSE."
        )
    yield from _redrive(given.get("RedrivePolicy"), is_fifo=is_fifo)
    yield from _redrive_allow(given.get("RedriveAllowPolicy"))


def _redrive(policy: Any, *, is_fifo: bool) -> Iterator[str]:
    """Refuse a policy that sends to a queue of another kind, or after no number of receives."""
    if not policy:
        return
    policy = _read(policy)
    arn, receives = policy.get("deadLetterTargetArn"), policy.get("maxReceiveCount")
    if not arn or receives is None:
        yield _invalid("RedrivePolicy", "Redrive policy does not contain mandatory attributes")
        return
    if not str(receives).isdigit() or int(receives) not in RECEIVES:
        yield _invalid(
            "RedrivePolicy",
            f"Invalid value for maxReceiveCount: {receives}, valid values are from "
            f"{RECEIVES.start} to {RECEIVES.stop - 1} both inclusive",
        )
    if arn.endswith(FIFO) != is_fifo:
        yield _invalid(
            "RedrivePolicy", "Dead-letter queue must be same type of queue as the source"
        )


def _redrive_allow(policy: Any) -> Iterator[str]:
    if not policy:
        return
    policy = _read(policy)
    permission, sources = policy.get("redrivePermission"), policy.get("sourceQueueArns", [])
    if permission not in PERMISSIONS:
        yield _invalid("RedriveAllowPolicy", f"redrivePermission is one of {PERMISSIONS}")
    if (permission == "byQueue") != bool(sources):
        yield _invalid("RedriveAllowPolicy", "byQueue and sourceQueueArns need each other")
    if len(sources) > MOST_SOURCES:
        yield _invalid("RedriveAllowPolicy", f"sourceQueueArns has at most {MOST_SOURCES} members")
    if strange := sorted(set(policy) - ALLOWING):
        yield _invalid("RedriveAllowPolicy", f"it has no attribute {strange[0]}")
    for source in sources:
        if not ARN.fullmatch(str(source)):
            yield _invalid("RedriveAllowPolicy", f"{source} is not the ARN of a queue")


def _read(policy: Any) -> Mapping[str, Any]:
    try:
        read = json.loads(policy) if isinstance(policy, str) else policy
    except ValueError:
        return {}
    return read if isinstance(read, Mapping) else {}


def _invalid(parameter: str, reason: str) -> str:
    return f"Value for parameter {parameter} is invalid. Reason: {reason}."


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {"AWS::SQS::Queue": (_queue,)}
