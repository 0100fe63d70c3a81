"""Deployed distributions: the admitted clients and methods, and the API behind.

Known is what goes in front of an API without a cache: one origin, an API's own address by https;
the policies CachingDisabled and AllViewerExceptHostHeader; errors that are not kept either;
CloudFront's own certificate. Whatever else a distribution says is not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from moto.cloudfront.models import Distribution, cloudfront_backends

from . import web_acls
from .not_understood import NotUnderstood, require_known
from .web_acls import Rule

Given = Mapping[str, Any]

NAMES: Final = ("*.cloudfront.net",)
"""The names of all distributions, as certificates hold them."""

DISTRIBUTION: Final = frozenset(
    {
        "CallerReference",
        "Comment",
        "CustomErrorResponses",
        "DefaultCacheBehavior",
        "Enabled",
        "HttpVersion",
        "IsIPV6Enabled",
        "Logging",
        "Origins",
        "PriceClass",
        "ViewerCertificate",
        "WebACLId",
    }
)
BEHAVIOR: Final = frozenset(
    {
        "AllowedMethods",
        "CachePolicyId",
        "Compress",
        "OriginRequestPolicyId",
        "TargetOriginId",
        "ViewerProtocolPolicy",
    }
)
ORIGIN: Final = frozenset(
    {
        "ConnectionAttempts",
        "ConnectionTimeout",
        "CustomHeaders",
        "CustomOriginConfig",
        "DomainName",
        "Id",
        "OriginPath",
    }
)
ERROR_RESPONSE: Final = frozenset({"ErrorCachingMinTTL", "ErrorCode"})
CERTIFICATE: Final = frozenset({"CloudFrontDefaultCertificate", "MinimumProtocolVersion"})
API: Final = re.compile(r"[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
PATH: Final = re.compile(r"(/[A-Za-z0-9._~-]+)*")
HEADER_NAME: Final = re.compile(r"[A-Za-z0-9-]+")
HEADER_VALUE: Final = re.compile(r"[A-Za-z0-9 !#%&()*+,./:;<=>?@\[\]^_`|~-]*")
"""Values without any character that has a meaning in nginx's configuration."""
POLICIES: Final = {
    "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    "OriginRequestPolicyId": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
}
"""CachingDisabled and AllViewerExceptHostHeader, which are AWS's own."""


@dataclass(frozen=True)
class Origin:
    """The API behind a distribution, and what it is told beside the viewer's request."""

    host: str
    path: str
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Site:
    """The site that answers under a distribution's name."""

    host: str
    rules: tuple[Rule, ...]
    ipv6: bool
    methods: tuple[str, ...]
    viewer_protocol: str
    origin: Origin


def deployed() -> Iterator[Site]:
    """The sites of all enabled distributions."""
    for distribution in _distributions():
        if distribution.Enabled:
            yield site_of(distribution.domain_name, vars(distribution.distribution_config))


def exists(host: str) -> bool:
    """True if it is the name of a distribution, enabled or not."""
    return any(one.domain_name == host.lower() for one in _distributions())


def site_of(host: str, config: Given) -> Site:
    """The site that a configuration of the API describes; raises :class:`NotUnderstood`."""
    given = {name: one for name, one in config.items() if name != "caller_reference"}
    require_known("a distribution", given, DISTRIBUTION)
    require_known("a certificate", given.get("ViewerCertificate") or {}, CERTIFICATE)
    behavior = given["DefaultCacheBehavior"]
    _check_behavior(behavior)
    _check_errors((given.get("CustomErrorResponses") or {}).get("Items") or ())
    acl = given.get("WebACLId")
    return Site(
        host,
        web_acls.rules_of(acl) if acl else (),
        bool(given.get("IsIPV6Enabled")),
        tuple(behavior["AllowedMethods"]["Items"]),
        behavior["ViewerProtocolPolicy"],
        _origin(given["Origins"]["Items"]),
    )


def _check_behavior(behavior: Given) -> None:
    require_known("a cache behavior", behavior, BEHAVIOR)
    for name, known in POLICIES.items():
        if behavior.get(name) != known:
            raise NotUnderstood(f"the local cloud does not know the {name} {behavior.get(name)}")


def _check_errors(responses: Iterable[Given]) -> None:
    """Errors pass as they come, and are asked for anew each time."""
    for response in responses:
        require_known("CustomErrorResponses", response, ERROR_RESPONSE)
        if str(response.get("ErrorCachingMinTTL")) != "0":
            raise NotUnderstood("the local cloud runs no CustomErrorResponses that are kept")


def _origin(origins: list[Given]) -> Origin:
    if len(origins) != 1:
        raise NotUnderstood("the local cloud runs distributions with one origin")
    (origin,) = origins
    require_known("an origin", origin, ORIGIN)
    host, path = origin["DomainName"], origin.get("OriginPath") or ""
    protocol = origin.get("CustomOriginConfig", {}).get("OriginProtocolPolicy")
    if not (API.fullmatch(host) and PATH.fullmatch(path) and protocol == "https-only"):
        raise NotUnderstood(f"no API answers {protocol} at {host}{path}")
    headers = (origin.get("CustomHeaders") or {}).get("Items") or ()
    return Origin(host, path, tuple(map(_header, headers)))


def _header(given: Given) -> tuple[str, str]:
    name, value = given["HeaderName"], given["HeaderValue"]
    # Not the value into the message: it may be a secret.
    if not (HEADER_NAME.fullmatch(name) and HEADER_VALUE.fullmatch(value)):
        raise NotUnderstood(f"the local cloud cannot send the origin header {name}")
    return name, value


def _distributions() -> Iterator[Distribution]:
    for regions in list(cloudfront_backends.values()):
        for backend in list(regions.values()):
            yield from list(backend.distributions.values())
