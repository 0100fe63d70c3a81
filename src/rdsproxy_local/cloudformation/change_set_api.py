"""CloudFormation's API for change sets, in the place of moto's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from moto.core.responses import ActionResult, EmptyResult

from . import operation_events, shown
from .change_set import ChangeSet
from .change_sets import ChangeSets, change_sets
from .recovery_api import RecoveryApi
from .refusals import ValidationError
from .requests import WHAT

NOBODY_MEANT: Final = "One of ChangeSetName, OperationId or StackName must be specified"


class ChangeSetApi(RecoveryApi):
    """The operations on change sets, beside those on stacks."""

    @property
    def change_sets(self) -> ChangeSets:
        return change_sets(self.stacks)

    def create_change_set(self) -> ActionResult:
        own = ("StackName", "ChangeSetName", "ChangeSetType", "UsePreviousTemplate")
        more = ("Description", "OnStackFailure", "IncludeNestedStacks", "ResourcesToImport")
        given = self._given(*WHAT, *own, *more, "DisableValidation", "DeploymentMode")
        kind = given.get("ChangeSetType", "UPDATE")
        if kind not in {"CREATE", "IMPORT", "UPDATE"}:
            raise ValidationError(f"The local cloud does not know change sets of type {kind}")
        if "ResourcesToImport" in given and kind != "IMPORT":
            raise ValidationError("ResourcesToImport is for change sets of type IMPORT")

        if "DeploymentMode" in given and kind != "UPDATE":
            raise ValidationError(
                "The local cloud knows DeploymentMode for change sets of type UPDATE only"
            )

        def create() -> ChangeSet:
            old = self.stacks.updatable(given["StackName"]) if kind == "UPDATE" else None
            return self.change_sets.create(
                given["ChangeSetName"],
                given["StackName"],
                kind,
                self._request(given, old),
                to_import=given.get("ResourcesToImport", []),
                nested=given.get("IncludeNestedStacks", False),
                description=given.get("Description"),
                on_failure=given.get("OnStackFailure"),
                validated=not given.get("DisableValidation"),
            )

        made = self._once(create)
        return ActionResult({"Id": made.id, "StackId": made.stack.id})

    def describe_change_set(self) -> ActionResult:
        given = self._given("ChangeSetName", "StackName", "NextToken", "IncludePropertyValues")
        found = self.change_sets.find(given["ChangeSetName"], given.get("StackName"))
        shown_whole = found.shown()
        changes, token = self._page(
            shown_whole["Changes"], lambda one: str(one["ResourceChange"]["LogicalResourceId"])
        )
        if not given.get("IncludePropertyValues"):
            changes = [_without_values(one) for one in changes]
        return ActionResult({**shown_whole, "Changes": changes, "NextToken": token})

    def list_change_sets(self) -> ActionResult:
        stack = self.stacks.find(self._given("StackName", "NextToken")["StackName"])
        found, token = self._page(self.change_sets.all(stack.id), lambda one: one.id)
        summaries = [one.summary() for one in found]
        return ActionResult({"Summaries": summaries, "NextToken": token})

    def describe_events(self) -> ActionResult:
        given = self._given("StackName", "ChangeSetName", "OperationId", "Filters", "NextToken")
        everything = self._events(given)
        if given.get("Filters", {}).get("FailedEvents"):
            everything = [one for one in everything if operation_events.is_failure(one)]
        events, token = self._page(everything, lambda one: str(one["EventId"]))
        return ActionResult({"OperationEvents": events, "NextToken": token})

    def _events(self, given: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        name, stack_name = given.get("ChangeSetName"), given.get("StackName")
        # A change set's name alone is not enough:
        # https://github.com/aws-cloudformation/cloudformation-cli/issues/1116
        if name and (stack_name or name.startswith("arn:")):
            return operation_events.of_change_set(self.change_sets.find(name, stack_name))
        wanted = given.get("OperationId")
        if stack_name:
            stacks = [self.stacks.find(stack_name)]
        elif wanted:
            stacks = self.stacks.everyone
        else:
            raise ValidationError(
                "One of ChangeSetName, OperationId or StackName must be specified"
            )
        found = [
            event
            for stack in stacks
            for event in operation_events.of_stack(stack, self.change_sets.all(stack.id))
        ]
        return [one for one in found if wanted in {None, one["OperationId"]}]

    def delete_change_set(self) -> EmptyResult:
        given = self._given("ChangeSetName", "StackName")
        found = self.change_sets.find(given["ChangeSetName"], given.get("StackName"))
        self.change_sets.delete(found)
        return EmptyResult()

    def execute_change_set(self) -> EmptyResult:
        given = self._given("ChangeSetName", "StackName", "DisableRollback")
        found = self.change_sets.find(given["ChangeSetName"], given.get("StackName"))
        disable_rollback = given.get("DisableRollback", False)
        self._once(
            lambda: self.change_sets.execute(
                found, disable_rollback=disable_rollback, token=self.token
            )
        )
        return EmptyResult()

    def get_template(self) -> ActionResult:
        given = self._given("StackName", "ChangeSetName", "TemplateStage")
        template = self.stacks.find(given["StackName"]).plan.template
        if "ChangeSetName" in given:
            found = self.change_sets.find(given["ChangeSetName"], given["StackName"])
            template = found.plan.template
        body = shown.template_body(template, given.get("TemplateStage", "Original"))
        return ActionResult({"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]})


VALUES: Final = (
    "Path",
    "BeforeValue",
    "AfterValue",
    "BeforeValueFrom",
    "AfterValueFrom",
    "Drift",
    "AttributeChangeType",
)
"""Parts of a detail that are shown only where they are asked for."""


def _without_values(change: Mapping[str, Any]) -> dict[str, Any]:
    """Return a change without the values of properties, and each property once."""
    shown_once: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in change["ResourceChange"]["Details"]:
        target = {name: value for name, value in one["Target"].items() if name not in VALUES}
        shown_once.setdefault(tuple(target.items()), {**one, "Target": target})
    details = [*shown_once.values()]
    return {**change, "ResourceChange": {**change["ResourceChange"], "Details": details}}
