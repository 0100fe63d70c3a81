"""API Gateway: names of stages, and keys of routes, of HTTP APIs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context
from ..openapi.http import CORS
from .api_quotas import MOST, MOST_SCOPES, too_many
from .check import Check
from .cross_origin import cors_problems
from .paths import path_problems, stage_problems, variable_problems

DEFAULT: Final = "$default"
SELECTION: Final = "${request.method} ${request.path}"
# botocore's model of apigatewayv2: "Supported only for WebSocket APIs."
API_OF_WEB_SOCKETS: Final = ("ApiKeySelectionExpression", "DisableSchemaValidation")
ROUTE_OF_WEB_SOCKETS: Final = (
    *("ApiKeyRequired", "ModelSelectionExpression", "RequestModels", "RequestParameters"),
    "RouteResponseSelectionExpression",
)
WITH_AUTHORIZER: Final = ("CUSTOM", "JWT")
KINDS: Final = {"CUSTOM": "REQUEST", "JWT": "JWT"}
"""The type of the authorizer for an AuthorizationType."""
LONGEST_NAME: Final = 128
MOST_ROUTES: Final = MOST["AWS::ApiGatewayV2::Route"][1]
KEY: Final = re.compile(r"(ANY|GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH) (/.*)")


def is_http(context: Context, given: Mapping[str, Any]) -> bool:
    """True unless the API of a part of it is there, and is one of WebSockets."""
    try:
        api = context.call("apigatewayv2", "get_api", ApiId=given.get("ApiId", ""))
    except (ClientError, Failure):
        return True
    return bool(api["ProtocolType"] == "HTTP")


def _stage(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if given["StageName"] != DEFAULT:
        yield from stage_problems(given["StageName"])


def _route(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    key = given["RouteKey"]
    if key == DEFAULT or not is_http(context, given):
        return
    if not (found := KEY.fullmatch(key)):
        yield (
            f"The provided route key is not formatted properly for HTTP protocol: {key}. Format "
            'should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"'
        )
        return
    yield from path_problems(found[2])


def _target(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    target = given.get("Target")
    if target is not None and not target.startswith("integrations/"):
        yield f"Invalid target: {target}. A target is integrations/<integration ID>"
    if given.get("AuthorizationType") in WITH_AUTHORIZER and not given.get("AuthorizerId"):
        yield f"An AuthorizerId is required for AuthorizationType {given['AuthorizationType']}"


def _authorized(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse an authorizer of another kind than the route's."""
    kind, authorizer = given.get("AuthorizationType"), given.get("AuthorizerId")
    if len(given.get("AuthorizationScopes", ())) > MOST_SCOPES:
        yield f"A route has at most {MOST_SCOPES} authorization scopes"
    if given.get("AuthorizationScopes") and kind != "JWT" and is_http(context, given):
        # https://github.com/aws/aws-cdk/pull/27576
        yield (
            "Invalid Route authorization type specified. Authorization Scopes are only valid for "
            "COGNITO_USER_POOLS and JWT authorization types"
        )
    if kind not in KINDS or not authorizer:
        return
    try:
        found = context.call(
            "apigatewayv2", "get_authorizer", ApiId=given.get("ApiId"), AuthorizerId=authorizer
        )
    except (ClientError, Failure):
        # It is not there, as the resource type says.
        return
    if found["AuthorizerType"] != KINDS[kind]:
        yield (
            f"Authorizer {authorizer} is a {found['AuthorizerType']} authorizer, and "
            f"AuthorizationType is {kind}"
        )


def _body(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    body = given.get("Body")
    title = body.get("info", {}).get("title", "") if isinstance(body, Mapping) else ""
    if len(title) > LONGEST_NAME:
        yield f"API name cannot be longer than {LONGEST_NAME} characters"
    cors = body.get(CORS, {}) if isinstance(body, Mapping) else {}
    yield from cors_problems({f"{name[:1].upper()}{name[1:]}": one for name, one in cors.items()})
    paths = body.get("paths", {}) if isinstance(body, Mapping) else {}
    if sum(len(one) for one in paths.values() if isinstance(one, Mapping)) > MOST_ROUTES:
        yield too_many("routes")
    for path in paths:
        if path.removeprefix("/") != DEFAULT:
            yield from path_problems(path)


def _api(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    cors, kind = given.get("CorsConfiguration", {}), given.get("ProtocolType")
    yield from cors_problems(cors)
    if kind == "HTTP":
        yield from _only_web_sockets(given, API_OF_WEB_SOCKETS)
        if given.get("RouteSelectionExpression", SELECTION) != SELECTION:
            yield f"For HTTP APIs, the routeSelectionExpression must be {SELECTION}"
    if kind == "WEBSOCKET":
        if not given.get("RouteSelectionExpression"):
            yield "RouteSelectionExpression is required for protocol type WEBSOCKET"
        if cors:
            yield "CorsConfiguration is supported for HTTP APIs only"


def _only_web_sockets(given: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if given.get(name):
            yield f"{name} is supported for WebSocket APIs only"


def _route_of_web_sockets(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if is_http(context, given):
        yield from _only_web_sockets(given, ROUTE_OF_WEB_SOCKETS)


def _stage_of_web_sockets(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    if is_http(context, given):
        yield from _only_web_sockets(given, ("ClientCertificateId",))


def _settings(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse what a stage of an HTTP API does not have; those of WebSocket APIs have log levels."""
    for name, value in given.get("StageVariables", {}).items():
        yield from variable_problems(name, value)
    log = given.get("AccessLogSettings", {}).get("Format", "")
    if "\n" in log:
        yield "Access Log format must be single line"
    if given.get("AccessLogSettings", {}).get("DestinationArn") and not log:
        yield "A Format is required for the access log"
    routes = given.get("RouteSettings", {})
    for settings in (given.get("DefaultRouteSettings", {}), *routes.values()):
        if is_logged(settings) and is_http(context, given):
            yield "Execution logs are not supported on protocolType HTTP"
        for name in ("ThrottlingBurstLimit", "ThrottlingRateLimit"):
            if (settings.get(name) or 0) < 0:
                yield f"{name} must not be negative: {settings[name]}"


def is_logged(settings: Mapping[str, Any]) -> bool:
    """True if execution logs are wanted."""
    level = settings.get("LoggingLevel", "OFF")
    return level != "OFF" or settings.get("DataTraceEnabled") is True


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::ApiGatewayV2::Api": (_body, _api),
    "AWS::ApiGatewayV2::Route": (_route, _target, _route_of_web_sockets, _authorized),
    "AWS::ApiGatewayV2::Stage": (_stage, _settings, _stage_of_web_sockets),
}
