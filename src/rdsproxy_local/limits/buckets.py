"""S3: names, rules and encryption of buckets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
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
    names = [rule["Id"] for rule in rules if "Id" in rule]
    for name in dict.fromkeys(one for one in names if names.count(one) > 1):
        yield f"Rule ID must be unique. Found same ID for more than one rule: {name}"
    for rule in rules:
        if not any(name.startswith(ACTIONS) for name in rule):
            yield "At least one action needs to be specified in a rule"
        for name, place in DAYS:
            days = rule.get(name, {}) if place else rule
            value = days.get(place or name) if isinstance(days, Mapping) else None
            if value is not None and int(value) < 1:
                yield f"'Days' for {name} action must be a positive integer"


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
