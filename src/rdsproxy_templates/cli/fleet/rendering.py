"""The root stack of a fleet, rendered, validated and written beside fleet.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from ...errors import ConfigError, Problem
from ...fleet.fleet_settings import FleetSettings
from ...fleet.rendered_fleet import RenderedFleet
from ...model.settings_file import RESERVED, SettingsFile
from .. import rendered_variants
from ..configuration import VariantSettings
from ..consumer_stack import ConsumerStack, load
from ..rendered_variants import RenderSettings, configured, render_variants
from ..terminal import fail_invalid, print_edited, print_findings, print_warnings

FOLDER: Final = ".fleet"
"""Folder beside fleet.yaml that holds what is rendered."""


def rendered_fleet(
    settings: FleetSettings, file: SettingsFile
) -> tuple[RenderedFleet, Sequence[str] | None]:
    """Render the root stack for the Regions of all waves; return it, and the accounts that take it.

    Raises :class:`ConfigError` where its settings do not go with a Region.
    """
    folder = file.path.parent
    chosen = RenderSettings(
        variants=[settings.variant] if settings.variant else [],
        consumer_stack=_consumer_stack(settings, file) if settings.stack else None,
        config=folder / settings.config if settings.config else None,
        out=folder / FOLDER,
        nesting="plain" if settings.nests else "flat",
        expand=True,
    )
    configuration = {
        name: _in_regions(one, settings, str(file.path)) for name, one in configured(chosen).items()
    }
    rendered = render_variants(chosen, configuration)
    changes = rendered_variants.changes(rendered)
    print_warnings(rendered)
    found = rendered_variants.findings(rendered, lint=False)
    print_findings(rendered, found)
    if refused := rendered_variants.refused(found):
        fail_invalid(refused)
    print_edited(rendered, changes)
    rendered_variants.write(rendered)
    [one] = rendered
    made = RenderedFleet(
        name=one.name,
        bundle=one.bundle,
        folder=one.directory,
        config=one.config,
        tags=one.bundle.tags,
    )
    return made, one.allowed_accounts


def _consumer_stack(settings: FleetSettings, file: SettingsFile) -> ConsumerStack:
    """Load the stack that *settings* name; problems are at the setting in *file*."""
    stack = settings.stack or ""
    stack = str(file.path.parent / stack) if stack.endswith(".py") else stack
    place = f"{file.path}: stack {settings.stack}"
    try:
        return replace(load(stack, settings.name), place=place)
    except ConfigError as error:
        raise ConfigError(
            Problem(one.place.replace(f"--stack {stack}", place), one.sentence)
            for one in error.problems
        ) from None


def _in_regions(one: VariantSettings, settings: FleetSettings, file: str) -> VariantSettings:
    """Return the settings *one* for the Regions of the waves, where they know of Regions."""
    kind = type(one.config)
    if "regions" not in kind.model_fields:
        return one
    given: Any = one.file.settings if one.file else None
    kept = {key: value for key, value in (given or {}).items() if key not in RESERVED}
    try:
        config = kind.parse({**kept, "regions": list(settings.regions)}, "")
    except ConfigError as error:
        own = [problem for problem in error.relative if problem.place != "regions"]
        ours = [
            Problem(f"{file}: targets.waves", problem.sentence)
            for problem in error.relative
            if problem.place == "regions"
        ]
        raise ConfigError([*ours, *one.at(own)]) from None
    return replace(one, config=config)
