"""What cannot work, known before anything is asked of a stack set."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, Final

from ..aws.engines import regions
from ..deploy.accounts import aws_errors_at
from ..errors import ConfigError, Problem
from ..model import did_you_mean
from .fleet_sessions import FleetSessions
from .fleet_settings import FleetSettings
from .place import Place
from .rendered_fleet import RenderedFleet, parsed

MOST_BYTES: Final = 1_000_000
INLINE_BYTES: Final = 51_200
MOST_RESOURCES: Final = 500
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
NESTED: Final = "AWS::CloudFormation::Stack"


def template_problems(rendered: RenderedFleet, settings: FleetSettings) -> Iterator[Problem]:
    """Yield why a stack set with these *settings* does not take the *rendered* templates."""
    place = rendered.name
    templates = {path: parsed(text) for path, text in rendered.bundle.templates.items()}
    if not settings.nests:
        remedy = "set `custom_execution_role: true`, or `permissions: self-managed`"
        if NESTED in rendered.resource_types:
            sentence = "nests a stack, which service-managed StackSets refuse with their own role"
            yield Problem(place, f"{sentence}; {remedy}")
        if macros := sorted(
            {str(one["Transform"]) for one in templates.values() if "Transform" in one}
        ):
            sentence = f"has the macro {', '.join(macros)}, which service-managed StackSets refuse "
            yield Problem(place, f"{sentence}with their own role; {remedy}")
    for path, text in rendered.bundle.templates.items():
        size = len(text.encode())
        if size > MOST_BYTES:
            sentence = f"has {size:,} bytes, and CloudFormation takes {MOST_BYTES:,}"
            yield Problem(f"{place}: {path}", sentence)
        elif size > INLINE_BYTES and settings.packages is None:
            sentence = (
                f"has {size:,} bytes; above {INLINE_BYTES:,} it needs a bucket: give `packages`"
            )
            yield Problem(f"{place}: {path}", sentence)
        resources = templates[path]["Resources"]
        if len(resources) > MOST_RESOURCES:
            sentence = f"has {len(resources)} resources, and CloudFormation takes {MOST_RESOURCES}"
            yield Problem(f"{place}: {path}", sentence)


def require_regions(sessions: FleetSessions, wanted: Sequence[str]) -> None:
    """Raise :class:`ConfigError` for each of *wanted* that is neither in our data nor in AWS."""
    if not (newer := [region for region in wanted if region not in regions()]):
        return
    known = [str(one["RegionName"]) for one in _every_region(sessions)]
    problems = [
        Problem("targets.waves", f"AWS has no Region {region}{did_you_mean(region, known)}")
        for region in newer
        if region not in known
    ]
    if problems:
        raise ConfigError(problems)


def closed_regions(sessions: FleetSessions, wanted: Container[str]) -> frozenset[str]:
    """Return those of *wanted* that an account has to opt into."""
    return frozenset(
        one["RegionName"]
        for one in _every_region(sessions)
        if one["RegionName"] in wanted and one["OptInStatus"] != "opt-in-not-required"
    )


def _every_region(sessions: FleetSessions) -> list[Mapping[str, Any]]:
    ec2 = sessions.administrator.client("ec2")
    with aws_errors_at("Regions"):
        found: list[Mapping[str, Any]] = ec2.describe_regions(AllRegions=True)["Regions"]
    return found


def require_enabled_regions(sessions: FleetSessions, places: Sequence[Place]) -> None:
    """Raise :class:`ConfigError` for each of *places* whose account has not enabled the Region."""
    closed = closed_regions(sessions, {place.region for place in places})
    doubtful: dict[str, list[str]] = {}
    for place in places:
        if place.region in closed:
            doubtful.setdefault(place.account, []).append(place.region)
    problems: list[Problem] = []
    for account, unsure in doubtful.items():
        with aws_errors_at(f"account {account}"):
            home = Place(account, sessions.administrator.region)
            api: Any = sessions.member(home).client("ec2")
            enabled = {one["RegionName"] for one in api.describe_regions()["Regions"]}
        problems += [
            Problem(f"account {account}", f"has not enabled {region}; enable it, or leave it out")
            for region in unsure
            if region not in enabled
        ]
    if problems:
        raise ConfigError(problems)
