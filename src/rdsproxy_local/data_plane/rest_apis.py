"""REST APIs as they are deployed: stages, resources, API keys, and the function's answer."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from moto.apigateway.models import APIGatewayBackend, Method, RestAPI, Stage, apigateway_backends

from ..servers import http_event
from ..servers.http_event import Request, Response
from . import access_log, regional_acls
from .functions import Functions
from .identities import Identity
from .integrations import Failed, called
from .routes import Candidate, Match, matched
from .signatures import NotSigned, signer

NO_ROUTE = "Missing Authentication Token"
"""A REST API's answer to paths that it does not have, and to requests that are not signed."""


class _Refused(Exception):
    """A request that is not let through to the function."""

    def __init__(self, status: HTTPStatus, says: str) -> None:
        super().__init__(says)
        self.status, self.says = status, says


@dataclass(frozen=True)
class _Call:
    """A request to a stage of an API."""

    backend: APIGatewayBackend
    api: RestAPI
    stage: Stage
    request: Request
    path: str
    """The path within the stage, as it was sent."""

    @property
    def arn(self) -> str:
        """The ARN by which policies name the stage."""
        where = f"{self.api.region_name}:{self.api.account_id}"
        return f"arn:aws:execute-api:{where}:{self.api.id}/{self.stage.name}"


def find(api_id: str) -> tuple[APIGatewayBackend, RestAPI] | None:
    """The REST API with this ID, and what else its account has in its region."""
    for regions in list(apigateway_backends.values()):
        for backend in list(regions.values()):
            if api_id in backend.apis:
                return backend, backend.apis[api_id]
    return None


