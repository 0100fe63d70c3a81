"""`local up`: start a local cloud, deploy a plan, and keep it running."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ...deploy.plans import PLANS, Plan
from ...errors import ConfigError, DeploymentError, Problem
from ...model import did_you_mean
from ...resources.existing_database import ExistingDatabaseSettings
from .. import rendered_variants
from ..consumer_stack import load
from ..deploy import valid_plan
from ..deploy_values import parameter_values, refuse_wrong_parameters
from ..folders import Folders
from ..interrupts import is_interrupt
from ..options import config_option, name_option, parameter_option, stack_option
from ..plan_arguments import plan_named
from ..refusals import refuse, stack_or
from ..rendered_variants import RenderedVariant, RenderSettings
from . import database
from .deployment import LocalDeployment, accounts_for
from .detached import DETACHED, start_detached
from .faults import check_faults, fault_options, start_faults, wanted_faults
from .following import follow
from .idle_functions import all_resources, warn_of_idle_functions
from .parameters import missing_parameters, unmet_parameters
from .pasting import Deployed, to_paste
from .running import already_runs, require_extra, stacks
from .settings import settings_file

if TYPE_CHECKING:
    from rdsproxy_local.local_cloud import LocalCloud
    from rdsproxy_local.state import State

PROFILES: Final = "aws-config"


@click.command(
    "up",
    help="Start a local cloud, and deploy PLAN into it: base by default, or with --stack a stack "
    "of your own. Functions are reloaded when their files change. Ctrl-C ends everything.",
    epilog=f"Plans: {', '.join(PLANS)}. Neither SAM CLI nor AWS CLI is needed.",
)
@click.argument("plan", required=False)
@stack_option
@name_option
@config_option("YAML file with the settings of the variant, or with those of each by its name.")
@parameter_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    help="Port of the local cloud. Default: any that is free.",
)
@click.option(
    "--region", metavar="NAME", default="eu-west-1", show_default=True, help="Region to deploy to."
)
@click.option("--detach", is_flag=True, help="Return once everything is deployed.")
@fault_options
@click.option("--verbose", is_flag=True, help="Print each change and each event of the stacks.")
@click.pass_obj
def up_command(  # noqa: PLR0913 - one parameter an option
    folders: Folders,
    /,
    *,
    plan: str | None,
    stack: str | None,
    name: str | None,
    config: Path | None,
    parameters: tuple[str, ...],
    port: int,
    region: str,
    detach: bool,
    slow: bool,
    faults: Path | None,
    verbose: bool,
) -> None:
    """Run the subcommand."""
    require_extra()
    refuse([*stack_or("PLAN", plan, stack, name), *_region_problems(region)])
    values = parameter_values(parameters)
    wanted = wanted_faults(slow=slow, file=faults)
    if detach:
        start_detached()
        return
    own = load(stack, name) if stack is not None else None
    chosen = plan_named(plan or ("base" if own is None else None), own)
    with _cloud(port, chosen) as cloud:
        out = _folder()
        settings = RenderSettings(
            consumer_stack=own,
            config=config or settings_file(chosen, out),
            out=out,
            code_root=folders.code_root,
        )
        rendered = valid_plan(chosen, settings)
        refuse_wrong_parameters(values, chosen, rendered)
        given = [one.database for one in missing_parameters(chosen, rendered, values)]
        _refuse_missing_servers(rendered, given)
        refuse(unmet_parameters(chosen, rendered, values))
        rendered_variants.write(rendered)
        warn_of_idle_functions(rendered)
        _wait_until_ready(cloud)
        check_faults(cloud, wanted)
        deployment = LocalDeployment(
            plan=chosen,
            rendered=rendered,
            accounts=accounts_for(chosen, cloud, region),
            consumer_folder=own.folder if own else None,
        )
        deployment.deploy(values, verbose=verbose)
        start_faults(cloud, wanted)
        follow(cloud, deployment, _ready(cloud, deployment, out))


def _region_problems(region: str) -> Iterator[Problem]:
    from botocore.session import get_session  # noqa: PLC0415 - an extra

    known = get_session().get_available_regions("rds")
    if region not in known:
        yield Problem("--region", f"unknown Region {region!r}{did_you_mean(region, known)}")


@contextmanager
def _cloud(port: int, plan: Plan) -> Iterator[LocalCloud]:
    """Start a local cloud for the current folder, and end it after the block."""
    from rdsproxy_local.local_cloud import LocalCloud  # noqa: PLC0415 - an extra
    from rdsproxy_local.servers.loopback import listens  # noqa: PLC0415
    from rdsproxy_local.state import AlreadyRuns, sole_owner  # noqa: PLC0415

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # SIGINT, too, because a job in the background is told to ignore it.
        signal.signal(number, signal.default_int_handler)
    if port and listens(port):
        raise ConfigError([Problem("--port", f"{port} is in use; choose another")])
    try:
        with sole_owner():
            # It starts while the plan is rendered.
            cloud = LocalCloud(port, wait=False, eager=True)
            try:
                _state(cloud, plan).write()
                yield cloud
            finally:
                cloud.close()
                (_folder() / PROFILES).unlink(missing_ok=True)
    except AlreadyRuns:
        raise already_runs() from None
    except (KeyboardInterrupt, Exception) as error:
        if not is_interrupt(error):
            raise
        click.echo("\nEnded. Nothing is left running.")
        sys.exit(0)  # also where the block has not begun yet


def _refuse_missing_servers(
    rendered: Sequence[RenderedVariant], given: Sequence[ExistingDatabaseSettings | None]
) -> None:
    """Raise :class:`DeploymentError` with every program that this machine lacks."""
    from rdsproxy_local.servers.required import missing_servers  # noqa: PLC0415 - an extra

    resources = (resource for _, _, resource in all_resources(rendered))
    needed = [database.stand_in(one) for one in given if one is not None]
    if missing := missing_servers([*resources, *needed]):
        raise DeploymentError([Problem("local", sentence) for sentence in missing])


def _wait_until_ready(cloud: LocalCloud) -> None:
    try:
        cloud.wait_until_ready()
    except RuntimeError as error:
        raise DeploymentError([Problem("local", str(error))]) from None


def _ready(cloud: LocalCloud, deployment: LocalDeployment, folder: Path) -> State:
    """Say what is deployed, and let other commands find it."""
    from rdsproxy_local.profiles import write_profiles  # noqa: PLC0415 - an extra

    profiles = folder / PROFILES
    write_profiles(profiles, deployment.accounts)
    state = _state(cloud, deployment.plan, deployment)
    *_, last = stacks(state).values()
    click.echo(to_paste(Deployed(deployment, last.outputs, folder, profiles)))
    if DETACHED not in os.environ:
        click.echo("The functions' logs follow. Ctrl-C ends everything.")
    sys.stdout.flush()
    state.write()
    return state


def _state(cloud: LocalCloud, plan: Plan, deployment: LocalDeployment | None = None) -> State:
    from rdsproxy_local.state import DeployedStep, State  # noqa: PLC0415 - an extra

    steps = []
    if deployment is not None:
        # The last step is that whose outputs are shown.
        deployed = {
            **{name: (name, account) for name, account in deployment.given_stacks.items()},
            **{
                step.name: (deployment.stack_name(step), deployment.account_of(step))
                for step in plan.steps
            },
        }
        steps = [
            DeployedStep(step=step, stack=stack, account=account.id, region=account.region)
            for step, (stack, account) in deployed.items()
        ]
    started = time.strftime("%Y-%m-%d %H:%M:%S")
    return State(
        plan=plan.name,
        pid=os.getpid(),
        endpoint=cloud.endpoint,
        started=started,
        steps=tuple(steps),
    )


def _folder() -> Path:
    from rdsproxy_local.state import FOLDER  # noqa: PLC0415 - an extra

    return FOLDER.resolve()
