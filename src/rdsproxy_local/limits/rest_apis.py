"""API Gateway: REST APIs, their stages, keys and usage plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check
from .paths import path_problems, stage_problems

INTEGRATION: Final = "x-amazon-apigateway-integration"
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
TIMEOUTS: Final = range(50, 29001)
LONGEST_KEY: Final = 128


def _body(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    body = given.get("Body")
    for path, operations in body.get("paths", {}).items() if isinstance(body, Mapping) else ():
        yield from path_problems(path)
        for operation in operations.values() if isinstance(operations, Mapping) else ():
            integration = operation.get(INTEGRATION, {}) if isinstance(operation, Mapping) else {}
            timeout = integration.get("timeoutInMillis")
            if timeout is not None and timeout not in TIMEOUTS:
                yield (
                    f"Timeout should be between {TIMEOUTS.start} ms and {TIMEOUTS.stop - 1} ms: "
                    f"{timeout} at {path}"
                )


def _stage(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if "StageName" in given:
        yield from stage_problems(given["StageName"])


def _key(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if len(given.get("Value", "")) > LONGEST_KEY:
        yield f"API Key value should be at most {LONGEST_KEY} characters"


def _plan(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    for name, limits in (("Quota", ("Limit", "Offset")), ("Throttle", ("BurstLimit", "RateLimit"))):
        for limit in limits:
            if (given.get(name, {}).get(limit) or 0) < 0:
                yield f"{name} {limit} must not be negative"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::ApiGateway::ApiKey": (_key,),
    "AWS::ApiGateway::RestApi": (_body,),
    "AWS::ApiGateway::Stage": (_stage,),
    "AWS::ApiGateway::UsagePlan": (_plan,),
}
