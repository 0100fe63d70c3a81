"""Options of the subcommands that deploy and destroy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

import click

from ..deploy.guide import PREFIX
from ..deploy.plan import AccountName
from .options import Decorated, Decorator


def account_options(command: Decorated) -> Decorated:
    """Add the options that choose accounts, Region and stack names."""
    profiles = [
        click.option(
            "--profile",
            metavar="NAME",
            help="AWS profile, for plans with one account. Default: the environment's credentials.",
        ),
        *(
            click.option(
                f"--{account}-profile",
                metavar="NAME",
                help=f"AWS profile of account {account}, for plans with two accounts.",
            )
            for account in get_args(AccountName)
        ),
    ]
    region = click.option("--region", metavar="NAME", help="Region. Default: the profile's.")
    prefix = click.option(
        "--stack-prefix",
        metavar="NAME",
        default=PREFIX,
        show_default=True,
        help="First part of the stacks' names.",
    )
    yes = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
    return _decorated(command, [*profiles, region, prefix, yes])


def adopt_option(command: Decorated) -> Decorated:
    """Add `--adopt-stack`."""
    return click.option(
        "--adopt-stack",
        is_flag=True,
        help="Take over stacks of these names that this command has not created.",
    )(command)


def bucket_options(command: Decorated) -> Decorated:
    """Add the options that choose a bucket for each account."""
    buckets = [
        click.option(
            "--bucket",
            metavar="NAME",
            help="Bucket for packages, for plans with one account. Default: SAM CLI's own.",
        ),
        *(
            click.option(
                f"--{account}-bucket",
                metavar="NAME",
                help=f"Bucket for packages in account {account}, for plans with two accounts.",
            )
            for account in get_args(AccountName)
        ),
    ]
    return _decorated(command, buckets)


def _decorated(command: Decorated, options: Iterable[Decorator]) -> Decorated:
    for option in reversed([*options]):
        command = option(command)
    return command
