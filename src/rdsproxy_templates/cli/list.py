"""`list`: name every variant."""

from __future__ import annotations

import click

from ..variants import VARIANTS
from .exit_statuses import sentence


@click.command("list", epilog=sentence("list"), help="List the variants.")
def list_command() -> None:
    """Run the subcommand."""
    print_variants()


def print_variants() -> None:
    """Print each variant's name and summary."""
    width = max(map(len, VARIANTS))
    for name in VARIANTS:
        click.echo(f"{name:{width}}  {VARIANTS.summary(name)}")
