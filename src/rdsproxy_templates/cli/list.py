"""`list`: name every variant."""

from __future__ import annotations

import click

from ..variants import VARIANTS


@click.command("list", help="List the variants.")
def list_command() -> None:
    """Run the subcommand."""
    print_variants()


def print_variants() -> None:
    """Print each variant's name and summary."""
    width = max(map(len, VARIANTS))
    for name in VARIANTS:
        click.echo(f"{name:{width}}  {VARIANTS.summary(name)}")
