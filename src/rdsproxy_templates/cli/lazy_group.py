"""A group of subcommands whose modules are imported when they are used."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import cast

import click

from ..errors import ConfigError, Problem
from ..model import did_you_mean
from .exit_statuses import sentence
from .import_interrupts import ending_at_once


class LazyGroup(click.Group):
    """The command *name*, whose *subcommands* have a line each.

    A subcommand ``x`` is ``x_command`` in the module ``x`` of *package*.
    """

    def __init__(
        self, name: str, *, package: str, subcommands: Mapping[str, str], description: str
    ) -> None:
        super().__init__(
            name,
            help=description,
            epilog=sentence(name),
            subcommand_metavar="SUBCOMMAND [ARGUMENT]...",
            context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
        )
        self._name, self._package, self._subcommands = name, package, subcommands

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self._subcommands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self._subcommands and not args[0].startswith("-"):
            known = list(self._subcommands)
            unknown = (
                f"unknown subcommand {args[0]!r}{did_you_mean(args[0], known)}; the subcommands "
                f"are {', '.join(known)}"
            )
            raise ConfigError([Problem(self._name, unknown)])
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self._subcommands:
            return None
        with ending_at_once():
            module = import_module(f".{cmd_name}", self._package)
        return cast("click.Command", getattr(module, f"{cmd_name}_command"))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Subcommands"):
            formatter.write_dl(list(self._subcommands.items()))
