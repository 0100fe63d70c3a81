"""A stack set: what its stacks are made from, who makes them, and where they are."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Literal

from ..cloudformation.parameters import HIDDEN, is_hidden
from ..cloudformation.stack import Stack, described
from ..cloudformation.template import loaded
from .instance import Instance, Place
from .operation import Operation
from .progress import drift_details
from .refusals import InstanceNotFound, OperationNotFound

Model = Literal["SELF_MANAGED", "SERVICE_MANAGED"]
ADMINISTRATION: Final = "AWSCloudFormationStackSetAdministrationRole"
EXECUTION: Final = "AWSCloudFormationStackSetExecutionRole"


@dataclass(frozen=True)
class Source:
    """What the stacks are made from."""

    text: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    def shown(self, parameters: Mapping[str, str]) -> list[dict[str, str]]:
        """Parameters as the API shows them."""
        hidden = _hidden(self.text)
        return [
            {"ParameterKey": key, "ParameterValue": HIDDEN if key in hidden else value}
            for key, value in parameters.items()
        ]


@cache
def _hidden(text: str) -> frozenset[str]:
    """The parameters of a template that are shown to nobody."""
    declared = loaded(text).get("Parameters", {})
    return frozenset(name for name, one in declared.items() if is_hidden(one))


@dataclass(frozen=True)
class Roles:
    """Who makes the stacks; the names are those of self-managed permissions or customized."""

    administration: str | None = None
    execution: str | None = None
    execution_template: str | None = None
    """The template of a customized execution role of service-managed permissions."""


@dataclass(eq=False)
class StackSet:
    """A stack set of one account and Region."""

    name: str
    account: str
    region: str
    source: Source
    roles: Roles
    model: Model = "SELF_MANAGED"
    description: str | None = None
    auto_deployment: Mapping[str, Any] | None = None
    managed_execution: bool = False
    status: Literal["ACTIVE", "DELETED"] = "ACTIVE"
    instances: dict[Place, Instance] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    """Operations by their IDs, the oldest first."""
    automatic: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The Regions of each organizational unit whose new accounts get stacks."""
    role_stacks: dict[str, Stack] = field(default_factory=dict)
    """The stack of the customized execution role in each account."""

    def __post_init__(self) -> None:
        self.id = f"{self.name}:{uuid.uuid4()}"

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudformation:{self.region}:{self.account}:stackset/{self.id}"

    @property
    def administration_role(self) -> str | None:
        if self.model == "SERVICE_MANAGED":
            return None
        default = f"arn:aws:iam::{self.account}:role/{ADMINISTRATION}"
        return self.roles.administration or default

    @property
    def execution_role(self) -> str | None:
        if self.model == "SERVICE_MANAGED":
            return self.roles.execution
        return self.roles.execution or EXECUTION

    @property
    def automation(self) -> Mapping[str, Any]:
        """The settings of automatic deployment, if there are any."""
        return self.auto_deployment or {}

    @property
    def has_custom_role(self) -> bool:
        """True if the execution role of service-managed permissions is customized."""
        return self.roles.execution_template is not None

    @property
    def current_operations(self) -> list[Operation]:
        return [one for one in [*self.operations.values()] if not one.is_over]

    @property
    def drift(self) -> dict[str, Any] | None:
        """Details of the last detection of drift that has ended."""
        detections = [one for one in [*self.operations.values()] if one.action == "DETECT_DRIFT"]
        return drift_details(next((one for one in detections[::-1] if one.is_over), None))

    def instance(self, place: Place) -> Instance:
        """The instance at a place, or a refusal."""
        if place not in self.instances:
            raise InstanceNotFound(self.id, *place)
        return self.instances[place]

    def operation(self, operation_id: str) -> Operation:
        """The operation of an ID, or a refusal."""
        if operation_id not in self.operations:
            raise OperationNotFound(operation_id)
        return self.operations[operation_id]

    def outdate(self, places: Iterable[Place]) -> None:
        """Mark instances as different from what the stack set is now."""
        for place in places:
            if self.instances[place].status == "CURRENT":
                self.instances[place].status = "OUTDATED"

    def summary(self) -> dict[str, Any]:
        """The stack set in a list."""
        drift = self.drift or {}
        return {
            "StackSetName": self.name,
            "StackSetId": self.id,
            "Description": self.description,
            "Status": self.status,
            "AutoDeployment": self.auto_deployment,
            "PermissionModel": self.model,
            "DriftStatus": drift.get("DriftStatus", "NOT_CHECKED"),
            "LastDriftCheckTimestamp": drift.get("LastDriftCheckTimestamp"),
            "ManagedExecution": {"Active": self.managed_execution},
        }

    def shown(self) -> dict[str, Any]:
        """The stack set by itself."""
        units = dict.fromkeys(one.unit for one in [*self.instances.values()] if one.unit)
        return {
            **self.summary(),
            "TemplateBody": self.source.text,
            "Parameters": self.source.shown(self.source.parameters),
            "Capabilities": list(self.source.capabilities),
            "Tags": described(self.source.tags),
            "StackSetARN": self.arn,
            "AdministrationRoleARN": self.administration_role,
            "ExecutionRoleName": self.execution_role,
            "StackSetDriftDetectionDetails": self.drift,
            "OrganizationalUnitIds": list(dict.fromkeys([*self.automatic, *units])),
            "Regions": list(dict.fromkeys(place.region for place in [*self.instances])),
        }
