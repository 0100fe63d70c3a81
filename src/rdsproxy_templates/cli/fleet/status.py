"""`fleet status`: where the instances are, and what the last operation did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from ...deploy.accounts import aws_errors_at
from ...errors import ConfigError, DeploymentError, Problem
from ...fleet.stack_set import Operation, StackInstance, StackSet
from ...fleet.status import (
    Counts,
    counted,
    described,
    described_operation,
    drift_line,
    heading,
    last_operation,
    line_of,
    needs_attention,
    operation_line,
)
from .options import fleet_options, opened
from .streams import write_json

LAST: Final = "last"


@click.command(
    "status",
    help="Show every instance of the fleet of FILE: its account and Region, how far the last "
    "operation came, whether it is outdated or has drifted, and how many there are of each. Reads "
    "only.",
    epilog="Exit status: 0 success; 1 AWS refuses; 2 wrong usage or settings; 5 there is no such "
    "stack set.",
)
@fleet_options
@click.option(
    "--problems", is_flag=True, help="Only instances that are not current, or have drifted."
)
@click.option(
    "--operation",
    metavar="ID",
    help="An operation in place of the instances: what it has done in each place, and why it has "
    "failed there. `last` is the newest, which may go on.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def status_command(  # noqa: PLR0913 - one parameter an option
    *,
    file: Path,
    profile: str | None,
    region: str | None,
    problems: bool,
    operation: str | None,
    form: str,
) -> None:
    """Run the subcommand."""
    if problems and operation:
        sentence = "is for instances, and --operation for what one operation did; give one of them"
        raise ConfigError([Problem("--problems", sentence)])
    stack_set = opened(file, profile, region).stack_set
    with aws_errors_at(f"stack set {stack_set.name}"):
        if operation is not None:
            _show_operation(stack_set, operation, form)
        else:
            _show_instances(stack_set, form, problems=problems)


def _show_instances(stack_set: StackSet, form: str, *, problems: bool) -> None:
    description = stack_set.existing()
    last = last_operation(stack_set)
    counts = Counts()
    everyone = counted(stack_set.instances(), counts)
    shown: Iterator[StackInstance] = filter(needs_attention, everyone) if problems else everyone
    if form == "json":
        before = {
            "stack_set": stack_set.name,
            "status": description["Status"],
            "operation": described_operation(last) if last else None,
        }
        write_json(
            before, "instances", map(described, shown), lambda: {"counts": counts.described()}
        )
        return
    click.echo(f"stack set {stack_set.name}: {description['Status']}")
    if last:
        click.echo(f"last operation: {operation_line(last)}")
    if drift := drift_line(description):
        click.echo(drift)
    click.echo(heading())
    for one in shown:
        click.secho(line_of(one), fg="yellow" if needs_attention(one) else None)
    for line in counts.lines():
        click.echo(line)


def _show_operation(stack_set: StackSet, operation_id: str, form: str) -> None:
    stack_set.existing()
    one = _operation(stack_set, operation_id)
    results = stack_set.results(one.id)
    if form == "json":
        entries = (
            {
                "account": result.place.account,
                "region": result.place.region,
                "status": result.status,
                "reason": result.reason,
            }
            for result in results
        )
        write_json({"operation": described_operation(one)}, "results", entries)
        return
    click.echo(operation_line(one))
    counts: Counter[str] = Counter()
    for result in results:
        counts[result.status] += 1
        if result.status in {"FAILED", "CANCELLED"}:
            reason = f": {result.reason}" if result.reason else ""
            click.secho(f"  {result.status:9}  {result.place}{reason}", fg="red")
    click.echo(", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "none")


def _operation(stack_set: StackSet, operation_id: str) -> Operation:
    if operation_id != LAST:
        return stack_set.operation(operation_id)
    if (newest := last_operation(stack_set)) is None:
        sentence = "has had no operation yet"
        raise DeploymentError([Problem(f"stack set {stack_set.name}", sentence)])
    return newest
