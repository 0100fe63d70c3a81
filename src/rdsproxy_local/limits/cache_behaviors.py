"""Cache behaviors of CloudFront's distributions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

READING: Final = frozenset({"GET", "HEAD"})
ASKING: Final = READING | {"OPTIONS"}
WRITING: Final = ASKING | {"PUT", "PATCH", "POST", "DELETE"}
DAY: Final = 86_400
YEAR: Final = 31_536_000
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
MOST_FORWARDED: Final = 10
PATTERN: Final = re.compile(r"""[A-Za-z0-9_\-.*$/~"'@:+&?]{1,255}""")


def behavior_problems(behavior: Mapping[str, Any]) -> Iterator[str]:
    """Refuse methods, times and policies that CloudFront would not take together."""
    allowed = frozenset(behavior.get("AllowedMethods", READING))
    cached = frozenset(behavior.get("CachedMethods", READING))
    if allowed not in (READING, ASKING, WRITING):
        yield f"InvalidArgument: The parameter AllowedMethods is invalid: {sorted(allowed)}"
    if cached not in (READING, ASKING) or not cached <= allowed:
        yield f"InvalidArgument: The parameter CachedMethods is invalid: {sorted(cached)}"
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-using-grpc.html
    if behavior.get("GrpcConfig", {}).get("Enabled") is True and "POST" not in allowed:
        yield "InvalidArgument: a cache behavior with gRPC allows POST"
    pattern = behavior.get("PathPattern")
    if pattern is not None and not PATTERN.fullmatch(pattern):
        yield f"InvalidArgument: The parameter PathPattern is invalid: {pattern}"
    if "CachePolicyId" not in behavior:
        yield from _times(behavior)
        cookies = behavior.get("ForwardedValues", {}).get("Cookies", {})
        if (cookies.get("Forward") == "whitelist") != bool(cookies.get("WhitelistedNames")):
            yield "InvalidForwardCookies: names of cookies and Forward: whitelist need each other"
        forwarded = behavior.get("ForwardedValues", {})
        yield from _forwarded(forwarded)
        if forwarded.get("QueryStringCacheKeys") and forwarded.get("QueryString") is not True:
            yield "InvalidQueryStringParameters: keys of query strings need QueryString: true"
        if "OriginRequestPolicyId" in behavior:
            yield "InvalidArgument: an origin request policy needs a cache policy"
    elif "ForwardedValues" in behavior:
        yield (
            "InvalidArgument: The parameter ForwardedValues cannot be used when a cache policy "
            "is associated to the cache behavior."
        )


def _forwarded(forwarded: Mapping[str, Any]) -> Iterator[str]:
    """Refuse more names than a behavior forwards without a policy."""
    cookies = forwarded.get("Cookies", {}).get("WhitelistedNames", [])
    for error, names in (
        ("TooManyHeadersInForwardedValues", forwarded.get("Headers", [])),
        ("TooManyCookieNamesInWhiteList", cookies),
        ("TooManyQueryStringParameters", forwarded.get("QueryStringCacheKeys", [])),
    ):
        if len(names) > MOST_FORWARDED:
            yield f"{error}: a cache behavior forwards at most {MOST_FORWARDED}: {len(names)}"


def _times(behavior: Mapping[str, Any]) -> Iterator[str]:
    least = behavior.get("MinTTL", 0)
    default = behavior.get("DefaultTTL", max(DAY, least))
    most = behavior.get("MaxTTL", max(YEAR, default))
    if not 0 <= least <= default <= most:
        yield (
            "InvalidTTLOrder: The parameter MinTTL must not be greater than DefaultTTL, nor that "
            f"than MaxTTL, nor any be negative: {least:g}, {default:g}, {most:g}"
        )
