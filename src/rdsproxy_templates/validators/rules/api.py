"""Rules of APIs and functions: what API Gateway takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.documentation import API_GATEWAY_GUIDE, CLOUDFORMATION_GUIDE
from ...model.references import references
from ..apis import ARN
from ..graph import FUNCTION_TYPES, Graph
from ..rule import Violation, as_rule
from ..values import is_literal, mappings, number, spelled

LONGEST = 29
"""Seconds: an HTTP API answers 503 after 30."""

WAITING = ("HttpApi", "Api")
HTTP_APIS = ("AWS::Serverless::HttpApi", "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage")


@as_rule(
    "api/path",
    title="A route begins with a slash.",
    why="API Gateway refuses the route.",
    remedy="Begin the path with a slash.",
    source=f"{API_GATEWAY_GUIDE}http-api-develop-routes.html",
)
def path(graph: Graph) -> Iterator[Violation]:
    for function, body in graph.of_type("AWS::Serverless::Function"):
        for name, event in _events(body).items():
            route = _properties(event).get("Path")
            if is_literal(route) and not route.startswith(("/", "$default")):
                yield Violation(
                    function,
                    "Events",
                    f"the path {route!r} of {name} has no leading slash",
                    f"Write /{route}",
                )


@as_rule(
    "api/timeout",
    level="warning",
    title="A function behind an HTTP API ends before the API stops waiting.",
    why="The caller gets 503 while the function still works.",
    remedy="Set Timeout below the time that the API waits.",
    source=f"{API_GATEWAY_GUIDE}http-api-quotas.html",
)
def timeout(graph: Graph) -> Iterator[Violation]:
    for function, body in graph.of_type(*FUNCTION_TYPES):
        waits = [_wait(event) for event in _events(body).values() if event.get("Type") in WAITING]
        seconds = number(body.get("Timeout", 3))
        if waits and seconds is not None and seconds > min(waits):
            yield Violation(
                function,
                "Timeout",
                f"it may run for {seconds:g} s, and the API waits for 30",
                f"Set Timeout to at most {LONGEST}",
            )


def _events(function: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the events of a SAM function by their names."""
    events = function.get("Events")
    named = events.items() if isinstance(events, Mapping) else ()
    return {name: event for name, event in named if isinstance(event, Mapping)}


def _properties(event: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = event.get("Properties")
    return properties if isinstance(properties, Mapping) else {}


def _wait(event: Mapping[str, Any]) -> float:
    """Return the longest time that an API waits, in seconds, less a moment to answer.

    A REST API waits longer where its Region's quota is raised, and then says so.
    """
    millis = number(_properties(event).get("TimeoutInMillis"))
    return max(LONGEST, millis / 1000) if event.get("Type") == "Api" and millis else LONGEST


@as_rule(
    "api/key-or-firewall",
    title="API keys and web ACLs are used only with REST APIs.",
    why="HTTP APIs have neither, so nothing is guarded, or the deployment fails.",
    remedy="Use a REST API, or CloudFront in front of the HTTP API.",
    source=f"{API_GATEWAY_GUIDE}http-api-vs-rest.html",
)
def key_or_firewall(graph: Graph) -> Iterator[Violation]:
    for function, body in graph.of_type("AWS::Serverless::Function"):
        for name, event in _events(body).items():
            auth = _properties(event).get("Auth")
            demands = isinstance(auth, Mapping) and auth.get("ApiKeyRequired")
            if event.get("Type") == "HttpApi" and demands:
                yield Violation(
                    function,
                    "Events",
                    f"{name} demands an API key, which HTTP APIs do not have",
                    "Use a REST API (AWS::Serverless::Api), or an authorizer",
                )
    for name, body in graph.of_type("AWS::ApiGateway::UsagePlan"):
        for planned in mappings(body.get("ApiStages")):
            target = graph.target(planned.get("ApiId"))
            if target and graph.type(target) in HTTP_APIS:
                yield Violation(
                    name,
                    "ApiStages",
                    f"{target} is an HTTP API, which has no usage plans",
                    "Use a REST API, or the throttling of the HTTP API's stage",
                )
    for name, body in graph.of_type("AWS::WAFv2::WebACLAssociation"):
        arn = ARN.fullmatch(spelled(body.get("ResourceArn")))
        if arn and arn[1] == "apis" and not arn[2].startswith("${"):
            yield Violation(
                name,
                "ResourceArn",
                f"{arn[2]} is an HTTP API, which takes no web ACL",
                "Put CloudFront in front of it, or use a REST API",
            )
        for target in references(body.get("ResourceArn")):
            if target in graph.template.resources and graph.type(target) in HTTP_APIS:
                yield Violation(
                    name,
                    "ResourceArn",
                    f"{target} is an HTTP API, which takes no web ACL",
                    "Put CloudFront in front of it, or use a REST API",
                )


@as_rule(
    "api/deployment",
    title="A deployment of a REST API waits for every method of the API.",
    why="API Gateway refuses a deployment without methods, and one made early misses the others.",
    remedy="Add every method of the API to DependsOn of the deployment.",
    source=f"{CLOUDFORMATION_GUIDE}aws-resource-apigateway-deployment.html",
)
def deployment(graph: Graph) -> Iterator[Violation]:
    for name, body in graph.of_type("AWS::ApiGateway::Deployment"):
        api = graph.target(body.get("RestApiId"))
        late = [
            method
            for method, one in graph.of_type("AWS::ApiGateway::Method")
            if api and graph.target(one.get("RestApiId")) == api
        ]
        if late := [method for method in late if method not in graph.waits_for(name)]:
            yield Violation(
                name,
                "DependsOn",
                f"it does not wait for {', '.join(late)} of {api}",
                "Add every method of the API to DependsOn",
            )
