"""HTTP APIs as they are deployed: stages, routes, who may call, and the function's answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from moto.apigatewayv2.models import Api, Stage, apigatewayv2_backends

from ..servers import http_event
from ..servers.http_event import Request, Response
from . import access_log
from .functions import Functions
from .identities import Identity
from .integrations import Failed, called
from .routes import Candidate, Match, matched
from .signatures import NotSigned, signer

DEFAULT: Final = "$default"


@dataclass(frozen=True)
class _Call:
    """A request to a stage of an API."""

    api: Api
    stage: Stage
    request: Request
    path: str
    """The path within the stage, as it was sent."""
    match: Match

    @property
    def account(self) -> str:
        return self.api.backend.account_id

    @property
    def region(self) -> str:
        return self.api.backend.region_name

    @property
    def arn(self) -> str:
        """The ARN by which policies name the API."""
        return f"arn:aws:execute-api:{self.region}:{self.account}:{self.api.api_id}"


def find(api_id: str) -> Api | None:
    """The HTTP API with this ID, in whichever account and region."""
    for regions in list(apigatewayv2_backends.values()):
        for backend in list(regions.values()):
            if api_id in backend.apis:
                return backend.apis[api_id]
    return None


def answer(functions: Functions, api: Api, request: Request) -> Response:
    """The client's answer, which the access log records, too."""
    started = time.monotonic()
    found = _staged(api, urlsplit(request.target).path)
    if found is None or api.disable_execute_api_endpoint:
        return Response.message(HTTPStatus.NOT_FOUND)
    stage, path = found
    match = matched(_candidates(api), request.method, path) or _default(api)
    event = http_event.event(request)
    if match is None:
        response, error = Response.message(HTTPStatus.NOT_FOUND), None
    else:
        response, error = _answer(functions, _Call(api, stage, request, path, match), event)
    context = event["requestContext"]
    facts = {
        "requestId": context["requestId"],
        "extendedRequestId": context["requestId"],
        "requestTime": context["time"],
        "requestTimeEpoch": context["timeEpoch"],
        "apiId": api.api_id,
        "accountId": api.backend.account_id,
        "domainName": context["domainName"],
        "httpMethod": request.method,
        "identity.sourceIp": request.address,
        "identity.userAgent": context["http"]["userAgent"],
        "integrationErrorMessage": error,
        "path": event["rawPath"],
        "protocol": context["http"]["protocol"],
        "responseLatency": round((time.monotonic() - started) * 1000),
        "responseLength": len(response.body),
        "routeKey": match.route.route_key if match else None,
        "stage": stage.name,
        "status": response.status,
    }
    access_log.write(stage.access_log_settings, facts)
    return response


def _answer(
    functions: Functions, call: _Call, event: dict[str, Any]
) -> tuple[Response, str | None]:
    """The response, and what was wrong with the integration."""
    refused, caller = _authorized(call)
    if refused is not None:
        return Response.message(refused), None
    try:
        integration = _integration(call)
        source = f"{call.arn}/{call.stage.name}/{_method_and_path(call)}"
        given = _completed(event, call, caller)
        outcome = called(functions, integration.integration_uri, source, given)
    except Failed as failed:
        return Response.message(HTTPStatus.INTERNAL_SERVER_ERROR), str(failed)
    match outcome.kind:
        case "response":
            return http_event.response(outcome.body), None
        case "error":
            says = f"The Lambda function failed: {outcome.body.get('errorType')}"
            return Response.message(HTTPStatus.INTERNAL_SERVER_ERROR), says
    return Response.message(HTTPStatus.SERVICE_UNAVAILABLE), "The Lambda function timed out"


def _authorized(call: _Call) -> tuple[HTTPStatus | None, Identity | None]:
    """The status of a refusal, if any, and the caller's identity, if the route asks for one."""
    match call.match.route.authorization_type or "NONE":
        case "NONE":
            return None, None
        case "AWS_IAM":
            try:
                caller = signer(call.request, call.region)
            except NotSigned:
                return HTTPStatus.FORBIDDEN, None
            resource = f"{call.arn}/{call.stage.name}/{call.request.method}{unquote(call.path)}"
            # HTTP APIs have no policy of their own that could let another account in.
            allowed = caller.may("execute-api:Invoke", resource)
            mine = caller.account == call.account
            return (None if allowed and mine else HTTPStatus.FORBIDDEN), caller
        case "JWT":
            headers = {name.lower() for name, _ in call.request.headers}
            if "authorization" not in headers:
                return HTTPStatus.UNAUTHORIZED, None
            return HTTPStatus.NOT_IMPLEMENTED, None
    return HTTPStatus.NOT_IMPLEMENTED, None


def _integration(call: _Call) -> Any:
    name = (call.match.route.target or "").removeprefix("integrations/")
    integration = call.api.integrations.get(name)
    if integration is None or integration.integration_type != "AWS_PROXY":
        raise Failed("the route has no integration that the local cloud knows")
    if integration.payload_format_version not in (None, "2.0"):
        raise Failed("the local cloud sends events of payload format 2.0 only")
    return integration


def _completed(event: dict[str, Any], call: _Call, caller: Identity | None) -> dict[str, Any]:
    """The event with what the deployed API adds to it."""
    route_key = call.match.route.route_key
    context = {
        **event["requestContext"],
        "accountId": call.account,
        "apiId": call.api.api_id,
        "routeKey": route_key,
        "stage": call.stage.name,
    }
    if caller is not None:
        who = {"accessKey": caller.key_id, "accountId": caller.account, "userArn": caller.arn}
        context["authorizer"] = {"iam": who}
    optional = {
        "pathParameters": call.match.variables,
        "stageVariables": call.stage.stage_variables,
    }
    rest = {name: value for name, value in event.items() if name not in optional}
    added = {name: value for name, value in optional.items() if value}
    return {**rest, **added, "routeKey": route_key, "requestContext": context}


def _staged(api: Api, path: str) -> tuple[Stage, str] | None:
    """The stage that a path begins with, else the default one, and the path within it."""
    first, _, rest = path.removeprefix("/").partition("/")
    if first in api.stages and first != DEFAULT:
        return api.stages[first], f"/{rest}"
    return (api.stages[DEFAULT], path) if DEFAULT in api.stages else None


def _candidates(api: Api) -> Iterator[Candidate]:
    for route in list(api.routes.values()):
        method, separator, path = route.route_key.partition(" ")
        if separator:
            yield Candidate(route, method, path)


def _default(api: Api) -> Match | None:
    """The route that takes what no other does."""
    routes = [route for route in [*api.routes.values()] if route.route_key == DEFAULT]
    return Match(routes[0], DEFAULT, {}) if routes else None


def _method_and_path(call: _Call) -> str:
    """The end of the ARN that a function's policy sees: the route's path, not the request's."""
    path = call.match.path
    return path if path == DEFAULT else f"{call.request.method}{path}"
