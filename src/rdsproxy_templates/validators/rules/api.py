"""Rules of APIs and functions: what API Gateway takes."""

from __future__ import annotations

from collections.abc import Iterator

from ...aws.documentation import API_GATEWAY_GUIDE
from ...model.references import references
from ..graph import FUNCTION_TYPES, Graph
from ..rule import Violation, as_rule
from ..values import is_literal, number

LONGEST = 29
"""Seconds: an HTTP API answers 503 after 30."""

HTTP_APIS = ("AWS::Serverless::HttpApi", "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage")


@as_rule(
    "api/path",
    title="A route begins with a slash.",
    why="API Gateway refuses the route.",
    source=f"{API_GATEWAY_GUIDE}http-api-develop-routes.html",
)
def path(graph: Graph) -> Iterator[Violation]:
    for function, body in graph.of_type("AWS::Serverless::Function"):
        for name, event in body.get("Events", {}).items():
            route = event.get("Properties", {}).get("Path")
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
    source=f"{API_GATEWAY_GUIDE}http-api-quotas.html",
)
def timeout(graph: Graph) -> Iterator[Violation]:
    for function, body in graph.of_type(*FUNCTION_TYPES):
        behind = any(e.get("Type") in ("HttpApi", "Api") for e in body.get("Events", {}).values())
        seconds = number(body.get("Timeout", 3))
        if behind and seconds is not None and seconds > LONGEST:
            yield Violation(
                function,
                "Timeout",
                f"it may run for {seconds:g} s, and the API waits for 30",
                f"Set Timeout to at most {LONGEST}",
            )


@as_rule(
    "api/key-or-firewall",
    title="An HTTP API has neither API keys nor a web ACL.",
    why="Only REST APIs have them, so nothing is guarded, or the deployment fails.",
    source=f"{API_GATEWAY_GUIDE}http-api-vs-rest.html",
)
def key_or_firewall(graph: Graph) -> Iterator[Violation]:
    for function, body in graph.of_type("AWS::Serverless::Function"):
        for name, event in body.get("Events", {}).items():
            auth = event.get("Properties", {}).get("Auth", {})
            if event.get("Type") == "HttpApi" and auth.get("ApiKeyRequired"):
                yield Violation(
                    function,
                    "Events",
                    f"{name} demands an API key, which HTTP APIs do not have",
                    "Use a REST API (AWS::Serverless::Api), or an authorizer",
                )
    for name, body in graph.of_type("AWS::WAFv2::WebACLAssociation"):
        for target in references(body.get("ResourceArn")):
            if target in graph.template.resources and graph.type(target) in HTTP_APIS:
                yield Violation(
                    name,
                    "ResourceArn",
                    f"{target} is an HTTP API, which takes no web ACL",
                    "Put CloudFront in front of it, or use a REST API",
                )
