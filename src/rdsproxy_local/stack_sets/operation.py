"""One operation on a stack set, and its result in each account and Region."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from ..cloudformation.drift import ResourceDrift
from .instance import Instance, Place
from .preferences import Preferences

Action = Literal["CREATE", "UPDATE", "DELETE", "DETECT_DRIFT"]
Outcome = Literal["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"]
ENDED = frozenset({"SUCCEEDED", "FAILED", "STOPPED"})


@dataclass
class Result:
    """What came of an operation in one account and Region."""

    instance: Instance
    status: Outcome = "PENDING"
    reason: str | None = None
    gate: Mapping[str, str] | None = None
    """What the account's gate said."""
    drift: str | None = None
    """The stack's drift, of an operation that detects it, and those of its resources."""
    drifts: Sequence[ResourceDrift] = ()

    def becomes(self, status: Outcome, reason: str | None = None) -> None:
        self.status, self.reason = status, reason

    def shown(self) -> dict[str, Any]:
        return {
            "Account": self.instance.place.account,
            "Region": self.instance.place.region,
            "Status": self.status,
            "StatusReason": self.reason,
            "AccountGateResult": self.gate,
            "OrganizationalUnitId": self.instance.unit,
        }


@dataclass(eq=False)
class Operation:
    """An operation: queued or running, or over."""

    id: str
    stack_set_id: str
    action: Action
    preferences: Preferences
    results: dict[Place, Result]
    call: Mapping[str, Any] = field(default_factory=dict)
    """The call that began it, for which it answers once more."""
    retain: bool | None = None
    targets: Mapping[str, Any] | None = None
    """Deployment targets, of service-managed permissions only."""
    administration_role: str | None = None
    execution_role: str | None = None
    status: str = "RUNNING"
    reason: str | None = None
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime | None = None

    def __post_init__(self) -> None:
        self._over, self._turn = threading.Event(), threading.Lock()
        self.stopped = threading.Event()
        """Set by its user: what has not begun is cancelled."""

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    @property
    def failed(self) -> list[Result]:
        return [one for one in self.results.values() if one.status == "FAILED"]

    def end(self, status: str, reason: str | None = None) -> None:
        """End as *status*, which wakes whoever waits."""
        with self._turn:
            self.status, self.reason, self.ended = status, reason, datetime.now(UTC)
            self._over.set()

    def begin(self) -> None:
        """Leave the queue."""
        with self._turn:
            if self.status == "QUEUED":
                self.status = "RUNNING"

    def stop(self) -> bool:
        """Cancel what has not begun; returns False if it has ended, or is stopped already."""
        with self._turn:
            if self.is_over or self.stopped.is_set():
                return False
            self.status = "STOPPING"
            self.stopped.set()
        return True

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for its end; returns True if it has ended."""
        return self._over.wait(seconds)

    def meets(self, others: Iterable[Operation]) -> bool:
        """True if one of the others works in an account and Region of this one."""
        return any(self.results.keys() & one.results.keys() for one in others)

    def summary(self) -> dict[str, Any]:
        """The operation in a list."""
        return {
            "OperationId": self.id,
            "Action": self.action,
            "Status": self.status,
            "StatusReason": self.reason,
            "CreationTimestamp": self.created,
            "EndTimestamp": self.ended,
            "OperationPreferences": self.preferences.shown(),
            "StatusDetails": {"FailedStackInstancesCount": len(self.failed)},
        }

    def shown(self) -> dict[str, Any]:
        """The operation by itself."""
        return {
            **self.summary(),
            "StackSetId": self.stack_set_id,
            "RetainStacks": self.retain,
            "AdministrationRoleARN": self.administration_role,
            "ExecutionRoleName": self.execution_role,
            "DeploymentTargets": self.targets,
        }
