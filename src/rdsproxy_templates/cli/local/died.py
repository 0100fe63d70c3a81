"""Databases of the local cloud that have died, for the person who works with it."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import click

AGAIN = "`rdsproxy-templates local start` starts it again, with its data."


@dataclass
class DiedDatabases:
    """Says of each database once that it has died, and offers to start it again."""

    endpoint: str
    _told: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Ask the local cloud, and the person if there is one at a terminal."""
        from rdsproxy_local.databases import died_databases  # noqa: PLC0415 - an extra

        died = set(died_databases(self.endpoint))
        new, self._told = sorted(died - self._told), died
        for name in new:
            text = f"The database {name} has ended by itself; what needs it answers 503."
            click.secho(text, fg="yellow")
        if not new:
            return
        if not sys.stdin.isatty():
            click.echo(AGAIN)
        elif click.confirm("Start it again, with its data?", default=True):
            start_again(self.endpoint)


def start_again(endpoint: str) -> None:
    """Start every database that has died, and say so."""
    from rdsproxy_local.databases import start_died_databases  # noqa: PLC0415 - an extra

    started = start_died_databases(endpoint)
    for name in started:
        click.echo(f"The database {name} runs again.")
    if not started:
        click.echo("Every database runs.")
