"""Batches: places that one call to StackSets names, because they are alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from .place import Place

Values = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Accounts, each in all of some Regions, with the same overrides."""

    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    overrides: Values = field(default_factory=dict)

    @property
    def places(self) -> tuple[Place, ...]:
        """Its places, in the order of the Regions."""
        return tuple(Place(account, region) for region in self.regions for account in self.accounts)


def batches(
    places: Iterable[Place], overrides: Callable[[Place], Values] = lambda _: {}
) -> list[Batch]:
    """Divide *places* into batches: a call names accounts and Regions, and means every pair."""
    alike: dict[tuple[tuple[str, str], ...], dict[str, list[str]]] = {}
    for place in places:
        values = tuple(sorted(overrides(place).items()))
        alike.setdefault(values, {}).setdefault(place.account, []).append(place.region)
    found: list[Batch] = []
    for values, regions_of in alike.items():
        same: dict[tuple[str, ...], list[str]] = {}
        for account, regions in regions_of.items():
            same.setdefault(tuple(dict.fromkeys(regions)), []).append(account)
        found += [
            Batch(accounts=tuple(accounts), regions=regions, overrides=dict(values))
            for regions, accounts in same.items()
        ]
    return found
