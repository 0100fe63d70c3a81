"""What every subcommand of `fleet` takes, and what it opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from ...deploy.accounts import AccountSettings, account_sessions
from ...deploy.plan import single_step
from ...fleet.fleet_sessions import FleetSessions
from ...fleet.fleet_settings import FleetSettings
from ...fleet.stack_set import StackSet
from ...model.settings_file import SettingsFile, read

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
FILE: Final = Path("fleet.yaml")


@dataclass(frozen=True, kw_only=True)
class OpenedFleet:
    """A fleet's settings, and what reads its state."""

    settings: FleetSettings
    file: SettingsFile
    sessions: FleetSessions
    stack_set: StackSet

    @property
    def folder(self) -> Path:
        """The folder to which the paths of the settings are relative."""
        return self.file.path.parent


def fleet_options(command: Decorated) -> Decorated:
    """Add the file of the fleet, `--profile` and `--region`."""
    command = click.option(
        "--region",
        metavar="REGION",
        help="Region of the stack set. Default: the profile's.",
    )(command)
    command = click.option(
        "--profile",
        metavar="PROFILE",
        help="AWS profile of the account that administers the stack set. Default: as AWS CLI has "
        "it.",
    )(command)
    return click.argument(
        "file", type=click.Path(path_type=Path), metavar="[FILE]", default=FILE, required=False
    )(command)


def read_fleet(file: Path) -> tuple[FleetSettings, SettingsFile]:
    """Read the settings of the fleet of *file*, which asks no account."""
    found = read(file)
    return found.parse(FleetSettings), found


def opened(file: Path, profile: str | None, region: str | None) -> OpenedFleet:
    """Read the fleet of *file*, and open a session in the account that administers it."""
    settings, found = read_fleet(file)
    plan = single_step(settings.root_name)
    chosen = AccountSettings(profile=profile, profile_option="--profile")
    administrator = account_sessions(plan, {"app": chosen}, region)["app"]
    return OpenedFleet(
        settings=settings,
        file=found,
        sessions=FleetSessions(administrator=administrator, reader_role=settings.reader_role),
        stack_set=StackSet(
            administrator.client("cloudformation"),
            settings.stack_set_name,
            "SELF" if settings.call_as == "self" else "DELEGATED_ADMIN",
        ),
    )
