"""`doctor`: say why a deployed proxy, or a function before it, does not work."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Final

import click

from ..deploy.accounts import AccountSession, AccountSettings, account_sessions
from ..deploy.guide import PREFIX
from ..deploy.plans import PLANS
from ..doctor.diagnosis import Diagnosis
from ..doctor.examination import Examination, examined_proxy, examined_stack
from ..errors import ConfigError, DeploymentError, NoSuchStackError, Problem
from .exit_statuses import FOUND, sentence
from .plan_arguments import plan_named

REVERT: Final = (
    "aws cloudformation create-change-set --use-previous-template --include-nested-stacks "
    "--deployment-mode REVERT_DRIFT"
)
"""Begins to bring back a stack that may be of anybody."""
COLOURS: Final = {"error": "red", "warning": "yellow", "skipped": "cyan"}


@click.command(
    "doctor",
    help="Say why a deployed proxy, or a function before it, does not work: of PLAN in one "
    "account, of any stack, or of one proxy, also where this library has rendered none of it. "
    "Reads only; what the caller may not read is said and skipped.",
    epilog=sentence("doctor"),
)
@click.argument("plan", required=False)
@click.option("--stack", metavar="NAME", help="A deployed stack, with those nested in it.")
@click.option("--proxy", metavar="NAME", help="A proxy.")
@click.option(
    "--drift",
    "looks_for_drift",
    is_flag=True,
    help="Also have CloudFormation compare the stacks with their templates, and say what somebody "
    "has changed by hand on the way from a function to its database. AWS takes minutes.",
)
@click.option("--stack-prefix", metavar="NAME", default=PREFIX, show_default=True)
@click.option("--profile", metavar="NAME", help="AWS profile. Default: the environment's.")
@click.option("--region", metavar="NAME", help="Region. Default: the profile's.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def doctor_command(  # noqa: PLR0913 - one parameter an option
    *,
    plan: str | None,
    stack: str | None,
    proxy: str | None,
    looks_for_drift: bool,
    stack_prefix: str,
    profile: str | None,
    region: str | None,
    form: str,
) -> None:
    """Run the subcommand."""
    if [plan, stack, proxy].count(None) != 2:  # noqa: PLR2004 - all but one
        sentence = f"give one of PLAN, --stack and --proxy; the plans are {', '.join(PLANS)}"
        raise ConfigError([Problem("plan", sentence)])
    if looks_for_drift and proxy is not None:
        sentence = "compares a stack with its template; give PLAN or --stack in place of --proxy"
        raise ConfigError([Problem("--drift", sentence)])
    if plan is not None:
        plan_named(plan, None)
    settings = AccountSettings(profile=profile, profile_option="--profile")
    try:
        (session,) = account_sessions(PLANS["base"], {"app": settings}, region).values()
    except DeploymentError as error:
        # Status 1 is for what is wrong with what was examined.
        raise ConfigError(error.problems) from error
    if proxy is not None:
        found = examined_proxy(session, proxy)
    elif stack is not None:
        found = examined_stack(session, stack, revert=REVERT if looks_for_drift else None)
    else:
        found = _examined_plan(session, str(plan), stack_prefix, looks_for_drift=looks_for_drift)
    if form == "json":
        click.echo(
            json.dumps(
                {
                    "looked_at": list(found.looked_at),
                    "diagnoses": [asdict(one) for one in found.found],
                },
                indent=2,
                ensure_ascii=False,
            )
        )
    else:
        print_examination(found)
    sys.exit(0 if found.is_healthy else FOUND)


def print_examination(found: Examination) -> None:
    """Print what was found, each in the colour of its severity."""
    for one in found.found:
        word, _, rest = str(one).partition(" ")
        click.secho(word, fg=COLOURS[one.severity], nl=False)
        click.echo(f" {rest}")
    click.echo(f"looked at {', '.join(found.looked_at) or 'nothing'}")
    if found.is_healthy:
        click.secho("nothing that was looked at is wrong", fg="green")


def _examined_plan(
    session: AccountSession, plan: str, prefix: str, *, looks_for_drift: bool
) -> Examination:
    looked_at: list[str] = []
    found: list[Diagnosis] = []
    revert = f"rdsproxy-templates deploy {plan} --revert-drift" if looks_for_drift else None
    for step in plan_named(plan, None).steps:
        there = session.at(step.region)
        try:
            one = examined_stack(there, step.stack_name(prefix), revert=revert)
        except NoSuchStackError:
            continue  # of another account, or not deployed yet
        looked_at += one.looked_at
        found += one.found
    return Examination(tuple(looked_at), tuple(dict.fromkeys(found)))
