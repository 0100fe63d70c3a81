"""CloudFormation's API for stack sets, where moto's would not carry them out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from moto.cloudformation.utils import generate_stackset_id
from moto.core.responses import ActionResult

from .change_set_api import ChangeSetApi
from .refusals import ValidationError
from .stack import from_described
from .stack_sets import LocalStackSet
from .stacks import backend

WHAT: Final = (
    "StackSetName",
    "Description",
    "TemplateBody",
    "TemplateURL",
    "Parameters",
    "Capabilities",
    "Tags",
    "AdministrationRoleARN",
    "ExecutionRoleName",
    "PermissionModel",
)
WHERE: Final = ("StackSetName", "Accounts", "Regions", "DeploymentTargets", "ParameterOverrides")
WITHOUT_EFFECT: Final = ("OperationPreferences", "OperationId")
"""Settings without effect here, where everything is done at once."""


class StackSetApi(ChangeSetApi):
    """The operations on stack sets, beside those on stacks and change sets."""

    def create_stack_set(self) -> ActionResult:
        given = self._given(*WHAT)
        stacks = backend(self.current_account, self.region)
        if any(
            one.name == given["StackSetName"] and one.status == "ACTIVE"
            for one in stacks.stacksets.values()
        ):
            raise ValidationError(f"StackSet {given['StackSetName']} already exists")
        made = LocalStackSet(
            given.get("Capabilities", ()),
            stackset_id=generate_stackset_id(given["StackSetName"]),
            account_id=self.current_account,
            name=given["StackSetName"],
            region=self.region,
            template=self._text(given, None),
            parameters=_values(given.get("Parameters", [])),
            description=given.get("Description"),
            tags=from_described(given.get("Tags", [])),
            permission_model=given.get("PermissionModel", "SELF_MANAGED"),
            admin_role=given.get("AdministrationRoleARN"),
            execution_role=given.get("ExecutionRoleName"),
        )
        stacks.stacksets[made.id] = made
        return ActionResult({"StackSetId": made.id})

    def update_stack_set(self) -> ActionResult:
        given = self._given(*WHAT, *WITHOUT_EFFECT, "UsePreviousTemplate")
        found = self._found(given)
        if not given.get("UsePreviousTemplate"):
            found.template = self._text(given, None)
        found.description = given.get("Description", found.description)
        found.parameters = _values(given.get("Parameters", []), found.parameters)
        found.capabilities = tuple(given.get("Capabilities", ()))
        found.tags = from_described(given["Tags"]) if "Tags" in given else found.tags
        return ActionResult({"OperationId": found.update_in(None)})

    def create_stack_instances(self) -> ActionResult:
        given = self._given(*WHERE, *WITHOUT_EFFECT)
        found = self._found(given)
        overrides = _values(given.get("ParameterOverrides", []))
        return ActionResult({"OperationId": found.create_in(_places(found, given), overrides)})

    def update_stack_instances(self) -> ActionResult:
        given = self._given(*WHERE, *WITHOUT_EFFECT)
        found = self._found(given)
        overrides = _values(given["ParameterOverrides"]) if "ParameterOverrides" in given else None
        return ActionResult({"OperationId": found.update_in(_places(found, given), overrides)})

    def delete_stack_instances(self) -> ActionResult:
        given = self._given(*WHERE, *WITHOUT_EFFECT, "RetainStacks")
        found = self._found(given)
        retain = given.get("RetainStacks", False)
        return ActionResult({"OperationId": found.delete_in(_places(found, given), retain=retain)})

    def _found(self, given: Mapping[str, Any]) -> LocalStackSet:
        stacks = backend(self.current_account, self.region)
        found = stacks.describe_stack_set(given["StackSetName"])
        assert isinstance(found, LocalStackSet)
        return found


def _places(stack_set: LocalStackSet, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    return stack_set.targets(
        given.get("Accounts", []), given.get("Regions", []), given.get("DeploymentTargets")
    )


def _values(given: list[dict[str, Any]], before: Mapping[str, str] | None = None) -> dict[str, str]:
    return {
        one["ParameterKey"]: (before or {})[one["ParameterKey"]]
        if one.get("UsePreviousValue")
        else one.get("ParameterValue", "")
        for one in given
    }
