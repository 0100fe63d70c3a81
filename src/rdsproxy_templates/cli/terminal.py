"""Speaking to the person at the command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from ..errors import ConfigError, TemplatesError

INVALID: Final = 1
MISUSED: Final = 2

Decorator = Callable[[Any], Any]


def config_option(says: str) -> Decorator:
    """`--config`, with what is in the file."""
    return click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help=says)


def out_option(default: Path) -> Decorator:
    """`--out`."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        metavar="DIR",
        default=default,
        show_default="./templates_out",
        help="Folder that gets a folder for each variant.",
    )


@contextmanager
def reported() -> Iterator[None]:
    """Ends the command with a line for each problem, and the status of their kind."""
    try:
        yield
    except ConfigError as error:
        _fail(error, MISUSED)
    except TemplatesError as error:
        _fail(error, INVALID)


def _fail(error: TemplatesError, status: int) -> NoReturn:
    for problem in error.problems:
        click.secho("error: ", fg="red", err=True, nl=False)
        click.echo(str(problem), err=True)
    sys.exit(status)
