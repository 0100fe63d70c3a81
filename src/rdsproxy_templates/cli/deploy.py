"""`deploy`: render a plan, and deploy its steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from ..deploy.deployment import Deployment, RenderedStep
from ..deploy.guide import fed_parameters
from ..deploy.parameter_limits import value_problem
from ..deploy.plans import PLANS, Plan
from ..errors import Problem
from ..model import did_you_mean
from . import rendered_variants
from .consumer_stack import load
from .deploy_options import account_options, adopt_option, bucket_options
from .folders import Folders
from .interrupts import resumable
from .options import config_option, name_option, out_option, parameter_option, stack_option
from .plan_arguments import (
    account_problems,
    console,
    path_problems,
    plan_named,
    sessions,
    stack_name_problems,
)
from .refusals import data_loss, refuse, stack_or
from .rendered_variants import RenderedVariant, RenderSettings, render_plan
from .terminal import (
    EXIT_STATUSES,
    fail_invalid,
    print_edited,
    print_findings,
    print_warnings,
)


@click.command(
    "deploy",
    help="Render PLAN and deploy its steps. A plan is one variant, or several that need each "
    "other; with --stack it is a stack of your own. Each step shows its changes, takes parameters "
    "from the outputs of earlier steps, and is skipped if nothing changes; so the same command "
    "resumes where it stopped.",
    epilog=f"Plans: {', '.join(PLANS)}. Requires SAM CLI and boto3. {EXIT_STATUSES}",
)
@click.argument("plan", required=False)
@stack_option
@name_option
@config_option("YAML file with the settings of the variant, or with those of each by its name.")
@out_option
@parameter_option
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
@click.option(
    "--skip-resource",
    "skip",
    multiple=True,
    metavar="PATH",
    help="For a stack in UPDATE_ROLLBACK_FAILED: a resource that its rollback skips, such as "
    "RDSStack.DBCluster; STEP.PATH in plans of several steps. Repeatable.",
)
@adopt_option
@account_options
@bucket_options
@click.pass_obj
def deploy_command(  # noqa: PLR0913 - one parameter an option
    folders: Folders,
    /,
    *,
    plan: str | None,
    stack: str | None,
    name: str | None,
    config: Path | None,
    out: Path,
    parameters: tuple[str, ...],
    accept_data_loss: bool,
    termination_protection: bool,
    skip: tuple[str, ...],
    adopt_stack: bool,
    region: str | None,
    stack_prefix: str,
    yes: bool,
    **account_choices: str | None,
) -> None:
    """Run the subcommand."""
    refuse([*stack_or("PLAN", plan, stack, name), *data_loss(accept_data_loss, yes=yes)])
    own = load(stack, name) if stack is not None else None
    chosen = plan_named(plan, own)
    values = parameter_values(parameters)
    refuse(
        [
            *account_problems(chosen, account_choices),
            *stack_name_problems(chosen, stack_prefix),
            *path_problems(chosen, "--skip-resource", skip),
        ]
    )
    settings = RenderSettings(
        consumer_stack=own, config=config, out=out, code_root=folders.code_root
    )
    rendered = valid_plan(chosen, settings)
    refuse_wrong_parameters(values, chosen, rendered)
    asked = console(yes=yes)
    deployment = Deployment(
        plan=chosen,
        account_sessions=sessions(chosen, account_choices, region),
        console=asked,
        prefix=stack_prefix,
        parameters=values,
        accept_data_loss=accept_data_loss or not yes,
        termination_protection=termination_protection,
        adopt_stack=adopt_stack,
        skip=skip,
        allowed_accounts={one.name: one.allowed_accounts for one in rendered},
    )
    rendered_variants.write(rendered)
    steps = {
        one.name: RenderedStep(
            root=one.bundle.root, folder=one.directory, tags=one.bundle.tags, config=one.config
        )
        for one in rendered
    }
    with resumable():
        outputs = deployment.deploy(steps)
    for output, value in outputs.items():
        click.echo(f"  {output} = {value}")
    click.secho(f"{chosen.name} is deployed", fg="green")


def parameter_values(texts: Sequence[str]) -> dict[str, str]:
    """Return the values of ``--parameter`` by name; raise :class:`ConfigError` for bad ones."""
    refuse(
        Problem("--parameter", f"must be NAME=VALUE, got {text!r}")
        for text in texts
        if "=" not in text
    )
    pairs = [(text.partition("=")[0], text.partition("=")[2]) for text in texts]
    names = Counter(name for name, _ in pairs)
    refuse(
        Problem("--parameter", f"{name} is given {times} times; give it once")
        for name, times in names.items()
        if times > 1
    )
    return dict(pairs)


def refuse_wrong_parameters(
    values: Mapping[str, str], plan: Plan, rendered: list[RenderedVariant]
) -> None:
    """Raise :class:`ConfigError` for parameters that no root template takes, or not so."""
    refuse(_parameter_problems(values, plan, rendered))


def _parameter_problems(
    values: Mapping[str, str], plan: Plan, rendered: list[RenderedVariant]
) -> Iterator[Problem]:
    bodies = {
        (step.name, name): body
        for step, one in zip(plan.steps, rendered, strict=True)
        for name, body in one.bundle.root.parameters.items()
    }
    fed = {
        (step.name, name)
        for step, one in zip(plan.steps, rendered, strict=True)
        for name in fed_parameters(plan, step, one.bundle.root)
    }
    known = [key for step, name in bodies for key in (name, f"{step}.{name}")]
    for key, value in values.items():
        meant = [(s, n) for s, n in bodies if key in (n, f"{s}.{n}")]
        if not meant:
            sentence = f"unknown parameter {key!r}{did_you_mean(key, known)}"
            yield Problem("--parameter", sentence)
        elif not (free := [one for one in meant if one not in fed]):
            yield Problem(
                "--parameter", f"{key} comes from another step of {plan.name}; leave it out"
            )
        else:
            problems = [value_problem(bodies[one], value) for one in free]
            for sentence in dict.fromkeys(filter(None, problems)):
                yield Problem(f"--parameter {key}", sentence)


def valid_plan(plan: Plan, settings: RenderSettings) -> list[RenderedVariant]:
    """Render *plan*; raise :class:`InvalidTemplateError` with what our rules and AWS's refuse."""
    rendered = render_plan(plan, settings)
    changes = rendered_variants.changes(rendered)
    print_warnings(rendered)
    found = rendered_variants.findings(rendered, lint=False)
    print_findings(rendered, found)
    if refused := rendered_variants.refused(found):
        fail_invalid(refused)
    print_edited(rendered, changes)
    return rendered
