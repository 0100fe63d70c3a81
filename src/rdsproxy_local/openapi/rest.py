"""REST APIs as Swagger 2 or OpenAPI 3 documents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Properties
from . import (
    AUTHORIZER,
    AUTHTYPE,
    ENDPOINT,
    INTEGRATION,
    PROSE,
    Operation,
    document,
    endpoint_disabled,
    operations,
    renamed,
    security,
    understood,
    unused,
)

EXTENSION: Final = "x-amazon-apigateway-"
SETTING_NAMES: Final = {
    f"{EXTENSION}api-key-source": "apiKeySource",
    f"{EXTENSION}binary-media-types": "binaryMediaTypes",
    f"{EXTENSION}minimum-compression-size": "minimumCompressionSize",
}
AUTHORIZER_NAMES: Final = {
    name: name
    for name in (
        "authorizerUri",
        "authorizerCredentials",
        "identitySource",
        "authorizerResultTtlInSeconds",
        "providerARNs",
    )
}
INTEGRATION_NAMES: Final = {
    "httpMethod": "integrationHttpMethod",
    **{
        name: name
        for name in (
            "cacheNamespace",
            "connectionType",
            "contentHandling",
            "credentials",
            "requestParameters",
            "requestTemplates",
            "timeoutInMillis",
            "tlsConfig",
            "uri",
        )
    },
}
WORDS: Final = ("type", "passthroughBehavior")
"""Settings in capitals in the API, and in any case in a document."""
RESPONSE_NAMES: Final = {
    name: name
    for name in ("statusCode", "responseTemplates", "responseParameters", "contentHandling")
}
PLACES: Final = {"path": "path", "query": "querystring", "header": "header"}
"""The place of a parameter, and the API's word for it."""
IAM: Final = "AWS_IAM"
KEY: Final = "api_key"


@dataclass(frozen=True)
class Method:
    """A method of a path, and what is behind it."""

    path: str
    verb: str
    settings: Mapping[str, Any]
    authorizer: str | None
    responses: Mapping[str, Mapping[str, bool]]
    """The headers of each status."""
    integration: Mapping[str, Any] | None
    integration_responses: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class RestBody:
    """A REST API as its body wants it, in the words of the API Gateway API."""

    settings: Mapping[str, Any]
    authorizers: Mapping[str, Mapping[str, Any]]
    gateway_responses: Mapping[str, Mapping[str, Any]]
    methods: tuple[Method, ...]


def read(body: Any) -> RestBody:
    """Read a body; fail at any part of it that has no effect."""
    with understood("the top", document(body)) as given:
        _check_version(given)
        unused(given, ("schemes", "host", "basePath", "tags"))
        schemes = _schemes(given)
        whole = given.get("security")
        return RestBody(
            _settings(given),
            {name: scheme for name, scheme in schemes.items() if isinstance(scheme, Mapping)},
            _gateway_responses(given.get(f"{EXTENSION}gateway-responses", {})),
            tuple(_method(one, whole, schemes) for one in operations(given.get("paths", {}))),
        )


def _check_version(given: Properties) -> None:
    version = str(given.get("openapi") or given.get("swagger") or "")
    if not version.startswith("3.") and version != "2.0":
        raise Failure("the Body of a REST API must be Swagger 2.0 or OpenAPI 3")


def _settings(given: Properties) -> dict[str, Any]:
    settings = renamed(given, SETTING_NAMES)
    with understood("info", given.get("info", {})) as info:
        unused(info, ("version",))
        settings |= renamed(info, {"title": "name", "description": "description"})
    disabled = endpoint_disabled([*given.get("servers", []), _endpoint(given)])
    if disabled is not None:
        settings["disableExecuteApiEndpoint"] = disabled
    if (policy := given.get(f"{EXTENSION}policy")) is not None:
        settings["policy"] = json.dumps(policy)
    return settings


def _endpoint(given: Properties) -> dict[str, Any]:
    """The endpoint settings at the top of Swagger 2, which has no servers."""
    return {ENDPOINT: given.get(ENDPOINT, {})}


def _schemes(given: Properties) -> dict[str, Mapping[str, Any] | str]:
    """The authorizer of each security scheme, or IAM, or an API key."""
    with understood("components", given.get("components", {})) as components:
        schemes = {**given.get("securityDefinitions", {}), **components.get("securitySchemes", {})}
    return {name: _scheme(name, scheme) for name, scheme in schemes.items()}


