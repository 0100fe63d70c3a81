"""A function's or layer's code, as the zip that Lambda gets."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any, Final

from moto.awslambda.models import lambda_backends
from moto.s3.models import s3_backends

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context

INLINE_FILES: Final = {"nodejs": "index.js", "python": "index.py"}
"""The file that receives code written in a template, by the start of the runtime's name."""
MOST_INLINE_CHARACTERS: Final = 4_194_304
MOST_BYTES: Final = 262_144_000
"""Of code and its layers, unzipped: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
SAME_TIME: Final = (1980, 1, 1, 0, 0, 0)


def code_of(context: Context, code: Mapping[str, Any], runtime: str | None) -> bytes:
    """The zip that a function's Code property means."""
    if "ZipFile" in code and len(code) > 1:
        raise Failure(
            "Please do not provide other FunctionCode parameters when providing a ZipFile."
        )
    if "ZipFile" in code:
        return inline(code["ZipFile"], runtime)
    return uploaded(context, code)


def inline(source: str, runtime: str | None) -> bytes:
    """Source code in a zip of its own."""
    names = [name for start, name in INLINE_FILES.items() if (runtime or "").startswith(start)]
    if not names:
        raise Failure("ZipFile can only be used when Runtime is set to either of nodejs, python.")
    if len(source) > MOST_INLINE_CHARACTERS:
        raise Failure("ZipFile is too long")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr(zipfile.ZipInfo(names[0], SAME_TIME), source)
    return archive.getvalue()


def _region_of(bucket: str) -> str | None:
    """Where a bucket is, which Lambda knows without asking as the caller; None without one."""
    found = s3_backends.bucket_accounts.get(bucket)
    if found is None:
        return None
    partition, account = found
    return str(s3_backends[account][partition].buckets[bucket].region_name)


def uploaded(context: Context, place: Mapping[str, Any]) -> bytes:
    """The zip in a bucket, which may be another account's but not another region's."""
    if unknown := sorted(set(place) - {"S3Bucket", "S3Key", "S3ObjectVersion"}):
        raise Failure(f"the local cloud takes no code by {', '.join(unknown)}")
    bucket = place["S3Bucket"]
    region = _region_of(bucket)
    if region not in {context.region, None}:
        raise Failure(
            "Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: "
            f"The bucket is in this region: {region}. Please use this region to retry the request"
        )
    found = context.call(
        "s3",
        "get_object",
        Bucket=bucket,
        Key=place["S3Key"],
        VersionId=place.get("S3ObjectVersion"),
    )
    content: bytes = found["Body"].read()
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise Failure("Could not unzip uploaded file. Please check your file, then try again.")
    if unzipped(content) >= MOST_BYTES:
        raise Failure(f"Unzipped size must be smaller than {MOST_BYTES} bytes")
    return content


def unzipped(content: bytes) -> int:
    """The bytes of the files in a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return sum(one.file_size for one in archive.infolist())


def require_fit(context: Context, code: bytes, layers: Iterable[str]) -> None:
    """Refuse code that is too large together with its layers."""
    backend = lambda_backends[context.account][context.region]
    found = [backend.layers_versions_by_arn(layer) for layer in layers]
    size = unzipped(code) + sum(unzipped(one.code_bytes) for one in found if one and one.code_bytes)
    if size > MOST_BYTES:
        raise Failure(
            "Function code combined with layers exceeds the maximum allowed size of "
            f"{MOST_BYTES} bytes. The actual size is {size} bytes."
        )
