"""CloudFront: distributions, of which its service model says almost nothing but in prose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .cache_behaviors import behavior_problems
from .check import Check
from .edge_parts import association_problems
from .origins import origin_problems
from .viewer_certificates import certificate_problems

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
MOST_BEHAVIORS: Final = 75
MOST_ORIGINS: Final = 100
LONGEST_COMMENT: Final = 128
LONGEST_ROOT: Final = 255
FAILOVER_CODES: Final = (403, 404, 416, 429, 500, 502, 503, 504)
ERROR_CODES: Final = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)


def _distribution(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    config = given["DistributionConfig"]
    origins, behaviors = config.get("Origins", []), config.get("CacheBehaviors", [])
    yield from _texts(config)
    if twice := _twice(origin.get("Id") for origin in origins):
        yield f"InvalidArgument: two origins have the ID {twice[0]}"
    if len(origins) > MOST_ORIGINS:
        yield f"TooManyOrigins: a distribution has at most {MOST_ORIGINS} origins"
    for origin in origins:
        yield from origin_problems(origin)
    if twice := _twice(behavior.get("PathPattern") for behavior in behaviors):
        yield f"InvalidArgument: two cache behaviors have the path pattern {twice[0]}"
    if len(behaviors) >= MOST_BEHAVIORS:
        yield f"TooManyCacheBehaviors: a distribution has at most {MOST_BEHAVIORS}"
    for behavior in (config.get("DefaultCacheBehavior", {}), *behaviors):
        yield from behavior_problems(behavior)
        yield from association_problems(behavior)
    yield from _error_responses(config.get("CustomErrorResponses", []))
    yield from _restriction(config.get("Restrictions", {}).get("GeoRestriction", {}))
    yield from certificate_problems(context, config)
    yield from _failovers(config.get("OriginGroups", {}), {origin.get("Id") for origin in origins})
    if lists := config.get("AnycastIpListId"):
        yield f"EntityNotFound: The specified Anycast static IP list does not exist: {lists}"
    if policy := config.get("ContinuousDeploymentPolicyId"):
        yield f"NoSuchContinuousDeploymentPolicy: the policy does not exist: {policy}"


def _texts(config: Mapping[str, Any]) -> Iterator[str]:
    if len(config.get("Comment", "")) > LONGEST_COMMENT:
        yield f"InvalidArgument: The comment is longer than {LONGEST_COMMENT} characters"
    root = config.get("DefaultRootObject", "")
    if root.startswith("/") or len(root) > LONGEST_ROOT:
        yield (
            f"InvalidDefaultRootObject: {root[:80]} must not begin with a slash, and has at most "
            f"{LONGEST_ROOT} characters"
        )


def _error_responses(responses: list[Mapping[str, Any]]) -> Iterator[str]:
    if twice := _twice(one.get("ErrorCode") for one in responses):
        yield f"InvalidErrorCode: two custom error responses are for {twice[0]}"
    for one in responses:
        code = one.get("ErrorCode")
        if code not in ERROR_CODES:
            yield f"InvalidErrorCode: {code} is none of {', '.join(map(str, ERROR_CODES))}"
        if one.get("ErrorCachingMinTTL", 0) < 0:
            yield f"InvalidTTLOrder: ErrorCachingMinTTL of {code} must not be negative"
        page = one.get("ResponsePagePath", "")
        if ("ResponseCode" in one) != bool(page):
            yield (
                "InvalidResponseCode: a custom error response has both a ResponseCode and a "
                f"ResponsePagePath, or neither: {code}"
            )
        if page and not page.startswith("/"):
            yield f"InvalidArgument: ResponsePagePath {page} must begin with a slash"


def _failovers(groups: Mapping[str, Any], origins: set[Any]) -> Iterator[str]:
    yield from _quantity(groups)
    for group in groups.get("Items", ()):
        yield from _quantity(group.get("Members", {}))
        yield from _quantity(group.get("FailoverCriteria", {}).get("StatusCodes", {}))
        members = [one.get("OriginId") for one in group.get("Members", {}).get("Items", [])]
        if missing := [name for name in members if name not in origins]:
            yield f"NoSuchOrigin: One or more of your origins does not exist: {missing[0]}"
        codes = group.get("FailoverCriteria", {}).get("StatusCodes", {}).get("Items", [])
        if strange := [code for code in codes if code not in FAILOVER_CODES]:
            yield (
                "InvalidArgument: The status codes of an origin group are some of "
                f"{', '.join(map(str, FAILOVER_CODES))}: {strange[0]}"
            )


def _quantity(listed: Mapping[str, Any]) -> Iterator[str]:
    if "Quantity" in listed and listed["Quantity"] != len(listed.get("Items", ())):
        yield "InconsistentQuantities: The value of Quantity and the size of Items don't match."


def _restriction(restriction: Mapping[str, Any]) -> Iterator[str]:
    kind, places = restriction.get("RestrictionType"), restriction.get("Locations", [])
    if kind in {"blacklist", "whitelist"} and not places:
        yield f"InvalidGeoRestrictionParameter: a {kind} needs locations"
    if twice := _twice(places):
        yield f"InvalidGeoRestrictionParameter: the location {twice[0]} is there twice"
    if kind == "none" and places:
        yield "InvalidGeoRestrictionParameter: locations need a whitelist or a blacklist"


def _twice(values: Iterable[Any]) -> list[Any]:
    return [value for value, number in Counter(values).items() if number > 1]


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::CloudFront::Distribution": (_distribution,),
}
