"""`fleet drift`: what was changed past CloudFormation, in every account."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from ...deploy.accounts import aws_errors_at
from ...fleet.drift import (
    DriftedResource,
    detected,
    drifted_instances,
    drifted_resources,
    last_detection,
)
from ...fleet.place import Place
from ...fleet.stack_set import Operation, StackSet
from ..exit_statuses import CHANGES, FAILED
from ..terminal import counted
from .options import fleet_options, opened
from .streams import write_json


@click.command(
    "drift",
    help="Have CloudFormation compare the stacks of the fleet of FILE with their template, and "
    "show by account what differs. Changes nothing. Resources of nested stacks are not compared.",
    epilog="Exit status: 0 nothing differs; 1 AWS refuses, or the comparison fails; 2 wrong usage "
    "or settings; 4 something differs; 5 there is no such stack set; 130 interrupted: the "
    "comparison goes on.",
)
@fleet_options
@click.option("--last", is_flag=True, help="Show what the last comparison found; begin none.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def drift_command(
    *, file: Path, profile: str | None, region: str | None, last: bool, form: str
) -> None:
    """Run the subcommand."""
    stack_set = opened(file, profile, region).stack_set
    with aws_errors_at(f"stack set {stack_set.name}"):
        stack_set.existing()
        operation = last_detection(stack_set).id if last else _followed(stack_set)
        drifted: set[Place] = set()
        everything = _noted(_drifted(stack_set, operation), drifted)
        if form == "json":
            entries = (one.described() for one in everything)
            write_json({"operation": operation}, "resources", entries)
        else:
            for one in everything:
                click.secho(f"{one.place}: {one.logical_id} ({one.type}) {one.status}", fg="yellow")
                for difference in one.differences:
                    click.echo(f"  {difference}")
            click.echo(f"{counted(len(drifted), 'stack')} with drift" if drifted else "no drift")
        failed = _failures(stack_set, operation)
    sys.exit(CHANGES if drifted else FAILED if failed else 0)


def _followed(stack_set: StackSet) -> str:
    """Begin a comparison, and say how it goes whenever that changes."""
    said: list[str] = []

    def follow(operation: Operation, description: Mapping[str, Any]) -> None:
        counts = description.get("StackSetDriftDetectionDetails", {})
        done = counts.get("TotalStackInstancesCount", 0) - counts.get(
            "InProgressStackInstancesCount", 0
        )
        line = (
            f"{operation.status}: {done} of {counts.get('TotalStackInstancesCount', 0)} compared, "
            f"{counts.get('DriftedStackInstancesCount', 0)} with drift"
        )
        if said[-1:] != [line]:
            said.append(line)
            click.echo(line, err=True)

    try:
        return detected(stack_set, follow)
    except KeyboardInterrupt:
        click.echo("\nthe comparison goes on; `fleet drift --last` shows what it finds", err=True)
        raise


def _drifted(stack_set: StackSet, operation: str) -> Iterator[DriftedResource]:
    for instance in drifted_instances(stack_set):
        yield from drifted_resources(stack_set, instance.place, operation)


def _noted(everything: Iterator[DriftedResource], drifted: set[Place]) -> Iterator[DriftedResource]:
    for one in everything:
        drifted.add(one.place)
        yield one


def _failures(stack_set: StackSet, operation: str) -> int:
    """Say which stacks could not be compared; returns their number."""
    failed = 0
    for result in stack_set.results(operation):
        if result.status in {"FAILED", "CANCELLED"}:
            failed += 1
            reason = f": {result.reason}" if result.reason else ""
            click.secho(f"{result.place}: cannot be compared{reason}", fg="red", err=True)
    return failed
