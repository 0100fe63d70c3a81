"""Availability Zones of subnets, by name or by ID."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from troposphere import AWSHelperFn, GetAZs, Select

from ..aws.support import zone_prefix, zones_without_proxy
from ..errors import Problem

ZONE_ID: Final = re.compile(r"[a-z]+\d+-az\d+")
ZONE_NAME: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d(-[a-z]+-\d)?[a-z]")


def zone_property(zone: AWSHelperFn | str) -> dict[str, Any]:
    """``AvailabilityZone`` or ``AvailabilityZoneId`` of a subnet, as *zone* is a name or an ID."""
    return {"AvailabilityZoneId" if is_zone_id(zone) else "AvailabilityZone": zone}


def is_zone_id(zone: object) -> bool:
    """Return True when *zone* is the ID of an Availability Zone: ``use1-az1``."""
    return isinstance(zone, str) and ZONE_ID.fullmatch(zone) is not None


def zone_name_problem(zone: str) -> str | None:
    """Explain why *zone* is not the name of an Availability Zone, as RDS takes it."""
    if ZONE_NAME.fullmatch(zone):
        return None
    return f"must be the name of an Availability Zone, such as us-east-1a, got {zone!r}"


def chosen_zone(zones: tuple[str, str] | None, index: int) -> AWSHelperFn | str:
    """Zone number *index* of *zones*, or of the Region's zones if none are given."""
    return zones[index] if zones else Select(index, GetAZs())


def zone_problems(
    zones: tuple[str, str] | None, place: str = "availability_zones", *, proxied: bool = True
) -> Iterator[Problem]:
    """Refuse equal zones, names mixed with IDs, and, if *proxied*, zones without RDS Proxy."""
    if zones is None:
        return
    if len({*zones}) == 1:
        yield Problem(
            place,
            f"must be two different zones, got {zones[0]!r} twice; "
            "RDS Proxy and databases need subnets in two zones",
        )
    if len({is_zone_id(one) for one in zones}) > 1:
        yield Problem(place, f"must be two zone names or two zone IDs, got {' and '.join(zones)}")
    for zone_id in sorted({*zones} & {*zones_without_proxy()} if proxied else ()):
        yield Problem(
            place, f"must not include {zone_id!r}: it has no RDS Proxy; choose another zone"
        )


def zones_outside_regions(
    zones: Sequence[str] | None,
    regions: tuple[str, ...],
    place: str = "vpc.availability_zones",
) -> Iterator[Problem]:
    """Refuse zones outside any of *regions*."""
    for zone in zones or ():
        if strangers := [region for region in regions if not _is_in(zone, region)]:
            yield Problem(
                place,
                f"{zone!r} is not a zone of {', '.join(strangers)}; name in `regions` only "
                "the Region of the zones, or leave the zones out",
            )


def _is_in(zone: str, region: str) -> bool:
    return zone.startswith(zone_prefix(region) if is_zone_id(zone) else region)
