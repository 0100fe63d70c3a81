"""`fleet apply`: deploy a fleet, wave by wave."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from ...deploy.accounts import aws_errors_at
from ...errors import Problem
from ...fleet.rollout import Rollout
from ..deploy_options import form_option
from ..following import FormName, display
from ..interrupts import interruptible
from ..plan_arguments import console
from ..refusals import data_loss, refuse
from .options import fleet_options, opened
from .ready import ready


@click.command(
    "apply",
    help="Deploy the fleet, wave by wave. Each wave shows the changes of its first stack and asks; "
    "one that fails beyond the tolerance stops those after it. The same command resumes: it "
    "follows an operation that goes on, and does what is left. Ctrl-C leaves the operation "
    "running; a second one stops it.",
    epilog="Exit status: 0 success; 1 a stack failed, or AWS refuses; 2 wrong usage or settings; "
    "3 a template is not valid; 130 interrupted.",
)
@fleet_options
@click.option("--wave", metavar="NAME", help="Deploy only this wave. Default: all.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option(
    "--accept-data-loss",
    is_flag=True,
    help="With --yes, also replace or delete what holds data: databases, secrets, keys.",
)
@click.option(
    "--accept-data-loss-of",
    "losses",
    multiple=True,
    metavar="PATH",
    help="With --yes, also replace or delete this resource in every place, or the stack of "
    "ACCOUNT/REGION. Repeatable.",
)
@form_option
def apply_command(  # noqa: PLR0913 - one parameter an option
    *,
    file: Path,
    profile: str | None,
    region: str | None,
    wave: str | None,
    yes: bool,
    accept_data_loss: bool,
    losses: tuple[str, ...],
    form: FormName,
) -> None:
    """Run the subcommand."""
    refuse(
        [
            *data_loss(accept_data_loss, yes=yes),
            *data_loss(losses, yes=yes, option="--accept-data-loss-of"),
        ]
    )
    shown = display(form)
    asked = console(yes=yes, shown=shown)
    with interruptible():
        made = ready(file, partial(opened, file, profile, region), asked, follows=True)
        names = [one.wave.name for one in made.plan.waves]
        if wave is not None and wave not in names:
            sentence = f"unknown wave {wave!r}; the waves are {', '.join(names)}"
            refuse([Problem("--wave", sentence)])
        name = made.plan.stack_set
        if not (made.plan.has_changes or made.plan.inoperable):
            shown.conclude(f"{name}: nothing to change")
            return
        with aws_errors_at(f"stack set {name}"):
            Rollout(
                plan=made.plan,
                desired=made.desired,
                operations=made.operations,
                accept_data_loss=accept_data_loss or not yes,
                accepted_losses=losses,
                data_types=made.fleet.rendered.resource_types,
            ).carry_out(wave)
    shown.conclude(f"{name} is deployed{f', wave {wave}' if wave else ''}")
