"""The commands `deploy` and `destroy`: a plan carried out, and taken back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from ..deploy.accounts import AccountSession, Choice, account_sessions
from ..deploy.deployment import Console, Deployment, RenderedStep
from ..deploy.guide import PREFIX
from ..deploy.plans import PLANS, AccountName, Plan
from ..errors import ConfigError, DeploymentError, InvalidTemplateError, Problem
from ..model import did_you_mean
from ..variants import similar_variant
from . import rendered_variants
from .rendered_variants import Options, RenderedVariant
from .terminal import config_option, out_option, reported

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def deploy(*, out: Path, code_root: Path | None) -> click.Command:
    """`deploy`, with its default output folder, and where the functions' code is."""

    @click.command(
        "deploy",
        help="Render PLAN, a variant or several that need each other, and take its steps: each "
        "shows what it would change, is fed with what earlier ones offer, and is skipped where "
        "nothing changes, so that the same command goes on where the last one stopped.",
        epilog=f"Plans: {', '.join(PLANS)}. Needs SAM CLI, and boto3.",
    )
    @click.argument("plan")
    @config_option("YAML with the settings of the variant, or of each by its name.")
    @out_option(out)
    @click.option(
        "--parameter",
        "parameters",
        multiple=True,
        metavar="NAME=VALUE",
        help="A parameter of a root template, of all that have it or as STEP.NAME of one; any "
        "number of times.",
    )
    @click.option(
        "--accept-data-loss",
        is_flag=True,
        help="Even with --yes, replace or delete what holds data: databases, secrets, keys.",
    )
    @click.option(
        "--termination-protection/--no-termination-protection",
        default=True,
        show_default=True,
        help="Turn on the termination protection of the root stacks, so that they can be deleted "
        "by `destroy` and not by mistake; or leave it as it is.",
    )
    @_with_accounts
    @_with_buckets
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
        **of_accounts: str | None,
    ) -> None:
        with reported():
            known = _plan(plan)
            given = dict(map(_parameter, parameters))
            rendered = _rendered(known, Options(config=config, out=out, code_root=code_root))
            deployment = Deployment(
                plan=known,
                account_sessions=_accesses(known, of_accounts, region),
                talk=_talk(yes=yes),
                prefix=stack_prefix,
                given=given,
                loss_accepted=accept_data_loss or not yes,
                termination_protection=termination_protection,
            )
            _refuse_unknown(given, known, rendered)
            rendered_variants.write(rendered)
            outputs = deployment.deploy({one.name: _part(one) for one in rendered})
            for name, value in outputs.items():
                click.echo(f"  {name} = {value}")
            click.secho(f"{known.name} is deployed", fg="green")

    return main


def destroy() -> click.Command:
    """`destroy`."""

    @click.command(
        "destroy",
        help="Delete the stacks of PLAN, the last first. Snapshots of databases stay.",
    )
    @click.argument("plan")
    @click.option(
        "--accept-data-loss",
        is_flag=True,
        help="Even with --yes, turn off the deletion protection of databases whose stack takes no "
        "update any more, such as one in ROLLBACK_FAILED.",
    )
    @_with_accounts
    def main(
        *,
        plan: str,
        accept_data_loss: bool,
        region: str | None,
        stack_prefix: str,
        yes: bool,
        **of_accounts: str | None,
    ) -> None:
        with reported():
            known = _plan(plan)
            Deployment(
                plan=known,
                account_sessions=_accesses(known, of_accounts, region),
                talk=_talk(yes=yes),
                prefix=stack_prefix,
                loss_accepted=accept_data_loss or not yes,
            ).destroy()
            click.secho(f"{known.name} is gone", fg="green")

    return main


def _with_accounts(command: Decorated) -> Decorated:
    """The options that say where, and whether to ask."""
    options = [
        click.option(
            f"--{account}-profile",
            metavar="NAME",
            help=f"Profile of account {account}. Left out: the credentials of the environment.",
        )
        for account in get_args(AccountName)
    ]
    options += [
        click.option("--region", metavar="NAME", help="Region. Left out: the profile's."),
        click.option(
            "--stack-prefix",
            metavar="NAME",
            default=PREFIX,
            show_default=True,
            help="How the names of the stacks begin.",
        ),
        click.option("--yes", is_flag=True, help="Ask nothing."),
    ]
    return _decorated(command, options)


def _with_buckets(command: Decorated) -> Decorated:
    options = [
        click.option(
            f"--{account}-bucket",
            metavar="NAME",
            help=f"Bucket in account {account} for packages. Left out: SAM's own.",
        )
        for account in get_args(AccountName)
    ]
    return _decorated(command, options)


def _decorated(command: Decorated, options: list[Any]) -> Decorated:
    for option in reversed(options):
        command = option(command)
    return command


def _plan(name: str) -> Plan:
    if name not in PLANS:
        known = list(PLANS)
        sentence = f"{name!r} is none{similar_variant(name, known)}; there are {', '.join(known)}"
        raise ConfigError([Problem("plan", sentence)])
    return PLANS[name]


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError([Problem("--parameter", f"must be NAME=VALUE, got {text!r}")])
    return name, value


def _refuse_unknown(given: Mapping[str, str], plan: Plan, rendered: list[RenderedVariant]) -> None:
    known = [
        key
        for step, family in zip(plan.steps, rendered, strict=True)
        for name in family.bundle.root.parameters
        for key in (name, f"{step.name}.{name}")
    ]
    if problems := [
        Problem("--parameter", f"{name!r} is no parameter{did_you_mean(name, known)}")
        for name in given
        if name not in known
    ]:
        raise ConfigError(problems)


def _rendered(plan: Plan, options: Options) -> list[RenderedVariant]:
    rendered = rendered_variants.planned(plan, options)
    rendered_variants.changes(rendered)
    for family in rendered:
        for warning in family.warnings:
            click.secho(f"warning: {family.name}: {warning}", fg="yellow", err=True)
    found = rendered_variants.findings(rendered, lint=False)
    if problems := [
        Problem(name, str(finding)) for name, findings in found.items() for finding in findings
    ]:
        raise InvalidTemplateError(problems)
    return rendered


def _accesses(
    plan: Plan, options: Mapping[str, str | None], region: str | None
) -> dict[AccountName, AccountSession]:
    choices = {
        account: Choice(
            profile=options[f"{account}_profile"], bucket=options.get(f"{account}_bucket")
        )
        for account in plan.accounts
    }
    return account_sessions(plan, choices, region)


def _part(family: RenderedVariant) -> RenderedStep:
    return RenderedStep(root=family.bundle.root, folder=family.directory)


def _talk(*, yes: bool) -> Console:
    return Console(say=click.echo, asks=lambda question: yes or _confirmed(question))


def _confirmed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise DeploymentError(
            [Problem("--yes", f"must be given where nobody can be asked: {question}")]
        )
    return click.confirm(question)
