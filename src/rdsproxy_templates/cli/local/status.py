"""`local status`: what runs in the local cloud."""

from __future__ import annotations

import click

from .died import AGAIN
from .running import running, stacks


@click.command("status", help="Show what runs for the current folder; status 1 if nothing does.")
def status_command() -> None:
    """Run the subcommand."""
    state = running()
    from rdsproxy_local.databases import died_databases  # noqa: PLC0415 - an extra

    click.echo(
        f"{state.plan} runs at {state.endpoint}, process {state.pid}, started {state.started}"
    )
    died = died_databases(state.endpoint)
    for step, stack in stacks(state).items():
        where = f"account {stack.account.id}, {stack.account.region}"
        click.echo(f"\n{step}: stack {stack.name}, {where}, {stack.status}")
        for name, value in stack.outputs.items():
            click.echo(f"  {name} = {value}")
        for function in stack.functions():
            click.echo(f"  function {function.path}")
        for database in stack.databases():
            ended = f", has ended by itself: {AGAIN}" if database.name in died else ""
            click.echo(
                f"  database {step}/{database.master}: {database.engine} {database.name}{ended}"
            )
