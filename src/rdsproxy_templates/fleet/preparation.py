"""A fleet made ready for its plan: what its stack set is to say, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..deploy.accounts import aws_errors_at
from ..errors import ConfigError, Problem
from .desired import DesiredStackSet
from .execution_role import execution_role_arguments
from .fleet_sessions import FleetSessions
from .fleet_settings import FleetSettings
from .organization import Organization
from .parameter_rows import ParameterRows, read_rows
from .parameter_uses import unfit_values
from .place import Place
from .preconditions import template_problems
from .regional_packages import package_problems
from .rendered_fleet import RenderedFleet, parsed
from .targets import Wave, found_waves


@dataclass(frozen=True, kw_only=True)
class PreparedFleet:
    """The waves of a fleet, and its parameters, which fit the templates."""

    settings: FleetSettings
    rendered: RenderedFleet
    waves: tuple[Wave, ...]
    rows: ParameterRows
    organization: Organization | None = None

    @property
    def places(self) -> list[Place]:
        """The places of all waves, in their order."""
        return [place for wave in self.waves for place in wave.places]

    def desired(self, template: str, argument: Mapping[str, str]) -> DesiredStackSet:
        """Return what the stack set is to say, with the *template* whose packages are published."""
        root = self.rendered.root
        more: dict[str, Any] = {}
        if self.organization:
            account = self.organization.management_account
            more = execution_role_arguments(self.rendered, self.settings, account)
        named = ("CAPABILITY_NAMED_IAM",) if more else ()
        return DesiredStackSet(
            template=template,
            template_argument=argument,
            declared=root.parameters,
            rows=self.rows,
            parameters=self.rows.stack_set_values(root.parameters, self.places),
            capabilities=tuple(dict.fromkeys((*self.rendered.capabilities, *named))),
            tags={**(self.rendered.tags or {}), **self.settings.tags},
            description=root.description,
            more=more,
        )


def organization_of(settings: FleetSettings, sessions: FleetSessions) -> Organization | None:
    """Return the organization; None with self-managed permissions, which need none."""
    if settings.permissions == "self-managed":
        return None
    return Organization(sessions.administrator.client("organizations"))


def waves_of(
    settings: FleetSettings, organization: Organization | None, file: str
) -> tuple[Wave, ...]:
    """Return the waves with their places; problems are in *file*."""
    with aws_errors_at("organization"):
        try:
            return found_waves(settings, organization)
        except ConfigError as error:
            raise ConfigError(error.relative, within=f"{file}:") from None


def possible_rows(rendered: RenderedFleet, settings: FleetSettings, file: Path) -> ParameterRows:
    """Read the rows of parameters; raise :class:`ConfigError` with all that no account has to tell.

    *file* is that of *settings*.
    """
    declared = rendered.root.parameters
    problems = [*template_problems(rendered, settings), *package_problems(rendered, settings)]
    rows = ParameterRows()
    try:
        rows = read_rows(file.parent / settings.parameters) if settings.parameters else rows
        unfit = [*rows.problems_of_values(declared)]
        problems += unfit or unfit_values(rows, parsed(rendered.text))
    except ConfigError as error:
        problems += error.problems
    else:
        if settings.auto_deployment != "off":
            problems += rows.problems_of_newcomers(declared)
    if problems:
        raise ConfigError(problems)
    return rows


def prepared(  # noqa: PLR0913, PLR0917 - one parameter a thing that is needed
    rows: ParameterRows,
    rendered: RenderedFleet,
    settings: FleetSettings,
    sessions: FleetSessions,
    file: Path,
    allowed_accounts: Sequence[str] | None = None,
) -> PreparedFleet:
    """Make a fleet with its *rows* ready; raise :class:`ConfigError` with all that cannot work."""
    organization = organization_of(settings, sessions)
    waves = waves_of(settings, organization, str(file))
    places = [place for wave in waves for place in wave.places]
    problems = [*rows.problems_of_places(rendered.root.parameters, places)]
    if allowed_accounts is not None:
        problems += [
            Problem(str(file), f"account {account} is not among `allowed_accounts` of the settings")
            for account in dict.fromkeys(place.account for place in places)
            if account not in allowed_accounts
        ]
    if problems:
        raise ConfigError(problems)
    return PreparedFleet(
        settings=settings, rendered=rendered, waves=waves, rows=rows, organization=organization
    )
