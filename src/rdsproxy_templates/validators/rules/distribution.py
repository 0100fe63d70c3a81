"""Rules of a distribution of CloudFront: how it calls an API, and how it is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...aws.documentation import CLOUDFORMATION_GUIDE, CLOUDFRONT_GUIDE
from ..apis import api_origins, behaviors, distributions
from ..graph import Graph
from ..rule import Violation, as_rule
from ..texts import fields, is_certain, literal, shown, text_of
from ..values import items, mappings, number

ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
"""The managed policy that hands on the header Host of the viewer, too."""


@as_rule(
    "edge/cached-errors",
    level="opinion",
    title="CloudFront does not cache an API's errors.",
    why="An error that has passed is served to everybody for ten more seconds.",
    remedy="Add CustomErrorResponses with ErrorCachingMinTTL 0.",
    source=f"{CLOUDFRONT_GUIDE}HTTPStatusCodes.html",
)
def cached_errors(graph: Graph) -> Iterator[Violation]:
    configs = dict(distributions(graph))
    for name, _, api in api_origins(graph):
        responses = mappings(configs[name].get("CustomErrorResponses"))
        if not any(number(one.get("ErrorCachingMinTTL")) == 0 for one in responses):
            yield Violation(
                name,
                "DistributionConfig",
                f"it keeps errors of {api} for ten seconds",
                "Set ErrorCachingMinTTL to 0 for each status, in CustomErrorResponses",
            )


@as_rule(
    "edge/origin-host",
    title="CloudFront calls an API over HTTPS, with the API's own host name.",
    why="API Gateway accepts no HTTP, and answers 403 to a host name that it does not know.",
    remedy="Use https-only, and the policy AllViewerExceptHostHeader.",
    source=f"{CLOUDFRONT_GUIDE}using-managed-origin-request-policies.html",
)
def origin_host(graph: Graph) -> Iterator[Violation]:
    configs = dict(distributions(graph))
    for name, origin, api in api_origins(graph):
        custom = origin.get("CustomOriginConfig")
        if isinstance(custom, Mapping) and custom.get("OriginProtocolPolicy") == "http-only":
            yield Violation(
                name,
                "DistributionConfig",
                f"it calls {api} by HTTP, which API Gateway does not take",
                "Set OriginProtocolPolicy to https-only",
            )
        endpoint = graph.properties(api).get("EndpointConfiguration")
        within = endpoint if isinstance(endpoint, Mapping) else {"Type": endpoint}
        kinds = [within.get("Type"), *items(within.get("Types"))]
        if "PRIVATE" in kinds:
            yield Violation(
                name,
                "DistributionConfig",
                f"{api} is private, and CloudFront does not reach it",
                "Make it REGIONAL, and let a web ACL admit only CloudFront",
            )
        for behavior in behaviors(configs[name], origin):
            if behavior.get("OriginRequestPolicyId") == ALL_VIEWER:
                yield Violation(
                    name,
                    "DistributionConfig",
                    f"it hands the viewer's Host on to {api}, by the policy AllViewer",
                    "Use AllViewerExceptHostHeader, b689b0a8-53d0-40ab-baf2-68738e2966ac",
                )


@as_rule(
    "edge/origin",
    title="A cache behavior names an origin that its distribution has.",
    why="CloudFront refuses the distribution.",
    remedy="Name the Id of an origin, or of a group of them, in TargetOriginId.",
    source=f"{CLOUDFORMATION_GUIDE}aws-properties-cloudfront-distribution-cachebehavior.html",
)
def origin_named(graph: Graph) -> Iterator[Violation]:
    for name, config in distributions(graph):
        groups = config.get("OriginGroups")
        members = [groups.get("Items")] if isinstance(groups, Mapping) else []
        known = [one.get("Id") for one in mappings([config.get("Origins"), *members])]
        texts = {text_of(graph, one) for one in known}
        if not texts or not all(map(is_certain, texts)):
            continue
        names = ", ".join(sorted(map(shown, texts)))
        default = config.get("DefaultCacheBehavior")
        for behavior in mappings([default, *items(config.get("CacheBehaviors"))]):
            target = text_of(graph, behavior.get("TargetOriginId"))
            if "TargetOriginId" in behavior and is_certain(target) and target not in texts:
                yield Violation(
                    name,
                    "DistributionConfig",
                    f"it has no origin {shown(target)!r}; there is {names}",
                    "Name the Id of an origin in TargetOriginId",
                )


@as_rule(
    "edge/viewers",
    level="warning",
    title="CloudFront accepts only HTTPS for an API.",
    why="Tokens and data cross the internet in clear text.",
    remedy="Set ViewerProtocolPolicy to https-only.",
    source=f"{CLOUDFRONT_GUIDE}using-https-viewers-to-cloudfront.html",
)
def viewers(graph: Graph) -> Iterator[Violation]:
    configs = dict(distributions(graph))
    for name, origin, api in api_origins(graph):
        for behavior in behaviors(configs[name], origin):
            if behavior.get("ViewerProtocolPolicy") == "allow-all":
                yield Violation(
                    name,
                    "DistributionConfig",
                    f"it takes calls of {api} by HTTP, too",
                    "Set ViewerProtocolPolicy to https-only",
                )


@as_rule(
    "edge/certificate",
    title="The certificate of a distribution is in us-east-1.",
    why="CloudFront refuses a certificate of another Region.",
    remedy="Request the certificate in us-east-1.",
    source=f"{CLOUDFRONT_GUIDE}cnames-and-https-requirements.html",
)
def certificate(graph: Graph) -> Iterator[Violation]:
    for name, config in distributions(graph):
        viewer = config.get("ViewerCertificate")
        arn = viewer.get("AcmCertificateArn") if isinstance(viewer, Mapping) else None
        region = [literal(part) for part in fields(text_of(graph, arn), ":")[3:4]]
        if any(region) and region != ["us-east-1"]:
            yield Violation(
                name,
                "DistributionConfig",
                f"its certificate is in {region[0]}",
                "Request the certificate in us-east-1",
            )
