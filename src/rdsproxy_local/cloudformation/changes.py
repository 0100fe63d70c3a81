"""The changes that a plan would make to a stack, computed before anything is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ..types import is_custom
from . import policies
from .change import ABSENT, KNOWN_AFTER_APPLY, Change, Replacement
from .failure import Failure
from .operations import outputs
from .order import ordered
from .resource import DeployedResource
from .schemas import schema
from .scope import Exports, StackScope
from .stack import STACK, Output, Plan, Stack

POLICIES: Final = ("DeletionPolicy", "Metadata", "UpdateReplacePolicy")
"""Parts of a resource, beside its properties, that may change."""


class NotKnownYet(Failure):
    """A value that only the update itself can find."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not known before the change set is executed")


class Preview(StackScope):
    """The scope of a plan that is not carried out: some resources are still to be made."""

    def __init__(self, stack: Stack, plan: Plan, exports: Exports) -> None:
        super().__init__(stack, plan, exports)
        self.others: set[str] = set()
        """Logical IDs of the resources that will be replaced or created."""
        self.changing: set[str] = set()
        """Logical IDs of the resources whose attributes may change."""

    def expect(self, change: Change) -> None:
        """Treat everything that depends on *change* as unknown."""
        if change.action == "Add" or change.replacement != "False":
            self.others.add(change.logical_id)
        if is_custom(change.type) or (change.type == STACK and not change.same_inside):
            self.changing.add(change.logical_id)

    def ref(self, name: str) -> Any:
        if name in self._plan.parameters.unknown:
            raise NotKnownYet(name)
        return super().ref(name)

    def deployed(self, logical_id: str) -> DeployedResource:
        if logical_id in self.others:
            raise NotKnownYet(logical_id)
        return super().deployed(logical_id)

    def attribute(self, logical_id: str, name: str) -> Any:
        if logical_id in self.changing:
            raise NotKnownYet(logical_id)
        return super().attribute(logical_id, name)


LookInside = Callable[[Preview, str, Change | None], Change | None]
"""Refines the change that the resource of a nested stack implies by itself."""


def unseen(_preview: Preview, _logical_id: str, change: Change | None) -> Change | None:
    """The change that the resource itself implies."""
    return change


def changes(
    stack: Stack, plan: Plan, exports: Exports, look_inside: LookInside = unseen
) -> list[Change]:
    """Every resource that *plan* would make, update, replace or delete."""
    preview = Preview(stack, plan, exports)
    active = preview.active()
    found = list(_made_or_changed(stack, preview, active, look_inside))
    old = stack.plan.template.resources
    gone = [
        stack.deployed[name]
        for name in ordered(old)
        if name in stack.deployed and name not in active
    ]
    return found + [_removed(deployed, old[deployed.logical_id]) for deployed in reversed(gone)]


def same_outputs(stack: Stack, plan: Plan, exports: Exports) -> bool:
    """True if *plan*, which changes no resource, leaves the stack's outputs as they are."""
    try:
        said: Mapping[str, Output] = outputs(StackScope(stack, plan, exports), plan)
    except Failure:
        return False
    return said == stack.outputs


def _made_or_changed(
    stack: Stack, preview: Preview, active: Mapping[str, Any], look_inside: LookInside
) -> Iterator[Change]:
    old = stack.plan.template.resources
    for logical_id in ordered(active):
        resource = active[logical_id]
        if deployed := stack.deployed.get(logical_id):
            change = _changed(preview, deployed, old[logical_id], resource)
        else:
            change = Change("Add", logical_id, resource["Type"])
        if resource["Type"] == STACK:
            change = look_inside(preview, logical_id, change)
        if change is not None:
            preview.expect(change)
            yield change


def _changed(
    preview: Preview, deployed: DeployedResource, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Change | None:
    certain, doubtful = known_properties(preview, new)
    names = {
        name
        for name in set(certain) | set(deployed.written)
        if name not in doubtful and certain.get(name) != deployed.written.get(name)
    }
    attributes = [name for name in POLICIES if old.get(name) != new.get(name)]
    if not names and not doubtful and not attributes:
        return None
    replacement = _replacement(deployed, certain, doubtful)
    values = {
        name: (
            deployed.written.get(name, ABSENT),
            KNOWN_AFTER_APPLY if name in doubtful else certain.get(name, ABSENT),
        )
        for name in names | doubtful
    }
    return Change(
        "Modify",
        deployed.logical_id,
        deployed.type,
        deployed.physical_id,
        replacement,
        tuple((["Properties"] if names or doubtful else []) + attributes),
        tuple(sorted(names | doubtful)),
        frozenset(doubtful),
        values,
        None if replacement == "False" else policies.on_replacement(new),
    )


def known_properties(
    preview: Preview, resource: Mapping[str, Any]
) -> tuple[dict[str, Any], set[str]]:
    """The properties that are known already, and the names of those that are not."""
    certain: dict[str, Any] = {}
    doubtful = set()
    for name, value in resource.get("Properties", {}).items():
        try:
            certain |= preview.written(resource["Type"], {name: value})
        except Failure:
            # It may well be there when the update comes to it; else that fails.
            doubtful.add(name)
    return certain, doubtful


def _replacement(
    deployed: DeployedResource, certain: Mapping[str, Any], doubtful: set[str]
) -> Replacement:
    declared = schema(deployed.type)
    assert declared is not None
    as_now = {name: deployed.written[name] for name in doubtful if name in deployed.written}
    if declared.certainly_replaces(deployed.written, {**certain, **as_now}):
        return "True"
    other: dict[str, Any] = dict.fromkeys(doubtful, NotKnownYet)
    return (
        "Conditional" if declared.may_replace(deployed.written, {**certain, **other}) else "False"
    )


def _removed(deployed: DeployedResource, resource: Mapping[str, Any]) -> Change:
    policy = policies.on_deletion(resource)
    return Change("Remove", deployed.logical_id, deployed.type, deployed.physical_id, policy=policy)
