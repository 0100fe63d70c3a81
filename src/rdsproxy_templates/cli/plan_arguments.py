"""Arguments of `deploy` and `destroy`: the plan, its accounts, and the person who is asked."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from ..deploy.accounts import AccountSession, AccountSettings, account_sessions
from ..deploy.call_trace import Tell
from ..deploy.chosen_steps import chosen as chosen_steps
from ..deploy.chosen_steps import waiting_steps
from ..deploy.console import Console
from ..deploy.plan import single_step
from ..deploy.plans import PLANS, AccountName, Plan, plan_of
from ..errors import ConfigError, DeploymentError, Problem
from ..variants import VARIANTS, similar_variant
from .configuration import plan_settings
from .consumer_stack import ConsumerStack
from .following import Lines, display

STACK_NAME: Final = re.compile("[A-Za-z][A-Za-z0-9-]*")
LONGEST_STACK_NAME: Final = 128
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html

Choices = Mapping[str, str | None]
"""The options about accounts, by the names of their parameters."""


def plan_named(name: str | None, stack: ConsumerStack | None) -> Plan:
    """Return the plan *name*, or that of *stack*; raise :class:`ConfigError` if it is unknown."""
    if stack is not None:
        return single_step(stack.name)
    if name in PLANS:
        return PLANS[name]
    known = ", ".join(PLANS)
    if name is None:
        sentence = f"is missing; name one, or a stack of your own by --stack; the plans are {known}"
    elif name in VARIANTS:
        sentence = f"{name!r} is a step of the plan {plan_of(name).name}; name the plan"
    else:
        similar = similar_variant(name, list(PLANS))
        sentence = f"unknown plan {name!r}{similar}; the plans are {known}"
    raise ConfigError([Problem("plan", sentence)])


def account_problems(plan: Plan, choices: Choices) -> Iterator[Problem]:
    """Yield a problem for each option of an account that *plan* does not have, or has twice."""
    for kind in ("profile", "bucket"):
        of_accounts = {one: choices.get(f"{one}_{kind}") for one in ("app", "db")}
        options = " and ".join(f"--{account}-{kind}" for account in plan.accounts)
        if choices.get(kind) and len(plan.accounts) > 1:
            sentence = f"is for plans with one account, and {plan.name} has two: give {options}"
            yield Problem(f"--{kind}", sentence)
        for account, value in of_accounts.items():
            if value and account not in plan.accounts:
                sentence = f"is for plans with two accounts, and {plan.name} has one: give --{kind}"
                yield Problem(f"--{account}-{kind}", sentence)
            elif value and choices.get(kind) and len(plan.accounts) == 1:
                sentence = f"and --{account}-{kind} choose the same; leave out one of them"
                yield Problem(f"--{kind}", sentence)


def stack_name_problems(plan: Plan, prefix: str) -> Iterator[Problem]:
    """Yield problems with the names that *prefix* makes of the steps of *plan*."""
    if not STACK_NAME.fullmatch(prefix):
        sentence = f"must begin with a letter and have only letters, digits and -, got {prefix!r}"
        yield Problem("--stack-prefix", sentence)
    for name in (step.stack_name(prefix) for step in plan.steps):
        if len(name) > LONGEST_STACK_NAME:
            sentence = (
                f"must make stack names of at most {LONGEST_STACK_NAME} characters, got {name!r}"
            )
            yield Problem("--stack-prefix", sentence)


def path_problems(
    plan: Plan, option: str, paths: Sequence[str], only: Sequence[str] = ()
) -> Iterator[Problem]:
    """Yield a problem for each of *paths* that names no step, where *plan* has several.

    Steps beside *only* are not meant, if any are named.
    """
    steps = [step.name for step in plan.steps if not only or step.name in only]
    for path in paths if len(plan.steps) > 1 else ():
        if path.partition(".")[0] not in steps or "." not in path:
            sentence = f"must begin with a step, {', '.join(steps)}, and a dot, got {path!r}"
            yield Problem(option, sentence)


def allowed_accounts(
    plan: Plan, config: Path | None, stack: ConsumerStack | None
) -> dict[str, Sequence[str] | None]:
    """Return the accounts that the settings in *config* allow, by variant."""
    if config is None:
        return {}
    settings = plan_settings(plan, config, {stack.name: stack.module} if stack else VARIANTS)
    return {name: one.allowed_accounts for name, one in settings.items()}


def waiting_problems(plan: Plan, only: Sequence[str]) -> Iterator[Problem]:
    """Yield a problem of ``--no-wait`` for each step that has to wait for another."""
    for step, source in waiting_steps(chosen_steps(plan, only)):
        sentence = (
            f"step {step.name} takes outputs of step {source}, and waits for it; choose one of "
            "them by --step"
        )
        yield Problem("--no-wait", sentence)


def deletion_order_problems(plan: Plan, only: Sequence[str]) -> Iterator[Problem]:
    """Yield a problem of ``--no-wait`` for each step whose deletion waits for another's."""
    for step, source in waiting_steps(chosen_steps(plan, only)):
        sentence = (
            f"step {source} is deleted after step {step.name}, which takes its outputs, and waits "
            "for it; choose one of them by --step"
        )
        yield Problem("--no-wait", sentence)


def sessions(
    plan: Plan, choices: Choices, region: str | None, tell: Tell | None = None
) -> dict[AccountName, AccountSession]:
    """Open a session in each account of *plan*; *tell* is told of each call."""
    settings = {account: _settings(plan, account, choices) for account in plan.accounts}
    return account_sessions(plan, settings, region, tell)


def console(*, yes: bool, shown: Lines | None = None) -> Console:
    """Return the terminal; with *yes* every question is answered by yes.

    Raises :class:`DeploymentError` where nobody can be asked.
    """
    shown = shown or display("text")
    if yes:
        return Console(
            say=shown.say,
            confirm=lambda _: True,
            asks=False,
            follow=shown,
            begun=shown.begun,
            finish=shown.end,
        )
    if not sys.stdin.isatty():
        sentence = "must be given where nobody can be asked; nothing was built or changed"
        raise DeploymentError([Problem("--yes", sentence)])
    return Console(
        say=shown.say,
        confirm=click.confirm,
        follow=shown,
        begun=shown.begun,
        finish=shown.end,
    )


def _settings(plan: Plan, account: AccountName, choices: Choices) -> AccountSettings:
    own_profile = choices.get(f"{account}_profile")
    is_general = len(plan.accounts) == 1 and own_profile is None
    return AccountSettings(
        profile=own_profile or choices.get("profile"),
        profile_option="--profile" if is_general else None,
        bucket=choices.get(f"{account}_bucket") or choices.get("bucket"),
        bucket_option=None if choices.get(f"{account}_bucket") else "--bucket",
        package_prefix=choices.get("s3_prefix"),
        package_key=choices.get("kms_key_id"),
    )
