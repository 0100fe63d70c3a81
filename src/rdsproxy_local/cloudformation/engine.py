"""The update of a stack: bring its resources to where a plan wants them, or back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Literal

from ..types import is_custom
from . import dynamic, policies
from .background import Cancelled
from .deletion import discard
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
from .order import ordered
from .resource import DeployedResource, PartiallyCreated, Properties
from .schedule import ResourceFailed, carry_out
from .scope import Exports, StackScope
from .stack import STACK, Plan, Stack
from .undoing import Step, UndoableUpdate

NEW_ONE: Final = (
    "Requested update requires the creation of a new physical resource; hence creating one."
)
SECURE: Final = {"ssm-secure", "secretsmanager"}


class StackUpdate(UndoableUpdate):
    """One creation or update of a stack's resources.

    It goes on from an update that failed and was not rolled back, if there is one.
    """

    def __init__(self, stack: Stack, plan: Plan, exports: Exports) -> None:
        super().__init__(stack, plan)
        self.scope = StackScope(stack, plan, exports)

    def forward(self) -> None:
        """Create, update and replace resources; stop at the first failure."""
        resources = self.scope.active()
        carry_out(
            resources,
            lambda logical_id: self._bring(logical_id, resources[logical_id]),
            self._operation,
        )

    def clean_up(self) -> None:
        """Delete the resources that the new template lacks, after everything went well."""
        for deployed in reversed(self._replaced):
            resource = self.resources[deployed.logical_id]
            discard(self._stack, deployed, policies.on_replacement(resource))
        active = self.scope.active()
        old = self.resources
        gone = [
            name for name in ordered(old) if name in self._stack.deployed and name not in active
        ]
        for logical_id in reversed(gone):
            policy = policies.on_deletion(old[logical_id])
            discard(self._stack, self._stack.deployed.pop(logical_id), policy)

    def _bring(self, logical_id: str, resource: Mapping[str, Any]) -> None:
        if logical_id in self._broken:
            self._broken.discard(logical_id)
            self._forget_remains(logical_id)
        deployed = self._stack.deployed.get(logical_id)
        thing = deployed or DeployedResource(logical_id, resource["Type"], "", {})
        verb: Literal["create", "update"] = "update" if deployed else "create"
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
            self._broken.add(logical_id)
            there = self._stack.deployed.get(logical_id, thing)
            self._stack.note(there, f"{verb.upper()}_FAILED", _reason_of(error, verb))
            raise ResourceFailed(logical_id, verb) from error

    def _forget_remains(self, logical_id: str) -> None:
        """Delete what a failed creation has left; it is created anew."""
        made = [one for one in self._steps if one.logical_id == logical_id and one.before is None]
        if made and (remains := self._stack.deployed.pop(logical_id, None)):
            self._steps = [one for one in self._steps if one not in made]
            discard(self._stack, remains, "Delete")

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
        self._work("create", thing)
        deployed = self._made(thing, properties, written, Step("made", thing.logical_id))
        self._stabilize(deployed, "CREATE", "Resource creation Initiated")
        self._stack.note(deployed, "CREATE_COMPLETE")

    def _change(
        self, deployed: DeployedResource, properties: dict[str, Any], written: dict[str, Any]
    ) -> None:
        if declaration(deployed.type).replaces(deployed.written, written):
            self._stack.note(deployed, "UPDATE_IN_PROGRESS", NEW_ONE)
            self._work("update", deployed)
            require_another_name(deployed, properties)
            self._replaced.append(deployed)
            now = self._made(
                deployed, properties, written, Step("replaced", deployed.logical_id, deployed)
            )
            self._stabilize(now, "UPDATE", "Resource creation Initiated")
        else:
            self._stack.note(deployed, "UPDATE_IN_PROGRESS")
            in_place(deployed.type)
            self._steps.append(Step("updated", deployed.logical_id, deployed))
            self._stack.deployed[deployed.logical_id] = replace(
                deployed, properties=properties, written=written
            )
            self._work("update", deployed)
            now = updated(self._stack, deployed, properties, written)
            self._stack.deployed[deployed.logical_id] = now
            if now.physical_id != deployed.physical_id:
                self._replaced.append(deployed)
            self._stabilize(now, "UPDATE")
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


def _reason_of(error: Exception, verb: Literal["create", "update"]) -> str:
    if isinstance(error, Cancelled):
        return f"Resource {'creation' if verb == 'create' else 'update'} cancelled"
    return reason_of(error)
