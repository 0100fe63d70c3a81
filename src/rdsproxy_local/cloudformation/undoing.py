"""The way back: what an update of a stack has done, and how it is undone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from . import policies
from .deletion import discard
from .handlers import known, reason_of, updated
from .pace import Action, present
from .resource import DeployedResource
from .schedule import LOOK
from .stack import STACK, Plan, Stack


@dataclass(frozen=True)
class Step:
    """One thing done with one resource."""

    kind: Literal["made", "updated", "replaced"]
    logical_id: str
    before: DeployedResource | None = None


class UndoableUpdate:
    """The steps of an update of a stack, and of those before it that failed and were not undone."""

    def __init__(self, stack: Stack, plan: Plan) -> None:
        before = stack.unfinished
        self._stack, self._operation = stack, stack.operation
        self.stable: Plan = before.stable if before else stack.plan
        """The plan of the state to which it can be rolled back."""
        self.created: bool = before.created if before else stack.plan == Plan()
        """True if that state is nothing at all."""
        earlier = before.resources if before else stack.plan.template.resources
        self.resources: dict[str, Any] = {**earlier, **plan.template.resources}
        """The resources of every template since the stable state, the latest of each."""
        self._steps: list[Step] = list(before._steps) if before else []
        self._replaced: list[DeployedResource] = list(before._replaced) if before else []
        self._unwanted: list[DeployedResource] = []
        """Resources that the way back leaves, and that are still to be deleted."""
        self._broken: set[str] = set(before._broken) if before else set()
        """Logical IDs of the resources that failed."""

    @property
    def failed(self) -> frozenset[str]:
        """Logical IDs of the resources that are still to be undone."""
        return frozenset(self._left())

    def undo(self, skip: frozenset[str] = frozenset()) -> list[str]:
        """Undo what is not undone yet, and take what is to *skip* for undone.

        Returns the logical IDs of the resources for which that failed.
        """
        left = [step for step in reversed(self._steps) if not self._undone(step, skip)]
        self._steps = left[::-1]
        self._unwanted = [one for one in self._unwanted if not self._discarded(one)]
        return self._left()

    def _left(self) -> list[str]:
        """Logical IDs of what is still to be undone, in the order in which it was tried."""
        steps = [one.logical_id for one in reversed(self._steps)]
        return steps + [one.logical_id for one in self._unwanted]

    def keep(self) -> None:
        """Leave everything as the failure found it, for another update to go on from there."""
        for step in self._steps:
            if step.logical_id in self._broken and step.before is not None:
                self._stack.deployed[step.logical_id] = step.before

    def _undone(self, step: Step, skip: frozenset[str]) -> bool:
        deployed = self._stack.deployed
        now = deployed.get(step.logical_id)
        if now is None:
            return True
        if step.before is None:
            self._unwanted.append(deployed.pop(step.logical_id))
        elif step.kind == "replaced":
            self._unwanted.append(now)
            deployed[step.logical_id] = step.before
        elif step.logical_id in skip:
            deployed[step.logical_id] = step.before
            self._stack.note(step.before, "UPDATE_COMPLETE")
        else:
            return self._put_back(now, step.before)
        return True

    def _discarded(self, deployed: DeployedResource) -> bool:
        policy = policies.on_undone_creation(self.resources[deployed.logical_id])
        return discard(self._stack, deployed, policy)

    def _work(self, action: Action, deployed: DeployedResource) -> None:
        present.failures.check(action, deployed.logical_id, deployed.type)

    def _stabilize(
        self, deployed: DeployedResource, verb: str, seconds: float, begun: str | None = None
    ) -> None:
        """Wait as long as the resource was to take when the work on it began."""
        if seconds:
            if begun:
                self._stack.note(deployed, f"{verb}_IN_PROGRESS", begun)
            self._operation.pause(seconds)

    def _settled(self, deployed: DeployedResource) -> DeployedResource:
        """A nested stack that is updated, once that is over."""
        stabilized = known(deployed.type).stabilized
        if deployed.type != STACK or stabilized is None:
            return deployed
        context = self._stack.context(deployed.logical_id)
        while (made := stabilized(context, deployed)) is None:
            context.pause(LOOK)
        return replace(deployed, attributes=made.attributes)

    def _put_back(self, now: DeployedResource, before: DeployedResource) -> bool:
        """Update to what was before; a custom resource may become another one even so."""
        seconds = present.pace.delay(now.type)
        self._stack.note(now, "UPDATE_IN_PROGRESS")
        try:
            self._work("rollback", now)
            back = self._settled(updated(self._stack, now, before.properties, before.written))
            self._stabilize(back, "UPDATE", seconds)
        except Exception as error:  # noqa: BLE001 - whatever it is, events say it
            self._stack.note(now, "UPDATE_FAILED", reason_of(error))
            return False
        if back.physical_id != now.physical_id:
            self._unwanted.append(now)
        self._stack.deployed[before.logical_id] = back
        self._stack.note(back, "UPDATE_COMPLETE")
        return True
