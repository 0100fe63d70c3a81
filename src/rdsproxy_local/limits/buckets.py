"""S3: names, rules and encryption of buckets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from ..values import repeated
from .check import Check

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
NAME: Final = re.compile(
    r"(?=.{3,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"
)
ADDRESS: Final = re.compile(r"\d+\.\d+\.\d+\.\d+")
STARTS: Final = ("amzn-s3-demo-", "sthree-", "xn--")
ACTIONS: Final = ("Abort", "Expir", "Noncurrent", "Transition")
"""The beginnings of the names of a lifecycle rule's actions."""
DAYS: Final = (
    ("ExpirationInDays", ""),
    ("NoncurrentVersionExpirationInDays", ""),
    ("NoncurrentVersionExpiration", "NoncurrentDays"),
    ("AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
)
MOST_RULES: Final = 1000
LONGEST_PREFIX: Final = 1024
LEAST_DAYS: Final = 30
INFREQUENT: Final = ("ONEZONE_IA", "STANDARD_IA")
EXPIRING: Final = ("ExpirationDate", "ExpirationInDays", "ExpiredObjectDeleteMarker")
MIDNIGHT: Final = re.compile(r"\d{4}-\d\d-\d\d(T00:00(:00(\.0+)?)?(Z|[+]00:?00)?)?")
MOST_NEWER: Final = 100
WITHOUT_TAGS: Final = ("AbortIncompleteMultipartUpload", "ExpiredObjectDeleteMarker")
ENDS: Final = ("--ol-s3", "--table-s3", "--x-s3", "-s3alias", ".mrap")


def _name(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    name = given.get("BucketName")
    if name is None:
        return
    reserved = name.startswith(STARTS) or name.endswith(ENDS)
    if reserved or ADDRESS.fullmatch(name) or not NAME.fullmatch(name):
        yield f"InvalidBucketName: The specified bucket is not valid: {name[:80]}"


def _lifecycle(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    rules = given.get("LifecycleConfiguration", {}).get("Rules", [])
    if given.get("LifecycleConfiguration") is not None and not rules:
        yield "MalformedXML: a lifecycle configuration has at least one rule"
    if len(rules) > MOST_RULES:
        yield f"InvalidRequest: a lifecycle configuration has at most {MOST_RULES} rules"
    names = [rule["Id"] for rule in rules if "Id" in rule]
    for name in repeated(names):
        yield f"Rule ID must be unique. Found same ID for more than one rule: {name}"
    for rule in rules:
        if not any(name.startswith(ACTIONS) for name in rule):
            yield "At least one action needs to be specified in a rule"
        yield from _rule(rule)
        for name, place in DAYS:
            days = rule.get(name, {}) if place else rule
            value = days.get(place or name) if isinstance(days, Mapping) else None
            if value is not None and int(value) < 1:
                yield f"'Days' for {name} action must be a positive integer"


def _rule(rule: Mapping[str, Any]) -> Iterator[str]:
    """Refuse times and filters of a rule that do not go together."""
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
    moves = [*rule.get("Transitions", ()), *filter(None, [rule.get("Transition")])]
    days = [one["TransitionInDays"] for one in moves if "TransitionInDays" in one]
    for move in moves:
        if ("TransitionDate" in move) == ("TransitionInDays" in move):
            yield "InvalidRequest: a transition has either TransitionInDays or TransitionDate"
        early = move.get("TransitionInDays", LEAST_DAYS) < LEAST_DAYS
        if early and move.get("StorageClass") in INFREQUENT:
            yield (
                "InvalidArgument: 'Days' in Transition action must be greater than or equal to "
                f"{LEAST_DAYS} for storageClass '{move['StorageClass']}'"
            )
    classes = [one.get("StorageClass") for one in moves]
    if len(set(classes)) < len(classes):
        yield "InvalidRequest: 'StorageClass' must be different for Transition actions in a rule"
    expiry = rule.get("ExpirationInDays")
    if expiry is not None and any(expiry <= day for day in days):
        yield (
            "InvalidArgument: 'Days' in the Expiration action must be greater than 'Days' in the "
            "Transition action"
        )
    if len([one for one in EXPIRING if one in rule]) > 1:
        yield f"InvalidRequest: a rule has one of {', '.join(EXPIRING)}"
    for date in (rule.get("ExpirationDate"), *(one.get("TransitionDate") for one in moves)):
        if date is not None and not MIDNIGHT.fullmatch(str(date)):
            yield f"InvalidArgument: 'Date' must be at midnight GMT: {date}"
    newer = rule.get("NoncurrentVersionExpiration", {}).get("NewerNoncurrentVersions", 1)
    if not 1 <= newer <= MOST_NEWER:
        yield f"InvalidArgument: 'NewerNoncurrentVersions' must be 1 to {MOST_NEWER}"
    if rule.get("TagFilters") and any(one in rule for one in WITHOUT_TAGS):
        yield f"InvalidRequest: {' and '.join(WITHOUT_TAGS)} take no filter by tags"
    if len(rule.get("Prefix", "").encode()) > LONGEST_PREFIX:
        yield f"InvalidRequest: The maximum size of a prefix is {LONGEST_PREFIX}."
    least, most = (rule.get(f"ObjectSize{end}") for end in ("GreaterThan", "LessThan"))
    if least is not None and most is not None and int(least) >= int(most):
        yield "InvalidRequest: ObjectSizeLessThan must be greater than ObjectSizeGreaterThan"


def _encryption(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    rules = given.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [])
    for rule in rules:
        default = rule.get("ServerSideEncryptionByDefault", {})
        if default.get("SSEAlgorithm") == "AES256" and default.get("KMSMasterKeyID"):
            yield (
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or "
                "aws:kms:dsse"
            )


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::S3::Bucket": (_name, _lifecycle, _encryption),
}
