"""The update of a stack: bring its resources to where a plan wants them, or back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, Final, Literal

from ..types import is_custom
from . import background, dynamic, policies
from .background import Cancelled
from .deletion import discard
from .dynamic_places import secure_problems
from .failure import Failure
from .handlers import (
    as_deployed,
    declaration,
    in_place,
    known,
    property_problems,
    reason_of,
    require_another_name,
    require_tags,
    updated,
)
from .order import ordered
from .pace import present
from .resource import DeployedResource, Made, PartiallyCreated, Properties, ResourceType
from .schedule import ResourceFailed, Unusable, carry_out
from .scope import Exports, StackScope
from .stack import STACK, Plan, Stack
from .stack_policies import Action
from .undoing import Step, UndoableUpdate

NEW_ONE: Final = (
    "Requested update requires the creation of a new physical resource; hence creating one."
)
SECURE: Final = {"ssm-secure", "secretsmanager"}
Verb = Literal["create", "update"]


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
        for deployed in [*self._stack.deployed.values()]:
            if deployed.logical_id not in resources:
                self._require_allowed("Update:Delete", deployed)
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

    def _bring(self, logical_id: str, resource: Mapping[str, Any]) -> Unusable | None:
        if logical_id in self._broken:
            self._broken.discard(logical_id)
            self._forget_remains(logical_id)
        deployed = self._stack.deployed.get(logical_id)
        thing = deployed or DeployedResource(logical_id, resource["Type"], "", {})
        verb: Verb = "update" if deployed else "create"
        # The work on what is in a stack is that stack's.
        with nullcontext() if thing.type == STACK else background.work():
            try:
                written = self.scope.written(resource["Type"], resource.get("Properties", {}))
                if deployed is not None and deployed.type != STACK and deployed.written == written:
                    # Dynamic references are not read again for a resource that stays as it is.
                    return None
                properties = self._properties(logical_id, resource, written)
                if deployed is None:
                    now = self._create(thing, properties, written)
                else:
                    now = self._change(deployed, properties, written)
            except Exception as error:
                raise self._failure(thing, verb, error) from error
        if deployed is None or now.physical_id != deployed.physical_id or now.type == STACK:
            return self._until_usable(now, verb)
        self._stack.note(now, "UPDATE_COMPLETE")
        return None

    def _until_usable(self, deployed: DeployedResource, verb: Verb) -> Unusable | None:
        """Note that the resource is complete, or what to wait for before that."""
        kind = known(deployed.type)
        stabilized = kind.stabilized or (lambda _, one: Made(one.physical_id, one.attributes))
        context = self._stack.context(deployed.logical_id)

        def is_usable() -> bool:
            try:
                made = stabilized(context, deployed)
                if made is None:
                    _require_patience(kind)
            except Exception as error:
                raise self._failure(deployed, verb, error) from error
            if made is not None:
                now = replace(deployed, attributes=made.attributes)
                self._stack.deployed[now.logical_id] = now
                self._stack.note(now, f"{verb.upper()}_COMPLETE")
            return made is not None

        if is_usable():
            return None
        return Unusable(is_usable, lambda: self._failure(deployed, verb, Cancelled()))

    def _failure(self, thing: DeployedResource, verb: Verb, error: Exception) -> ResourceFailed:
        """Note the failure of a resource; what is returned is to be raised."""
        self._broken.add(thing.logical_id)
        there = self._stack.deployed.get(thing.logical_id, thing)
        self._stack.note(there, f"{verb.upper()}_FAILED", _reason_of(error, verb))
        return ResourceFailed(thing.logical_id, verb)

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
        # What a parameter's value says is known here, and not in the template.
        for problem in secure_problems((type_name, written)):
            raise Failure(problem)
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
    ) -> DeployedResource:
        seconds = present.pace.delay(thing.type)
        self._stack.note(thing, "CREATE_IN_PROGRESS")
        self._work("create", thing)
        deployed = self._made(thing, properties, written, Step("made", thing.logical_id))
        self._stabilize(deployed, "CREATE", seconds, "Resource creation Initiated")
        return deployed

    def _change(
        self, deployed: DeployedResource, properties: dict[str, Any], written: dict[str, Any]
    ) -> DeployedResource:
        replaces = declaration(deployed.type).replaces(deployed.written, written)
        if deployed.type != STACK or deployed.written != written:
            self._require_allowed("Update:Replace" if replaces else "Update:Modify", deployed)
        seconds = present.pace.delay(deployed.type)
        if replaces:
            self._stack.note(deployed, "UPDATE_IN_PROGRESS", NEW_ONE)
            self._work("update", deployed)
            require_another_name(deployed, properties)
            self._replaced.append(deployed)
            now = self._made(
                deployed, properties, written, Step("replaced", deployed.logical_id, deployed)
            )
            self._stabilize(now, "UPDATE", seconds, "Resource creation Initiated")
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
            self._stabilize(now, "UPDATE", seconds)
        return now

    def _require_allowed(self, action: Action, deployed: DeployedResource) -> None:
        policy = self._stack.policy_meanwhile or self._stack.policy
        reason = policy.denial(action, deployed.logical_id, deployed.type)
        if reason and action == "Update:Delete":
            raise self._failure(deployed, "update", Failure(reason))
        if reason:
            raise Failure(reason)

    def _made(
        self,
        thing: DeployedResource,
        properties: dict[str, Any],
        written: dict[str, Any],
        step: Step,
    ) -> DeployedResource:
        require_tags(self._stack, properties)
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


def _require_patience(kind: ResourceType) -> None:
    """Fail once a resource of the type cannot be expected to become usable any more."""
    if kind.timed_out and background.work.idle() > present.pace.stabilization:
        raise Failure(kind.timed_out)


def _reason_of(error: Exception, verb: Verb) -> str:
    if isinstance(error, Cancelled):
        return f"Resource {'creation' if verb == 'create' else 'update'} cancelled"
    return reason_of(error)
