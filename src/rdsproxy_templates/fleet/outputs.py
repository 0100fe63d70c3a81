"""Outputs of every stack of a fleet, read in its own account by the reader role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..deploy.accounts import aws_errors_at
from ..deploy.faults import outlasting
from ..errors import DeploymentError
from .concurrently import in_threads
from .fleet_sessions import FleetSessions
from .place import Place
from .stack_set import StackInstance, StackSet

CONCURRENT: Final = 8
"""Accounts that are read at once; STS takes 600 calls a second, and CloudFormation fewer of one."""
DELETED: Final = "its stack was deleted, but not by the stack set"


@dataclass(frozen=True, kw_only=True)
class PlaceOutputs:
    """The outputs of the stack in one place, or the reason why they cannot be read."""

    place: Place
    stack_id: str | None
    outputs: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None

    def described(self) -> dict[str, Any]:
        """Return them for machines."""
        found = {"account": self.place.account, "region": self.place.region, "stack": self.stack_id}
        if self.problem is not None:
            return {**found, "problem": self.problem}
        return {**found, "outputs": dict(self.outputs)}


def fleet_outputs(
    stack_set: StackSet, sessions: FleetSessions, concurrent: int = CONCURRENT
) -> Iterator[PlaceOutputs]:
    """Yield the outputs of each instance, in the order in which CloudFormation lists them."""

    def of(instance: StackInstance) -> PlaceOutputs:
        return outputs_of(instance, sessions)

    yield from in_threads(of, stack_set.instances(), concurrent)


def outputs_of(instance: StackInstance, sessions: FleetSessions) -> PlaceOutputs:
    """Return the outputs of one instance."""
    place, stack_id = instance.place, instance.stack_id
    if stack_id is None:
        return PlaceOutputs(place=place, stack_id=None, problem=_without_stack(instance))
    try:
        with aws_errors_at(str(place)):
            api = sessions.member(place).client("cloudformation")
            (stack,) = outlasting(lambda: api.describe_stacks(StackName=stack_id))["Stacks"]
    except DeploymentError as error:
        return PlaceOutputs(place=place, stack_id=stack_id, problem=_reason(error))
    if stack["StackStatus"] == "DELETE_COMPLETE":  # found by its ID for 90 days
        return PlaceOutputs(place=place, stack_id=stack_id, problem=DELETED)
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())}
    return PlaceOutputs(place=place, stack_id=stack_id, outputs=outputs)


def _without_stack(instance: StackInstance) -> str:
    return f"has no stack{f': {instance.reason}' if instance.reason else ''}"


def _reason(error: DeploymentError) -> str:
    """Return the sentences of *error*; its place says which role was to be assumed."""
    return "; ".join(
        f"{one.place.partition(': ')[2]}: {one.sentence}" if ": " in one.place else one.sentence
        for one in error.problems
    )
