"""`schema`: print the JSON Schema of a variant's settings."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from ..model.json_schema import json_schema
from ..variants import VARIANTS
from .configuration import variants_named
from .terminal import reported


def schema_command() -> click.Command:
    """Return the subcommand `schema`."""

    @click.command(
        "schema",
        help="Print the JSON Schema of VARIANT's settings, with which editors complete and check "
        "the file for `--config`.",
    )
    @click.argument("variant")
    def main(*, variant: str) -> None:
        with reported():
            print_schema([variant])

    return main


def print_schema(chosen: Sequence[str]) -> None:
    """Print the schema of the only variant in *chosen*."""
    if len(chosen) != 1:
        raise click.UsageError(f"--schema needs one variant: {', '.join(VARIANTS)}")
    (name,) = variants_named(chosen)
    click.echo(json.dumps(json_schema(VARIANTS[name].Config), indent=2))
