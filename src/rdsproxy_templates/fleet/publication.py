"""The template of a fleet once its code is where every Region finds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from .fleet_sessions import FleetSessions
from .preparation import PreparedFleet
from .publishing import published, readers_of, template_argument
from .regional_images import examined_images
from .regional_packages import images_of, regional_packages


class PublishedTemplate(NamedTuple):
    """A root template, and the argument by which CloudFormation is given it."""

    text: str
    argument: Mapping[str, str]


def published_template(
    fleet: PreparedFleet, sessions: FleetSessions, say: Callable[[str], None]
) -> PublishedTemplate:
    """Return the root template of *fleet*, whose code, images and templates every Region has."""
    settings = fleet.settings
    regions = settings.regions
    newcomers = settings.auto_deployment != "off"  # whose accounts nobody knows
    readers = readers_of(fleet.organization, () if newcomers else fleet.places)
    digests, problems = examined_images(images_of(fleet.rendered), sessions, regions, readers)
    packages = regional_packages(fleet.rendered, settings, digests)
    published(packages, settings, sessions, regions, readers, say, problems)
    return PublishedTemplate(packages.template, template_argument(packages, settings, sessions))
