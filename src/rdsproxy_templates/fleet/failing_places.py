"""Places at which an operation has failed: the innermost resource of each, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from ..deploy.accounts import aws_errors_at
from ..deploy.failures import advice, failures
from ..deploy.root_stack import RootStack
from ..errors import DeploymentError, Problem
from .fleet_sessions import FleetSessions
from .place import Place
from .stack_set import Result, StackInstance, StackSet

MOST: Final = 20
"""Places whose stacks are asked for their events; the rest have StackSets' reason."""
GATE: Final = (
    "the account has no role that StackSets may assume there; with service-managed permissions "
    "look whether trusted access is on, else create AWSCloudFormationStackSetExecutionRole"
)


def failed_places(
    stack_set: StackSet, sessions: FleetSessions, failed: Sequence[Result], work: str = "deploy"
) -> Iterator[Problem]:
    """Yield the resources at which the *failed* places stopped, with AWS's reason of each."""
    instances = _instances(stack_set, {one.place for one in failed[:MOST]})
    for number, one in enumerate(failed):
        instance = instances.get(one.place) if number < MOST else None
        yield from _reasons(one, instance, sessions, work)


def outdated_places(instances: Iterable[StackInstance]) -> list[Place]:
    """Return the places whose stack is not what the stack set says."""
    return sorted(one.place for one in instances if one.status != "CURRENT")


def _instances(stack_set: StackSet, places: set[Place]) -> Mapping[Place, StackInstance]:
    return {one.place: one for one in stack_set.instances() if one.place in places}


def _reasons(
    failed: Result, instance: StackInstance | None, sessions: FleetSessions, work: str
) -> Iterator[Problem]:
    found: list[Problem] = []
    reason = failed.reason or "StackSets give no reason"
    if instance and instance.stack_id:
        try:
            with aws_errors_at(str(failed.place)):
                stack = RootStack(sessions.member(failed.place), instance.stack_id.split("/")[1])
                found = failures(stack, instance.stack_id, work)
        except DeploymentError as error:
            reason = f"{reason} (its stack cannot be read: {error.problems[0].sentence})"
    if found:
        yield from (one.within(f"{failed.place}:") for one in found)
        return
    is_gate = "should have" in reason and "role" in reason
    remedy = f" - {GATE}" if is_gate else advice(reason)
    yield Problem(str(failed.place), f"{reason}{remedy}")
