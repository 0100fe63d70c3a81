"""Regions of a session of boto3, as far as botocore knows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ..errors import Problem
from ..model.wording import did_you_mean

MISSING: Final = "a Region is needed: profile {profile} has none, and AWS_DEFAULT_REGION is not set"


def session_region_problems(session: Any, region: str | None) -> Iterator[Problem]:
    """Report that *session* has no Region, or one that no partition of AWS can have.

    *region* is that of ``--region``; without one the environment's or the profile's counts. A
    Region that is newer than botocore passes: its name is like those of a partition.
    """
    from botocore.exceptions import UnknownRegionError  # noqa: PLC0415 - optional

    found = session.region_name
    if found is None:
        yield Problem("--region", MISSING.format(profile=session.profile_name))
        return
    try:
        session.get_partition_for_region(found)
    except UnknownRegionError:
        known = listed_regions(session)
        usual = session.get_available_regions("cloudformation")
        meant = did_you_mean(found, known) or f"; known are {', '.join(usual)}"
        place = "--region" if region else f"Region of profile {session.profile_name}"
        yield Problem(place, f"unknown Region {found!r}{meant}")


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
