"""CloudFormation's API for stacks, in the place of moto's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult, EmptyResult

from . import capabilities, shown
from .refusals import ValidationError, refusals
from .stack import Stack, from_described
from .stacks import Request, StackBackend, backend
from .template import MOST_BYTES_INLINE, check_size, loaded, read, transforms_of
from .template_url import template_at

WHAT = ("TemplateBody", "TemplateURL", "Parameters", "Capabilities", "Tags", "RoleARN")
WITHOUT_EFFECT = ("ClientRequestToken", "ClientToken", "TimeoutInMinutes")


class StackApi(CloudFormationResponse):
    """The operations that moto sends here; a parameter that none of them knows is refused."""

    # moto turns its own records into answers; ours are answers already.
    RESPONSE_KEY_PATH_TO_TRANSFORMER = {  # noqa: RUF012 - moto's attribute
        path: transform
        for path, transform in CloudFormationResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER.items()
        if path.startswith("DescribeStackSet")
    }

    @property
    def stacks(self) -> StackBackend:
        return backend(self.current_account, self.region)

    def create_stack(self) -> ActionResult:
        own = ("StackName", "OnFailure", "DisableRollback", "EnableTerminationProtection")
        given = self._given(*WHAT, *own)
        if "OnFailure" in given and "DisableRollback" in given:
            raise ValidationError(
                "You can specify either DisableRollback or OnFailure, but not both."
            )
        stack = self.stacks.create(
            given["StackName"],
            self._request(given, None),
            on_failure="DO_NOTHING"
            if given.get("DisableRollback")
            else given.get("OnFailure", "ROLLBACK"),
            protected=given.get("EnableTerminationProtection", False),
        )
        return ActionResult({"StackId": stack.id})

    def update_stack(self) -> ActionResult:
        given = self._given(*WHAT, "StackName", "UsePreviousTemplate")
        old = self.stacks.updatable(given["StackName"])
        stack = self.stacks.update(old.id, self._request(given, old))
        return ActionResult({"StackId": stack.id})

    def delete_stack(self) -> EmptyResult:
        given = self._given("StackName", "RetainResources", "RoleARN")
        keep = given.get("RetainResources", [])
        stack = self.stacks.named(given["StackName"])
        if keep and stack and stack.status != "DELETE_FAILED":
            raise ValidationError(
                f"Invalid operation on stack [{stack.id}]. "
                "Please specify RetainResources only for stacks in DELETE_FAILED state."
            )
        self.stacks.delete(given["StackName"], keep)
        return EmptyResult()

    def update_termination_protection(self) -> ActionResult:
        given = self._given("StackName", "EnableTerminationProtection")
        stack = self.stacks.find(given["StackName"])
        stack.protected = given["EnableTerminationProtection"]
        return ActionResult({"StackId": stack.id})

    def describe_stacks(self) -> ActionResult:
        name = self._given("StackName", "NextToken").get("StackName")
        found = [self.stacks.find(name)] if name else list(self.stacks.alive.values())
        return ActionResult({"Stacks": [shown.stack(one, self.stacks) for one in found]})

    def list_stacks(self) -> ActionResult:
        wanted = self._given("StackStatusFilter", "NextToken").get("StackStatusFilter")
        everyone = [*self.stacks.alive.values(), *self.stacks.dead.values()]
        found = [one for one in everyone if not wanted or one.status in wanted]
        return ActionResult({"StackSummaries": [shown.summary(one, self.stacks) for one in found]})

    def describe_stack_events(self) -> ActionResult:
        stack = self.stacks.find(self._given("StackName", "NextToken")["StackName"])
        return ActionResult({"StackEvents": [one.shown(stack) for one in reversed(stack.events)]})

    def describe_stack_resource(self) -> ActionResult:
        given = self._given("StackName", "LogicalResourceId")
        stack, logical_id = self.stacks.find(given["StackName"]), given["LogicalResourceId"]
        if logical_id not in shown.resource_ids(stack):
            raise ValidationError(f"Resource {logical_id} does not exist for stack {stack.name}")
        return ActionResult({"StackResourceDetail": shown.resource(stack, logical_id)})

    def describe_stack_resources(self) -> ActionResult:
        given = self._given("StackName", "LogicalResourceId", "PhysicalResourceId")
        if "StackName" not in given:
            raise ValidationError("The local cloud finds resources by stack name only")
        stack = self.stacks.find(given["StackName"])
        wanted = given.get("LogicalResourceId")
        found = [one for one in shown.resource_ids(stack) if wanted in {None, one}]
        return ActionResult({"StackResources": [shown.resource(stack, one) for one in found]})

    def list_stack_resources(self) -> ActionResult:
        stack = self.stacks.find(self._given("StackName", "NextToken")["StackName"])
        found = [shown.resource(stack, one) for one in shown.resource_ids(stack)]
        return ActionResult({"StackResourceSummaries": found})

    def list_exports(self) -> ActionResult:
        self._given("NextToken")
        exports = [
            {"ExportingStackId": stack.id, "Name": name, "Value": value}
            for stack in self.stacks.alive.values()
            for name, value in stack.exports.items()
        ]
        return ActionResult({"Exports": exports})

    def list_imports(self) -> ActionResult:
        name = self._given("ExportName", "NextToken")["ExportName"]
        users = self.stacks.users_of(name)
        if not users:
            raise ValidationError(f"Export '{name}' is not imported by any stack.")
        return ActionResult({"Imports": users})

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
        raise ValidationError("The local cloud does not know stack policies")

    get_stack_policy = set_stack_policy

    def _given(self, *known: str) -> dict[str, Any]:
        """The request's parameters; one that is not known and says something is refused."""
        given: dict[str, Any] = dict(self.params)
        strange = {name for name, value in given.items() if value} - {*known, *WITHOUT_EFFECT}
        if strange:
            names = ", ".join(sorted(strange))
            raise ValidationError(f"The local cloud does not know {names} here")
        return given

    def _request(self, given: Mapping[str, Any], old: Stack | None) -> Request:
        return Request(
            self._text(given, old),
            _values(given.get("Parameters", []), old),
            tuple(given.get("Capabilities", ())),
            from_described(given["Tags"]) if "Tags" in given else None,
            given.get("RoleARN"),
        )

    def _text(self, given: Mapping[str, Any], old: Stack | None) -> str:
        sources = {name for name in WHAT[:2] if given.get(name)}
        if given.get("UsePreviousTemplate") and old is not None and not sources:
            return old.plan.template.text
        if len(sources) != 1 or given.get("UsePreviousTemplate"):
            raise ValidationError("Either Template URL or Template Body must be specified.")
        with refusals():
            if "TemplateURL" in sources:
                return template_at(given["TemplateURL"], self.current_account)
            check_size(given["TemplateBody"], MOST_BYTES_INLINE)
        return str(given["TemplateBody"])


def _values(given: list[dict[str, Any]], old: Stack | None) -> dict[str, str]:
    """Parameters as the API takes them; some are to stay as they were."""
    before = old.plan.parameters.given if old else {}
    values = {}
    for parameter in given:
        name = parameter["ParameterKey"]
        if not parameter.get("UsePreviousValue"):
            values[name] = parameter.get("ParameterValue", "")
        elif name in before:
            values[name] = before[name]
        else:
            raise ValidationError(
                f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true "
                "for a parameter key not in the previous template"
            )
    return values
