"""Origins of CloudFront's distributions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any, Final

RANGES: Final[Mapping[str, range]] = {
    "ConnectionAttempts": range(1, 4),
    "ConnectionTimeout": range(1, 11),
}
CUSTOM: Final[Mapping[str, range]] = {
    "OriginKeepaliveTimeout": range(1, 121),
    "OriginReadTimeout": range(1, 121),
}
READ_TIMEOUT: Final = 30
LONGEST_ID: Final = 128
KINDS: Final = ("CustomOriginConfig", "S3OriginConfig", "VpcOriginConfig")
IDENTITY: Final = re.compile(r"origin-access-identity/cloudfront/[A-Z0-9]+")
WELL_KNOWN: Final = (80, 443)
PORTS: Final = range(1024, 65536)
HOST: Final = re.compile(
    r"(?=.{1,253}$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,62})\.)+[A-Za-z][A-Za-z0-9-]{0,62}"
)

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/origin-shield.html
SHIELDS: Final = frozenset(
    {
        *("ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
        *("eu-central-1", "eu-west-1", "eu-west-2", "me-central-1", "sa-east-1", "us-east-1"),
        *("us-east-2", "us-west-2"),
    }
)

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/add-origin-custom-headers.html
OWN_HEADERS: Final = frozenset(
    {
        *("cache-control", "connection", "content-length", "cookie", "host", "if-match"),
        *("if-modified-since", "if-none-match", "if-range", "if-unmodified-since"),
        *("max-forwards", "pragma", "proxy-authenticate", "proxy-authorization"),
        *("proxy-connection", "range", "request-range", "te", "trailer", "transfer-encoding"),
        *("upgrade", "via", "x-real-ip"),
    }
)
OWN_STARTS: Final = ("x-amz-", "x-edge-")
TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
MOST_HEADERS: Final = 30
LONGEST_NAME: Final = 256
LONGEST_VALUE: Final = 1783


def origin_problems(origin: Mapping[str, Any]) -> Iterator[str]:
    """Refuse an origin that CloudFront would not reach, or would not take."""
    yield from _place(str(origin.get("DomainName", "")), str(origin.get("OriginPath", "")))
    if len([name for name in KINDS if name in origin]) != 1:
        yield f"InvalidOrigin: an origin has exactly one of {', '.join(KINDS)}"
    if not 1 <= len(str(origin.get("Id", ""))) <= LONGEST_ID:
        yield f"InvalidArgument: an origin's ID has 1 to {LONGEST_ID} characters"
    identity = origin.get("S3OriginConfig", {}).get("OriginAccessIdentity", "")
    if identity and not IDENTITY.fullmatch(identity):
        yield f"InvalidOriginAccessIdentity: {identity} is not origin-access-identity/cloudfront/ID"
    if private := origin.get("VpcOriginConfig", {}).get("VpcOriginId"):
        yield f"EntityNotFound: The VPC origin {private} does not exist"
    if origin.get("CustomOriginConfig", {}).get("OriginSSLProtocols", ["any"]) == []:
        yield "InvalidArgument: OriginSSLProtocols has at least one protocol"
    custom = origin.get("CustomOriginConfig", {})
    for values, ranges in ((origin, RANGES), (custom, CUSTOM)):
        for name, allowed in ranges.items():
            if name in values and values[name] not in allowed:
                yield (
                    f"InvalidArgument: The parameter {name} must be between {allowed.start} and "
                    f"{allowed.stop - 1}: {values[name]}"
                )
    for name in ("HTTPPort", "HTTPSPort"):
        if name in custom and custom[name] not in (*WELL_KNOWN, *PORTS):
            yield (
                f"InvalidArgument: The parameter {name} must be 80, 443, or "
                f"{PORTS.start} to {PORTS.stop - 1}: {custom[name]}"
            )
    # Origin, ResponseCompletionTimeout in botocore's model.
    longest = origin.get("ResponseCompletionTimeout")
    if longest is not None and longest < custom.get("OriginReadTimeout", READ_TIMEOUT):
        yield (
            "InvalidArgument: The parameter ResponseCompletionTimeout must be equal to or greater "
            f"than OriginReadTimeout: {longest}"
        )
    yield from _shield(origin.get("OriginShield", {}))
    yield from _headers(origin.get("OriginCustomHeaders", []))


def _shield(shield: Mapping[str, Any]) -> Iterator[str]:
    region = shield.get("OriginShieldRegion")
    if shield.get("Enabled") is True and region is None:
        yield "InvalidOriginShield: OriginShieldRegion is required when Origin Shield is enabled"
    if region is not None and region not in SHIELDS:
        yield f"InvalidOriginShield: OriginShieldRegion is not valid: {region}"


def _place(domain: str, path: str) -> Iterator[str]:
    if _is_address(domain):
        yield f"InvalidArgument: The parameter origin name cannot be an IP address: {domain}"
    elif not HOST.fullmatch(domain):
        yield f"InvalidArgument: The parameter origin name must be a domain name: {domain}"
    if path and (not path.startswith("/") or path.endswith("/")):
        yield (
            f"InvalidArgument: The parameter origin path must begin with a slash and must not "
            f"end with one: {path}"
        )


def _is_address(domain: str) -> bool:
    try:
        ip_address(domain)
    except ValueError:
        return False
    return True


def _headers(headers: list[Mapping[str, str]]) -> Iterator[str]:
    """Refuse headers that CloudFront keeps for itself; no sentence shows a value."""
    if len(headers) > MOST_HEADERS:
        yield f"TooManyOriginCustomHeaders: an origin has at most {MOST_HEADERS} custom headers"
    names = [header["HeaderName"].lower() for header in headers]
    if len(set(names)) < len(names):
        yield "InvalidArgument: two custom headers of an origin have the same name"
    for header in headers:
        name = header["HeaderName"]
        if name.lower() in OWN_HEADERS or name.lower().startswith(OWN_STARTS):
            yield (
                f"InvalidArgument: The parameter HeaderName : {name} is not allowed for an "
                "origin custom header"
            )
        if not TOKEN.fullmatch(name):
            yield f"InvalidArgument: The parameter HeaderName is invalid: '{name[:80]}'"
        if len(name) > LONGEST_NAME or len(header["HeaderValue"]) > LONGEST_VALUE:
            yield (
                f"InvalidArgument: a custom header's name has at most {LONGEST_NAME} characters, "
                f"and its value {LONGEST_VALUE}"
            )
