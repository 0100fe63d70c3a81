"""The template of a fleet once its code is where every Region finds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from .fleet_sessions import FleetSessions
from .preparation import PreparedFleet
from .publishing import published, readers_of, template_argument
from .regional_packages import regional_packages


class PublishedTemplate(NamedTuple):
    """A root template, and the argument by which CloudFormation is given it."""

    text: str
    argument: Mapping[str, str]


def published_template(
    fleet: PreparedFleet, sessions: FleetSessions, say: Callable[[str], None]
) -> PublishedTemplate:
    """Return the root template of *fleet*, whose code and nested templates every Region has."""
    settings = fleet.settings
    packages = regional_packages(fleet.rendered, settings)
    readers = readers_of(fleet.organization, fleet.places)
    published(packages, settings, sessions, settings.regions, readers, say)
    return PublishedTemplate(packages.template, template_argument(packages, settings, sessions))
