"""Options that several subcommands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from ..deploy.guide import PREFIX
from ..deploy.plan import AccountName
from .folders import Folders

Decorator = Callable[[Any], Any]
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def config_option(text: str) -> Decorator:
    """Return `--config`; *text* says what the file holds."""
    return click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help=text)


def out_option(command: Decorated) -> Decorated:
    """Add `--out`."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        metavar="DIR",
        default=_default_out,
        show_default="./templates_out",
        help="Output folder; each variant gets a folder in it.",
    )(command)


def stack_option(command: Decorated) -> Decorated:
    """Add `--stack`."""
    return click.option(
        "--stack",
        metavar="MODULE|FILE",
        help="A root stack of your own in place of a variant: a module that the current folder "
        "has, such as orders or infra.orders, or a file, such as infra/orders.py.",
    )(command)


def name_option(command: Decorated) -> Decorated:
    """Add `--name`."""
    return click.option(
        "--name", metavar="NAME", help="Name of the stack of --stack. Default: its module's."
    )(command)


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


def _default_out() -> Path:
    folders = click.get_current_context().find_object(Folders)
    return folders.out if folders else Path("templates_out")


def _decorated(command: Decorated, options: Iterable[Decorator]) -> Decorated:
    for option in reversed([*options]):
        command = option(command)
    return command
