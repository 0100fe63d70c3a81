"""The group of subcommands; `render` runs where none is named."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from .deploy import deploy_command
from .destroy import destroy_command
from .list import list_command
from .render import render_command
from .schema import schema_command

DEFAULT: Final = "render"
ALIASES: Final = {"build": DEFAULT}
"""Former names, which still work."""


class Subcommands(click.Group):
    """A group that passes everything to :data:`DEFAULT` unless a subcommand is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = args and (args[0] in self.commands or args[0] in ALIASES)
        return super().parse_args(ctx, args if named else [DEFAULT, *args])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, ALIASES.get(cmd_name, cmd_name))


def command(*, out: Path, code_root: Path | None = None) -> click.Command:
    """Return the command.

    *out* is its default output folder. *code_root* is the folder that holds ``lambda/``:
    bundles inside it refer to the functions' code there, all others carry the code.
    """
    return Subcommands(
        commands=[
            render_command(out=out, code_root=code_root),
            list_command(),
            schema_command(),
            deploy_command(out=out, code_root=code_root),
            destroy_command(),
        ],
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    )


def main() -> None:
    """Run the command of an installed library: it writes to ./templates_out, with the code."""
    command(out=Path("templates_out"))(prog_name="rdsproxy-templates")
