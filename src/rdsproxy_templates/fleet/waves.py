"""Waves: which accounts and Regions come one after another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from ..aws.engines import regions
from ..aws.regions import may_exist
from ..errors import Problem
from ..model import Settings, did_you_mean
from ..model.settings import ListOf

ACCOUNT: Final = re.compile(r"\d{12}")
UNIT: Final = re.compile(r"ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32}")
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentTargets.html
DIGITS: Final = 12
MOST_UNITS: Final = 50
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackInstances.html


def _account(value: Any) -> Any:
    """Return the ID of an account that YAML has read as a number; one that begins with 0 is not."""
    is_id = isinstance(value, int) and not isinstance(value, bool) and len(str(value)) == DIGITS
    return str(value) if is_id else value


Account = Annotated[
    str,
    BeforeValidator(_account),
    WithJsonSchema({"type": ["string", "integer"], "pattern": r"^\d{12}$"}),
]


class WaveSettings(Settings):
    """Accounts and Regions that an operation deploys to together."""

    model_config = ConfigDict(populate_by_name=True)

    name: str = Field(description="Name of the wave, for `--wave` and in messages.")
    accounts: ListOf[Account] = Field(
        default=(),
        description="IDs of accounts; one that begins with 0 in quotes. Default: none.",
    )
    organizational_units: ListOf[str] = Field(
        default=(),
        max_length=MOST_UNITS,
        description="IDs of organizational units, or of the root, whose accounts belong to the "
        "wave, those of the units inside included; at most 50, and only with service-managed "
        "permissions. Default: none.",
    )
    regions: ListOf[str] = Field(
        description="Regions, in the order of their deployment where `tolerance.regions` is "
        "sequential."
    )
    except_: ListOf[Account] = Field(
        default=(),
        alias="except",
        description="Accounts of the organizational units that do not belong to the wave. Default: "
        "none.",
    )
    only: ListOf[Account] = Field(
        default=(),
        description="The only accounts of the organizational units that belong to the wave. "
        "Default: all.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        for setting in ("accounts", "except_", "only"):
            yield from _account_problems(setting.rstrip("_"), getattr(self, setting))
        for number, unit in enumerate(self.organizational_units):
            if not UNIT.fullmatch(unit):
                sentence = "must be the ID of an organizational unit or root, such as "
                yield Problem(
                    f"organizational_units.{number}",
                    f"{sentence}ou-abcd-11111111, got {unit!r}",
                )
        if not self.accounts and not self.organizational_units:
            yield Problem("", "must have accounts, or organizational_units")
        for setting, chosen in (("except", self.except_), ("only", self.only)):
            if chosen and not self.organizational_units:
                sentence = "chooses from organizational_units, and the wave has none"
                yield Problem(setting, f"{sentence}; leave it out")
        if self.except_ and self.only:
            yield Problem("only", "names all accounts of the units, so leave out except")
        yield from self._region_problems()

    def _region_problems(self) -> Iterator[Problem]:
        if not self.regions:
            yield Problem("regions", "must name at least one Region")
        for number, region in enumerate(self.regions):
            if region in self.regions[:number]:
                yield Problem(f"regions.{number}", f"names {region} twice")
            elif region not in regions() and not may_exist(region):
                meant = did_you_mean(region, regions())
                yield Problem(f"regions.{number}", f"unknown Region {region!r}{meant}")


def _account_problems(setting: str, accounts: tuple[str, ...]) -> Iterator[Problem]:
    for number, account in enumerate(accounts):
        if not ACCOUNT.fullmatch(str(account)):  # as YAML has it, where another setting is wrong
            sentence = f"must be the 12 digits of an account, got {account!r}"
            yield Problem(f"{setting}.{number}", sentence)
        elif account in accounts[:number]:
            yield Problem(f"{setting}.{number}", f"names {account} twice")


class Targets(Settings):
    """The waves of a fleet."""

    waves: ListOf[WaveSettings] = Field(
        description="Waves, each deployed when the one before has succeeded; `destroy` goes the "
        "opposite way. Accounts that are in none, and have the stack, are removed by `apply`, "
        "which asks."
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if not self.waves:
            yield Problem("waves", "must have at least one wave")
        seen: dict[tuple[str, str], str] = {}
        names: set[str] = set()
        for number, wave in enumerate(self.waves):
            if wave.name in names:
                yield Problem(f"waves.{number}.name", f"{wave.name!r} is the name of two waves")
            names.add(wave.name)
            here = {(account, region) for account in wave.accounts for region in wave.regions}
            for account, region in sorted(here & seen.keys()):
                sentence = f"{account} in {region} is in the wave {seen[account, region]!r}, too"
                yield Problem(f"waves.{number}.accounts", sentence)
            seen |= dict.fromkeys(here - seen.keys(), wave.name)
