"""CloudFormation's API for stacks, in the place of moto's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from moto.core.responses import ActionResult, EmptyResult

from . import capabilities, shown
from .refusals import ValidationError, refusals
from .requests import WHAT, StackRequests
from .stack import Stack
from .stack_policies import StackPolicy
from .template import loaded, read, transforms_of


class StackApi(StackRequests):
    """The operations that moto sends here; a parameter that none of them knows is refused."""

    def create_stack(self) -> ActionResult:
        own = ("StackName", "OnFailure", "DisableRollback", "EnableTerminationProtection")
        given = self._given(*WHAT, *own, "StackPolicyBody", "DisableValidation")
        if "OnFailure" in given and "DisableRollback" in given:
            raise ValidationError(
                "You can specify either DisableRollback or OnFailure, but not both."
            )
        stack = self._once(
            lambda: self.stacks.create(
                given["StackName"],
                self._request(given, None),
                on_failure="DO_NOTHING"
                if given.get("DisableRollback")
                else given.get("OnFailure", "ROLLBACK"),
                protected=given.get("EnableTerminationProtection", False),
                policy=_policy(given, "StackPolicyBody"),
                token=self.token,
                validated=self._is_validated(given),
            )
        )
        return ActionResult({"StackId": stack.id, "OperationId": stack.operation.id})

    def update_stack(self) -> ActionResult:
        own = ("StackName", "UsePreviousTemplate", "DisableRollback", "DisableValidation")
        given = self._given(*WHAT, *own, "StackPolicyDuringUpdateBody")
        meanwhile = _policy(given, "StackPolicyDuringUpdateBody")

        def update() -> Stack:
            old = self.stacks.updatable(given["StackName"])
            return self.stacks.update(
                old.id,
                self._request(given, old),
                rolls_back=not given.get("DisableRollback"),
                meanwhile=meanwhile,
                token=self.token,
                validated=self._is_validated(given),
            )

        stack = self._once(update)
        return ActionResult({"StackId": stack.id, "OperationId": stack.operation.id})

    def _is_validated(self, given: Mapping[str, Any]) -> bool:
        # Nested stacks, which the engine makes, are validated by change sets that look inside.
        return not (given.get("DisableValidation") or self._is_engine)

    def delete_stack(self) -> EmptyResult:
        given = self._given("StackName", "RetainResources", "RoleARN")
        self._once(lambda: self._delete(given["StackName"], given.get("RetainResources", [])))
        return EmptyResult()

    def _delete(self, name: str, keep: Sequence[str]) -> Literal[True]:
        stack = self.stacks.named(name)
        if keep and stack and stack.status != "DELETE_FAILED":
            raise ValidationError(
                f"Invalid operation on stack [{stack.id}]. "
                "Please specify RetainResources only for stacks in DELETE_FAILED state."
            )
        self.stacks.delete(name, keep, self.token)
        return True

    def update_termination_protection(self) -> ActionResult:
        given = self._given("StackName", "EnableTerminationProtection")
        stack = self.stacks.find(given["StackName"])
        stack.protected = given["EnableTerminationProtection"]
        return ActionResult({"StackId": stack.id})

    def describe_stacks(self) -> ActionResult:
        name = self._given("StackName", "NextToken").get("StackName")
        if name:
            self._settle(self.stacks.find(name))
        found = [self.stacks.find(name)] if name else self.stacks.alive
        page, token = self._page(found, lambda one: one.id)
        described = [shown.stack(one, self.stacks) for one in page]
        return ActionResult({"Stacks": described, "NextToken": token})

    def list_stacks(self) -> ActionResult:
        wanted = self._given("StackStatusFilter", "NextToken").get("StackStatusFilter")
        found = [one for one in self.stacks.everyone if not wanted or one.status in wanted]
        page, token = self._page(found, lambda one: one.id)
        summaries = [shown.summary(one, self.stacks) for one in page]
        return ActionResult({"StackSummaries": summaries, "NextToken": token})

    def describe_stack_resource(self) -> ActionResult:
        given = self._given("StackName", "LogicalResourceId")
        stack, logical_id = self.stacks.find(given["StackName"]), given["LogicalResourceId"]
        if logical_id not in shown.resource_ids(stack):
            raise ValidationError(f"Resource {logical_id} does not exist for stack {stack.name}")
        return ActionResult({"StackResourceDetail": shown.resource(stack, logical_id)})

    def describe_stack_resources(self) -> ActionResult:
        given = self._given("StackName", "LogicalResourceId", "PhysicalResourceId")
        if "PhysicalResourceId" not in given:
            stack = self.stacks.find(given["StackName"])
        elif "StackName" in given:
            raise ValidationError("StackName and PhysicalResourceId may not be given together")
        else:
            stack = shown.holder_of(given["PhysicalResourceId"], self.stacks.alive)
        wanted = given.get("LogicalResourceId")
        found = [one for one in shown.resource_ids(stack) if wanted in {None, one}]
        return ActionResult({"StackResources": [shown.resource(stack, one) for one in found]})

    def list_stack_resources(self) -> ActionResult:
        stack = self.stacks.find(self._given("StackName", "NextToken")["StackName"])
        ids, token = self._page(shown.resource_ids(stack), str)
        found = [shown.resource(stack, one) for one in ids]
        return ActionResult({"StackResourceSummaries": found, "NextToken": token})

    def list_exports(self) -> ActionResult:
        self._given("NextToken")
        exports = [
            {"ExportingStackId": stack.id, "Name": name, "Value": value}
            for stack in self.stacks.alive
            for name, value in stack.exports.items()
        ]
        page, token = self._page(exports, lambda one: one["Name"])
        return ActionResult({"Exports": page, "NextToken": token})

    def list_imports(self) -> ActionResult:
        name = self._given("ExportName", "NextToken")["ExportName"]
        users = self.stacks.users_of(name)
        if not users:
            raise ValidationError(f"Export '{name}' is not imported by any stack.")
        page, token = self._page(users, str)
        return ActionResult({"Imports": page, "NextToken": token})

    def get_template_summary(self) -> ActionResult:
        given = self._given("StackName", "TemplateBody", "TemplateURL")
        stack = self.stacks.find(given["StackName"]) if "StackName" in given else None
        if stack is not None and stack.status == "REVIEW_IN_PROGRESS":
            raise ValidationError(
                "GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks."
            )
        text = stack.plan.template.text if stack else self._text(given, None)
        with refusals():
            return ActionResult(shown.template_summary(loaded(text)))

    def validate_template(self) -> ActionResult:
        text = self._text(self._given("TemplateBody", "TemplateURL"), None)
        with refusals():
            document = loaded(text)
            template = read(text, {}, self.region)
            summary = shown.template_summary(document)
        return ActionResult(
            {
                "Parameters": summary["Parameters"],
                "Description": template.description,
                "Capabilities": capabilities.needed(template),
                "DeclaredTransforms": list(transforms_of(document)),
            }
        )

    def set_stack_policy(self) -> EmptyResult:
        given = self._given("StackName", "StackPolicyBody")
        self.stacks.find(given["StackName"]).policy = StackPolicy.read(given["StackPolicyBody"])
        return EmptyResult()

    def get_stack_policy(self) -> ActionResult:
        text = self.stacks.find(self._given("StackName")["StackName"]).policy.text
        return ActionResult({"StackPolicyBody": text or None})


def _policy(given: Mapping[str, Any], name: str) -> StackPolicy | None:
    return StackPolicy.read(given[name]) if given.get(name) else None
