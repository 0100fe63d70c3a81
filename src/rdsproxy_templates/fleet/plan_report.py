"""The plan of a fleet for people and machines: JSON, and Markdown for a pull request."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from ..deploy.plan_file import cell, changes_table, described
from ..deploy.review import RequestedChange
from ..rendering.stamp import installed
from .canary import canary_change
from .desired import DesiredStackSet
from .fleet_sessions import FleetSessions
from .place import Place
from .planning import FleetPlan, WavePlan, by_region

FORMAT: Final = 1
"""Number of the document's form."""


@dataclass(frozen=True, kw_only=True)
class Canary:
    """What a wave changes in its first place."""

    place: Place
    changes: tuple[Mapping[str, Any], ...] = ()
    lines: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlanReport:
    """A plan, and what each wave changes in its canary."""

    plan: FleetPlan
    canaries: Mapping[str, Canary] = field(default_factory=dict)
    """By the names of the waves that change anything."""

    def lines(self) -> Iterator[str]:
        """Yield a line for everything that would change."""
        yield from self.plan.lines()
        for name, one in self.canaries.items():
            yield f"wave {name}: changes in {one.place}, the canary:"
            yield from (f"  {line}" for line in one.lines)

    def text(self) -> str:
        """Return it as JSON."""
        return json.dumps(self._document(), indent=2, ensure_ascii=False) + "\n"

    def markdown(self) -> str:
        """Return it as Markdown."""
        return "\n".join(self._markdown()) + "\n"

    def _document(self) -> dict[str, Any]:
        plan = self.plan
        return {
            "format": FORMAT,
            "version": installed(),
            "created": datetime.now(UTC).replace(microsecond=0).isoformat(),
            "stack_set": plan.stack_set,
            "is_new": plan.is_new,
            "has_changes": plan.has_changes,
            "differences": list(plan.differences),
            "auto_deployment": plan.auto_deployment,
            "waves": [self._wave(one) for one in plan.waves],
            "outdated": _places(plan.outdated),
            "removed": _places(plan.removed),
            "inoperable": _places(plan.inoperable),
        }

    def _wave(self, one: WavePlan) -> dict[str, Any]:
        canary = self.canaries.get(one.wave.name)
        shown = canary and {
            **canary.place._asdict(),
            "changes": list(canary.changes),
            "risks": list(canary.risks),
        }
        return {
            "name": one.wave.name,
            "places": len(one.wave.places),
            "create": _places(one.creates),
            "update": _places(one.updates),
            "override": _places(one.overrides),
            "canary": shown,
        }

    def _markdown(self) -> Iterator[str]:
        plan = self.plan
        yield f"# Stack set `{plan.stack_set}`{', which is new' if plan.is_new else ''}"
        if not plan.has_changes:
            yield "\nNothing to change."
            return
        yield ""
        yield from (f"- {cell(one)}" for one in plan.differences)
        if plan.auto_deployment:
            yield f"- {plan.auto_deployment}"
        for one in plan.waves:
            yield f"\n## Wave {one.wave.name}: {one.counts() or 'nothing to change'}\n"
            yield from (f"- {verb} {line}" for verb, line in one.by_verb())
            if canary := self.canaries.get(one.wave.name):
                yield f"\nChanges in {canary.place}, the canary:\n"
                yield from changes_table(canary.changes)
        for title, places in (
            ("OUTDATED already", plan.outdated),
            ("In no wave any more", plan.removed),
            ("INOPERABLE, and left out", plan.inoperable),
        ):
            if places:
                yield f"\n## {title}\n"
                yield from (f"- {line}" for line in by_region(places))


def plan_report(plan: FleetPlan, desired: DesiredStackSet, sessions: FleetSessions) -> PlanReport:
    """Look at the canary of each wave that changes anything."""
    canaries: dict[str, Canary] = {}
    for one in plan.waves:
        if not one.changed:
            continue
        place = one.changed[0]
        with canary_change(
            sessions, place, plan.stack_in(place), desired, plan.stack_set
        ) as change:
            canaries[one.wave.name] = _canary(place, change)
    return PlanReport(plan=plan, canaries=canaries)


def _canary(place: Place, change: RequestedChange) -> Canary:
    found = change.change_set
    return Canary(
        place=place,
        changes=described(found),
        lines=("nothing changes",) if found.empty else tuple(change.lines(str(place))),
        risks=tuple(f"{one.path}: {one.risk}" for one in found.risky),
    )


def _places(places: Sequence[Place]) -> list[dict[str, str]]:
    return [place._asdict() for place in places]
