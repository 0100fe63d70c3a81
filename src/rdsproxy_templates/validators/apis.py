"""What a graph tells of APIs: their stages, their hosts, and the keys that they demand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..model.references import references
from .graph import Graph
from .values import is_literal, is_true, items, mappings, spelled

REST_APIS = ("AWS::Serverless::Api", "AWS::ApiGateway::RestApi")
HTTP_APIS = ("AWS::Serverless::HttpApi", "AWS::ApiGatewayV2::Api")
STAGES = {
    "AWS::ApiGateway::Stage": "RestApiId",
    "AWS::ApiGateway::Deployment": "RestApiId",
    "AWS::ApiGatewayV2::Stage": "ApiId",
}
"""Types that make a stage, each with the property that names its API."""
HOST = re.compile(r"(?:https://)?\$\{(\w+)\}\.execute-api\.[^/]*(?:/([^/?\s]*))?.*", re.DOTALL)
ARN = re.compile(r".*:/(restapis|apis)/([^/]+)/stages/([^/]+)")
DISTRIBUTION, WEB_ACL = "AWS::CloudFront::Distribution", "AWS::WAFv2::WebACL"
ASSOCIATION = "AWS::WAFv2::WebACLAssociation"


def stages_of(graph: Graph, api: str) -> set[str] | None:
    """Return the names of all stages of *api*; None where only deployment knows one."""
    body, found = graph.properties(api), list[object]()
    if graph.type(api).startswith("AWS::Serverless::"):
        default = "$default" if graph.type(api) in HTTP_APIS else None
        found.append(body.get("StageName", default))
        # SAM adds a stage of this name to definitions of OpenAPI 2.
        found.append("Stage")
    for kind, key in STAGES.items():
        for _, stage in graph.of_type(kind):
            of = graph.target(stage.get(key))
            if of == api and "StageName" in stage:
                found.append(stage["StageName"])
            elif of is None and isinstance(stage.get(key), Mapping):
                return None
    names = {name for name in found if is_literal(name)}
    return names if names and all(map(is_literal, found)) else None


def api_behind(graph: Graph, host: object) -> str | None:
    """Return the API whose host *host* is, where the graph creates it."""
    match = HOST.fullmatch(spelled(host))
    name = match[1] if match else None
    return name if name in graph.template.resources else None


def distributions(graph: Graph) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each distribution of CloudFront with its configuration."""
    for name, body in graph.of_type(DISTRIBUTION):
        config = body.get("DistributionConfig")
        if isinstance(config, Mapping):
            yield name, config


def api_origins(graph: Graph) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Yield distribution, origin and API, for each API of the graph that is an origin."""
    for name, config in distributions(graph):
        for origin in mappings(config.get("Origins")):
            if api := api_behind(graph, origin.get("DomainName")):
                yield name, origin, api


def behaviors(config: Mapping[str, Any], origin: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the cache behaviors of a distribution that lead to *origin*."""
    found = mappings([config.get("DefaultCacheBehavior"), *items(config.get("CacheBehaviors"))])
    return [one for one in found if one.get("TargetOriginId") == origin.get("Id")]


def header(origin: Mapping[str, Any], name: str) -> object:
    """Return the value of a header that CloudFront sends to *origin*; None where it does not."""
    for one in mappings(origin.get("OriginCustomHeaders")):
        if str(one.get("HeaderName")).lower() == name.lower():
            return one.get("HeaderValue")
    return None


def demands_key(graph: Graph, api: str) -> bool | None:
    """Tell whether *api* demands an API key somewhere; None where its definition is elsewhere."""
    body = graph.properties(api)
    if {"DefinitionBody", "DefinitionUri", "Body", "BodyS3Location"} & body.keys():
        return None
    auth = body.get("Auth")
    if isinstance(auth, Mapping) and is_true(auth.get("ApiKeyRequired")):
        return True
    for _, function in graph.of_type("AWS::Serverless::Function"):
        events = function.get("Events")
        for event in events.values() if isinstance(events, Mapping) else ():
            properties = event.get("Properties") if isinstance(event, Mapping) else None
            if isinstance(properties, Mapping) and api in references(properties.get("RestApiId")):
                own = properties.get("Auth")
                if isinstance(own, Mapping) and is_true(own.get("ApiKeyRequired")):
                    return True
    return any(
        graph.target(method.get("RestApiId")) == api and is_true(method.get("ApiKeyRequired"))
        for _, method in graph.of_type("AWS::ApiGateway::Method")
    )


def plans_of(graph: Graph, api: str) -> list[str] | None:
    """Return the usage plans of *api*; None where only deployment knows what one is for."""
    found = []
    for name, body in graph.of_type("AWS::ApiGateway::UsagePlan"):
        for stage in mappings(body.get("ApiStages")):
            of = graph.target(stage.get("ApiId"))
            if of is None:
                return None
            found += [name] if of == api else []
    return found


def guards_of(graph: Graph, api: str) -> list[object]:
    """Return the web ACLs that are associated with a stage of *api*."""
    return [
        body.get("WebACLArn")
        for _, body in graph.of_type(ASSOCIATION)
        if api in references(body.get("ResourceArn"))
        or (
            graph.target(body.get("ResourceArn")) is not None
            and api in references(graph.properties(str(graph.target(body.get("ResourceArn")))))
        )
    ]
