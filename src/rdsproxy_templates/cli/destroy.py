"""`destroy`: delete the stacks of a plan."""

from __future__ import annotations

import click

from ..deploy.deployment import Deployment
from .options import account_options
from .plan_arguments import console, plan_named, sessions
from .terminal import reported


def destroy_command() -> click.Command:
    """Return the subcommand `destroy`."""

    @click.command(
        "destroy",
        help="Delete the stacks of PLAN, the last first. Snapshots of databases stay.",
    )
    @click.argument("plan")
    @click.option(
        "--accept-data-loss",
        is_flag=True,
        help="With --yes, also turn off the deletion protection of databases whose stack takes no "
        "update any more, such as one in ROLLBACK_FAILED.",
    )
    @account_options
    def main(
        *,
        plan: str,
        accept_data_loss: bool,
        region: str | None,
        stack_prefix: str,
        yes: bool,
        **account_choices: str | None,
    ) -> None:
        with reported():
            chosen = plan_named(plan)
            Deployment(
                plan=chosen,
                account_sessions=sessions(chosen, account_choices, region),
                console=console(yes=yes),
                prefix=stack_prefix,
                accept_data_loss=accept_data_loss or not yes,
            ).destroy()
            click.secho(f"{chosen.name} is deleted", fg="green")

    return main
