"""API Gateway: names of stages, and keys of routes, of HTTP APIs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check
from .paths import path_problems, stage_problems

DEFAULT: Final = "$default"
LONGEST_NAME: Final = 128
FORMATS: Final = ("1.0", "2.0")
KEY: Final = re.compile(r"(ANY|GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH) (/.*)")


def _stage(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if given["StageName"] != DEFAULT:
        yield from stage_problems(given["StageName"])


def _route(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    key = given["RouteKey"]
    if key == DEFAULT:
        return
    if not (found := KEY.fullmatch(key)):
        yield (
            f"The provided route key is not formatted properly for HTTP protocol: {key}. Format "
            'should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"'
        )
        return
    yield from path_problems(found[2])


def _body(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    body = given.get("Body")
    title = body.get("info", {}).get("title", "") if isinstance(body, Mapping) else ""
    if len(title) > LONGEST_NAME:
        yield f"API name cannot be longer than {LONGEST_NAME} characters"
    for path in body.get("paths", {}) if isinstance(body, Mapping) else ():
        if path.removeprefix("/") != DEFAULT:
            yield from path_problems(path)


def _integration(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    version = given.get("PayloadFormatVersion")
    if version is not None and version not in FORMATS:
        yield f"PayloadFormatVersion {version} is not supported: {', '.join(FORMATS)}"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::ApiGatewayV2::Api": (_body,),
    "AWS::ApiGatewayV2::Integration": (_integration,),
    "AWS::ApiGatewayV2::Route": (_route,),
    "AWS::ApiGatewayV2::Stage": (_stage,),
}
