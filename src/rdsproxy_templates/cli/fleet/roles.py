"""`fleet roles`: the roles by which a fleet is deployed, as templates."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploy.accounts import aws_errors_at
from ...fleet.execution_role import execution_role_template
from ...fleet.preparation import organization_of
from ...fleet.self_managed_roles import self_managed_roles
from .options import fleet_options, opened
from .rendering import rendered_fleet


@click.command(
    "roles",
    help="Write the roles by which the fleet of FILE is deployed, as templates: the execution "
    "role, which may do what its resources take and no more, and with self-managed permissions the "
    "administration role. Deploy these once, as a person who may make roles.",
    epilog="Exit status: 0 success; 1 AWS refuses; 2 wrong usage or settings; 3 a template is not "
    "valid.",
)
@fleet_options
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("roles"),
    show_default=True,
    help="Folder for the templates.",
)
def roles_command(*, file: Path, profile: str | None, region: str | None, out: Path) -> None:
    """Run the subcommand."""
    fleet = opened(file, profile, region)
    settings = fleet.settings
    rendered, _ = rendered_fleet(settings, fleet.file)
    if organization := organization_of(settings, fleet.sessions):
        with aws_errors_at("organization"):
            account = organization.management_account
        texts = {"execution-role": execution_role_template(rendered, settings, account)}
    else:
        texts = self_managed_roles(rendered, settings, fleet.sessions.administrator.id)
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (out / f"{name}.yaml").write_text(text, "utf-8")
        click.echo(f"wrote {out / name}.yaml")
