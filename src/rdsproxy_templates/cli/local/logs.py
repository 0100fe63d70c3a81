"""`local logs`: the output of functions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import click

from ...errors import ConfigError, Problem
from ...model import did_you_mean
from .running import running, stacks

if TYPE_CHECKING:
    from rdsproxy_local.deployment.deployed_stack import DeployedStack, StackResource
    from rdsproxy_local.function_output import LogReader

PAUSE: Final = 0.3
"""Seconds between two looks."""


@click.command(
    "logs",
    help="Print the output of all functions, or of FUNCTION: a logical ID such as "
    "BlogRDSProxyFunction, with or without the stacks around it.",
)
@click.argument("function", required=False)
@click.option("--follow", "-f", is_flag=True, help="Go on as functions write, until Ctrl-C.")
def logs_command(*, function: str | None, follow: bool) -> None:
    """Run the subcommand."""
    state = running()
    readers = list(_readers(list(stacks(state).values()), function))
    while True:
        for reader, names in readers:
            for group, text in reader.new_lines():
                click.echo(text if function else f"{names[group]}: {text}")
        if not follow:
            return
        running()  # which ends this, too
        time.sleep(PAUSE)


def _readers(
    deployed: list[DeployedStack], function: str | None
) -> Iterator[tuple[LogReader, dict[str, str]]]:
    from rdsproxy_local.function_output import LogReader, group_of  # noqa: PLC0415 - an extra

    functions = [(stack, one) for stack in deployed for one in stack.functions()]
    chosen = [(stack, one) for stack, one in functions if function in {None, *_names(one)}]
    if not chosen:
        known = [one.logical_id for _, one in functions]
        sentence = (
            f"unknown function {function!r}{did_you_mean(function or '', known)}; the functions "
            f"are {', '.join(known)}"
            if known
            else "nothing deployed has a function"
        )
        raise ConfigError([Problem("function", sentence)])
    for stack in deployed:
        own = {
            group_of(stack.account, one.physical_id): one.logical_id
            for owner, one in chosen
            if owner is stack
        }
        yield LogReader(stack.account, list(own)), own


def _names(function: StackResource) -> tuple[str, ...]:
    return function.logical_id, function.path, function.physical_id
