"""API Gateway: REST APIs, their stages, keys and usage plans."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .api_quotas import LONGEST_POLICY
from .check import Check
from .paths import stage_problems, variable_problems
from .rest_bodies import body_problems

METHODS: Final = ("*", "ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
TIMES_TO_LIVE: Final = range(3601)
LONGEST_KEY: Final = 128
MOST_BYTES: Final = 10_485_760
OFFSETS: Final = {"DAY": range(1), "WEEK": range(7), "MONTH": range(28)}
"""The days after the start of a period at which a quota may begin."""


def _body(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(given.get("Body"), Mapping):
        yield from body_problems(given["Body"])
    if len(json.dumps(given.get("Policy", {}), separators=(",", ":"))) > LONGEST_POLICY:
        yield f"Invalid policy document: it is longer than {LONGEST_POLICY} characters"


def _settings(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    kinds = given.get("EndpointConfiguration", {}).get("Types", [])
    if len(kinds) > 1:
        yield f"An API has one endpoint type, not {', '.join(kinds)}"
    endpoints = given.get("EndpointConfiguration", {}).get("VpcEndpointIds")
    if endpoints and "PRIVATE" not in kinds:
        yield "VPCEndpoints are only supported for private APIs"
    least = given.get("MinimumCompressionSize", 0)
    if not 0 <= least <= MOST_BYTES:
        yield f"Invalid minimum compression size, must be between 0 and {MOST_BYTES}: {least}"


def _stage(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if "StageName" in given:
        yield from stage_problems(given["StageName"])
    for name, value in given.get("Variables", {}).items():
        yield from variable_problems(name, value)
    for settings in given.get("MethodSettings", ()):
        if not str(settings.get("ResourcePath", "/*")).startswith("/"):
            yield f"Invalid method setting path: {settings['ResourcePath']} has no slash first"
        if settings.get("HttpMethod", "*") not in METHODS:
            yield f"Invalid method setting path: {settings['HttpMethod']} is no method"
        if settings.get("CacheTtlInSeconds", 0) not in TIMES_TO_LIVE:
            yield (
                f"Invalid cache TTL, must be {TIMES_TO_LIVE.start} to {TIMES_TO_LIVE.stop - 1}: "
                f"{settings['CacheTtlInSeconds']}"
            )


def _key(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if len(given.get("Value", "")) > LONGEST_KEY:
        yield f"API Key value should be at most {LONGEST_KEY} characters"


def _plan(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    for name, limits in (("Quota", ("Limit", "Offset")), ("Throttle", ("BurstLimit", "RateLimit"))):
        for limit in limits:
            if (given.get(name, {}).get(limit) or 0) < 0:
                yield f"{name} {limit} must not be negative"

    quota = given.get("Quota", {})
    if quota.get("Period", "DAY") not in OFFSETS:
        yield f"Usage Plan quota period must be one of {', '.join(OFFSETS)}: {quota['Period']}"
    if ("Limit" in quota) != ("Period" in quota):
        yield "Usage Plan quota limit and period need each other"
    if quota.get("Offset", 0) not in OFFSETS.get(quota.get("Period", ""), range(28)):
        yield f"Usage Plan quota offset {quota['Offset']} is outside of a {quota.get('Period')}"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::ApiGateway::ApiKey": (_key,),
    "AWS::ApiGateway::Deployment": (_stage,),
    "AWS::ApiGateway::RestApi": (_body, _settings),
    "AWS::ApiGateway::Stage": (_stage,),
    "AWS::ApiGateway::UsagePlan": (_plan,),
}
