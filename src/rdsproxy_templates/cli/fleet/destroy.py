"""`fleet destroy`: delete the stacks of a fleet, and its stack set."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.accounts import aws_errors_at
from ...fleet.destruction import Destruction
from ...fleet.fleet_operations import FleetOperations
from ...fleet.preparation import organization_of, waves_of
from ...fleet.publishing import delete_buckets
from ..deploy_options import form_option
from ..following import FormName, display
from ..interrupts import interruptible
from ..plan_arguments import console
from .options import fleet_options, opened


@click.command(
    "destroy",
    help="Delete the stacks of the fleet, the last wave first, and then the stack set. Nothing is "
    "deleted where a database is protected. Buckets with packages stay, unless --buckets is given.",
    epilog="Exit status: 0 success; 1 a stack was not deleted, or AWS refuses; 2 wrong usage or "
    "settings; 5 there is no such stack set; 130 interrupted.",
)
@fleet_options
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option(
    "--retain",
    is_flag=True,
    help="Let the stacks stay in their accounts, where they belong to no stack set any more.",
)
@click.option(
    "--buckets",
    is_flag=True,
    help="Also delete the buckets that `apply` has made, with all packages. Default: they stay.",
)
@form_option
def destroy_command(  # noqa: PLR0913 - one parameter an option
    *,
    file: Path,
    profile: str | None,
    region: str | None,
    yes: bool,
    retain: bool,
    buckets: bool,
    form: FormName,
) -> None:
    """Run the subcommand."""
    shown = display(form)
    asked = console(yes=yes, shown=shown)
    found = opened(file, profile, region)
    with interruptible():
        organization = organization_of(found.settings, found.sessions)
        waves = waves_of(found.settings, organization, str(file))
        name = found.stack_set.name
        with aws_errors_at(f"stack set {name}"):
            operations = FleetOperations(
                settings=found.settings,
                sessions=found.sessions,
                stack_set=found.stack_set,
                console=asked,
                root_units=(organization.root,) if organization else (),
            )
            Destruction(operations=operations, waves=waves, retain=retain).run()
        if buckets and found.settings.packages:
            regions = dict.fromkeys((*found.settings.regions, found.sessions.administrator.region))
            delete_buckets(found.settings, found.sessions, list(regions), asked.say)
    shown.conclude(f"{name} is deleted")
