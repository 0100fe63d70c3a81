"""A change set: the changes to a stack and to the stacks nested in it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

from .change import Change
from .imports import Imports
from .invalidities import Invalidity, failing
from .live_state import LiveState
from .operations import OnFailure
from .planning import Request
from .stack import Plan, Stack, described

Kind = Literal["CREATE", "IMPORT", "UPDATE"]
NO_CHANGES: Final = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)
BEING_CREATED: Final = {
    "ExecutionStatus": "UNAVAILABLE",
    "Status": "CREATE_IN_PROGRESS",
    "StatusReason": None,
}
FROM_THE_ROOT: Final = "Only executable from the root change set."


@dataclass
class ChangeSet:
    """One change set of a stack."""

    name: str
    kind: Kind
    stack: Stack
    request: Request
    plan: Plan = field(default_factory=Plan)
    parent: ChangeSet | None = None
    """The change set of the stack in which this one is nested."""
    imports: Imports = field(default_factory=dict)
    """What a change set of the kind IMPORT takes over."""
    nested: bool = False
    """True if the stacks nested in this one have change sets, too."""
    live: LiveState | None = None
    """The stack's resources as they are, if drift is reverted."""
    validated: bool = True
    """False if nobody wants the change set validated."""
    description: str | None = None
    on_failure: OnFailure | None = None
    status: str = "CREATE_IN_PROGRESS"
    execution_status: str = "UNAVAILABLE"
    reason: str | None = None
    changes: list[Change] = field(default_factory=list)
    invalidities: list[Invalidity] = field(default_factory=list)
    """What the validation of the change set has found."""
    children: list[ChangeSet] = field(default_factory=list)
    id: str = ""
    operation_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    """The operation of its creation."""
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    ready_at: float = 0
    """The time, on the clock that never goes back, from which on its status is shown."""

    def __post_init__(self) -> None:
        stack = self.stack
        arn = f"arn:aws:cloudformation:{stack.region}:{stack.account}:changeSet"
        self.id = f"{arn}/{self.name}/{uuid.uuid4()}"

    @property
    def empty(self) -> bool:
        """True if nothing would change."""
        return self.reason == NO_CHANGES

    @property
    def root(self) -> ChangeSet:
        return self.parent.root if self.parent else self

    def family(self) -> Iterator[ChangeSet]:
        """The change set itself, and those of all stacks nested in its stack."""
        yield self
        for child in self.children:
            yield from child.family()

    def conclude(
        self, differences: Iterable[Change | str], wrong: Iterable[Invalidity] = ()
    ) -> None:
        """Take what was found, which may be nothing, and what is *wrong* with it."""
        found = list(differences)
        self.invalidities = list(wrong)
        self.changes = [one for one in found if isinstance(one, Change)]
        failed = [one for one in self.children if one.status == "FAILED" and not one.empty]
        if reason := failing(self.invalidities):
            self.fail(reason)
        elif failed:
            self.fail(
                f"Nested change set {failed[0].id} was not successfully created: "
                "Currently in FAILED."
            )
        elif self.kind == "UPDATE" and not found:
            self.fail(NO_CHANGES)
        else:
            # Whoever waits for the status may execute it the moment that it is there.
            self.execution_status = "UNAVAILABLE" if self.parent else "AVAILABLE"
            self.reason = FROM_THE_ROOT if self.parent else None
            self.status = "CREATE_COMPLETE"

    def fail(self, reason: str) -> None:
        """Fail the change set for a reason: it cannot be executed."""
        self.status, self.reason = "FAILED", reason

    @property
    def is_ready(self) -> bool:
        return time.monotonic() >= self.ready_at

    def summary(self) -> dict[str, Any]:
        """The summary in ListChangeSets."""
        return self._whole_summary() | ({} if self.is_ready else BEING_CREATED)

    def _whole_summary(self) -> dict[str, Any]:
        return {
            "StackId": self.stack.id,
            "StackName": self.stack.name,
            "ChangeSetId": self.id,
            "ChangeSetName": self.name,
            "ExecutionStatus": self.execution_status,
            "Status": self.status,
            "StatusReason": self.reason,
            "CreationTime": self.created,
            "Description": self.description,
            "IncludeNestedStacks": self.nested,
            "ParentChangeSetId": self.parent.id if self.parent else None,
            "RootChangeSetId": self.root.id if self.parent else None,
        }

    def shown(self) -> dict[str, Any]:
        """The description in DescribeChangeSet."""
        return self.summary() | {
            "Parameters": self.plan.parameters.shown(),
            "Capabilities": list(self.request.capabilities),
            "Tags": described(self.request.tags or {}),
            "Changes": [
                {"Type": "Resource", "ResourceChange": change.shown()}
                for change in self.changes
                if self.is_ready
            ],
            "OnStackFailure": self.on_failure,
            "DeploymentMode": "REVERT_DRIFT" if self.live else None,
            "StackDriftStatus": self.live.stack_status if self.live else None,
        }
