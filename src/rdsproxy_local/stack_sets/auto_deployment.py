"""Automatic deployment: an account that comes gets its stacks, and one that leaves loses them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from typing import Any

from moto.cloudformation.models import cloudformation_backends
from moto.organizations.models import OrganizationsBackend

from ..apis.surround import surround
from .carrying import Carrier
from .instance import Place
from .operation import Operation
from .organizations import accounts_in, organization_of, units_above
from .registry import StackSets, stack_sets_of
from .stack_set import StackSet

CHANGES = ("move_account", "create_account", "remove_account_from_organization")
"""Whatever changes where an account is."""


def install() -> None:
    """Look after the stack sets of an organization whenever an account comes or goes."""

    def around(change: Callable[..., Any], backend: OrganizationsBackend, **given: Any) -> Any:
        answer = change(backend, **given)
        account = given.get("AccountId") or answer["CreateAccountStatus"]["AccountId"]
        _reconcile(backend.account_id, account)
        return answer

    for name in CHANGES:
        surround(OrganizationsBackend, name, around)


def remember(stack_set: StackSet, given: Mapping[str, Any]) -> None:
    """Take units as targets of the future, too, unless only single accounts of them are."""
    targets = given.get("DeploymentTargets") or {}
    if targets.get("AccountFilterType") == "INTERSECTION":
        return
    for unit in targets.get("OrganizationalUnitIds", ()):
        regions = (*stack_set.automatic.get(unit, ()), *given["Regions"])
        stack_set.automatic[unit] = tuple(dict.fromkeys(regions))


def forget(stack_set: StackSet, given: Mapping[str, Any]) -> None:
    """Take units as targets no more."""
    targets = given.get("DeploymentTargets") or {}
    if targets.get("AccountFilterType") in {"INTERSECTION", "DIFFERENCE"}:
        return
    for unit in targets.get("OrganizationalUnitIds", ()):
        before = stack_set.automatic.pop(unit, ())
        if left := tuple(one for one in before if one not in given["Regions"]):
            stack_set.automatic[unit] = left


def _reconcile(manager: str, account: str) -> None:
    """Begin what each stack set has to do in an account, those first on which others depend."""
    found = {one.arn: (sets, one) for sets, one in _automatic(manager)}
    before = {
        arn: [other for other in one.automation.get("DependsOn", ()) if other in found]
        for arn, (_, one) in found.items()
    }
    begun: dict[str, list[Operation]] = {}
    with suppress(CycleError):
        for arn in TopologicalSorter(before).static_order():
            after = [operation for other in before[arn] for operation in begun[other]]
            begun[arn] = [*_work(*found[arn], account, after)]


def _work(
    sets: StackSets, stack_set: StackSet, account: str, after: Iterable[Operation]
) -> Iterator[Operation]:
    carrier = Carrier(sets, stack_set, {}, after=[*after])
    wanted: dict[Place, str | None] = {
        Place(account, region): unit
        for unit, regions in stack_set.automatic.items()
        if account in accounts_in(stack_set.account, [unit])
        for region in regions
    }
    gone, above = [], units_above(account)
    for place, one in [*stack_set.instances.items()]:
        if place.account == account and one.unit and one.unit not in above:
            # From one target to another, a stack stays.
            one.unit = wanted.get(place, one.unit)
            gone += [] if place in wanted else [place]
    if gone:
        retain = stack_set.automation.get("RetainStacksOnAccountRemoval", False)
        yield carrier.delete(gone, retain=retain)
    if new := {one: unit for one, unit in wanted.items() if one not in stack_set.instances}:
        yield carrier.create(new, None)


def _automatic(manager: str) -> Iterator[tuple[StackSets, StackSet]]:
    """The stack sets of an organization that are deployed automatically."""
    organization = organization_of(manager)
    if organization is None:
        return
    for backend in [*cloudformation_backends[organization.account_id].values()]:
        sets = stack_sets_of(backend)
        for one in [*sets.everyone.values()]:
            if one.status == "ACTIVE" and one.automation.get("Enabled"):
                yield sets, one
