"""Drift of a fleet: CloudFormation compares every stack, and nothing is changed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..deploy.faults import carried_out, polls
from ..errors import DeploymentError, Problem
from .place import Place
from .stack_set import Operation, StackInstance, StackSet

EVERYWHERE: Final = {
    "RegionConcurrencyType": "PARALLEL",
    "MaxConcurrentPercentage": 100,
    "FailureTolerancePercentage": 100,
}
"""A comparison fails nowhere else because it fails in one account."""
OUTCOMES: Final = ["MODIFIED", "DELETED"]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A property that is not as the template says."""

    path: str
    kind: str
    """``ADD``, ``REMOVE`` or ``NOT_EQUAL``."""
    expected: str
    actual: str

    def __str__(self) -> str:
        return f"{self.path}: {self.kind}, expected {self.expected}, is {self.actual}"


@dataclass(frozen=True, kw_only=True)
class DriftedResource:
    """A resource that was changed or deleted past CloudFormation."""

    place: Place
    logical_id: str
    type: str
    status: str
    """``MODIFIED`` or ``DELETED``."""
    physical_id: str | None = None
    differences: tuple[Difference, ...] = ()

    def described(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "account": self.place.account,
            "region": self.place.region,
            "logical_id": self.logical_id,
            "physical_id": self.physical_id,
            "type": self.type,
            "status": self.status,
            "differences": [vars(one) for one in self.differences],
        }


def detected(stack_set: StackSet, follow: Callable[[Operation, Mapping[str, Any]], None]) -> str:
    """Have CloudFormation compare every stack, wait until it has, and return the operation's ID.

    *follow* learns how it goes. Raises :class:`DeploymentError` where the operation itself ends in
    another way.
    """
    token = str(uuid.uuid4())
    start = stack_set.named("detect_stack_set_drift")

    def known() -> str | None:
        return next((one.id for one in stack_set.operations() if one.id == token), None)

    carried_out(
        lambda: str(start(OperationPreferences=EVERYWHERE, OperationId=token)["OperationId"]), known
    )
    for _ in polls():
        operation = stack_set.operation(token)
        follow(operation, stack_set.description() or {})
        if not operation.is_unfinished:
            break
    if operation.status != "SUCCEEDED":
        sentence = f"the detection of drift is {operation.status}"
        raise DeploymentError(
            [
                Problem(
                    f"operation {token}", f"{sentence}: {operation.reason or 'no reason is given'}"
                )
            ]
        )
    return token


def last_detection(stack_set: StackSet) -> Operation:
    """Return the newest detection of drift; raises :class:`DeploymentError` without one."""
    found = (one for one in stack_set.operations() if one.action == "DETECT_DRIFT")
    if (newest := next(found, None)) is None:
        sentence = "drift has never been looked for; leave --last out"
        raise DeploymentError([Problem(f"stack set {stack_set.name}", sentence)])
    return newest


def drifted_instances(stack_set: StackSet) -> Iterator[StackInstance]:
    """Yield the instances whose resources differ from the template."""
    return stack_set.instances(DRIFT_STATUS="DRIFTED")


def drifted_resources(
    stack_set: StackSet, place: Place, operation_id: str
) -> Iterator[DriftedResource]:
    """Yield what *operation_id* has found in *place*."""
    for one in stack_set.entries(
        "list_stack_instance_resource_drifts",
        StackInstanceAccount=place.account,
        StackInstanceRegion=place.region,
        OperationId=operation_id,
        StackInstanceResourceDriftStatuses=OUTCOMES,
    ):
        yield DriftedResource(
            place=place,
            logical_id=one["LogicalResourceId"],
            type=one["ResourceType"],
            status=one["StackResourceDriftStatus"],
            physical_id=one.get("PhysicalResourceId"),
            differences=tuple(map(_difference, one.get("PropertyDifferences", ()))),
        )


def _difference(shown: Mapping[str, str]) -> Difference:
    return Difference(
        path=shown["PropertyPath"],
        kind=shown["DifferenceType"],
        expected=shown["ExpectedValue"],
        actual=shown["ActualValue"],
    )
