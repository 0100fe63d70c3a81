"""S3: names of buckets."""

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
ENDS: Final = ("--ol-s3", "--table-s3", "--x-s3", "-s3alias", ".mrap")


def _name(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    name = given.get("BucketName")
    if name is None:
        return
    reserved = name.startswith(STARTS) or name.endswith(ENDS)
    if reserved or ADDRESS.fullmatch(name) or not NAME.fullmatch(name):
        yield f"InvalidBucketName: The specified bucket is not valid: {name[:80]}"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {"AWS::S3::Bucket": (_name,)}
