"""The update of a stack: bring its resources to where a plan wants them, or back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from ..types import is_custom
from . import dynamic, policies
from .failure import Failure
from .handlers import (
    as_deployed,
    declaration,
    in_place,
    known,
    property_problems,
    reason_of,
    require_another_name,
    updated,
)
from .order import dependencies, ordered
from .resource import DeployedResource, PartiallyCreated, Properties
from .scope import Exports, StackScope
from .stack import STACK, Plan, Stack

NEW_ONE: Final = (
    "Requested update requires the creation of a new physical resource; hence creating one."
)
SECURE: Final = {"ssm-secure", "secretsmanager"}


@dataclass(frozen=True)
class Step:
    """One thing done with one resource."""

    kind: Literal["made", "updated", "replaced"]
    logical_id: str
    before: DeployedResource | None = None


class StackUpdate:
    """One creation or update of a stack's resources."""

    def __init__(self, stack: Stack, plan: Plan, exports: Exports) -> None:
        self._stack, self._template = stack, plan.template
        self._old_template = stack.plan.template
        self.scope = StackScope(stack, plan, exports)
        self._steps: list[Step] = []
        self._replaced: list[DeployedResource] = []

    def forward(self) -> None:
        """Create, update and replace resources; stop at the first failure."""
        resources = self.scope.active()
        for logical_id in ordered(resources):
            self._bring(logical_id, resources[logical_id])

    def clean_up(self) -> None:
        """Delete the resources that the new template lacks, after everything went well."""
        for deployed in reversed(self._replaced):
            resource = self._template.resources[deployed.logical_id]
            discard(self._stack, deployed, policies.on_replacement(resource))
        active = self.scope.active()
        old = self._old_template.resources
        gone = [
            name for name in ordered(old) if name in self._stack.deployed and name not in active
        ]
        for logical_id in reversed(gone):
            policy = policies.on_deletion(old[logical_id])
            discard(self._stack, self._stack.deployed.pop(logical_id), policy)

    def undo(self) -> list[str]:
        """Undo all steps; returns the logical IDs of the resources for which that failed."""
        failed: list[str] = []
        made: list[DeployedResource] = []
        for step in reversed(self._steps):
            now = self._stack.deployed.pop(step.logical_id)
            if step.before is not None:
                self._stack.deployed[step.logical_id] = step.before
            if step.before is None or step.kind == "replaced":
                made.append(now)
            elif not self._put_back(now, step.before, made):
                failed.append(step.logical_id)
        for deployed in made:
            policy = policies.on_undone_creation(self._template.resources[deployed.logical_id])
            if not discard(self._stack, deployed, policy):
                failed.append(deployed.logical_id)
        return failed

    def _bring(self, logical_id: str, resource: Mapping[str, Any]) -> None:
        deployed = self._stack.deployed.get(logical_id)
        thing = deployed or DeployedResource(logical_id, resource["Type"], "", {})
        verb = "UPDATE" if deployed else "CREATE"
        try:
            written = self.scope.written(resource["Type"], resource.get("Properties", {}))
            if deployed is not None and deployed.type != STACK and deployed.written == written:
                # Dynamic references are not read again for a resource that stays as it is.
                return
            properties = self._properties(logical_id, resource, written)
            if deployed is None:
                self._create(thing, properties, written)
            else:
                self._change(deployed, properties, written)
        except Exception as error:
            self._stack.note(thing, f"{verb}_FAILED", reason_of(error))
            raise Failure(
                f"The following resource(s) failed to {verb.lower()}: [{logical_id}]. "
            ) from error

    def _properties(
        self, logical_id: str, resource: Mapping[str, Any], written: Mapping[str, Any]
    ) -> dict[str, Any]:
        type_name = resource["Type"]
        properties = self.scope.read(type_name, written)
        if problems := property_problems(type_name, properties):
            raise Failure(
                f"Properties validation failed for resource {logical_id} with message: "
                + "; ".join(problems)
            )
        if is_custom(type_name) and SECURE & dynamic.services(resource.get("Properties", {})):
            raise Failure("Dynamic references for secure values are not for custom resources")
        return properties

    def _create(
        self, thing: DeployedResource, properties: dict[str, Any], written: dict[str, Any]
    ) -> None:
        self._stack.note(thing, "CREATE_IN_PROGRESS")
        deployed = self._made(thing, properties, written, Step("made", thing.logical_id))
        self._stack.note(deployed, "CREATE_COMPLETE")

    def _change(
        self, deployed: DeployedResource, properties: dict[str, Any], written: dict[str, Any]
    ) -> None:
        if declaration(deployed.type).replaces(deployed.written, written):
            self._stack.note(deployed, "UPDATE_IN_PROGRESS", NEW_ONE)
            require_another_name(deployed, properties)
            self._replaced.append(deployed)
            now = self._made(
                deployed, properties, written, Step("replaced", deployed.logical_id, deployed)
            )
        else:
            self._stack.note(deployed, "UPDATE_IN_PROGRESS")
            in_place(deployed.type)
            self._steps.append(Step("updated", deployed.logical_id, deployed))
            self._stack.deployed[deployed.logical_id] = replace(
                deployed, properties=properties, written=written
            )
            now = updated(self._stack, deployed, properties, written)
            self._stack.deployed[deployed.logical_id] = now
            if now.physical_id != deployed.physical_id:
                self._replaced.append(deployed)
        self._stack.note(now, "UPDATE_COMPLETE")

    def _made(
        self,
        thing: DeployedResource,
        properties: dict[str, Any],
        written: dict[str, Any],
        step: Step,
    ) -> DeployedResource:
        read = Properties(properties)
        try:
            made = known(thing.type).create(self._stack.context(thing.logical_id), read)
        except PartiallyCreated as partial:
            self._keep(as_deployed(thing, partial.made, properties, written), step)
            raise
        deployed = as_deployed(thing, made, properties, written)
        self._keep(deployed, step)
        if read.unread:
            raise Failure(
                f"The local cloud ignores {', '.join(sorted(read.unread))} of {thing.type}"
            )
        return deployed

    def _keep(self, deployed: DeployedResource, step: Step) -> None:
        self._stack.deployed[deployed.logical_id] = deployed
        self._steps.append(step)

    def _put_back(
        self, now: DeployedResource, before: DeployedResource, made: list[DeployedResource]
    ) -> bool:
        """Update to what was before; a custom resource may become another one even so."""
        self._stack.note(now, "UPDATE_IN_PROGRESS")
        try:
            back = updated(self._stack, now, before.properties, before.written)
        except Exception as error:  # noqa: BLE001 - whatever it is, events say it
            self._stack.note(now, "UPDATE_FAILED", reason_of(error))
            return False
        if back.physical_id != now.physical_id:
            made.append(now)
        self._stack.deployed[before.logical_id] = back
        self._stack.note(back, "UPDATE_COMPLETE")
        return True


