"""`local start`: start databases again that have died."""

from __future__ import annotations

import click

from .died import start_again
from .running import running


@click.command(
    "start", help="Start databases again that have ended by themselves, with their data."
)
def start_command() -> None:
    """Run the subcommand."""
    start_again(running().endpoint)
