"""A stack set's stack in one account and Region, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from ..cloudformation.stack import Stack

Status = Literal["CURRENT", "OUTDATED", "INOPERABLE"]
Detailed = Literal[
    "PENDING",
    "RUNNING",
    "SUCCEEDED",
    "FAILED",
    "CANCELLED",
    "INOPERABLE",
    "SKIPPED_SUSPENDED_ACCOUNT",
    "FAILED_IMPORT",
]


class Place(NamedTuple):
    """An account and a Region."""

    account: str
    region: str


@dataclass
class Instance:
    """A stack of a stack set, or the failure to have one."""

    stack_set_id: str
    place: Place
    overrides: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    """The organizational unit, or root, that was targeted."""
    stack: Stack | None = None
    status: Status = "OUTDATED"
    detailed: Detailed = "PENDING"
    reason: str | None = None
    operation: str | None = None
    """The ID of the last operation."""
    drift: str = "NOT_CHECKED"
    drift_checked: datetime | None = None

    def becomes(self, status: Status, detailed: Detailed, reason: str | None = None) -> None:
        self.status, self.detailed, self.reason = status, detailed, reason

    def summary(self) -> dict[str, Any]:
        """The instance in a list."""
        return {
            "StackSetId": self.stack_set_id,
            "Account": self.place.account,
            "Region": self.place.region,
            "StackId": self.stack.id if self.stack else None,
            "Status": self.status,
            "StatusReason": self.reason,
            "StackInstanceStatus": {"DetailedStatus": self.detailed},
            "OrganizationalUnitId": self.unit,
            "DriftStatus": self.drift,
            "LastDriftCheckTimestamp": self.drift_checked,
            "LastOperationId": self.operation,
        }
