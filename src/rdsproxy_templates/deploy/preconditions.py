"""What must hold of accounts and stacks before anything in them changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import DeploymentError, Problem
from .accounts import aws_errors_at
from .ownership import ownership_problem
from .ways_on import destroy_first

if TYPE_CHECKING:
    from .deployment import Deployment


def require_allowed_accounts(deployment: Deployment) -> None:
    """Raise :class:`DeploymentError` for every step in an account that is not for it."""
    problems: list[Problem] = []
    for step in deployment.steps:
        allowed = deployment.allowed_accounts.get(step.variant)
        here = deployment.session(step).id
        if allowed is not None and here not in allowed:
            sentence = (
                f"is only for {', '.join(allowed) or 'no account'}, as `allowed_accounts` says, "
                f"and account {step.account} is {here}"
            )
            problems.append(Problem(step.name, sentence))
    if problems:
        raise DeploymentError(problems)


def require_own_stacks(deployment: Deployment, *, updatable: bool = False) -> None:
    """Raise :class:`DeploymentError` for every stack that is not of its step.

    With *updatable* also for those that no update leads out of their state.
    """
    problems: list[Problem] = []
    for step in deployment.steps:
        stack = deployment.stack(step)
        with aws_errors_at(step.name):
            found = stack.description()
            if found is None:
                continue
            adopts = deployment.adopt_stack
            foreign = None if adopts else ownership_problem(stack, found, step.variant)
            stuck = destroy_first(found["StackStatus"]) if updatable else None
        problems += [one.within(step.name) for one in (foreign, stuck) if one]
    if problems:
        raise DeploymentError(problems)
