"""Slowness and faults of a local cloud, for those who try what deploys into it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ...errors import ConfigError, Problem
from ...model import settings_file

if TYPE_CHECKING:
    from rdsproxy_local.local_cloud import LocalCloud

Command = TypeVar("Command", bound=Any)


def fault_options(command: Command) -> Command:
    """Add `--slow` and `--faults`."""
    slow = click.option(
        "--slow",
        is_flag=True,
        help="Once everything is deployed, let stacks change at AWS's pace, a second a minute.",
    )
    faults = click.option(
        "--faults",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="YAML file with the faults to have once everything is deployed.",
    )
    decorated: Command = slow(faults(command))
    return decorated


def wanted_faults(*, slow: bool, file: Path | None) -> dict[str, Any]:
    """Return the faults that the options ask for; a file wins over `--slow`."""
    from rdsproxy_local.faults import SLOW  # noqa: PLC0415 - an extra

    content = settings_file.read(file).settings if file else None
    if not isinstance(content, Mapping | None):
        raise ConfigError([Problem(str(file), "must be a mapping, such as `lag: 3`")])
    return {**(SLOW if slow else {}), **(content or {})}


def check_faults(cloud: LocalCloud, wanted: Mapping[str, Any]) -> None:
    """Raise :class:`ConfigError` where the local cloud does not know these faults."""
    from rdsproxy_local.faults import faults  # noqa: PLC0415 - an extra

    if wanted:
        with faults(cloud.endpoint, **wanted):
            pass


def start_faults(cloud: LocalCloud, wanted: Mapping[str, Any]) -> None:
    """Have the faults from now on."""
    from rdsproxy_local.faults import set_faults  # noqa: PLC0415 - an extra

    if wanted:
        set_faults(cloud.endpoint, wanted)
        click.echo(f"From now on: {', '.join(wanted)}, as asked for.")
