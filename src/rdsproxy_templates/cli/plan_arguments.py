"""Arguments of `deploy` and `destroy`: the plan, its accounts, and the person who is asked."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import click

from ..deploy.accounts import AccountSession, AccountSettings, account_sessions
from ..deploy.deployment import Console
from ..deploy.plans import PLANS, AccountName, Plan
from ..errors import ConfigError, DeploymentError, Problem
from ..variants import similar_variant


def plan_named(name: str) -> Plan:
    """Return the plan *name*; raise :class:`ConfigError` if it is unknown."""
    if name not in PLANS:
        known = list(PLANS)
        sentence = (
            f"unknown plan {name!r}{similar_variant(name, known)}; the plans are {', '.join(known)}"
        )
        raise ConfigError([Problem("plan", sentence)])
    return PLANS[name]


def sessions(
    plan: Plan, choices: Mapping[str, str | None], region: str | None
) -> dict[AccountName, AccountSession]:
    """Open a session in each account of *plan*; *choices* are the account options by name."""
    settings = {
        account: AccountSettings(
            profile=choices[f"{account}_profile"], bucket=choices.get(f"{account}_bucket")
        )
        for account in plan.accounts
    }
    return account_sessions(plan, settings, region)


def console(*, yes: bool) -> Console:
    """Return the terminal; with *yes* every question is answered by yes."""
    return Console(say=click.echo, confirm=lambda question: yes or _confirmed(question))


def _confirmed(question: str) -> bool:
    if not sys.stdin.isatty():
        sentence = f"must be given where nobody can be asked: {question}"
        raise DeploymentError([Problem("--yes", sentence)])
    return click.confirm(question)
