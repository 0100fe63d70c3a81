"""Stack sets: the same stack in many accounts and regions, made by our engine."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.cloudformation.exceptions import StackInstanceNotFound
from moto.cloudformation.models import StackSet
from moto.core.exceptions import ServiceException

from .background import settled
from .planning import Request
from .refusals import ValidationError
from .stack import Stack
from .stacks import backend

Place = tuple[str, str]
"""An account and a region."""


@dataclass
class Instance:
    """A stack set's stack in one account and region, or the failure to have one."""

    stack_set_id: str
    account_id: str
    region_name: str
    overrides: Mapping[str, str]
    stack: Stack | None = None
    reason: str | None = None
    """The reason why the stack differs from the stack set."""

    def to_dict(self) -> dict[str, Any]:
        """The instance as the API shows it."""
        return {
            "StackSetId": self.stack_set_id,
            "Account": self.account_id,
            "Region": self.region_name,
            "StackId": self.stack.id if self.stack else None,
            "ParameterOverrides": [
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in self.overrides.items()
            ],
            "Status": "OUTDATED" if self.reason else "CURRENT",
            "StatusReason": self.reason,
            "StackInstanceStatus": {"DetailedStatus": "FAILED" if self.reason else "SUCCEEDED"},
        }


@dataclass
class Instances:
    """All instances of a stack set; moto's API asks for one by its place."""

    stack_instances: list[Instance] = field(default_factory=list)

    def get_instance(self, account: str, region: str) -> Instance:
        for one in self.stack_instances:
            if (one.account_id, one.region_name) == (account, region):
                return one
        raise StackInstanceNotFound


class LocalStackSet(StackSet):
    """A stack set whose instances are stacks of ours."""

    def __init__(self, capabilities: Iterable[str], **given: Any) -> None:
        super().__init__(**given)
        self.capabilities = tuple(capabilities)
        self._organization = self.instances.org_backend
        self._members = Instances()
        # Where moto's API finds them; it asks no more of them than ours can tell.
        self.instances: Any = self._members
        self.stack_instances: Any = self._members.stack_instances

    def targets(
        self, accounts: Iterable[str], regions: Iterable[str], targets: Mapping[str, Any] | None
    ) -> list[Place]:
        """The accounts and regions that a call means."""
        units = (targets or {}).get("OrganizationalUnitIds", [])
        if (self.permission_model == "SERVICE_MANAGED") != bool(units):
            wanted = "organizational units" if not units else "accounts"
            raise ValidationError(
                f"StackSets with {self.permission_model} permission model have {wanted} as target"
            )
        named = [*accounts, *(targets or {}).get("Accounts", [])]
        everyone = [*self._accounts_in(units), *named] if not units else self._accounts_in(units)
        return [(account, region) for region in regions for account in dict.fromkeys(everyone)]

    def create_in(self, places: Iterable[Place], overrides: Mapping[str, str]) -> str:
        """Create the missing stacks; returns the operation's ID."""
        there = {(one.account_id, one.region_name) for one in self._members.stack_instances}
        made = [Instance(self.id, *place, overrides) for place in places if place not in there]
        self._members.stack_instances.extend(made)
        return self._carry_out("CREATE", made)

    def update_in(
        self, places: Iterable[Place] | None, overrides: Mapping[str, str] | None = None
    ) -> str:
        """Bring stacks, all of them if no places are named, to what the stack set is now."""
        instances = (
            [*self._members.stack_instances]
            if places is None
            else [self._members.get_instance(*place) for place in places]
        )
        for instance in instances:
            instance.overrides = instance.overrides if overrides is None else overrides
        return self._carry_out("UPDATE", instances)

    def delete_in(self, places: Iterable[Place], *, retain: bool) -> str:
        """Delete stacks, or only forget them."""
        wanted = set(places)
        everyone = self._members.stack_instances
        instances = [one for one in everyone if (one.account_id, one.region_name) in wanted]
        for instance in instances:
            if instance.stack is not None and not retain:
                backend(instance.account_id, instance.region_name).delete(instance.stack.id)
                settled(instance.stack.id)
                gone = instance.stack.status == "DELETE_COMPLETE"
                instance.reason = None if gone else instance.stack.reason or "DELETE_FAILED"
            if instance.reason is None or retain or instance.stack is None:
                self._members.stack_instances.remove(instance)
        return self._note("DELETE", instances)

    def _carry_out(self, action: str, instances: list[Instance]) -> str:
        for instance in instances:
            instance.reason = self._brought(instance)
        return self._note(action, instances)

    def _brought(self, instance: Instance) -> str | None:
        """The reason why an instance's stack is not as it should be; None if it is."""
        stacks = backend(instance.account_id, instance.region_name)
        request = Request(
            self.template,
            {**self.parameters, **instance.overrides},
            self.capabilities,
            dict(self.tags or {}),
        )
        try:
            if instance.stack is None or instance.stack.status == "ROLLBACK_COMPLETE":
                if instance.stack is not None:
                    stacks.delete(instance.stack.id)
                    settled(instance.stack.id)
                instance.stack = stacks.create(f"StackSet-{self.name}-{uuid.uuid4()}", request)
            elif stacks.differences(instance.stack, stacks.plan(request, directly=True), request):
                stacks.update(instance.stack.id, request)
        except ServiceException as refusal:
            return str(refusal.message)
        settled(instance.stack.id)
        if instance.stack.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            return None
        failed = (one for one in instance.stack.events if one.status.endswith("_FAILED"))
        first = next(failed, None)
        return (
            f"{instance.stack.status}: {first.logical_id}: {first.reason}"
            if first
            else (instance.stack.status)
        )

    def _note(self, action: str, instances: list[Instance]) -> str:
        operation_id = str(uuid.uuid4())
        failed = any(instance.reason for instance in instances)
        operation = self._create_operation(
            operation_id, action, "FAILED" if failed else "SUCCEEDED"
        )
        operation["Instances"] = [{one.account_id: one.region_name} for one in instances]
        return operation_id

    def _accounts_in(self, units: Iterable[str]) -> list[str]:
        """The accounts of organizational units and of the units within."""
        wanted = list(units)
        for unit in wanted:
            wanted.extend(one.id for one in self._organization.ou if one.parent_id == unit)
        return [one.id for one in self._organization.accounts if one.parent_id in wanted]
