"""Rules of CloudFront in front of an API: stages and caches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.documentation import API_GATEWAY_GUIDE, CLOUDFRONT_GUIDE
from ..apis import (
    ARN,
    ASSOCIATION,
    HOST,
    REST_APIS,
    api_origins,
    behaviors,
    distributions,
    stages_of,
)
from ..graph import Graph
from ..rule import Violation, as_rule
from ..values import is_literal, is_true, mappings, number, spelled

CACHING = {
    "658327ea-f89d-4fab-a63d-7e88639e58f6": "CachingOptimized",
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": "CachingOptimizedForUncompressedObjects",
    "2e54312d-136d-493c-8eb9-b001f22f67d2": "Amplify",
    "08627262-05a9-4f76-9ded-b50ca2e3a84f": "Elemental-MediaPackage",
}
"""Managed policies that keep answers of an origin that says nothing of caches."""


@as_rule(
    "edge/stage",
    title="Every stage of an API that is named exists.",
    why="API Gateway refuses it, or answers 403 to every request.",
    remedy="Name a stage that the template creates.",
    source=f"{API_GATEWAY_GUIDE}set-up-stages.html",
)
def stage(graph: Graph) -> Iterator[Violation]:
    for name, place, api, named in _named_stages(graph):
        known = stages_of(graph, api)
        if known is not None and named not in known and "$" not in named.removeprefix("$default"):
            is_missing = f"{api} has no stage {named!r}" if named else f"it names no stage of {api}"
            # SAM's own stage is no name to recommend.
            shown = ", ".join(sorted(known - {"Stage"} or known))
            yield Violation(name, place, is_missing, f"Name one of its stages: {shown}")


def _named_stages(graph: Graph) -> Iterator[tuple[str, str, str, str]]:
    """Yield each resource that names a stage of an API: with the property, the API and the name."""
    for name, origin, api in api_origins(graph):
        path = spelled(origin.get("OriginPath", ""))
        first = path.strip("/").partition("/")[0]
        if graph.type(api) in REST_APIS or first:
            yield name, "DistributionConfig", api, first
    for kind, key in (
        ("AWS::ApiGateway::UsagePlan", "ApiStages"),
        ("AWS::ApiGateway::BasePathMapping", ""),
    ):
        for name, body in graph.of_type(kind):
            for one in mappings(body.get(key)) if key else [body]:
                of = graph.target(one.get("ApiId", one.get("RestApiId")))
                given = one.get("Stage")
                if of and graph.type(of) in REST_APIS and is_literal(given):
                    yield name, key or "Stage", of, given
    for name, body in graph.of_type(ASSOCIATION):
        arn = ARN.fullmatch(spelled(body.get("ResourceArn")))
        of = arn[2][2:-1] if arn and arn[2].startswith("${") else None
        if arn and of in graph.template.resources:
            yield name, "ResourceArn", str(of), arn[3]
    places = [(name, graph.properties(name)) for name in graph.template.resources]
    for holder, node in [*places, *((None, dict(one)) for one in graph.template.outputs.values())]:
        for text in _texts(node):
            match = HOST.fullmatch(text)
            called = str(match[1]) if match and match[2] else ""
            if match and called in graph.template.resources and graph.type(called) in REST_APIS:
                # An output has no place in the graph; its API stands for it.
                yield holder or called, "StageName", called, match[2]


def _texts(node: Any) -> Iterator[str]:
    """Yield every text in *node*, expressions as ``Fn::Sub`` spells them."""
    match node:
        case {"Fn::Sub": _} | {"Fn::Join": _}:
            yield spelled(node)
        case Mapping():
            for value in node.values():
                yield from _texts(value)
        case list():
            for item in node:
                yield from _texts(item)


@as_rule(
    "edge/cache",
    level="warning",
    title="CloudFront and API Gateway do not cache an API's responses.",
    why="A caller may get another caller's response, or a stale one.",
    remedy="Use the managed policy CachingDisabled, and no cache cluster.",
    source=f"{CLOUDFRONT_GUIDE}using-managed-cache-policies.html",
)
def cache(graph: Graph) -> Iterator[Violation]:
    configs = dict(distributions(graph))
    for name, origin, api in api_origins(graph):
        for behavior in behaviors(configs[name], origin):
            if kept := _kept(graph, behavior):
                yield Violation(
                    name,
                    "DistributionConfig",
                    f"it keeps answers of {api}, {kept}",
                    "Use the managed policy CachingDisabled, 4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
                )
    for name, body in graph.of_type(*REST_APIS, "AWS::ApiGateway::Stage"):
        settings = mappings(body.get("MethodSettings"))
        # Somebody who says what makes requests differ has thought of it.
        is_on = not settings or any(is_true(one.get("CachingEnabled")) for one in settings)
        if is_on and is_true(body.get("CacheClusterEnabled")) and not _has_cache_keys(graph):
            yield Violation(
                name,
                "CacheClusterEnabled",
                "it keeps answers, and no method says what makes requests differ",
                "Set CacheClusterEnabled to false, or CacheKeyParameters of each method",
            )


def _kept(graph: Graph, behavior: Mapping[str, Any]) -> str | None:
    """Explain why answers are kept; None where they are not, or only deployment knows."""
    policy = behavior.get("CachePolicyId")
    own = graph.target(policy)
    if is_literal(policy) and policy in CACHING:
        return f"by the policy {CACHING[policy]}"
    if own and graph.type(own) == "AWS::CloudFront::CachePolicy":
        config = graph.properties(own).get("CachePolicyConfig")
        ttl = number(config.get("DefaultTTL")) if isinstance(config, Mapping) else None
        keyed = "authorization" in str(config).lower()
        return f"{ttl:g} seconds by {own}" if ttl and not keyed else None
    if policy is None and isinstance(behavior.get("ForwardedValues"), Mapping):
        ttl = number(behavior.get("DefaultTTL", 86_400))
        keyed = "authorization" in str(behavior["ForwardedValues"]).lower()
        return f"{ttl:g} seconds by default" if ttl and not keyed else None
    return None


def _has_cache_keys(graph: Graph) -> bool:
    return any(
        isinstance(body.get("Integration"), Mapping) and "CacheKeyParameters" in body["Integration"]
        for _, body in graph.of_type("AWS::ApiGateway::Method")
    ) or any(
        {"DefinitionBody", "DefinitionUri", "Body"} & body.keys()
        for _, body in graph.of_type(*REST_APIS)
    )
