"""Options that say nothing together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click
from click.core import ParameterSource

from ..errors import ConfigError, Problem


def refuse(problems: Iterable[Problem]) -> None:
    """Raise :class:`ConfigError` with all *problems*, if there are any."""
    if found := list(problems):
        raise ConfigError(found)


def given_options() -> frozenset[str]:
    """Return the options and arguments that stand on the command line, as it spells them."""
    context = click.get_current_context()
    return frozenset(
        one.human_readable_name.upper() if isinstance(one, click.Argument) else one.opts[0]
        for one in context.command.params
        if context.get_parameter_source(str(one.name)) is ParameterSource.COMMANDLINE
        and context.params.get(str(one.name)) != ()
    )


def refused_beside(option: str, others: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for each of *others*, which are given beside *option*."""
    for other in sorted(others):
        yield Problem(option, f"and {other} say nothing together; leave out one of them")


def stack_or(word: str, chosen: object, stack: str | None, name: str | None) -> Iterator[Problem]:
    """Yield problems of ``--stack`` and ``--name`` beside the argument *word*, if *chosen*."""
    if stack is not None and chosen:
        yield Problem("--stack", f"takes the place of {word}; leave out one of them")
    if name is not None and stack is None:
        yield Problem("--name", "names a stack of your own: give --stack, too")


def data_loss(
    accepted: object, *, yes: bool, option: str = "--accept-data-loss"
) -> Iterator[Problem]:
    """Yield a problem where an *option* that accepts a loss of data is given without ``--yes``."""
    if accepted and not yes:
        yield Problem(option, "is for --yes; without that, each risk is a question")
