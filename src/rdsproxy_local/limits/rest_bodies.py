"""API Gateway: what an OpenAPI document says of a REST API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .api_quotas import MOST_RESOURCES
from .integrations import URI, authorizer_uri_problem
from .mappings import (
    gateway_response_problems,
    integration_request_problems,
    integration_response_problems,
)
from .paths import REST_PART, path_problems

EXTENSION: Final = "x-amazon-apigateway-"
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
TIMEOUTS: Final = range(50, 29001)
TIMES_TO_LIVE: Final = range(3601)
PASSTHROUGHS: Final = ("NEVER", "WHEN_NO_MATCH", "WHEN_NO_TEMPLATES")
"""PutIntegration, passthroughBehavior in botocore's model."""
AUTHORIZERS: Final = ("COGNITO_USER_POOLS", "REQUEST", "TOKEN")


def body_problems(body: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each part of a body that API Gateway does not import."""
    paths = body.get("paths", {})
    yield from _resource_problems(paths)
    for path, operations in paths.items():
        yield from path_problems(path, REST_PART)
        for operation in operations.values() if isinstance(operations, Mapping) else ():
            if isinstance(operation, Mapping):
                for problem in _integration(operation):
                    yield f"{problem} at {path}"
    for name, response in body.get(f"{EXTENSION}gateway-responses", {}).items():
        for problem in gateway_response_problems(response.get("responseParameters", {})):
            yield f"{problem} in {name}"
    schemes = dict(body.get("securityDefinitions", {}))
    schemes |= body.get("components", {}).get("securitySchemes", {})
    for scheme in schemes.values():
        if isinstance(scheme, Mapping):
            yield from _authorizer(scheme.get(f"{EXTENSION}authorizer", {}))


def _resource_problems(paths: Mapping[str, Any]) -> Iterator[str]:
    """Refuse too many resources, and two variables in one place."""
    parts = {tuple(path.strip("/").split("/")) for path in paths}
    resources = {path[:length] for path in parts for length in range(1, len(path) + 1)}
    if len(resources - {("",)}) > MOST_RESOURCES:
        yield (
            "Maximum number of resources for this API has been reached. Please contact AWS if you "
            "need additional resources."
        )
    variables: dict[tuple[str, ...], str] = {}
    for *above, last in sorted(resources):
        if last.startswith("{") and variables.setdefault(tuple(above), last) != last:
            yield (
                f"A sibling ({variables[tuple(above)]}) of this resource already has a variable "
                "path part -- only one is allowed"
            )


def _integration(operation: Mapping[str, Any]) -> Iterator[str]:
    given = operation.get(f"{EXTENSION}integration", {})
    timeout = given.get("timeoutInMillis")
    if timeout is not None and timeout not in TIMEOUTS:
        yield (
            f"Timeout should be between {TIMEOUTS.start} ms and {TIMEOUTS.stop - 1} ms: {timeout}"
        )
    if str(given.get("passthroughBehavior", PASSTHROUGHS[0])).upper() not in PASSTHROUGHS:
        yield f"Invalid passthroughBehavior specified: {given['passthroughBehavior']}"
    if given.get("connectionType") == "VPC_LINK":
        yield f"Invalid VPC link: {given.get('connectionId', '')} does not exist"
    for answer in given.get("responses", {}).values():
        mapped = answer.get("responseParameters", {}) if isinstance(answer, Mapping) else {}
        yield from integration_response_problems(mapped)
    yield from integration_request_problems(
        given.get("requestParameters", {}), operation.get("parameters", [])
    )


def _authorizer(given: Mapping[str, Any]) -> Iterator[str]:
    if not given:
        return
    kind = str(given.get("type", "")).upper()
    if kind not in AUTHORIZERS:
        yield f"Invalid authorizer type: {given.get('type')}"
    seconds = given.get("authorizerResultTtlInSeconds", 0)
    if seconds not in TIMES_TO_LIVE:
        yield (
            "Authorizer result TTL must be between "
            f"{TIMES_TO_LIVE.start} and {TIMES_TO_LIVE.stop - 1} seconds: {seconds}"
        )
    uri = given.get("authorizerUri", "")
    if kind != AUTHORIZERS[0] and isinstance(uri, str) and not URI.fullmatch(uri):
        yield authorizer_uri_problem(uri)