def _scheme(name: str, scheme: Mapping[str, Any]) -> dict[str, Any] | str:
    with understood(name, scheme) as given:
        unused(given, ("description",))
        where = (given.get("type"), str(given.get("name")).lower(), given.get("in"))
        kind = given.get(AUTHTYPE)
        if kind == "awsSigv4":
            return IAM
        if AUTHORIZER not in given and where == ("apiKey", "x-api-key", "header"):
            return KEY
        with understood(f"{AUTHORIZER} of {name}", given.get(AUTHORIZER, {})) as authorizer:
            if "type" not in authorizer:
                raise Failure(f"the local cloud does not understand security scheme {name}")
            settings = {"type": authorizer["type"].upper(), "authType": kind}
            return {**settings, **renamed(authorizer, AUTHORIZER_NAMES)}


def _gateway_responses(given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: _gateway_response(name, one) for name, one in given.items()}


def _gateway_response(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    with understood(f"gateway response {name}", given) as response:
        return renamed(response, {one: one for one in RESPONSE_NAMES if one != "contentHandling"})


def _method(
    operation: Operation, whole: Any, schemes: Mapping[str, Mapping[str, Any] | str]
) -> Method:
    with understood(operation.place, operation.given) as given:
        unused(given, (*PROSE, "security", "produces", "consumes"))
        guards = security(operation, whole, schemes)
        others = [name for name in guards if schemes[name] != KEY]
        if len(others) > 1:
            raise Failure(f"{operation.place}: a REST API's method has one authorizer")
        guard = others[0] if others else None
        authorizer = schemes[guard] if guard else "NONE"
        settings = {
            "apiKeyRequired": len(others) < len(guards),
            "authorizationType": _authorization(authorizer),
            "authorizationScopes": (guards[guard] if guard else None) or None,
            "operationName": given.get("operationId"),
            "requestParameters": dict(_parameters(operation, given.get("parameters", []))),
        }
        integration, responses = _integration(given.get(INTEGRATION))
        answers = given.get("responses", {})
        return Method(
            path=operation.path,
            verb=operation.method,
            settings=settings,
            authorizer=guard if isinstance(authorizer, Mapping) else None,
            responses={code: _headers(operation, one) for code, one in answers.items()},
            integration=integration,
            integration_responses=responses,
        )


def _authorization(authorizer: Mapping[str, Any] | str) -> str:
    if isinstance(authorizer, str):
        return authorizer
    kind: str = authorizer["type"]
    return kind if kind == "COGNITO_USER_POOLS" else "CUSTOM"


def _parameters(
    operation: Operation, parameters: list[Mapping[str, Any]]
) -> Iterator[tuple[str, bool]]:
    for given in parameters:
        with understood(f"a parameter of {operation.place}", given) as parameter:
            unused(parameter, ("type", "schema", "description"))
            place, name = PLACES.get(parameter["in"]), parameter["name"]
            if place is None:
                raise Failure(f"{operation.place}: the local cloud does not understand {name}")
            yield f"method.request.{place}.{name}", parameter.get("required", False)


def _headers(operation: Operation, response: Mapping[str, Any]) -> dict[str, bool]:
    with understood(f"a response of {operation.place}", response) as given:
        unused(given, ("description",))
        return {f"method.response.header.{name}": False for name in given.get("headers", {})}


def _integration(
    given: Mapping[str, Any] | None,
) -> tuple[dict[str, Any] | None, tuple[dict[str, Any], ...]]:
    if given is None:
        return None, ()
    with understood(INTEGRATION, given) as integration:
        answers = integration.get("responses", {})
        responses = tuple(_answer(pattern, one) for pattern, one in answers.items())
        words = {name: integration[name].upper() for name in WORDS if name in integration}
        return {**words, **renamed(integration, INTEGRATION_NAMES)}, responses


def _answer(pattern: str, given: Mapping[str, Any]) -> dict[str, Any]:
    with understood(f"response {pattern} of {INTEGRATION}", given) as response:
        selection = None if pattern == "default" else pattern
        return {"selectionPattern": selection, **renamed(response, RESPONSE_NAMES)}
