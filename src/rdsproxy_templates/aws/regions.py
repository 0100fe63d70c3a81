"""Regions of a session of boto3, as far as botocore knows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ..errors import Problem
from ..model.wording import did_you_mean

MISSING: Final = "a Region is needed: profile {profile} has none, and AWS_DEFAULT_REGION is not set"


def session_region_problems(session: Any, region: str | None) -> Iterator[Problem]:
    """Report that *session* has no Region, or one that AWS cannot have.

    *region* is that of ``--region``; without one the environment's or the profile's counts.
    """
    found = session.region_name
    if found is None:
        yield Problem("--region", MISSING.format(profile=session.profile_name))
    elif not may_exist(found, session):
        usual = session.get_available_regions("cloudformation")
        meant = did_you_mean(found, listed_regions(session)) or f"; known are {', '.join(usual)}"
        place = "--region" if region else f"Region of profile {session.profile_name}"
        yield Problem(place, f"unknown Region {found!r}{meant}")


def may_exist(region: str, session: Any = None) -> bool:
    """Tell if AWS can have *region*, which may be newer than botocore.

    Its name is like those of a partition, and its direction one that other Regions have.
    """
    from botocore.exceptions import UnknownRegionError  # noqa: PLC0415 - optional
    from botocore.session import get_session  # noqa: PLC0415

    session = session or get_session()
    try:
        session.get_partition_for_region(region)
    except UnknownRegionError:
        return False
    return _direction(region) in {_direction(one) for one in listed_regions(session)}


def _direction(region: str) -> str:
    """Return ``west`` of ``eu-west-1``."""
    return region.split("-")[-2]


def unlisted(session: Any) -> str:
    """Say that botocore does not list the Region of *session*, such as a mistyped one; else ''."""
    found, known = session.region_name, listed_regions(session)
    if found in known:
        return ""
    return f"; no Region {found} was known when botocore was released{did_you_mean(found, known)}"


def listed_regions(session: Any) -> list[str]:
    """Return the Regions that botocore lists, of all partitions."""
    return [
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("cloudformation", partition)
    ]
