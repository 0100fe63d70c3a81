"""Errors, warnings, progress and exit statuses on the terminal."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, NoReturn

import click

from ..errors import ConfigError, DeploymentError, NoSuchStackError, Problem, TemplatesError
from . import INTERRUPTED
from .exit_statuses import (
    BROKEN_PIPE,
    FAILED,
    INVALID,
    NOTHING_HERE,
    UNWRITTEN,
    WRONG,
)
from .interrupts import is_interrupt

if TYPE_CHECKING:
    from ..rendering.folder import Changes
    from ..validators import Finding
    from .rendered_variants import RenderedVariant
    from .summary import Shown

COLOURS: Final = {"error": "red", "warning": "yellow", "opinion": "cyan"}
"""Colours of the levels of findings."""
FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Errors of a place that takes no more, or breaks."""

Stage = Callable[[str], None]
"""Announces that a stage of the work, such as ``validate``, begins."""


@contextmanager
def reported() -> Iterator[None]:
    """End the command with a line for each problem, and the exit status of its kind."""
    try:
        try:
            yield
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()  # here, since Python would say what fails when it ends
    except ConfigError as error:
        _fail(error, WRONG)
    except NoSuchStackError as error:
        _fail(error, NOTHING_HERE)
    except DeploymentError as error:
        _fail(error, FAILED)
    except TemplatesError as error:
        _fail(error, INVALID)
    except BrokenPipeError:  # whoever read the output has gone
        _drop_output()
        sys.exit(BROKEN_PIPE)
    except OSError as error:
        if error.errno not in FULL:
            raise
        _drop_output()
        place = str(error.filename or "output")
        with suppress(OSError):  # which may go to the same place
            _fail(
                DeploymentError([Problem(place, f"cannot be written: {error.strerror}")]),
                UNWRITTEN,
            )
        sys.exit(UNWRITTEN)
    except (KeyboardInterrupt, Exception) as error:  # at work, or at a question
        if not is_interrupt(error):
            raise
        click.echo("\ninterrupted", err=True)
        sys.exit(INTERRUPTED)


def print_warnings(rendered: Iterable[RenderedVariant | Shown]) -> None:
    """Print the warnings of every variant's configuration."""
    for one in rendered:
        for warning in one.warnings:
            click.secho(f"warning: {one.name}: {warning}", fg="yellow", err=True)


def print_edited(rendered: Iterable[RenderedVariant], changes: Mapping[str, Changes]) -> None:
    """Print a warning of every file that somebody has edited, and that a write would lose."""
    for one in rendered:
        for path in changes[one.name].edited:
            end = "removed" if path in changes[one.name].removed else "overwritten"
            remedy = (
                "make it overrides: in the settings"
                if path.endswith(".yaml")
                else "keep code of your own outside of the rendered folder"
            )
            text = f"was edited since the last render and is {end}; {remedy}"
            click.secho(
                f"warning: {one.name}: [{one.directory / path}] {text}", fg="yellow", err=True
            )


def print_findings(
    rendered: Iterable[RenderedVariant], findings: Mapping[str, Sequence[Finding]]
) -> None:
    """Print the findings in every variant, each in the colour of its level."""
    for one in rendered:
        for finding in findings[one.name]:
            place, _, rest = str(finding).partition(f" {finding.level} ")
            click.echo(f"{one.directory}/{place} ", err=True, nl=False)
            click.secho(finding.level, fg=COLOURS[finding.level], err=True, nl=False)
            click.echo(f" {rest}", err=True)


def fail_invalid(refused: Mapping[str, Sequence[Finding]], *, stale: int = 0) -> NoReturn:
    """End the command because variants have findings, which have been printed."""
    count = sum(map(len, refused.values()))
    text = f"{counted(count, 'finding')} in {', '.join(refused)}; "
    text += f"{counted(stale, 'file')} stale, too" if stale else "nothing was written"
    click.secho(text, fg="red", err=True)
    sys.exit(INVALID)


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


def counted(count: int, word: str) -> str:
    """Return *count* and *word*, in the plural if it is not one."""
    return f"{count} {word}{'s' * (count != 1)}"


def _drop_output() -> None:
    """Let what is left of the output go nowhere; Python writes it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(error: TemplatesError, status: int) -> NoReturn:
    for problem in error.problems:
        click.secho("error: ", fg="red", err=True, nl=False)
        click.echo(str(problem), err=True)
    sys.exit(status)