def delete_all(stack: Stack, *, keep: frozenset[str], undone_creation: bool = False) -> list[str]:
    """Delete a stack's resources except those to *keep*; returns the logical IDs that failed."""
    resources = stack.plan.template.resources
    failed: list[str] = []
    for logical_id in reversed(ordered(resources)):
        if logical_id not in stack.deployed:
            continue
        if any(logical_id in dependencies(resources[other]) for other in failed):
            failed.append(logical_id)
            continue
        choose = policies.on_undone_creation if undone_creation else policies.on_deletion
        policy = "Retain" if logical_id in keep else choose(resources[logical_id])
        if discard(stack, stack.deployed[logical_id], policy):
            del stack.deployed[logical_id]
        else:
            failed.append(logical_id)
    return failed


def discard(stack: Stack, deployed: DeployedResource, policy: policies.Policy) -> bool:
    """Delete a resource, unless it is retained; returns True if nothing is left to do."""
    if policy == "Retain":
        stack.note(deployed, "DELETE_SKIPPED")
        return True
    stack.note(deployed, "DELETE_IN_PROGRESS")
    context = stack.context(deployed.logical_id, final_snapshot=policy == "Snapshot")
    try:
        known(deployed.type).delete(context, deployed)
    except Exception as error:  # noqa: BLE001 - whatever it is, events say it
        stack.note(deployed, "DELETE_FAILED", reason_of(error))
        return False
    stack.note(deployed, "DELETE_COMPLETE")
    return True
