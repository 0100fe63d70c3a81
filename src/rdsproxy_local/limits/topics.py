"""SNS: topics and subscriptions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check
from .deliveries import delivery_problems

# Subscribe, Protocol in botocore's model.
PROTOCOLS: Final = frozenset(
    {
        *("application", "email", "email-json", "firehose", "http"),
        *("https", "lambda", "sms", "sqs"),
    }
)
RAW: Final = ("firehose", "http", "https", "sqs")
"""https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html"""
FIFO: Final = ".fifo"
SCOPES: Final = ("MessageGroup", "Topic")
# https://docs.aws.amazon.com/sns/latest/dg/message-archiving-and-replay-topic-owner.html
DAYS: Final = range(1, 366)
FILTERED: Final = ("MessageAttributes", "MessageBody")
PHONE: Final = re.compile(r"\+?[0-9 ()./-]{7,20}")
LONGEST_DISPLAY_NAME: Final = 100
SIGNATURES: Final = ("1", "2")
TRACING: Final = ("Active", "PassThrough")
ENDPOINTS: Final[Mapping[str, re.Pattern[str]]] = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+"),
    "email-json": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+"),
    "firehose": re.compile(r"arn:[^:]+:firehose:.+"),
    "http": re.compile(r"http://.+"),
    "https": re.compile(r"https://.+"),
    "lambda": re.compile(r"arn:[^:]+:lambda:.+"),
    "sms": PHONE,
    "sqs": re.compile(r"arn:[^:]+:sqs:.+"),
}
QUEUE: Final = re.compile(r"arn:[^:]+:sqs:[^:]+:\d{12}:.+")


def _topic(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    is_fifo = given.get("FifoTopic", False)
    if len(given.get("DisplayName", "")) > LONGEST_DISPLAY_NAME:
        yield (
            "Invalid parameter: DisplayName Reason: must not be longer than "
            f"{LONGEST_DISPLAY_NAME} characters"
        )
    if str(given.get("SignatureVersion", "1")) not in SIGNATURES:
        yield "Invalid parameter: SignatureVersion Reason: must be 1 or 2"
    if given.get("TracingConfig", TRACING[0]) not in TRACING:
        yield f"Invalid parameter: TracingConfig Reason: must be {' or '.join(TRACING)}"
    for attribute in ("ArchivePolicy", "ContentBasedDeduplication"):
        if given.get(attribute) and not is_fifo:
            yield (
                f"Invalid parameter: Attributes Reason: {attribute} attribute can only be set for "
                "FIFO topics"
            )
    if "\n" in given.get("DisplayName", ""):
        yield "Invalid parameter: DisplayName Reason: must not contain line breaks"
    yield from _fifo(given, is_fifo=is_fifo)
    for one in given.get("Subscription", ()):
        if one.get("Protocol") not in PROTOCOLS:
            yield f"Invalid parameter: Does not support this protocol string: {one['Protocol']}"
            continue
        yield from _ends(one.get("Protocol"), one.get("Endpoint"), is_fifo=is_fifo)


def _fifo(given: Mapping[str, Any], *, is_fifo: bool) -> Iterator[str]:
    """Refuse settings of FIFO topics where there is none, or with other values."""
    scope, archive = given.get("FifoThroughputScope"), given.get("ArchivePolicy")
    if scope is not None and (not is_fifo or scope not in SCOPES):
        yield (
            "Invalid parameter: FifoThroughputScope Reason: must be "
            f"{' or '.join(SCOPES)}, of a FIFO topic"
        )
    if isinstance(archive, Mapping) and archive:
        days = str(archive.get("MessageRetentionPeriod", ""))
        if not days.isdigit() or int(days) not in DAYS:
            yield (
                "Invalid parameter: ArchivePolicy Reason: MessageRetentionPeriod must be "
                f"{DAYS.start} to {DAYS.stop - 1} days"
            )


def _subscription(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    protocol, topic = given.get("Protocol"), str(given.get("TopicArn", ""))
    if protocol not in PROTOCOLS:
        yield f"Invalid parameter: Does not support this protocol string: {protocol}"
        return
    yield from _ends(protocol, given.get("Endpoint"), is_fifo=topic.endswith(FIFO))
    if given.get("RawMessageDelivery") is True and protocol not in RAW:
        yield (
            "Invalid parameter: Attributes Reason: Delivery protocol "
            f"[{protocol}] does not support raw message delivery."
        )
    if protocol == "firehose" and not given.get("SubscriptionRoleArn"):
        yield (
            "Invalid parameter: Attributes Reason: SubscriptionRoleArn is required for protocol "
            "firehose"
        )
    if redrive := given.get("RedrivePolicy"):
        yield from _redrive(redrive, topic)
    scope = given.get("FilterPolicyScope")
    if scope is not None and scope not in FILTERED:
        yield (
            f"Invalid parameter: FilterPolicyScope Reason: must be {' or '.join(FILTERED)}: {scope}"
        )
    policy = given.get("FilterPolicy")
    if isinstance(policy, Mapping) and any(values == [] for values in policy.values()):
        yield "Invalid parameter: FilterPolicy: Empty arrays are not allowed"
    if delivery := given.get("DeliveryPolicy"):
        yield from delivery_problems(delivery, str(protocol))


def _ends(protocol: Any, endpoint: Any, *, is_fifo: bool) -> Iterator[str]:
    """Refuse an endpoint that its protocol or its topic does not reach."""
    if is_fifo and protocol != "sqs":
        yield f"Invalid parameter: Invalid protocol type: {protocol}"
    form = ENDPOINTS.get(str(protocol))
    if form is not None and not form.match(str(endpoint or "")):
        named = {"email": "Email address", "email-json": "Email address"}.get(str(protocol))
        yield f"Invalid parameter: {named or 'Endpoint must match the specified protocol'}"


def _redrive(policy: Any, topic: str) -> Iterator[str]:
    if not isinstance(policy, Mapping):
        if not _is_json(policy):
            yield "Invalid parameter: RedrivePolicy: failed to parse JSON"
        return
    arn = str(policy.get("deadLetterTargetArn", ""))
    if not QUEUE.fullmatch(arn) or arn.endswith(FIFO) != topic.endswith(FIFO):
        yield (
            "Invalid parameter: RedrivePolicy: deadLetterTargetArn must be a queue of SQS of the "
            "same type as the topic"
        )
    # https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
    elif arn.split(":")[3] != topic.split(":")[3]:
        yield "Invalid parameter: RedrivePolicy: deadLetterTargetArn must be in the topic's Region"


def _is_json(text: Any) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (TypeError, ValueError):
        return False


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::SNS::Subscription": (_subscription,),
    "AWS::SNS::Topic": (_topic,),
}