def answer(
    functions: Functions, backend: APIGatewayBackend, api: RestAPI, request: Request
) -> Response:
    """The client's answer, which the access log records, too."""
    started = time.monotonic()
    name, _, rest = urlsplit(request.target).path.removeprefix("/").partition("/")
    stage = api.stages.get(name)
    if stage is None:
        return _message(HTTPStatus.FORBIDDEN, "Forbidden")
    call = _Call(backend, api, stage, request, f"/{rest}")
    match = matched(_candidates(api), request.method, call.path)
    event = _event(call, match)
    error = None
    try:
        response = _answer(functions, call, match, event)
    except _Refused as refused:
        response = _message(refused.status, refused.says)
    except Failed as failed:
        error = str(failed)
        response = _message(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal server error")
    context = event["requestContext"]
    facts = {
        "requestId": context["requestId"],
        "extendedRequestId": context["extendedRequestId"],
        "requestTime": context["requestTime"],
        "requestTimeEpoch": context["requestTimeEpoch"],
        "apiId": api.id,
        "accountId": api.account_id,
        "domainName": context["domainName"],
        "httpMethod": request.method,
        "identity.sourceIp": request.address,
        "identity.userAgent": context["identity"]["userAgent"],
        "integration.error": error,
        "integrationErrorMessage": error,
        "path": context["path"],
        "protocol": context["protocol"],
        "resourcePath": context["resourcePath"],
        "responseLatency": round((time.monotonic() - started) * 1000),
        "responseLength": len(response.body),
        "stage": stage.name,
        "status": response.status,
    }
    access_log.write(stage.access_log_settings, facts)
    return response


def _answer(
    functions: Functions, call: _Call, match: Match | None, event: dict[str, Any]
) -> Response:
    if not regional_acls.admits(call.stage.web_acl_arn, call.request):
        raise _Refused(HTTPStatus.FORBIDDEN, "Forbidden")
    if match is None:
        raise _Refused(HTTPStatus.FORBIDDEN, NO_ROUTE)
    method: Method = match.route
    caller = _caller(call, method)
    if method.api_key_required and not _has_key(call):
        raise _Refused(HTTPStatus.FORBIDDEN, "Forbidden")
    if caller is not None:
        who = {"accessKey": caller.key_id, "accountId": caller.account, "userArn": caller.arn}
        event["requestContext"]["identity"].update(who)
    integration = method.method_integration
    if integration is None or integration.integration_type != "AWS_PROXY":
        raise Failed("the method has no integration that the local cloud knows")
    source = f"{call.arn}/{call.request.method}{match.path}"
    outcome = called(functions, integration.uri or "", source, event)
    if outcome.kind != "response" or not _is_well_formed(outcome.body):
        return _message(HTTPStatus.BAD_GATEWAY, "Internal server error")
    return http_event.response(outcome.body)


def _caller(call: _Call, method: Method) -> Identity | None:
    """The signer of the request, where the method asks for one."""
    match method.authorization_type or "NONE":
        case "NONE":
            return None
        case "AWS_IAM":
            try:
                caller = signer(call.request, call.api.region_name)
            except NotSigned:
                raise _Refused(HTTPStatus.FORBIDDEN, NO_ROUTE) from None
            resource = f"{call.arn}/{call.request.method}{unquote(call.path)}"
            mine = caller.account == call.api.account_id
            if not mine or not caller.may("execute-api:Invoke", resource):
                says = f"User: {caller.arn} is not authorized to access this resource"
                raise _Refused(HTTPStatus.FORBIDDEN, says)
            return caller
    raise _Refused(HTTPStatus.NOT_IMPLEMENTED, "the local cloud knows no other authorizer")


def _has_key(call: _Call) -> bool:
    """True if the request shows an enabled key that a usage plan admits to the stage."""
    shown = [value for name, value in call.request.headers if name.lower() == "x-api-key"]
    plans = [plan.id for plan in [*call.backend.usage_plans.values()] if _admits(plan, call)]
    return any(
        key.enabled and key.value in shown and key.id in call.backend.usage_plan_keys.get(plan, {})
        for key in [*call.backend.keys.values()]
        for plan in plans
    )


def _admits(plan: Any, call: _Call) -> bool:
    """True if a usage plan covers the stage."""
    stages = [(one.get("apiId"), one.get("stage")) for one in plan.api_stages]
    return (call.api.id, call.stage.name) in stages


def _candidates(api: RestAPI) -> Iterator[Candidate]:
    for resource in list(api.resources.values()):
        for name, method in list(resource.resource_methods.items()):
            yield Candidate(method, name, resource.get_path())


def _event(call: _Call, match: Match | None) -> dict[str, Any]:
    """The event of a proxy integration, payload format 1.0."""
    given = http_event.event(call.request)
    context = given["requestContext"]
    url = urlsplit(call.request.target)
    query = parse_qsl(url.query, keep_blank_values=True)
    resource = match.path if match else None
    return {
        "resource": resource,
        "path": unquote(call.path),
        "httpMethod": call.request.method,
        "headers": dict(call.request.headers),
        "multiValueHeaders": _grouped(call.request.headers),
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _grouped(query) or None,
        "pathParameters": (match.variables if match else None) or None,
        "stageVariables": call.stage.variables or None,
        "requestContext": {
            "accountId": call.api.account_id,
            "apiId": call.api.id,
            "domainName": context["domainName"],
            "domainPrefix": context["domainPrefix"],
            "extendedRequestId": context["requestId"],
            "httpMethod": call.request.method,
            "identity": {
                "sourceIp": call.request.address,
                "userAgent": context["http"]["userAgent"],
            },
            "path": unquote(url.path),
            "protocol": context["http"]["protocol"],
            "requestId": context["requestId"],
            "requestTime": context["time"],
            "requestTimeEpoch": context["timeEpoch"],
            "resourcePath": resource,
            "stage": call.stage.name,
        },
        "body": given.get("body"),
        "isBase64Encoded": given["isBase64Encoded"],
    }


def _grouped(pairs: Any) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


def _is_well_formed(answer: Any) -> bool:
    """Unlike an HTTP API, a REST API demands a status, and a body that is a string."""
    return (
        isinstance(answer, dict)
        and str(answer.get("statusCode", "")).isdigit()
        and isinstance(answer.get("body") or "", str)
    )


def _message(status: HTTPStatus, says: str) -> Response:
    body = json.dumps({"message": says}).encode()
    return Response(status, (("content-type", "application/json"),), body)
