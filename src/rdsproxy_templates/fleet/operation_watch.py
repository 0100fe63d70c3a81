"""An operation on a stack set, watched until it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..deploy.stack_events import Report, StackEvent
from .batches import Batch
from .place import Place
from .stack_set import Operation, Result, StackSet

TYPE: Final = "AWS::CloudFormation::StackSet"
STAGES: Final[Mapping[str, str]] = {
    "RUNNING": "IN_PROGRESS",
    "SUCCEEDED": "COMPLETE",
    "FAILED": "FAILED",
    "CANCELLED": "CANCELLED",
}
"""Ends of the status of an event, by the status of a result; ``PENDING`` is no event."""


@dataclass(kw_only=True)
class OperationWatch:
    """What an operation does in each place, told as it changes."""

    stack_set: StackSet
    operation_id: str
    report: Report
    batch: Batch | None = None
    """What it works on, where it is one of ours."""
    results: dict[Place, Result] = field(default_factory=dict)

    def poll(self) -> Operation:
        """Tell each change since the last time; return the operation as it is."""
        operation = self.stack_set.operation(self.operation_id)
        if not self._tell(operation):
            self.report(None)
        return operation

    @property
    def failed(self) -> list[Result]:
        """Results of places at which it has failed."""
        return [one for one in self.results.values() if one.status == "FAILED"]

    def _tell(self, operation: Operation) -> bool:
        told = False
        for result in self.stack_set.results(self.operation_id):
            before = self.results.get(result.place)
            self.results[result.place] = result
            if (before and before.status == result.status) or result.status not in STAGES:
                continue
            told = True
            self.report(
                StackEvent(
                    status=f"{operation.action}_{STAGES[result.status]}",
                    path=f"{result.place.account} {result.place.region}",
                    type=TYPE,
                    reason=result.reason or "",
                )
            )
        return told
