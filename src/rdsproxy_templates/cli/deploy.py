"""`deploy`: render a plan, and deploy its steps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from ..deploy.deployment import Deployment, RenderedStep
from ..deploy.plans import PLANS, Plan
from ..errors import ConfigError, InvalidTemplateError, Problem
from ..model import did_you_mean
from ..validators import refusing
from . import rendered_variants
from .options import account_options, bucket_options, config_option, out_option
from .plan_arguments import console, plan_named, sessions
from .rendered_variants import RenderedVariant, RenderSettings, render_plan
from .terminal import print_warnings, reported


def deploy_command(*, out: Path, code_root: Path | None) -> click.Command:
    """Return the subcommand `deploy`."""

    @click.command(
        "deploy",
        help="Render PLAN and deploy its steps. A plan is one variant, or several that need each "
        "other. Each step shows its changes, takes parameters from the outputs of earlier steps, "
        "and is skipped if nothing changes; so the same command resumes where it stopped.",
        epilog=f"Plans: {', '.join(PLANS)}. Requires SAM CLI and boto3.",
    )
    @click.argument("plan")
    @config_option("YAML file with the settings of the variant, or with those of each by its name.")
    @out_option(out)
    @click.option(
        "--parameter",
        "parameters",
        multiple=True,
        metavar="NAME=VALUE",
        help="Parameter of every root template that has it; STEP.NAME=VALUE for one step. "
        "Repeatable.",
    )
    @click.option(
        "--accept-data-loss",
        is_flag=True,
        help="With --yes, also replace or delete what holds data: databases, secrets, keys.",
    )
    @click.option(
        "--termination-protection/--no-termination-protection",
        default=True,
        show_default=True,
        help="Turn on the root stacks' termination protection, so that `destroy` deletes them and "
        "nobody does by mistake; or leave it unchanged.",
    )
    @account_options
    @bucket_options
    def main(  # noqa: PLR0913 - one parameter an option
        *,
        plan: str,
        config: Path | None,
        out: Path,
        parameters: tuple[str, ...],
        accept_data_loss: bool,
        termination_protection: bool,
        region: str | None,
        stack_prefix: str,
        yes: bool,
        **account_choices: str | None,
    ) -> None:
        with reported():
            chosen = plan_named(plan)
            values = dict(map(_parameter, parameters))
            rendered = _valid(chosen, RenderSettings(config=config, out=out, code_root=code_root))
            deployment = Deployment(
                plan=chosen,
                account_sessions=sessions(chosen, account_choices, region),
                console=console(yes=yes),
                prefix=stack_prefix,
                parameters=values,
                accept_data_loss=accept_data_loss or not yes,
                termination_protection=termination_protection,
            )
            _refuse_unknown_parameters(values, chosen, rendered)
            rendered_variants.write(rendered)
            outputs = deployment.deploy(
                {
                    one.name: RenderedStep(root=one.bundle.root, folder=one.directory)
                    for one in rendered
                }
            )
            for name, value in outputs.items():
                click.echo(f"  {name} = {value}")
            click.secho(f"{chosen.name} is deployed", fg="green")

    return main


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError([Problem("--parameter", f"must be NAME=VALUE, got {text!r}")])
    return name, value


def _refuse_unknown_parameters(
    values: Mapping[str, str], plan: Plan, rendered: list[RenderedVariant]
) -> None:
    known = [
        key
        for step, one in zip(plan.steps, rendered, strict=True)
        for name in one.bundle.root.parameters
        for key in (name, f"{step.name}.{name}")
    ]
    if problems := [
        Problem("--parameter", f"unknown parameter {name!r}{did_you_mean(name, known)}")
        for name in values
        if name not in known
    ]:
        raise ConfigError(problems)


def _valid(plan: Plan, settings: RenderSettings) -> list[RenderedVariant]:
    rendered = render_plan(plan, settings)
    rendered_variants.changes(rendered)
    print_warnings(rendered)
    found = rendered_variants.findings(rendered, lint=False)
    if problems := [
        Problem(name, str(finding))
        for name, findings in found.items()
        for finding in refusing(findings)
    ]:
        raise InvalidTemplateError(problems)
    return rendered
