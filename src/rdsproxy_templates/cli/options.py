"""Options that several subcommands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from ..deploy.guide import PREFIX
from ..deploy.plans import AccountName

Decorator = Callable[[Any], Any]
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def config_option(text: str) -> Decorator:
    """Return `--config`; *text* says what the file holds."""
    return click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help=text)


def out_option(default: Path) -> Decorator:
    """Return `--out`."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        metavar="DIR",
        default=default,
        show_default="./templates_out",
        help="Output folder; each variant gets a folder in it.",
    )


def account_options(command: Decorated) -> Decorated:
    """Add the options that choose accounts, Region and stack names."""
    profiles = [
        click.option(
            f"--{account}-profile",
            metavar="NAME",
            help=f"AWS profile of account {account}. Default: the environment's credentials.",
        )
        for account in get_args(AccountName)
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
    return _decorated(
        command,
        [
            click.option(
                f"--{account}-bucket",
                metavar="NAME",
                help=f"Bucket for packages in account {account}. Default: SAM CLI's own.",
            )
            for account in get_args(AccountName)
        ],
    )


def _decorated(command: Decorated, options: Iterable[Decorator]) -> Decorated:
    for option in reversed([*options]):
        command = option(command)
    return command
