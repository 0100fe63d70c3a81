"""Speaking to the person at the command."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

import click

from .errors import ConfigError, TemplatesError

INVALID: Final = 1
MISUSED: Final = 2


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
