"""Lambda: where the events of asynchronous calls end, as destinations and as dead letters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from ..values import service_and_region
from .check import Check
from .existence import answers

FIFO: Final = ".fifo"
NOUNS: Final = {"sns": "SNS topic", "sqs": "SQS queue"}
KINDS: Final = ("events", "lambda", "s3", "sns", "sqs")
FUNCTION: Final = re.compile(r"arn:[^:]+:lambda:[^:]+:\d{12}:function:([^:]+)(:.+)?")
SETTINGS: Final = ("DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts")


def _dead_letters(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    arn = str(given.get("DeadLetterConfig", {}).get("TargetArn") or "")
    if not arn:
        return
    service, region = service_and_region(arn)
    if service not in NOUNS:
        yield f"Invalid dead letter queue ARN: {arn} is neither an SQS queue nor an SNS topic"
        return
    if arn.endswith(FIFO):
        yield (
            f"Invalid dead letter queue ARN: FIFO {NOUNS[service]} is not supported for dead "
            "letter configuration"
        )
    if region != context.region:
        yield f"Invalid dead letter queue ARN: {arn} is not in {context.region}"


def _destinations(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    # PutFunctionEventInvokeConfig, DestinationConfig in botocore's model.
    if not any(given.get(name) not in (None, {}) for name in SETTINGS):
        yield "You must specify at least one of error handling or destination setting."
    function = str(given.get("FunctionName", "")).rpartition(":function:")[2].partition(":")[0]
    for event, one in given.get("DestinationConfig", {}).items():
        arn = str(one.get("Destination") or "")
        if arn:
            yield from _destination(context, function, event, arn)


def _destination(context: Context, function: str, event: str, arn: str) -> Iterator[str]:
    service, region = service_and_region(arn)
    target = FUNCTION.fullmatch(arn)
    if service == "sns" and arn.endswith(FIFO):
        yield "FIFO-type Amazon SNS topics aren't supported as a destination."
    elif target is not None and target[1] == function:
        yield "You can't specify the function as a destination for itself."
    elif (
        service not in KINDS
        or (service == "sqs" and arn.endswith(FIFO))
        or (service == "s3" and event != "OnFailure")
        or (service == "lambda" and not (target and _is_function(context, arn)))
        or (region != context.region and service != "s3")
    ):
        yield f"The destination ARN {arn} is invalid."


def _is_function(context: Context, arn: str) -> bool:
    return answers(context, "lambda", "get_function", FunctionName=arn)


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::Lambda::EventInvokeConfig": (_destinations,),
    "AWS::Lambda::Function": (_dead_letters,),
}
