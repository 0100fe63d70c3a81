"""`deploy`: render a plan, and deploy its steps."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import click

from ..cache import unused
from ..deploy.chosen_steps import unknown_steps
from ..deploy.deployment import Deployment
from ..deploy.plan_file import read_plan
from ..deploy.planning import carried_out
from ..deploy.plans import PLANS, Plan
from ..deploy.rendered_step import RenderedStep
from ..deploy.stack_options import StackOptions
from ..errors import Problem
from . import rendered_variants
from .consumer_stack import load
from .deploy_options import (
    account_options,
    adopt_option,
    bucket_options,
    drift_options,
    operation_options,
    plan_options,
    step_option,
    verbose_option,
)
from .deploy_values import parameter_values, refuse_wrong_parameters, tag_values
from .exit_statuses import sentence
from .failed_deployment import examined_after_failure
from .folders import Folders
from .following import FormName, Lines, display
from .interrupts import resumable
from .options import config_option, name_option, out_option, parameter_option, stack_option
from .plan_arguments import (
    account_problems,
    console,
    path_problems,
    plan_named,
    sessions,
    stack_name_problems,
    waiting_problems,
)
from .refusals import data_loss, refuse, stack_or
from .rendered_variants import RenderedVariant, RenderSettings, render_plan
from .reviewed_plan import leave_plan, meaningless
from .terminal import fail_invalid, print_edited, print_findings, print_warnings


@click.command(
    "deploy",
    help="Render PLAN and deploy its steps. A plan is one variant, or several that need each "
    "other; with --stack it is a stack of your own. Each step shows its changes, takes parameters "
    "from the outputs of earlier steps, and is skipped if nothing changes; so the same command "
    "resumes where it stopped.",
    epilog=f"Plans: {', '.join(PLANS)}. Requires boto3, make and SAM CLI. {sentence('deploy')}",
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
    "RDSStack.DBCluster, or '*' for each that failed; STEP.PATH in plans of several steps. "
    "Repeatable.",
)
@click.option(
    "--accept-data-loss-of",
    "losses",
    multiple=True,
    metavar="PATH",
    help="With --yes, also replace or delete this resource, such as RDSStack.DBCluster; STEP.PATH "
    "in plans of several steps. Repeatable.",
)
@step_option
@verbose_option
@adopt_option
@plan_options
@drift_options
@operation_options
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
    losses: tuple[str, ...],
    only: tuple[str, ...],
    adopt_stack: bool,
    plan_file: Path | None,
    from_file: Path | None,
    outputs_file: Path | None,
    form: FormName,
    looks_for_drift: bool,
    revert_drift: bool,
    tags: tuple[str, ...],
    role_arn: str | None,
    notification_arns: tuple[str, ...],
    keep_on_failure: bool,
    time_limit: int | None,
    no_wait: bool,
    stack_policy: bool | None,
    verbose: bool,
    express: bool,
    no_cache: bool,
    region: str | None,
    stack_prefix: str,
    yes: bool,
    **account_choices: str | None,
) -> None:
    """Run the subcommand."""
    refuse(
        [
            *stack_or("PLAN", plan, stack, name),
            *data_loss(accept_data_loss, yes=yes),
            *data_loss(losses, yes=yes, option="--accept-data-loss-of"),
            *meaningless(),
        ]
    )
    own = load(stack, name) if stack is not None else None
    chosen = plan_named(plan, own)
    values = parameter_values(parameters)
    options = StackOptions(
        tags=tag_values(tags),
        role_arn=role_arn,
        notification_arns=notification_arns,
        keep_on_failure=keep_on_failure,
        revert_drift=revert_drift,
        express=express,
    )
    refuse(
        [
            *account_problems(chosen, account_choices),
            *stack_name_problems(chosen, stack_prefix),
            *unknown_steps(chosen, only),
            *(waiting_problems(chosen, only) if no_wait else ()),
            *path_problems(chosen, "--skip-resource", skip, only),
            *path_problems(chosen, "--accept-data-loss-of", losses, only),
        ]
    )
    reviewed = read_plan(from_file) if from_file else None
    if reviewed and reviewed.plan != chosen.name:
        sentence = f"is a plan of {reviewed.plan}, and not of {chosen.name}"
        refuse([Problem(str(from_file), sentence)])
    settings = RenderSettings(
        consumer_stack=own, config=config, out=out, code_root=folders.code_root
    )
    rendered = [] if reviewed else valid_plan(chosen, settings)
    if not reviewed:
        refuse_wrong_parameters(values, chosen, rendered, only)
    shown = display(form)
    deployment = Deployment(
        plan=chosen,
        account_sessions=sessions(
            chosen, account_choices, region, shown.detail if verbose else None
        ),
        console=console(yes=yes or plan_file is not None, shown=shown),  # a plan asks nothing
        prefix=stack_prefix,
        parameters=values,
        accept_data_loss=accept_data_loss or not yes,
        accepted_losses=losses,
        options=options,
        looks_for_drift=looks_for_drift,
        ends_at=None if time_limit is None else time.monotonic() + 60 * time_limit,
        waits=not no_wait,
        stack_policy=stack_policy,
        termination_protection=termination_protection,
        adopt_stack=adopt_stack,
        skip=skip,
        only=tuple(one.step for one in reviewed.steps) if reviewed else only,
        allowed_accounts={one.name: one.allowed_accounts for one in rendered},
    )
    if reviewed:
        with resumable(), examined_after_failure(deployment):
            outputs = carried_out(deployment, reviewed)
        _end(deployment, outputs, outputs_file, shown)
        return
    rendered_variants.write(rendered)
    steps = {
        one.name: RenderedStep(
            root=one.bundle.root, folder=one.directory, tags=one.bundle.tags, config=one.config
        )
        for one in rendered
    }
    with unused() if no_cache else nullcontext():
        if plan_file:
            leave_plan(deployment, steps, plan_file, shown)
        with resumable(), examined_after_failure(deployment):
            outputs = deployment.deploy(steps)
    _end(deployment, outputs, outputs_file, shown)


def _end(
    deployment: Deployment, outputs: Mapping[str, str], file: Path | None, shown: Lines
) -> None:
    shown.outputs(outputs)
    if file:
        file.write_text(json.dumps(outputs, indent=2, ensure_ascii=False) + "\n", "utf-8")
    name = deployment.plan.name
    if deployment.only:
        name += f": {', '.join(step.name for step in deployment.steps)}"
    is_over = deployment.waits or outputs
    shown.conclude(f"{name} is deployed" if is_over else f"{name} is being deployed")


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
