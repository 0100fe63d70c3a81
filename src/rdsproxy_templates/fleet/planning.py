"""What would change: in the stack set, and in each place of each wave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from .concurrently import in_threads
from .desired import DesiredStackSet
from .fleet_settings import FleetSettings
from .place import Place
from .stack_set import StackInstance, StackSet
from .targets import Wave

AT_ONCE: Final = 8
"""Instances whose overrides are asked for at once; CloudFormation throttles more."""


@dataclass(frozen=True, kw_only=True)
class WavePlan:
    """The work of a wave."""

    wave: Wave
    creates: tuple[Place, ...] = ()
    updates: tuple[Place, ...] = ()
    """Places that get what the stack set says."""
    overrides: tuple[Place, ...] = ()
    """Places that get other values of their own parameters."""

    @property
    def changed(self) -> tuple[Place, ...]:
        """All places in which something changes, each once; those that exist come first."""
        return tuple(dict.fromkeys((*self.updates, *self.overrides, *self.creates)))

    def by_verb(self) -> Iterator[tuple[str, str]]:
        """Yield what is done, and where: a line for each Region."""
        for verb, places in (
            ("create", self.creates),
            ("update", self.updates),
            ("override", self.overrides),
        ):
            yield from ((verb, line) for line in by_region(places))

    def counts(self) -> str:
        """``create 2, update 1``."""
        updated = len({*self.updates, *self.overrides})
        words = [("create", len(self.creates)), ("update", updated)]
        return ", ".join(f"{verb} {count}" for verb, count in words if count)


@dataclass(frozen=True, kw_only=True)
class FleetPlan:
    """The work of a fleet."""

    stack_set: str
    is_new: bool
    """True where there is no stack set yet."""
    differences: tuple[str, ...]
    """What changes in the stack set itself."""
    waves: tuple[WavePlan, ...]
    removed: tuple[Place, ...] = ()
    """Places that are in no wave any more."""
    instances: Mapping[Place, StackInstance] = field(default_factory=dict)
    inoperable: tuple[Place, ...] = ()
    """Places whose stack StackSets do not touch any more, because a deletion has failed."""
    auto_deployment: str | None = None
    """What becomes of automatic deployment, where that changes."""

    @property
    def has_changes(self) -> bool:
        """True where anything would change."""
        waves = any(one.changed for one in self.waves)
        own = self.is_new or self.differences or self.auto_deployment
        return bool(own or self.removed or waves)

    @property
    def outdated(self) -> tuple[Place, ...]:
        """Places whose stack is not what the stack set says already, before anything changes."""
        return tuple(sorted(one.place for one in self.instances.values() if one.is_outdated))

    def stack_in(self, place: Place) -> str | None:
        """Return the ID of the stack in *place*; None where there is none."""
        instance = self.instances.get(place)
        return instance.stack_id if instance else None

    def lines(self) -> Iterator[str]:
        """Yield a line for everything that would change."""
        if self.is_new:
            yield f"stack set {self.stack_set}: is created"
        for one in self.differences:
            yield f"stack set {self.stack_set}: {one}"
        if self.auto_deployment:
            yield f"stack set {self.stack_set}: {self.auto_deployment}"
        for wave in self.waves:
            yield f"wave {wave.wave.name}: {wave.counts() or 'nothing to change'}"
            yield from (f"  {verb:8} {line}" for verb, line in wave.by_verb())
        yield from (f"OUTDATED already in {line}" for line in by_region(self.outdated))
        yield from (f"remove   {line}" for line in by_region(self.removed))
        yield from (f"stuck    {line}: INOPERABLE" for line in by_region(self.inoperable))


def fleet_plan(
    stack_set: StackSet, settings: FleetSettings, desired: DesiredStackSet, waves: Sequence[Wave]
) -> FleetPlan:
    """Compare the stack set and its instances with what they are to be."""
    found = stack_set.description()
    differences = tuple(desired.differences(found)) if found else ()
    instances = {one.place: one for one in stack_set.instances()} if found else {}
    asked = [place for wave in waves for place in wave.places if _may_override(found)]
    known = _overrides(stack_set, asked, instances)
    added = frozenset(desired.parameters.keys() - _parameters(found))
    wanted = {place for wave in waves for place in wave.places}
    return FleetPlan(
        stack_set=stack_set.name,
        is_new=found is None,
        differences=differences,
        waves=tuple(
            _work(wave, instances, known, desired, added if differences else None) for wave in waves
        ),
        removed=tuple(sorted(instances.keys() - wanted)),
        instances=instances,
        inoperable=tuple(one.place for one in instances.values() if one.is_inoperable),
        auto_deployment=_auto_deployment(found, settings) if found else None,
    )


def _work(
    wave: Wave,
    instances: Mapping[Place, StackInstance],
    known: Mapping[Place, Mapping[str, str]],
    desired: DesiredStackSet,
    added: frozenset[str] | None,
) -> WavePlan:
    """Return the work of *wave*; the stack set itself changes, and gets *added*, or is None."""
    updates: list[Place] = []
    overrides: list[Place] = []
    for place in wave.places:
        if place not in instances or instances[place].is_inoperable:
            continue
        values = desired.rows.overrides(place)
        if is_other := known.get(place, {}) != values:
            overrides.append(place)
        # A place overrides a parameter once it has been updated with it.
        is_late = added is not None and not added.isdisjoint(values)
        if is_late or (not is_other and (added is not None or not instances[place].is_current)):
            updates.append(place)
    return WavePlan(
        wave=wave,
        creates=tuple(place for place in wave.places if place not in instances),
        updates=tuple(updates),
        overrides=tuple(overrides),
    )


def _parameters(found: Mapping[str, Any] | None) -> set[str]:
    return {one["ParameterKey"] for one in (found or {}).get("Parameters", ())}


def _may_override(found: Mapping[str, Any] | None) -> bool:
    """Tell if the stack set may have parameters, of which an instance may have others."""
    template = str((found or {}).get("TemplateBody", ""))
    return found is not None and (bool(_parameters(found)) or "Parameters" in template)


def _auto_deployment(found: Mapping[str, Any], settings: FleetSettings) -> str | None:
    if settings.permissions == "self-managed":
        return None
    now, wanted = found.get("AutoDeployment", {}), settings.api_auto_deployment
    if all(now.get(name, False) == value for name, value in wanted.items()):
        return None
    return f"automatic deployment becomes {settings.auto_deployment}"


def by_region(places: Sequence[Place]) -> Iterator[str]:
    """Yield a line for each Region, with its accounts."""
    regions: dict[str, list[str]] = {}
    for place in places:
        regions.setdefault(place.region, []).append(place.account)
    for region, accounts in regions.items():
        yield f"{region}: {', '.join(accounts)}"


def _overrides(
    stack_set: StackSet, places: Sequence[Place], instances: Mapping[Place, StackInstance]
) -> dict[Place, dict[str, str]]:
    existing = [place for place in places if place in instances]
    answers = in_threads(stack_set.overrides, existing, AT_ONCE)
    return dict(zip(existing, answers, strict=True))
