"""`list`: name every variant."""

from __future__ import annotations

import click

from ..variants import VARIANTS


def list_command() -> click.Command:
    """Return the subcommand `list`."""

    @click.command("list", help="List the variants.")
    def main() -> None:
        print_variants()

    return main


def print_variants() -> None:
    """Print each variant's name and summary."""
    width = max(map(len, VARIANTS))
    for name in VARIANTS:
        click.echo(f"{name:{width}}  {VARIANTS.summary(name)}")
