"""Waves with the accounts that are in them now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..errors import ConfigError, Problem
from .fleet_settings import FleetSettings
from .organization import ACTIVE, Organization
from .place import Place
from .waves import WaveSettings


@dataclass(frozen=True, kw_only=True)
class Wave:
    """A wave and all its places, in the order of its accounts and Regions."""

    name: str
    places: tuple[Place, ...]
    units: tuple[str, ...] = ()
    """Organizational units through which StackSets find its accounts; none without such."""
    left_out: tuple[str, ...] | None = None
    """Accounts of the units that are not in it; None where it names those that are."""

    @property
    def accounts(self) -> tuple[str, ...]:
        """Its accounts, each once."""
        return tuple(dict.fromkeys(place.account for place in self.places))


def found_waves(settings: FleetSettings, organization: Organization | None) -> tuple[Wave, ...]:
    """Return the waves with their places; *organization* is None with self-managed permissions.

    Raises :class:`ConfigError` with every account and unit that is no target.
    """
    problems: list[Problem] = []
    waves: list[Wave] = []
    for number, wave in enumerate(settings.targets.waves):
        place = f"targets.waves.{number}"
        accounts = dict.fromkeys(wave.accounts)
        units: tuple[str, ...] = ()
        if organization:
            problems += [one.within(place) for one in _no_targets(wave, organization)]
            try:
                accounts |= dict.fromkeys(_of_units(wave, organization))
            except ConfigError as error:
                problems += [one.within(place) for one in error.relative]
            units = wave.organizational_units or (organization.root,)
            if wave.accounts and wave.organizational_units:
                units = (organization.root,)
        if not accounts and not problems:
            problems.append(Problem(place, "has no account in it; look at its units"))
        places = tuple(Place(account, region) for region in wave.regions for account in accounts)
        whole = wave.organizational_units and not (wave.accounts or wave.only)
        left_out = wave.except_ if whole else None
        waves.append(Wave(name=wave.name, places=places, units=units, left_out=left_out))
    if problems := [*problems, *_overlaps(waves)]:
        raise ConfigError(problems)
    return tuple(waves)


def _of_units(wave: WaveSettings, organization: Organization) -> Iterator[str]:
    problems: list[Problem] = []
    found: dict[str, None] = {}
    for number, unit in enumerate(wave.organizational_units):
        try:
            found |= dict.fromkeys(organization.accounts_below(unit))
        except KeyError:
            sentence = f"there is no unit {unit} in the organization"
            problems.append(Problem(f"organizational_units.{number}", sentence))
    if not problems:
        for setting, chosen in (("only", wave.only), ("except", wave.except_)):
            for number, account in enumerate(chosen):
                if account not in found:
                    sentence = f"account {account} is in none of the wave's units"
                    problems.append(Problem(f"{setting}.{number}", sentence))
    if problems:
        raise ConfigError(problems)
    for account in found:
        is_wanted = account in wave.only if wave.only else account not in wave.except_
        # StackSets leave it out themselves where it is in a unit.
        if is_wanted and account != organization.management_account:
            yield account


def _no_targets(wave: WaveSettings, organization: Organization) -> Iterator[Problem]:
    for number, account in enumerate(wave.accounts):
        if account == organization.management_account:
            sentence = (
                f"{account} is the organization's management account, to which service-managed "
                "StackSets deploy nothing; deploy there by `rdsproxy-templates deploy`"
            )
        elif account not in organization.accounts:
            sentence = f"there is no account {account} in the organization"
        elif organization.accounts[account] != ACTIVE:
            sentence = f"account {account} is {organization.accounts[account]}"
        else:
            continue
        yield Problem(f"accounts.{number}", sentence)


def _overlaps(waves: Sequence[Wave]) -> Iterator[Problem]:
    seen: dict[Place, str] = {}
    for number, wave in enumerate(waves):
        both = [place for place in wave.places if seen.get(place, wave.name) != wave.name]
        if both:
            more = f" and {len(both) - 1} more" if len(both) > 1 else ""
            sentence = f"{both[0]}{more} belongs to the wave {seen[both[0]]!r}, too"
            yield Problem(f"targets.waves.{number}", f"{sentence}; name it in one, or in except")
        for place in wave.places:
            seen.setdefault(place, wave.name)
