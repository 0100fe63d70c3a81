"""The state of a stack: its plan, its resources and its events."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ..clients import CallContext, Clients
from .background import Operation
from .parameters import Parameters
from .resource import DeployedResource
from .stack_policies import StackPolicy
from .template import EMPTY, Template

if TYPE_CHECKING:
    from .drift import ResourceDrift
    from .engine import StackUpdate

STACK: Final = "AWS::CloudFormation::Stack"


@dataclass(frozen=True)
class Plan:
    """The template and parameters that a stack is made from."""

    template: Template = EMPTY
    parameters: Parameters = field(default_factory=Parameters)


@dataclass(frozen=True)
class Output:
    """An output of a stack."""

    value: str
    description: str | None = None
    export: str | None = None


@dataclass(frozen=True)
class Event:
    """An event of a stack, or of one of its resources."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str | None = None
    properties: Mapping[str, Any] | None = None
    """Its properties, once it is there with their values; dynamic references stay unresolved."""
    operation: Operation | None = None
    """The operation during which it happened."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def shown(self, stack: Stack) -> dict[str, Any]:
        """The event as the API shows it."""
        return {
            "StackId": stack.id,
            "StackName": stack.name,
            "EventId": self.id,
            "LogicalResourceId": self.logical_id,
            "PhysicalResourceId": self.physical_id,
            "ResourceType": self.type,
            "Timestamp": self.at,
            "ResourceStatus": self.status,
            "ResourceStatusReason": self.reason,
            "ResourceProperties": None if self.properties is None else json.dumps(self.properties),
            "ClientRequestToken": self.operation.token if self.operation else None,
            "OperationId": self.operation.id if self.operation else None,
        }


@dataclass
class Stack:
    """One stack of an account and region."""

    name: str
    account: str
    region: str
    clients: Clients
    plan: Plan = field(default_factory=Plan)
    tags: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    role: str | None = None
    notifications: tuple[str, ...] = ()
    """Topics for its events, which are shown and get none."""
    protected: bool = False
    policy: StackPolicy = field(default_factory=StackPolicy)
    policy_meanwhile: StackPolicy | None = None
    """The policy in its place during the present update, if there is one."""
    rolls_back: bool = True
    deployed: dict[str, DeployedResource] = field(default_factory=dict)
    """The stack's resources by logical ID."""
    outputs: Mapping[str, Output] = field(default_factory=dict)
    imports: frozenset[str] = frozenset()
    """The exports of others that it uses."""
    events: list[Event] = field(default_factory=list)
    """The stack's events, the oldest first."""
    id: str = ""
    change_set: str | None = None
    """The change set that it was last created or updated with."""
    updated: datetime | None = None
    drifts: dict[str, ResourceDrift] = field(default_factory=dict)
    """The resources that were last checked for drift, by logical ID."""
    drift_checked: datetime | None = None
    """The time when that last began."""
    reverts: bool = False
    """True while a change set is carried out that reverts drift."""
    unfinished: StackUpdate | None = None
    """An update that failed, and was not rolled back or not wholly."""

    def __post_init__(self) -> None:
        arn = f"arn:aws:cloudformation:{self.region}:{self.account}:stack"
        self.id = self.id or f"{arn}/{self.name}/{uuid.uuid4()}"
        self.created = datetime.now(UTC)
        self.operation = Operation.none(self.id)

    @property
    def call(self) -> Callable[..., Any]:
        """Calls of AWS's APIs that are no resource's."""
        return self.context("").call

    # moto finds stacks by this name, to tag resources.
    @property
    def stack_id(self) -> str:
        return self.id

    @property
    def status(self) -> str:
        return self._last.status

    @property
    def reason(self) -> str | None:
        return self._last.reason

    @property
    def deleted(self) -> datetime | None:
        return self._last.at if self.status == "DELETE_COMPLETE" else None

    @property
    def exports(self) -> dict[str, str]:
        return {one.export: one.value for one in self.outputs.values() if one.export is not None}

    def becomes(self, status: str, reason: str | None = None) -> None:
        """Note what the stack itself is doing."""
        event = Event(self.name, self.id, STACK, status, reason, operation=self.operation)
        self.events.append(event)

    def note(self, deployed: DeployedResource, status: str, reason: str | None = None) -> None:
        """Note what happens to a resource; what was known of its drift is out of date then."""
        self.drifts.pop(deployed.logical_id, None)
        resource = self.plan.template.resources.get(deployed.logical_id, {})
        self.events.append(
            Event(
                deployed.logical_id,
                deployed.physical_id,
                deployed.type,
                status,
                reason,
                self.plan.parameters.masked(deployed.written) or resource.get("Properties"),
                self.operation,
            )
        )

    def event_of(self, logical_id: str) -> Event:
        """The last event of a resource."""
        return next(one for one in reversed(self.events) if one.logical_id == logical_id)

    def context(self, logical_id: str, *, final_snapshot: bool = False) -> CallContext:
        return CallContext(
            self.clients,
            self.account,
            self.region,
            self.name,
            logical_id,
            final_snapshot=final_snapshot,
            pause=self.operation.pause,
        )

    @property
    def _last(self) -> Event:
        return next(one for one in reversed(self.events) if one.physical_id == self.id)


def described(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as the API shows them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def from_described(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Tags as the API takes them."""
    return {tag["Key"]: tag["Value"] for tag in tags}
