"""SNS, SQS and EventBridge: subscriptions, and windows of schedules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

# Subscribe, Protocol in botocore's model.
PROTOCOLS: Final = frozenset(
    {
        *("application", "email", "email-json", "firehose", "http"),
        *("https", "lambda", "sms", "sqs"),
    }
)


def _subscription(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    protocol = given.get("Protocol")
    if protocol not in PROTOCOLS:
        yield f"Invalid parameter: Does not support this protocol string: {protocol}"


def _schedule(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    window = given.get("FlexibleTimeWindow", {})
    if (window.get("Mode") == "FLEXIBLE") != ("MaximumWindowInMinutes" in window):
        yield "MaximumWindowInMinutes is for, and needed by, flexible time windows"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::SNS::Subscription": (_subscription,),
    "AWS::Scheduler::Schedule": (_schedule,),
}
