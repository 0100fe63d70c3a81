"""Errors, warnings and progress on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

import click

from ..errors import ConfigError, TemplatesError
from .rendered_variants import RenderedVariant

INVALID: Final = 1
MISUSED: Final = 2

Stage = Callable[[str], None]
"""Announces that a stage of the work, such as ``validate``, begins."""


@contextmanager
def reported() -> Iterator[None]:
    """End the command with a line for each problem, and the exit status of its kind."""
    try:
        yield
    except ConfigError as error:
        _fail(error, MISUSED)
    except TemplatesError as error:
        _fail(error, INVALID)


def print_warnings(rendered: list[RenderedVariant]) -> None:
    """Print the warnings of every variant's configuration."""
    for one in rendered:
        for warning in one.warnings:
            click.secho(f"warning: {one.name}: {warning}", fg="yellow", err=True)


@contextmanager
def progress(stages: int, *, quiet: bool) -> Iterator[Stage]:
    """Show a bar on a terminal, a line for each stage elsewhere, and nothing when *quiet*."""
    if quiet:
        yield lambda _: None
    elif not sys.stderr.isatty():
        yield lambda name: click.echo(f"{name} …", err=True)
    else:
        with click.progressbar(
            length=stages, file=sys.stderr, item_show_func=lambda name: name, width=24
        ) as bar:
            # A stage counts when the next one begins, or when all are done.
            begun: list[str] = []

            def stage(name: str) -> None:
                bar.update(min(len(begun), 1), name)
                begun.append(name)

            yield stage
            bar.update(1)


def _fail(error: TemplatesError, status: int) -> NoReturn:
    for problem in error.problems:
        click.secho("error: ", fg="red", err=True, nl=False)
        click.echo(str(problem), err=True)
    sys.exit(status)
