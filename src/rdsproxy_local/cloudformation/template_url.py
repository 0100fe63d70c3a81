"""Templates and lists by URL: objects in the cloud's own S3."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, unquote, urlparse

from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends

from .failure import Failure
from .template import MOST_BYTES_IN_S3, check_size

BUCKET_FIRST: Final = re.compile(r"(?P<bucket>.+)\.s3[.-].*amazonaws\.com(\.cn)?")
PATH_STYLE: Final = re.compile(r"(localhost|127\.0\.0\.1|s3[.-].*amazonaws\.com(\.cn)?)(:\d+)?")


def template_at(url: str, account: str) -> str:
    """The template at *url*, in a bucket of any account, as a fleet's accounts share one."""
    if urlparse(url).scheme == "s3":
        raise Failure(f"TemplateURL must be a supported URL: {url}")
    text = object_at(url, account)
    check_size(text, MOST_BYTES_IN_S3)
    return text


def object_at(url: str, account: str) -> str:
    """The text at *url*, which may be an ``s3://`` one."""
    bucket, key = _place(url)
    version = parse_qs(urlparse(url).query).get("versionId", [None])[0]
    partition, owner = s3_backends.bucket_accounts.get(bucket, ("aws", account))
    try:
        found = s3_backends[owner][partition].get_object(bucket, key, version)
    except S3ClientError as error:
        raise Failure(f"S3 error: {error.message}") from error
    if found is None:
        raise Failure("S3 error: The specified key does not exist.")
    text: str = found.value.decode()
    return text


def _place(url: str) -> tuple[str, str]:
    parts = urlparse(url)
    if parts.scheme == "s3":
        return parts.netloc, unquote(parts.path.lstrip("/"))
    path = unquote(parts.path.lstrip("/"))
    if PATH_STYLE.fullmatch(parts.netloc) and "/" in path:
        bucket, _, key = path.partition("/")
        return bucket, key
    if virtual := BUCKET_FIRST.fullmatch(parts.netloc):
        return virtual["bucket"], path
    raise Failure(f"TemplateURL must be a supported URL: {url}")
