"""`fleet outputs`: the outputs of the stacks in every account."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from ...deploy.accounts import aws_errors_at
from ...fleet.outputs import CONCURRENT, PlaceOutputs, fleet_outputs
from ..exit_statuses import FAILED
from ..terminal import counted
from .options import fleet_options, opened
from .streams import write_csv, write_json

COLUMNS = ("account", "region", "name", "value")
"""Those of `parameters` in fleet.yaml, so that one fleet's outputs are parameters of another."""


@click.command(
    "outputs",
    help="Print the outputs of the stack in every account and Region of the fleet of FILE, read by "
    "its `reader_role`. What cannot be read is said, with the reason, and the rest is printed.",
    epilog="Exit status: 0 success; 1 an account cannot be read, or AWS refuses; 2 wrong usage or "
    "settings; 5 there is no such stack set.",
)
@fleet_options
@click.option(
    "--concurrent",
    type=click.IntRange(1, 64),
    default=CONCURRENT,
    show_default=True,
    help="Accounts that are read at the same time.",
)
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text")
def outputs_command(
    *, file: Path, profile: str | None, region: str | None, concurrent: int, form: str
) -> None:
    """Run the subcommand."""
    fleet = opened(file, profile, region)
    unread: Counter[str] = Counter()
    with aws_errors_at(f"stack set {fleet.stack_set.name}"):
        fleet.stack_set.existing()
        found = _noted(fleet_outputs(fleet.stack_set, fleet.sessions, concurrent), unread)
        if form == "json":
            write_json({}, "stacks", (one.described() for one in found))
        elif form == "csv":
            write_csv(COLUMNS, _rows(found))
        else:
            for account, where, name, value in _rows(found):
                click.echo(f"{account}  {where:14}  {name} = {value}")
    if unread:
        number = counted(unread.total(), "stack")
        click.secho(f"{number} cannot be read", fg="red", err=True)
        sys.exit(FAILED)


def _noted(found: Iterable[PlaceOutputs], unread: Counter[str]) -> Iterator[PlaceOutputs]:
    """Yield what was found; say at once what cannot be read."""
    for one in found:
        if one.problem is not None:
            unread[one.place.region] += 1
            click.secho(f"{one.place}: {one.problem}", fg="red", err=True)
        yield one


def _rows(found: Iterable[PlaceOutputs]) -> Iterator[tuple[str, str, str, str]]:
    for one in found:
        for name, value in one.outputs.items():
            yield one.place.account, one.place.region, name, value
