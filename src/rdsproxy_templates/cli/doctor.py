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
@click.option("--stack-prefix", metavar="NAME", default=PREFIX, show_default=True)
@click.option("--profile", metavar="NAME", help="AWS profile. Default: the environment's.")
@click.option("--region", metavar="NAME", help="Region. Default: the profile's.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def doctor_command(  # noqa: PLR0913 - one parameter an option
    *,
    plan: str | None,
    stack: str | None,
    proxy: str | None,
    stack_prefix: str,
    profile: str | None,
    region: str | None,
    form: str,
) -> None:
    """Run the subcommand."""
    if [plan, stack, proxy].count(None) != 2:  # noqa: PLR2004 - all but one
        sentence = f"give one of PLAN, --stack and --proxy; the plans are {', '.join(PLANS)}"
        raise ConfigError([Problem("plan", sentence)])
    if plan is not None:
        plan_named(plan, None)
    settings = AccountSettings(profile=profile, profile_option="--profile")
    try:
        (session,) = account_sessions(PLANS["base"], {"app": settings}, region).values()
    except DeploymentError as error:
        # Status 1 is for what is wrong with what was examined.
        raise ConfigError(error.problems) from error
    found = _examined(session, plan, stack, proxy, stack_prefix)
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


def _examined(
    session: AccountSession,
    plan: str | None,
    stack: str | None,
    proxy: str | None,
    prefix: str,
) -> Examination:
    if proxy is not None:
        return examined_proxy(session, proxy)
    if stack is not None:
        return examined_stack(session, stack)
    looked_at: list[str] = []
    found: list[Diagnosis] = []
    for step in plan_named(plan, None).steps:
        try:
            one = examined_stack(session.at(step.region), step.stack_name(prefix))
        except NoSuchStackError:
            continue  # of another account, or not deployed yet
        looked_at += one.looked_at
        found += one.found
    return Examination(tuple(looked_at), tuple(dict.fromkeys(found)))
