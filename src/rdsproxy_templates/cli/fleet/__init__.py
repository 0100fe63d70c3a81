"""`fleet`: one root stack in many accounts and Regions, by CloudFormation StackSets."""

from __future__ import annotations

from importlib import import_module
from typing import Final, cast

import click

from ...errors import ConfigError, Problem
from ...model import did_you_mean
from ..exit_statuses import sentence

FLEET_SUBCOMMANDS: Final = {
    "plan": "Show what `apply` would change.",
    "apply": "Deploy the fleet, wave by wave.",
    "roles": "Write the roles by which a fleet is deployed, as templates.",
    "status": "Show every instance, or what the last operation did.",
    "outputs": "Print the outputs of the stacks in every account.",
    "drift": "Show what was changed past CloudFormation.",
    "destroy": "Delete the stacks of the fleet, and its stack set.",
}
"""A line for each subcommand ``x``, which is ``x_command`` in the module ``x`` beside this one."""


class FleetSubcommands(click.Group):
    """A group whose modules are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(FLEET_SUBCOMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in FLEET_SUBCOMMANDS and not args[0].startswith("-"):
            known = list(FLEET_SUBCOMMANDS)
            sentence = (
                f"unknown subcommand {args[0]!r}{did_you_mean(args[0], known)}; the subcommands "
                f"are {', '.join(known)}"
            )
            raise ConfigError([Problem("fleet", sentence)])
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in FLEET_SUBCOMMANDS:
            return None
        module = import_module(f".{cmd_name}", __package__)
        return cast("click.Command", getattr(module, f"{cmd_name}_command"))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Subcommands"):
            formatter.write_dl(list(FLEET_SUBCOMMANDS.items()))


fleet_command = FleetSubcommands(
    "fleet",
    help="Deploy one root stack into many accounts and Regions, by CloudFormation StackSets, as "
    "fleet.yaml says. All state is theirs.",
    epilog=sentence("fleet"),
    subcommand_metavar="SUBCOMMAND [ARGUMENT]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)
