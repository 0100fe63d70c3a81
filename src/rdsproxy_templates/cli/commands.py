"""The group of subcommands; `render` runs where none is named."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

import click

from ..errors import ConfigError, Problem
from .exit_statuses import SUMMARY
from .folders import Folders
from .import_interrupts import ending_at_once
from .terminal import reported

SUBCOMMANDS: Final = {
    "render": "Render variants, validate them, and write them. The default.",
    "list": "List the variants.",
    "schema": "Print the JSON Schema of a variant's settings.",
    "rules": "List the library's own rules.",
    "audit": "Judge templates that anybody has written.",
    "deploy": "Render a plan, and deploy its steps.",
    "destroy": "Delete the stacks of a plan.",
    "fleet": "Deploy one root stack into many accounts and Regions.",
    "doctor": "Say why a deployed proxy does not work.",
    "init": "Write an infrastructure repository of your own.",
    "adopt": "Describe what was made by hand, so that a stack can take it over.",
    "freeze": "Print settings with every default of today written out.",
    "upgrade-check": "Show what another version of the library would change.",
    "local": "Run a plan on this machine, without an AWS account.",
}
"""A line for each subcommand ``x``, which is ``x_command`` in the module ``x`` beside this one,
with ``_`` for ``-``.

A module is imported when its subcommand is used.
"""

DEFAULT: Final = "render"
ALIASES: Final = {"build": DEFAULT}
"""Former names, which still work."""
OWN_OPTIONS: Final = ("-h", "--help", "--version")
OBJECTS: Final = 100_000
"""New objects after which Python looks for garbage, in place of its 700."""


class Subcommands(click.Group):
    """A group that passes everything to :data:`DEFAULT` unless a subcommand is named."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        with reported():
            return super().make_context(info_name, args, parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in (*SUBCOMMANDS, *ALIASES, *OWN_OPTIONS):
            _refuse_mistyped(args)
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        name = ALIASES.get(cmd_name, cmd_name)
        if name not in SUBCOMMANDS:
            return None
        module = name.replace("-", "_")
        with ending_at_once():
            imported = import_module(f".{module}", __package__)
        return cast("click.Command", getattr(imported, f"{module}_command"))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Subcommands"):
            formatter.write_dl(list(SUBCOMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        # Imports and templates make what stays: looking for garbage took a sixth of the time.
        gc.set_threshold(OBJECTS)
        with reported():
            return super().invoke(ctx)


def command(*, out: Path, code_root: Path | None = None) -> click.Command:
    """Return the command.

    *out* is its default output folder. *code_root* is the folder that holds ``lambda/``:
    bundles inside it refer to the functions' code there, all others carry the code.
    """
    group = Subcommands(
        help="Generate CloudFormation and SAM templates for serverless services on a database "
        "behind RDS Proxy. Each subcommand has its own --help; without one, the words are "
        "those of render, such as the name of a variant.",
        epilog=SUMMARY,
        context_settings={
            "help_option_names": ["-h", "--help"],
            "max_content_width": 96,
            "color": False if os.environ.get("NO_COLOR") else None,
            "obj": Folders(out=out, code_root=code_root),
        },
        subcommand_metavar="[SUBCOMMAND] [ARGUMENT]...",
    )
    return click.version_option(package_name="rdsproxy_templates")(group)


def run() -> None:
    """Run the command in the current folder."""
    command(out=Path("templates_out"))(prog_name="rdsproxy-templates")


def _refuse_mistyped(args: Sequence[str]) -> None:
    """Raise :class:`ConfigError` where the first of *args* is no variant, nor resembles one."""
    from ..variants import RENAMED, VARIANTS  # noqa: PLC0415 - `--help` does without

    if not args or args[0].startswith("-") or args[0] in VARIANTS:
        return
    word, subcommands = args[0], ", ".join(SUBCOMMANDS)
    if word.endswith(".py"):
        sentence = f"a stack of your own is named by an option: --stack {word}"
        raise ConfigError([Problem("variant", sentence)])
    close = get_close_matches(word, [*SUBCOMMANDS, *VARIANTS, *RENAMED], n=1)
    if not close:
        sentence = (
            f"{word!r} is neither a subcommand nor a variant; the subcommands are {subcommands}; "
            f"the variants are {', '.join(VARIANTS)}"
        )
        raise ConfigError([Problem("subcommand", sentence)])
    if close[0] in SUBCOMMANDS:
        sentence = (
            f"unknown subcommand {word!r} (did you mean {close[0]}?); the subcommands are "
            f"{subcommands}"
        )
        raise ConfigError([Problem("subcommand", sentence)])
