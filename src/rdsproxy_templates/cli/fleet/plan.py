"""`fleet plan`: show what `fleet apply` would change."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click

from ...deploy.accounts import aws_errors_at
from ...deploy.console import Console
from ...fleet.plan_report import plan_report
from ..exit_statuses import CHANGES
from ..interrupts import interruptible
from .options import fleet_options, opened
from .ready import ready


@click.command(
    "plan",
    help="Show what `fleet apply` would create, change and remove, by account and Region, with a "
    "change set of each wave's first stack, which nobody executes.",
    epilog="Exit status: 0 nothing would change; 1 AWS refuses, or an account cannot be read; 2 "
    "wrong usage or settings; 3 a template is not valid; 4 something would change.",
)
@fleet_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="Form of the plan.",
)
def plan_command(*, file: Path, profile: str | None, region: str | None, form: str) -> None:
    """Run the subcommand."""

    def say(text: str) -> None:
        click.echo(text, err=form != "text")

    console = Console(say=say, confirm=lambda _: True, asks=False)
    with interruptible():
        made = ready(file, partial(opened, file, profile, region), console, follows=False)
        plan = made.plan
        with aws_errors_at(f"stack set {plan.stack_set}"):
            report = plan_report(plan, made.desired, made.operations.sessions)
    if form == "json":
        click.echo(report.text(), nl=False)
    elif form == "markdown":
        click.echo(report.markdown(), nl=False)
    else:
        for line in report.lines():
            click.echo(line)
        click.secho(
            f"{plan.stack_set} would {'change' if plan.has_changes else 'not change'}", fg="green"
        )
    sys.exit(CHANGES if plan.has_changes else 0)
