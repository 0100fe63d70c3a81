"""CloudFormation's API for the instances of stack sets, in the place of moto's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.core.responses import ActionResult

from ..cloudformation.refusals import ValidationError
from . import auto_deployment
from .carrying import Carrier
from .instance import Instance, Place
from .operation_api import OperationApi
from .requests import PAGES
from .source import check_overrides, values
from .stack_set import StackSet
from .stack_set_api import HOW, WHERE
from .targets import targets


class StackInstanceApi(OperationApi):
    """The operations on instances, beside those on stack sets and their operations."""

    def create_stack_instances(self) -> ActionResult:
        given = self._given("StackSetName", "ParameterOverrides", "CallAs", *WHERE, *HOW)
        stack_sets, found = self._found(given)
        places = targets(found, given, creates=True)
        overrides = _overrides(found, given)
        operation = Carrier(stack_sets, found, given).create(
            places, overrides({}) if overrides else None
        )
        auto_deployment.remember(found, given)
        return ActionResult({"OperationId": operation.id})

    def update_stack_instances(self) -> ActionResult:
        given = self._given("StackSetName", "ParameterOverrides", "CallAs", *WHERE, *HOW)
        stack_sets, found = self._found(given)
        overrides = _overrides(found, given)

        def change(instance: Instance) -> Mapping[str, str]:
            return overrides(instance.overrides) if overrides else instance.overrides

        operation = Carrier(stack_sets, found, given).update(targets(found, given), change)
        return ActionResult({"OperationId": operation.id})

    def delete_stack_instances(self) -> ActionResult:
        given = self._given("StackSetName", "RetainStacks", "CallAs", *WHERE, *HOW)
        stack_sets, found = self._found(given)
        operation = Carrier(stack_sets, found, given).delete(
            targets(found, given), retain=given["RetainStacks"]
        )
        auto_deployment.forget(found, given)
        return ActionResult({"OperationId": operation.id})

    def describe_stack_instance(self) -> ActionResult:
        own = ("StackInstanceAccount", "StackInstanceRegion")
        given = self._given("StackSetName", "CallAs", *own)
        _, found = self._found(given)
        instance = found.instance(Place(*(given[name] for name in own)))
        overrides = found.source.shown(instance.overrides)
        return ActionResult(
            {"StackInstance": {**instance.summary(), "ParameterOverrides": overrides}}
        )

    def list_stack_instances(self) -> ActionResult:
        own = ("Filters", "StackInstanceAccount", "StackInstanceRegion")
        given = self._given("StackSetName", "CallAs", *own, *PAGES)
        _, found = self._found(given)
        wanted = [one for one in [*found.instances.values()] if _fits(one, given)]
        return ActionResult(
            self._listed(given, wanted, lambda one: "/".join(one.place), lambda one: one.summary())
        )

    def import_stacks_to_stack_set(self) -> ActionResult:
        raise ValidationError("The local cloud does not import stacks into stack sets")

    def list_stack_set_auto_deployment_targets(self) -> ActionResult:
        given = self._given("StackSetName", "CallAs", *PAGES)
        _, found = self._found(given)
        return ActionResult(
            self._listed(
                given,
                [*found.automatic.items()],
                lambda one: one[0],
                lambda one: {"OrganizationalUnitId": one[0], "Regions": list(one[1])},
            )
        )


def _overrides(
    stack_set: StackSet, given: Mapping[str, Any]
) -> Callable[[Mapping[str, str]], dict[str, str]] | None:
    """The overrides that a call wants, from those before; None if it says nothing of them."""
    if "ParameterOverrides" not in given:
        return None

    def overrides(before: Mapping[str, str]) -> dict[str, str]:
        found = values(given["ParameterOverrides"], {**stack_set.source.parameters, **before})
        check_overrides(stack_set, found)
        return found

    return overrides


def _fits(instance: Instance, given: Mapping[str, Any]) -> bool:
    shown = {
        "DETAILED_STATUS": instance.detailed,
        "LAST_OPERATION_ID": instance.operation,
        "DRIFT_STATUS": instance.drift,
    }
    for one in given.get("Filters", []):
        if one["Name"] not in shown:
            raise ValidationError(f"Unknown filter {one['Name']}")
        if shown[one["Name"]] not in one["Values"].split(","):
            return False
    account = given.get("StackInstanceAccount", instance.place.account)
    region = given.get("StackInstanceRegion", instance.place.region)
    return instance.place == (account, region)
