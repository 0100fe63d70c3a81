"""`destroy`: delete the stacks of a plan."""

from __future__ import annotations

from pathlib import Path

import click

from ..deploy.chosen_steps import unknown_steps
from ..deploy.deployment import Deployment
from .consumer_stack import load
from .deploy_options import (
    account_options,
    adopt_option,
    form_option,
    no_wait_option,
    step_option,
    verbose_option,
)
from .exit_statuses import sentence
from .following import FormName, display
from .interrupts import resumable
from .options import config_option, name_option, stack_option
from .plan_arguments import (
    account_problems,
    allowed_accounts,
    console,
    deletion_order_problems,
    path_problems,
    plan_named,
    sessions,
    stack_name_problems,
)
from .refusals import data_loss, refuse, stack_or


@click.command(
    "destroy",
    epilog=sentence("destroy"),
    help="Delete the stacks of PLAN, or of a stack of your own, the last first. Snapshots of "
    "databases stay.",
)
@click.argument("plan", required=False)
@stack_option
@name_option
@click.option(
    "--accept-data-loss",
    is_flag=True,
    help="With --yes, also turn off the deletion protection of databases whose stack takes no "
    "update any more, such as one in ROLLBACK_FAILED.",
)
@click.option(
    "--retain",
    multiple=True,
    metavar="PATH",
    help="For a stack in DELETE_FAILED: a resource that stays in the account, such as "
    "VPCStack.VPC; STEP.PATH in plans of several steps. Repeatable.",
)
@step_option
@no_wait_option
@adopt_option
@config_option("The settings with which it was deployed: their `allowed_accounts` are held to.")
@form_option
@verbose_option
@account_options
def destroy_command(  # noqa: PLR0913 - one parameter an option
    *,
    plan: str | None,
    stack: str | None,
    name: str | None,
    accept_data_loss: bool,
    retain: tuple[str, ...],
    only: tuple[str, ...],
    no_wait: bool,
    config: Path | None,
    adopt_stack: bool,
    region: str | None,
    stack_prefix: str,
    yes: bool,
    form: FormName,
    verbose: bool,
    **account_choices: str | None,
) -> None:
    """Run the subcommand."""
    refuse([*stack_or("PLAN", plan, stack, name), *data_loss(accept_data_loss, yes=yes)])
    own = load(stack, name) if stack is not None else None
    chosen = plan_named(plan, own)
    refuse(
        [
            *account_problems(chosen, account_choices),
            *stack_name_problems(chosen, stack_prefix),
            *unknown_steps(chosen, only),
            *(deletion_order_problems(chosen, only) if no_wait else ()),
            *path_problems(chosen, "--retain", retain, only),
        ]
    )
    shown = display(form)
    deployment = Deployment(
        plan=chosen,
        account_sessions=sessions(
            chosen, account_choices, region, shown.detail if verbose else None
        ),
        console=console(yes=yes, shown=shown),
        prefix=stack_prefix,
        accept_data_loss=accept_data_loss or not yes,
        adopt_stack=adopt_stack,
        retain=retain,
        only=only,
        waits=not no_wait,
        allowed_accounts=allowed_accounts(chosen, config, own),
    )
    with resumable():
        is_over = deployment.destroy()
    shown.conclude(f"{chosen.name} is {'' if is_over else 'being '}deleted")
