"""Operations on the instances of a stack set, from the call to what each instance then is."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from . import gates, running, work
from .instance import Instance, Place
from .operation import Action, Operation, Result
from .organizations import is_suspended
from .preferences import Preferences
from .refusals import LimitExceeded
from .registry import StackSets
from .roles import give_up_role
from .stack_set import StackSet

MOST: Final = 100_000
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""


class Carrier:
    """Begins the operations that calls ask for."""

    def __init__(
        self,
        stack_sets: StackSets,
        stack_set: StackSet,
        call: Mapping[str, Any],
        *,
        after: Sequence[Operation] | None = None,
    ) -> None:
        self._sets, self._set, self._call = stack_sets, stack_set, call
        self._after = after
        """The operations that are waited for by one that nobody asked for; None if somebody did."""

    def create(
        self, places: Mapping[Place, str | None], overrides: Mapping[str, str] | None
    ) -> Operation:
        """Create stacks, and bring those that are there to what the stack set is now."""
        stack_set = self._set

        def prepared() -> list[Instance]:
            if len({*stack_set.instances, *places}) > MOST:
                raise LimitExceeded(f"A stack set has at most {MOST} stack instances")
            for place, unit in places.items():
                instance = stack_set.instances.setdefault(
                    place, Instance(stack_set.id, place, unit=unit)
                )
                instance.unit = instance.unit or unit
                instance.overrides = instance.overrides if overrides is None else overrides
            return [stack_set.instances[place] for place in places]

        return self._begin("CREATE", places, prepared, self._bring)

    def update(
        self,
        places: Iterable[Place],
        change: Callable[[Instance], Mapping[str, str]] | None = None,
        prepare: Callable[[], None] | None = None,
    ) -> Operation:
        """Bring stacks to what the stack set is now, with changed overrides if there are any."""
        instances = [self._set.instance(place) for place in places]

        def prepared() -> list[Instance]:
            # Whatever is refused is refused before anything changes.
            changed = [change(one) if change else one.overrides for one in instances]
            if prepare:
                prepare()
            for instance, overrides in zip(instances, changed, strict=True):
                instance.overrides = overrides
            return [one for one in instances if one.status != "INOPERABLE"]

        return self._begin("UPDATE", [one.place for one in instances], prepared, self._bring)

    def delete(self, places: Collection[Place], *, retain: bool) -> Operation:
        """Delete stacks, or only forget them; those that are not there are none of ours."""
        there = [self._set.instances[one] for one in places if one in self._set.instances]
        do = self._forget if retain else self._delete
        return self._begin("DELETE", places, lambda: there, do, retain=retain)

    def begin(
        self, action: Action, instances: Iterable[Instance], do: Callable[[Result], None]
    ) -> Operation:
        """Begin an operation that leaves the stacks as they are."""
        there = list(instances)
        return self._begin(action, [one.place for one in there], lambda: there, do, marks=False)

    def _begin(
        self,
        action: Action,
        places: Iterable[Place],
        prepared: Callable[[], list[Instance]],
        do: Callable[[Result], None],
        *,
        retain: bool | None = None,
        marks: bool = True,
    ) -> Operation:
        stack_set, call = self._set, self._call
        with self._sets.turn:
            operation_id = call.get("OperationId") or str(uuid.uuid4())
            if self._after is None:
                self._sets.require_turn(stack_set, operation_id)
            preferences = Preferences.read(
                call.get("OperationPreferences"), {place.region for place in places}
            )
            instances = prepared()
            operation = Operation(
                operation_id,
                stack_set.id,
                action,
                preferences,
                {one.place: Result(one) for one in instances},
                retain=retain,
                targets=call.get("DeploymentTargets"),
                administration_role=stack_set.administration_role,
                execution_role=stack_set.execution_role,
            )
            for one in instances:
                one.operation = operation_id
                if marks:
                    one.becomes("OUTDATED", "PENDING")
            cancel = self._cancel if marks else _cancel_only
            self._sets.begin(
                stack_set,
                operation,
                lambda ready: running.start(ready, do, cancel),
                after=self._after,
            )
        return operation

    def _bring(self, result: Result) -> None:
        instance = result.instance
        if self._refused(result):
            return
        reason = work.bring(self._set, instance)
        if reason is None:
            instance.becomes("CURRENT", "SUCCEEDED")
            result.becomes("SUCCEEDED")
        else:
            instance.becomes("OUTDATED", "FAILED", reason)
            result.becomes("FAILED", reason)

    def _delete(self, result: Result) -> None:
        instance = result.instance
        if self._refused(result):
            return
        reason = work.delete(self._set, instance)
        if reason is None:
            self._forget(result)
        else:
            instance.becomes("INOPERABLE", "INOPERABLE", reason)
            result.becomes("FAILED", reason)

    def _forget(self, result: Result) -> None:
        account = result.instance.place.account
        self._set.instances.pop(result.instance.place, None)
        if all(place.account != account for place in [*self._set.instances]):
            give_up_role(self._set, account)
        result.becomes("SUCCEEDED")

    def _refused(self, result: Result) -> bool:
        """Begin with an instance, unless its account is closed or its gate is shut."""
        instance = result.instance
        result.becomes("RUNNING")
        instance.becomes("OUTDATED", "RUNNING")
        if self._set.model == "SERVICE_MANAGED" and is_suspended(instance.place.account):
            instance.becomes("OUTDATED", "SKIPPED_SUSPENDED_ACCOUNT")
            result.becomes("SUCCEEDED")
            return True
        result.gate = gates.ask(self._set, instance.place)
        if result.gate["Status"] != "FAILED":
            return False
        reason = f"Account gate failed: {result.gate.get('StatusReason', '')}"
        instance.becomes("OUTDATED", "FAILED", reason)
        result.becomes("FAILED", reason)
        return True

    @staticmethod
    def _cancel(result: Result, reason: str) -> None:
        result.becomes("CANCELLED", reason)
        result.instance.becomes("OUTDATED", "CANCELLED", reason)


def _cancel_only(result: Result, reason: str) -> None:
    result.becomes("CANCELLED", reason)
