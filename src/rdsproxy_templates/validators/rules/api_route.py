"""Rules of routes: one function answers each, in one API, and somebody is asked who calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...aws.documentation import API_GATEWAY_GUIDE
from ..graph import Graph
from ..rule import Violation, as_rule
from ..texts import literal, shown, text_of
from ..values import is_expression, is_true

HTTP: Final = "AWS::Serverless::HttpApi"
REST: Final = "AWS::Serverless::Api"
_EVENTS: Final = {"HttpApi": (HTTP, "ApiId"), "Api": (REST, "RestApiId")}
_PARAMETER: Final = re.compile(r"\{[^}+]*\}")
_NO_KEY: Final = (None, False, "false")
_SAM_GUIDE: Final = (
    "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/"
)


@dataclass(frozen=True)
class Route:
    """One event of a function that an API calls."""

    function: str
    event: str
    kind: str
    api: str | None
    """Resource of the API; None for the one that SAM makes, or one that is not in the graph."""
    is_implicit: bool
    method: str | None
    path: str | None
    auth: Any


@as_rule(
    "api/one-function-each-route",
    title="Each route of an API has one function.",
    why="SAM or API Gateway refuses the second, or never calls it.",
    remedy="Give each function a route of its own.",
    source=f"{API_GATEWAY_GUIDE}http-api-develop-routes.html",
)
def one_function_each_route(graph: Graph) -> Iterator[Violation]:
    seen: dict[tuple[str, str | None, str, str], Route] = {}
    for route in _routes(graph):
        if route.method is None or route.path is None or not (route.api or route.is_implicit):
            continue
        path = _PARAMETER.sub("{}", route.path)
        key = (route.kind, route.api, route.method, path)
        if key in seen:
            other = seen[key]
            where = f"{route.method} {route.path}"
            yield Violation(
                route.function,
                "Events",
                f"{route.event} is {where}, which {other.function} answers already",
                "Give one of them another path or method",
            )
        seen.setdefault(key, route)
    taken: dict[tuple[str, str], str] = {}
    for name, body in graph.of_type("AWS::ApiGatewayV2::Route"):
        routed = literal(text_of(graph, body.get("RouteKey")))
        api = shown(text_of(graph, body.get("ApiId")))
        if routed is None:
            continue
        place = (api, _PARAMETER.sub("{}", routed))
        if place in taken:
            yield Violation(
                name,
                "RouteKey",
                f"{routed} is the route {taken[place]} already",
                "Give one of them another path or method",
            )
        taken.setdefault(place, name)


@as_rule(
    "api/implicit",
    level="warning",
    title="Events name the API that the template declares.",
    why="SAM makes a second API for the event, open and at another address.",
    remedy="Name the API in the event: ApiId or RestApiId.",
    source=f"{_SAM_GUIDE}sam-property-function-httpapi.html",
)
def implicit(graph: Graph) -> Iterator[Violation]:
    for route in _routes(graph):
        declared = [name for name, _ in graph.of_type(_EVENTS[route.kind][0])]
        if route.is_implicit and declared:
            key = _EVENTS[route.kind][1]
            yield Violation(
                route.function,
                "Events",
                f"{route.event} names no API, so SAM makes another beside {', '.join(declared)}",
                f"Set {key} to the API",
            )


@as_rule(
    "api/authorizer",
    level="opinion",
    title="An API authenticates its callers.",
    why="Anybody on the internet may call the function, and through it the database.",
    remedy="Add an authorizer, or accept the rule with the reason that the API is public.",
    source=f"{API_GATEWAY_GUIDE}http-api-access-control.html",
)
def authorizer(graph: Graph) -> Iterator[Violation]:
    open_apis: dict[str, str] = {}
    routes = list(_routes(graph))
    asked = {route.api for route in routes if not _is_open(graph, route)}
    for route in routes:
        # Beside routes that ask, one that turns it off by name is meant, such as /health.
        is_meant = route.api in asked and _turns_off(route)
        if route.api is not None and _is_open(graph, route) and not is_meant:
            open_apis.setdefault(route.api, f"{route.event} of {route.function}")
    for api, event in open_apis.items():
        yield Violation(
            api,
            "Auth",
            f"nobody is asked who calls {event}",
            "Set a DefaultAuthorizer, such as AWS_IAM",
        )
    for name, body in graph.of_type("AWS::ApiGatewayV2::Route"):
        if body.get("AuthorizationType", "NONE") == "NONE" and "RouteKey" in body:
            api_name = graph.target(body.get("ApiId"))
            kind = graph.properties(api_name).get("ProtocolType") if api_name else None
            if kind == "HTTP":
                yield Violation(
                    name,
                    "AuthorizationType",
                    "nobody is asked who calls it",
                    "Set AuthorizationType, such as AWS_IAM",
                )
    for function, body in graph.of_type("AWS::Serverless::Function"):
        url = body.get("FunctionUrlConfig")
        if isinstance(url, Mapping) and url.get("AuthType") == "NONE":
            yield Violation(
                function, "FunctionUrlConfig", "nobody is asked who calls it", "Use AWS_IAM"
            )
    for name, body in graph.of_type("AWS::Lambda::Url"):
        if body.get("AuthType") == "NONE":
            yield Violation(name, "AuthType", "nobody is asked who calls it", "Use AWS_IAM")


def _turns_off(route: Route) -> bool:
    return isinstance(route.auth, Mapping) and route.auth.get("Authorizer") == "NONE"


def _is_open(graph: Graph, route: Route) -> bool:
    if route.api is None:
        return False
    body = graph.properties(route.api)
    whole = body.get("Auth", {})
    own = route.auth if route.auth is not None else {}
    if any(not isinstance(one, Mapping) or is_expression(one) for one in (whole, own)):
        return False
    if "DefinitionBody" in body or "DefinitionUri" in body:
        return False
    if own.get("Authorizer") == "NONE":
        return not is_true(own.get("ApiKeyRequired"))
    guards = (own.get("Authorizer"), whole.get("DefaultAuthorizer"))
    keys = (own.get("ApiKeyRequired"), whole.get("ApiKeyRequired"))
    policies = (own.get("ResourcePolicy"), whole.get("ResourcePolicy"))
    is_asked = any(guards) or any(policies) or not all(key in _NO_KEY for key in keys)
    return not is_asked and not _is_private(body)


def _is_private(body: Mapping[str, Any]) -> bool:
    return "PRIVATE" in str(body.get("EndpointConfiguration", ""))


def _routes(graph: Graph) -> Iterator[Route]:
    for function, body in graph.of_type("AWS::Serverless::Function"):
        events = body.get("Events")
        for name, event in events.items() if isinstance(events, Mapping) else ():
            kind = event.get("Type") if isinstance(event, Mapping) else None
            properties = event.get("Properties") if isinstance(event, Mapping) else None
            if not isinstance(kind, str) or kind not in _EVENTS:
                continue
            if not isinstance(properties, Mapping) or is_expression(properties):
                continue
            given = properties.get(_EVENTS[kind][1])
            method = literal(text_of(graph, properties.get("Method", "ANY")))
            path = literal(text_of(graph, properties.get("Path", "$default")))
            yield Route(
                function=function,
                event=str(name),
                kind=kind,
                api=graph.target(given),
                is_implicit=given is None,
                method=method.upper().replace("X-AMAZON-APIGATEWAY-ANY-METHOD", "ANY")
                if method
                else None,
                path=path,
                auth=properties.get("Auth"),
            )
