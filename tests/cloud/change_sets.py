"""Change sets: what would change of a stack, to be looked at and carried out later."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

from moto.cloudformation.exceptions import AlreadyExistsException, CloudFormationError

from . import operations
from .changes import Change
from .refusals import ValidationError
from .stack import Plan, Stack, described
from .stacks import Request, StackBackend

Kind = Literal["CREATE", "UPDATE"]
NO_CHANGES = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)


class ChangeSetNotFound(CloudFormationError):
    """There is none of this name."""

    code = "ChangeSetNotFound"


class InvalidChangeSetStatus(CloudFormationError):
    """It cannot be carried out as it stands."""

    code = "InvalidChangeSetStatus"


@dataclass
class ChangeSet:
    """One change set of a stack."""

    name: str
    kind: Kind
    stack: Stack
    request: Request
    plan: Plan
    changes: list[Change]
    status: str
    execution_status: str
    reason: str | None = None
    description: str | None = None
    on_failure: operations.OnFailure | None = None
    id: str = ""
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        stack = self.stack
        arn = f"arn:aws:cloudformation:{stack.region}:{stack.account}:changeSet"
        self.id = f"{arn}/{self.name}/{uuid.uuid4()}"

    def summary(self) -> dict[str, Any]:
        """As ListChangeSets shows it."""
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
        }

    def shown(self) -> dict[str, Any]:
        """As DescribeChangeSet shows it."""
        return self.summary() | {
            "Parameters": self.plan.parameters.shown(),
            "Capabilities": list(self.request.capabilities),
            "Tags": described(self.request.tags or {}),
            "Changes": [
                {"Type": "Resource", "ResourceChange": change.shown()} for change in self.changes
            ],
            "OnStackFailure": self.on_failure,
        }


class ChangeSets:
    """The change sets of an account and region, by their IDs."""

    def __init__(self, backend: StackBackend) -> None:
        self._backend = backend
        self._sets: dict[str, ChangeSet] = {}

    def create(  # noqa: PLR0917 - what a change set consists of
        self,
        name: str,
        stack_name: str,
        kind: Kind,
        request: Request,
        description: str | None,
        on_failure: operations.OnFailure | None,
    ) -> ChangeSet:
        """A change set, with the stack that it would create."""
        self._check_stack(name, stack_name, kind)
        plan = self._backend.plan(request, directly=False)
        there = self._backend.named(stack_name)
        stack = there or self._backend.new(stack_name, request)
        if any(other.name == name and other.stack is stack for other in self.all()):
            raise AlreadyExistsException(f"ChangeSet {name} cannot be created")
        differences = self._backend.differences(stack, plan, request)
        if there is None:
            self._backend.alive[stack.id] = stack
            stack.becomes("REVIEW_IN_PROGRESS", "User Initiated")
        empty = kind == "UPDATE" and not differences
        made = ChangeSet(
            name,
            kind,
            stack,
            request,
            plan,
            [change for change in differences if isinstance(change, Change)],
            status="FAILED" if empty else "CREATE_COMPLETE",
            execution_status="UNAVAILABLE" if empty else "AVAILABLE",
            reason=NO_CHANGES if empty else None,
            description=description,
            on_failure=on_failure,
        )
        self._sets[made.id] = made
        return made

    def all(self, stack_name: str | None = None) -> list[ChangeSet]:
        """Those of a stack, or all of them."""
        everyone = list(self._sets.values())
        return [one for one in everyone if stack_name in {None, one.stack.name, one.stack.id}]

    def find(self, name_or_id: str, stack_name: str | None) -> ChangeSet:
        for one in self.all():
            if name_or_id == one.id:
                return one
        for one in reversed(self.all(stack_name)):
            if name_or_id == one.name:
                return one
        raise ChangeSetNotFound(f"ChangeSet [{name_or_id}] does not exist")

    def delete(self, change_set: ChangeSet) -> None:
        del self._sets[change_set.id]

    def execute(self, change_set: ChangeSet, *, disable_rollback: bool) -> None:
        """Carry it out; all others of the stack are out of date then."""
        if change_set.execution_status != "AVAILABLE":
            raise InvalidChangeSetStatus(
                f"ChangeSet [{change_set.id}] cannot be executed in its current status of "
                f"[{change_set.status}]"
            )
        if disable_rollback and change_set.kind == "UPDATE":
            raise ValidationError("The local cloud always rolls updates back")
        stack = change_set.stack
        stack.change_set = change_set.id
        for other in self.all(stack.id):
            other.execution_status = "OBSOLETE"
        if change_set.kind == "CREATE":
            on_failure = change_set.on_failure or ("DO_NOTHING" if disable_rollback else "ROLLBACK")
            self._backend.carry_out_creation(stack, change_set.plan, on_failure)
        else:
            self._backend.carry_out_update(stack, change_set.plan, change_set.request)
        done = stack.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
        change_set.execution_status = "EXECUTE_COMPLETE" if done else "EXECUTE_FAILED"

    def _check_stack(self, name: str, stack_name: str, kind: Kind) -> None:
        if kind == "UPDATE":
            self._backend.updatable(stack_name)
            return
        stack = self._backend.named(stack_name)
        if stack is not None and stack.status != "REVIEW_IN_PROGRESS":
            raise ValidationError(
                f"Stack [{stack_name}] already exists and cannot be created again "
                f"with the changeSet [{name}]."
            )


@cache
def change_sets(backend: StackBackend) -> ChangeSets:
    """Those of the account and region."""
    return ChangeSets(backend)
