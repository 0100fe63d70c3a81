"""What `plan` and `apply` begin with: a fleet that can work, and what it would change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ...deploy.accounts import aws_errors_at
from ...deploy.console import Console
from ...fleet.desired import DesiredStackSet
from ...fleet.fleet_operations import FleetOperations
from ...fleet.planning import FleetPlan, fleet_plan
from ...fleet.preconditions import require_enabled_regions, require_regions
from ...fleet.preparation import PreparedFleet, possible_rows, prepared
from ...fleet.proxy_quota import require_room_for_proxies
from ...fleet.publication import published_template
from ...fleet.stack_set_ownership import require_own
from .options import OpenedFleet, read_fleet
from .rendering import rendered_fleet


class ReadyFleet(NamedTuple):
    """A fleet whose code is published, and its plan."""

    fleet: PreparedFleet
    desired: DesiredStackSet
    plan: FleetPlan
    operations: FleetOperations


def ready(
    file: Path, open_: Callable[[], OpenedFleet], console: Console, *, follows: bool
) -> ReadyFleet:
    """Render the fleet of *file*, refuse what cannot work, publish its code, and plan.

    What the files tell by themselves is refused before any account is asked. With *follows*
    operations that go on are followed to their end before.
    """
    settings, source = read_fleet(file)
    rendered, allowed = rendered_fleet(settings, source)
    rows = possible_rows(rendered, settings, file)
    opened = open_()
    sessions = opened.sessions
    require_regions(sessions, opened.settings.regions)
    fleet = prepared(rows, rendered, opened.settings, sessions, file, allowed)
    operations = FleetOperations(
        settings=settings,
        sessions=sessions,
        stack_set=opened.stack_set,
        console=console,
        root_units=(fleet.organization.root,) if fleet.organization else (),
    )
    with aws_errors_at(f"stack set {opened.stack_set.name}"):
        require_own(opened.stack_set.name, opened.stack_set.description())
    published = published_template(fleet, sessions, console.say)
    desired = fleet.desired(published.text, published.argument)
    with aws_errors_at(f"stack set {opened.stack_set.name}"):
        if follows:
            operations.follow_unfinished()
        plan = fleet_plan(opened.stack_set, settings, desired, fleet.waves)
    new = [place for wave in plan.waves for place in wave.creates]
    require_enabled_regions(sessions, new)
    require_room_for_proxies(sessions, new, rendered.resource_counts.get("AWS::RDS::DBProxy", 0))
    return ReadyFleet(fleet, desired, plan, operations)
