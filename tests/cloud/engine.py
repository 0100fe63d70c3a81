"""The walk: bring a stack's resources to where a plan wants them, or back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from . import dynamic, policies
from .failure import Failure
from .handlers import (
    as_live,
    declaration,
    in_place,
    known,
    property_problems,
    reason_of,
    require_another_name,
    updated,
)
from .order import dependencies, ordered
from .resource import HalfMade, Live, Properties
from .scope import Exports, StackScope
from .stack import STACK, Plan, Stack
from .types import is_custom

NEW_ONE: Final = (
    "Requested update requires the creation of a new physical resource; hence creating one."
)
SECURE: Final = {"ssm-secure", "secretsmanager"}


@dataclass(frozen=True)
class Step:
    """What was done with one resource."""

    kind: Literal["made", "updated", "replaced"]
    logical_id: str
    before: Live | None = None


class Walk:
    """One creation or update of a stack's resources."""

    def __init__(self, stack: Stack, plan: Plan, exports: Exports) -> None:
        self._stack, self._template = stack, plan.template
        self._old_template = stack.plan.template
        self.scope = StackScope(stack, plan, exports)
        self._steps: list[Step] = []
        self._replaced: list[Live] = []

    def forward(self) -> None:
        """Make, update and replace; ends at the first failure."""
        resources = self.scope.active()
        for logical_id in ordered(resources):
            self._bring(logical_id, resources[logical_id])

    def clean_up(self) -> None:
        """After all went well, delete what the new template has no more."""
        for live in reversed(self._replaced):
            resource = self._template.resources[live.logical_id]
            discard(self._stack, live, policies.on_replacement(resource))
        active = self.scope.active()
        old = self._old_template.resources
        gone = [name for name in ordered(old) if name in self._stack.live and name not in active]
        for logical_id in reversed(gone):
            policy = policies.on_deletion(old[logical_id])
            discard(self._stack, self._stack.live.pop(logical_id), policy)

    def undo(self) -> list[str]:
        """Put back what was updated, delete what was made; the logical IDs that could not be."""
        failed: list[str] = []
        made: list[Live] = []
        for step in reversed(self._steps):
            now = self._stack.live.pop(step.logical_id)
            if step.before is not None:
                self._stack.live[step.logical_id] = step.before
            if step.before is None or step.kind == "replaced":
                made.append(now)
            elif not self._put_back(now, step.before, made):
                failed.append(step.logical_id)
        for live in made:
            policy = policies.on_undone_creation(self._template.resources[live.logical_id])
            if not discard(self._stack, live, policy):
                failed.append(live.logical_id)
        return failed

    def _bring(self, logical_id: str, resource: Mapping[str, Any]) -> None:
        live = self._stack.live.get(logical_id)
        thing = live or Live(logical_id, resource["Type"], "", {})
        verb = "UPDATE" if live else "CREATE"
        try:
            written = self.scope.written(resource["Type"], resource.get("Properties", {}))
            if live is not None and live.type != STACK and live.written == written:
                # Dynamic references are not read again for a resource that stays as it is.
                return
            properties = self._properties(logical_id, resource, written)
            if live is None:
                self._create(thing, properties, written)
            else:
                self._change(live, properties, written)
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

    def _create(self, thing: Live, properties: dict[str, Any], written: dict[str, Any]) -> None:
        self._stack.note(thing, "CREATE_IN_PROGRESS")
        live = self._made(thing, properties, written, Step("made", thing.logical_id))
        self._stack.note(live, "CREATE_COMPLETE")

    def _change(self, live: Live, properties: dict[str, Any], written: dict[str, Any]) -> None:
        if declaration(live.type).replaces(live.written, written):
            self._stack.note(live, "UPDATE_IN_PROGRESS", NEW_ONE)
            require_another_name(live, properties)
            self._replaced.append(live)
            now = self._made(live, properties, written, Step("replaced", live.logical_id, live))
        else:
            self._stack.note(live, "UPDATE_IN_PROGRESS")
            in_place(live.type)
            self._steps.append(Step("updated", live.logical_id, live))
            self._stack.live[live.logical_id] = replace(
                live, properties=properties, written=written
            )
            now = updated(self._stack, live, properties, written)
            self._stack.live[live.logical_id] = now
            if now.physical_id != live.physical_id:
                self._replaced.append(live)
        self._stack.note(now, "UPDATE_COMPLETE")

    def _made(
        self, thing: Live, properties: dict[str, Any], written: dict[str, Any], step: Step
    ) -> Live:
        read = Properties(properties)
        try:
            made = known(thing.type).create(self._stack.context(thing.logical_id), read)
        except HalfMade as half:
            self._keep(as_live(thing, half.made, properties, written), step)
            raise
        live = as_live(thing, made, properties, written)
        self._keep(live, step)
        if read.unread:
            raise Failure(
                f"The local cloud ignores {', '.join(sorted(read.unread))} of {thing.type}"
            )
        return live

    def _keep(self, live: Live, step: Step) -> None:
        self._stack.live[live.logical_id] = live
        self._steps.append(step)

    def _put_back(self, now: Live, before: Live, made: list[Live]) -> bool:
        """Update to what was before; a custom resource may become another one even so."""
        self._stack.note(now, "UPDATE_IN_PROGRESS")
        try:
            back = updated(self._stack, now, before.properties, before.written)
        except Exception as error:  # noqa: BLE001 - whatever it is, events say it
            self._stack.note(now, "UPDATE_FAILED", reason_of(error))
            return False
        if back.physical_id != now.physical_id:
            made.append(now)
        self._stack.live[before.logical_id] = back
        self._stack.note(back, "UPDATE_COMPLETE")
        return True


def delete_all(stack: Stack, *, keep: frozenset[str], undone_creation: bool = False) -> list[str]:
    """Delete a stack's resources but those to *keep*; the logical IDs that could not be."""
    resources = stack.plan.template.resources
    failed: list[str] = []
    for logical_id in reversed(ordered(resources)):
        if logical_id not in stack.live:
            continue
        if any(logical_id in dependencies(resources[other]) for other in failed):
            failed.append(logical_id)
            continue
        choose = policies.on_undone_creation if undone_creation else policies.on_deletion
        policy = "Retain" if logical_id in keep else choose(resources[logical_id])
        if discard(stack, stack.live[logical_id], policy):
            del stack.live[logical_id]
        else:
            failed.append(logical_id)
    return failed


def discard(stack: Stack, live: Live, policy: policies.Policy) -> bool:
    """Delete a resource, unless it is to be retained; whether there is no more to do."""
    if policy == "Retain":
        stack.note(live, "DELETE_SKIPPED")
        return True
    stack.note(live, "DELETE_IN_PROGRESS")
    context = stack.context(live.logical_id, final_snapshot=policy == "Snapshot")
    try:
        known(live.type).delete(context, live)
    except Exception as error:  # noqa: BLE001 - whatever it is, events say it
        stack.note(live, "DELETE_FAILED", reason_of(error))
        return False
    stack.note(live, "DELETE_COMPLETE")
    return True
