"""`schema`: print the JSON Schema of a variant's settings."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from ..errors import ConfigError, Problem
from ..model import Settings
from ..model.customization import Customization
from ..model.json_schema import json_schema
from ..variants import VARIANTS
from .configuration import variants_named
from .consumer_stack import load
from .exit_statuses import sentence
from .options import stack_option
from .refusals import given_options, refuse, refused_beside, stack_or


@click.command(
    "schema",
    epilog=sentence("schema"),
    help="Print the JSON Schema of the settings of VARIANT, or of a stack of your own, with which "
    "editors complete and check the file for `--config`; or that of the file of a fleet.",
)
@click.argument("variant", required=False)
@stack_option
@click.option("--fleet", is_flag=True, help="The schema of fleet.yaml, in place of VARIANT.")
def schema_command(*, variant: str | None, stack: str | None, fleet: bool) -> None:
    """Run the subcommand."""
    refuse(stack_or("VARIANT", variant, stack, None))
    if not fleet:
        print_schema([variant] if variant else [], stack)
        return
    refuse(refused_beside("--fleet", given_options() - {"--fleet"}))
    from ..fleet.fleet_settings import FleetSettings  # noqa: PLC0415 - of fleets only

    click.echo(json.dumps(json_schema(FleetSettings), indent=2))


def print_schema(chosen: Sequence[str], stack: str | None = None) -> None:
    """Print the schema of *stack*, or of the only variant in *chosen*."""
    if stack is not None:
        kind = load(stack).module.Config
    elif len(chosen) == 1:
        kind = VARIANTS[variants_named(chosen, VARIANTS)[0]].Config
    else:
        sentence = f"is of one variant, or of --stack; the variants are {', '.join(VARIANTS)}"
        raise ConfigError([Problem("schema", sentence)])
    click.echo(schema_text(kind), nl=False)


def schema_text(kind: type[Settings]) -> str:
    """Return the JSON Schema of a file with the settings *kind*, and what it may customize."""
    schema = json_schema(kind)
    schema["properties"] = {
        **schema.get("properties", {}),
        **json_schema(Customization)["properties"],
    }
    return json.dumps(schema, indent=2) + "\n"
