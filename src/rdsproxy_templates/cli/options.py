"""Options that several subcommands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

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


def parameter_option(command: Decorated) -> Decorated:
    """Add `--parameter`."""
    return click.option(
        "--parameter",
        "parameters",
        multiple=True,
        metavar="NAME=VALUE",
        help="Parameter of every root template that has it; STEP.NAME=VALUE for one step. "
        "Repeatable.",
    )(command)


def _default_out() -> Path:
    folders = click.get_current_context().find_object(Folders)
    return folders.out if folders else Path("templates_out")
