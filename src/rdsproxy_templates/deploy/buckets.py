"""Buckets for packages, known to be there and in the right Region before they are used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..errors import DeploymentError, Problem
from .accounts import AccountSession

NOT_FOUND: Final = "404"
FORBIDDEN: Final = "403"


def require_buckets(sessions: Iterable[AccountSession]) -> None:
    """Raise :class:`DeploymentError` with all that :func:`bucket_problems` finds."""
    if problems := list(dict.fromkeys(bucket_problems(sessions))):
        raise DeploymentError(problems)


def bucket_problems(sessions: Iterable[AccountSession]) -> Iterator[Problem]:
    """Yield a problem for each chosen bucket that takes no package of its session."""
    from botocore.exceptions import ClientError, ParamValidationError  # noqa: PLC0415 - optional

    for session in sessions:
        bucket, option = session.settings.bucket, session.settings.bucket_option
        if bucket is None:
            continue
        place = option or f"--{session.name}-bucket"
        try:
            found = session.client("s3").head_bucket(Bucket=bucket)
        except ParamValidationError:
            yield Problem(place, f"{bucket!r} is no name of a bucket")
            continue
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == NOT_FOUND:
                yield Problem(place, f"there is no bucket {bucket!r}; create it, or leave this out")
            elif code == FORBIDDEN:
                sentence = f"account {session.id} may not use the bucket {bucket!r}"
                yield Problem(place, f"{sentence}; name another")
            else:
                raise
            continue
        region = found.get("BucketRegion", session.region)
        if region != session.region:
            yield Problem(
                place,
                f"{bucket!r} is in {region}, and CloudFormation in {session.region} takes packages "
                f"only from there; name a bucket in {session.region}, or leave this out",
            )
