"""Packages put into the bucket of each Region, and looked for there before anything is deployed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..deploy.accounts import aws_errors_at
from ..errors import DeploymentError, Problem
from .bucket_policies import Readers
from .concurrently import in_threads
from .fleet_sessions import FleetSessions
from .fleet_settings import FleetSettings
from .organization import Organization
from .package_buckets import PackageBucket
from .place import Place
from .regional_packages import RegionalPackages, bucket_name

AT_ONCE = 4
"""Regions that are worked on side by side."""
MOST_DELETED = 1000
"""Versions that one call deletes."""

Say = Callable[[str], None]


def published(  # noqa: PLR0913, PLR0917 - one parameter a thing that is needed
    packages: RegionalPackages,
    settings: FleetSettings,
    sessions: FleetSessions,
    regions: Sequence[str],
    readers: Readers,
    say: Say,
    known: Iterable[Problem] = (),
) -> None:
    """Have every object of *packages* in the bucket of each of *regions*, made where it is missing.

    Raises :class:`DeploymentError` with everything in every Region that does not resolve, beside
    what is *known* not to.
    """
    problems = list(known)
    objects = dict(packages.objects)
    home = sessions.administrator.region
    if packages.is_long:
        objects[packages.template_key] = packages.template.encode()
    if objects:
        everywhere = [*regions, *([home] if packages.is_long and home not in regions else [])]

        def publish(region: str) -> list[Problem]:
            bucket = bucket_of(settings, sessions, region)
            return list(_published(bucket, objects, readers, say))

        for found in in_threads(publish, everywhere, AT_ONCE):
            problems += found
    if problems:
        raise DeploymentError(problems)


def readers_of(organization: Organization | None, places: Iterable[Place]) -> Readers:
    """Return who reads packages: the accounts of *places*, and of an *organization* all others."""
    accounts = sorted({place.account for place in places})
    if organization is None:
        return Readers(accounts=accounts)
    return Readers(organization=str(organization.description["Id"]), accounts=accounts)


def template_argument(
    packages: RegionalPackages, settings: FleetSettings, sessions: FleetSessions
) -> dict[str, str]:
    """Return how CloudFormation is given the root template."""
    if not packages.is_long:
        return {"TemplateBody": packages.template}
    bucket = bucket_of(settings, sessions, sessions.administrator.region)
    home = f"{bucket.s3.meta.endpoint_url}/{bucket.name}"
    return {"TemplateURL": f"{home}/{packages.template_key}"}


def delete_buckets(
    settings: FleetSettings, sessions: FleetSessions, regions: Sequence[str], say: Say
) -> None:
    """Delete the buckets that were made for this fleet, with all versions of their objects."""
    for region in regions:
        bucket = bucket_of(settings, sessions, region)
        with aws_errors_at(bucket.place):
            if bucket.is_given or not bucket.exists() or not bucket.is_own():
                continue
            _empty(bucket)
            bucket.s3.delete_bucket(**bucket.mine)
            say(f"{bucket.place} deleted")


def bucket_of(settings: FleetSettings, sessions: FleetSessions, region: str) -> PackageBucket:
    """Return the bucket of *region*."""
    packages = settings.packages
    if packages is None:
        raise DeploymentError([Problem("packages", "is left out; give bucket_prefix, or buckets")])
    administrator = sessions.administrator.at(region)
    return PackageBucket(
        s3=administrator.client("s3"),
        name=bucket_name(packages, region),
        region=region,
        owner=administrator.id,
        partition=administrator.session.get_partition_for_region(region),
        stack_set=settings.stack_set_name,
        is_given=region in (packages.buckets or {}),
    )


def _published(
    bucket: PackageBucket, objects: Mapping[str, bytes], readers: Readers, say: Say
) -> Iterator[Problem]:
    """Make *bucket* ready, put what is missing, and yield what is not as it has to be."""
    try:
        with aws_errors_at(bucket.place):
            if not bucket.exists():
                if bucket.is_given:
                    yield Problem(bucket.place, "does not exist; create it, or name another")
                    return
                bucket.create(readers)
                say(f"{bucket.place} created")
            elif not bucket.is_given and not bucket.is_made() and not bucket.is_blank():
                sentence = (
                    "exists, and no fleet has made it; choose another bucket_prefix, or name it in "
                    "packages.buckets"
                )
                yield Problem(bucket.place, sentence)
                return
            elif not bucket.is_given:
                bucket.settle(readers)
            if problems := list(bucket.problems(readers)):
                yield from problems
                return
            put = [key for key, content in objects.items() if _put(bucket, key, content)]
            say(f"{bucket.place}: {len(put)} of {len(objects)} packages uploaded")
            for key, content in objects.items():
                yield from _object_problems(bucket, key, len(content))
    except DeploymentError as error:
        yield from error.problems


def _put(bucket: PackageBucket, key: str, content: bytes) -> bool:
    """Put an object unless it is there; returns True where it was put."""
    if _described(bucket, key) is not None:
        return False
    bucket.s3.put_object(**bucket.mine, Key=key, Body=content)
    return True


def _object_problems(bucket: PackageBucket, key: str, size: int) -> Iterator[Problem]:
    """Yield what keeps CloudFormation from taking an object that was put.

    Archives of the same files may have different sizes, because their key is that of the files.
    """
    found = _described(bucket, key)
    place = f"{bucket.place}/{key}"
    if found is None:
        yield Problem(place, "is not there, although it was put; run the same command again")
    elif not found["ContentLength"] or (
        key.endswith(".template") and found["ContentLength"] != size
    ):
        sentence = (
            f"has {found['ContentLength']} bytes in place of {size}; delete it, and run again"
        )
        yield Problem(place, sentence)
    elif "ServerSideEncryption" not in found:
        yield Problem(place, "is not encrypted; delete it, and run the same command again")


def _described(bucket: PackageBucket, key: str) -> Mapping[str, Any] | None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

    try:
        found: Mapping[str, Any] = bucket.s3.head_object(**bucket.mine, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
            return None
        raise
    return found


def _empty(bucket: PackageBucket) -> None:
    """Delete all versions, a page at a time."""
    for page in bucket.s3.get_paginator("list_object_versions").paginate(**bucket.mine):
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        for start in range(0, len(found), MOST_DELETED):
            versions = [
                {"Key": one["Key"], "VersionId": one["VersionId"]}
                for one in found[start : start + MOST_DELETED]
            ]
            bucket.s3.delete_objects(**bucket.mine, Delete={"Objects": versions, "Quiet": True})
