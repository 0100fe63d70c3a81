"""HTTP APIs as OpenAPI 3 documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Properties
from . import (
    AUTHORIZER,
    AUTHTYPE,
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

CORS: Final = "x-amazon-apigateway-cors"
TAG_VALUE: Final = "x-amazon-apigateway-tag-value"

CORS_NAMES: Final = {
    "allowCredentials": "AllowCredentials",
    "allowHeaders": "AllowHeaders",
    "allowMethods": "AllowMethods",
    "allowOrigins": "AllowOrigins",
    "exposeHeaders": "ExposeHeaders",
    "maxAge": "MaxAge",
}
AUTHORIZER_NAMES: Final = {
    "authorizerCredentials": "AuthorizerCredentialsArn",
    "authorizerPayloadFormatVersion": "AuthorizerPayloadFormatVersion",
    "authorizerResultTtlInSeconds": "AuthorizerResultTtlInSeconds",
    "authorizerUri": "AuthorizerUri",
    "enableSimpleResponses": "EnableSimpleResponses",
}
INTEGRATION_NAMES: Final = {
    "connectionId": "ConnectionId",
    "connectionType": "ConnectionType",
    "credentials": "CredentialsArn",
    "description": "Description",
    "httpMethod": "IntegrationMethod",
    "integrationSubtype": "IntegrationSubtype",
    "passthroughBehavior": "PassthroughBehavior",
    "payloadFormatVersion": "PayloadFormatVersion",
    "requestParameters": "RequestParameters",
    "responseParameters": "ResponseParameters",
    "timeoutInMillis": "TimeoutInMillis",
    "uri": "IntegrationUri",
}
IAM: Final = "AWS_IAM"


@dataclass(frozen=True)
class Route:
    """A route and what is behind it."""

    key: str
    type: str
    """AWS_IAM, JWT, CUSTOM or NONE."""
    authorizer: str | None
    scopes: list[str] | None
    integration: Mapping[str, Any] | None


@dataclass(frozen=True)
class HttpBody:
    """An HTTP API as its body wants it, in the words of the API Gateway API."""

    settings: Mapping[str, Any]
    tags: Mapping[str, str]
    authorizers: Mapping[str, Mapping[str, Any]]
    routes: tuple[Route, ...]


def read(body: Any) -> HttpBody:
    """Read a body; fail at any part of it that has no effect."""
    with understood("the top", document(body)) as given:
        if not str(given.get("openapi", "")).startswith("3."):
            raise Failure("the Body of an HTTP API must be OpenAPI 3")
        unused(given, ("x-amazon-apigateway-importexport-version",))
        schemes = _schemes(given.get("components", {}))
        whole = given.get("security")
        return HttpBody(
            _settings(given),
            _tags(given.get("tags", [])),
            {name: scheme for name, scheme in schemes.items() if scheme is not None},
            tuple(_route(one, whole, schemes) for one in operations(given.get("paths", {}))),
        )


def _settings(given: Properties) -> dict[str, Any]:
    settings: dict[str, Any] = {"ProtocolType": "HTTP"}
    with understood("info", given.get("info", {})) as info:
        settings |= renamed(
            info, {"title": "Name", "description": "Description", "version": "Version"}
        )
    disabled = endpoint_disabled(given.get("servers", []))
    if disabled is not None:
        settings["DisableExecuteApiEndpoint"] = disabled
    if CORS in given:
        with understood(CORS, given[CORS]) as cors:
            settings["CorsConfiguration"] = renamed(cors, CORS_NAMES)
    return settings


def _tags(given: list[Mapping[str, str]]) -> dict[str, str]:
    return {tag["name"]: tag[TAG_VALUE] for tag in given if TAG_VALUE in tag}


def _schemes(components: Mapping[str, Any]) -> dict[str, Mapping[str, Any] | None]:
    """The authorizer of each security scheme; None is AWS's own, IAM."""
    with understood("components", components) as given:
        schemes = given.get("securitySchemes", {})
    return {name: _authorizer(name, scheme) for name, scheme in schemes.items()}


def _authorizer(name: str, scheme: Mapping[str, Any]) -> dict[str, Any] | None:
    with understood(name, scheme) as given:
        unused(given, ("type", "name", "in", "description", "flows", "openIdConnectUrl"))
        if given.get(AUTHTYPE) == "awsSigv4":
            return None
        with understood(f"{AUTHORIZER} of {name}", given.get(AUTHORIZER, {})) as authorizer:
            if "type" not in authorizer:
                raise Failure(
                    f"security scheme {name} in the Body has neither IAM nor an authorizer"
                )
            return {
                "AuthorizerType": authorizer["type"].upper(),
                "IdentitySource": _identity_source(authorizer.get("identitySource", [])),
                **renamed(authorizer, AUTHORIZER_NAMES),
                **_jwt(authorizer),
            }


def _identity_source(given: str | list[str]) -> list[str]:
    return [one.strip() for one in given.split(",")] if isinstance(given, str) else given


def _jwt(authorizer: Properties) -> dict[str, Any]:
    if "jwtConfiguration" not in authorizer:
        return {}
    with understood("jwtConfiguration", authorizer["jwtConfiguration"]) as jwt:
        return {"JwtConfiguration": renamed(jwt, {"issuer": "Issuer", "audience": "Audience"})}


def _route(
    operation: Operation, whole: Any, schemes: Mapping[str, Mapping[str, Any] | None]
) -> Route:
    with understood(operation.place, operation.given) as given:
        unused(given, (*PROSE, "security", "responses", "operationId"))
        key = _key(operation, given)
        _check_parameters(operation, given.get("parameters", []))
        guards = security(operation, whole, schemes)
        if len(guards) > 1:
            raise Failure(f"{operation.place}: an HTTP API's route has one authorizer")
        integration = _integration(given[INTEGRATION]) if INTEGRATION in given else None
        guard, scopes = next(iter(guards.items()), (None, []))
        authorizer = schemes[guard] if guard else None
        return Route(
            key=key,
            type=_type(guard, authorizer),
            authorizer=guard if authorizer else None,
            scopes=scopes or None,
            integration=integration,
        )


def _type(guard: str | None, authorizer: Mapping[str, Any] | None) -> str:
    if authorizer is None:
        return IAM if guard else "NONE"
    return "JWT" if authorizer["AuthorizerType"] == "JWT" else "CUSTOM"


def _key(operation: Operation, given: Properties) -> str:
    default = operation.path.removeprefix("/") == "$default"
    if given.get("isDefaultRoute") and not default:
        raise Failure(f"{operation.place} is not the path of a default route")
    return "$default" if default else operation.place


def _check_parameters(operation: Operation, parameters: list[Mapping[str, Any]]) -> None:
    """HTTP APIs know no parameters but those of the path."""
    for parameter in parameters:
        name = parameter.get("name")
        if parameter.get("in") != "path" or name not in operation.variables:
            raise Failure(
                f"{operation.place}: the local cloud does not understand parameter {name}"
            )


def _integration(given: Mapping[str, Any]) -> dict[str, Any]:
    with understood(INTEGRATION, given) as integration:
        return {
            "IntegrationType": integration["type"].upper(),
            **renamed(integration, INTEGRATION_NAMES),
            **_tls(integration),
        }


def _tls(integration: Properties) -> dict[str, Any]:
    if "tlsConfig" not in integration:
        return {}
    with understood("tlsConfig", integration["tlsConfig"]) as tls:
        return {"TlsConfig": renamed(tls, {"serverNameToVerify": "ServerNameToVerify"})}
