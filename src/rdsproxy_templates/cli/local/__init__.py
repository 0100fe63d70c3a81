"""`local`: a local cloud on this machine, with a plan or a stack of one's own in it."""

from __future__ import annotations

from importlib import import_module
from typing import Final, cast

import click

from ...errors import ConfigError, Problem
from ...model import did_you_mean
from ..exit_statuses import sentence

SUBCOMMANDS: Final = {
    "up": "Start a local cloud, and deploy a plan into it.",
    "status": "Show what runs, with addresses and outputs.",
    "logs": "Print the output of functions.",
    "sql": "Open a database, or run a statement in it.",
    "start": "Start databases again that have ended by themselves.",
    "down": "End the local cloud.",
}
"""A line for each subcommand ``x``, which is ``x_command`` in the module ``x`` beside this one."""


class LocalSubcommands(click.Group):
    """A group whose modules are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(SUBCOMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in SUBCOMMANDS and not args[0].startswith("-"):
            sentence = (
                f"unknown subcommand {args[0]!r}{did_you_mean(args[0], [*SUBCOMMANDS])}; the "
                f"subcommands are {', '.join(SUBCOMMANDS)}"
            )
            raise ConfigError([Problem("local", sentence)])
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in SUBCOMMANDS:
            return None
        module = import_module(f".{cmd_name}", __package__)
        return cast("click.Command", getattr(module, f"{cmd_name}_command"))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Subcommands"):
            formatter.write_dl(list(SUBCOMMANDS.items()))


local_command = LocalSubcommands(
    "local",
    help="Run a plan on this machine, without an AWS account: APIs, functions, proxies and real "
    "database servers. One local cloud runs for each folder.",
    epilog=sentence("local"),
    subcommand_metavar="SUBCOMMAND [ARGUMENT]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)
