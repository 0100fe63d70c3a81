"""CloudFormation's API for stack sets themselves, in the place of moto's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from moto.core.responses import ActionResult, EmptyResult

from ..cloudformation.refusals import ValidationError, require_stack_name
from ..cloudformation.stacks import backend
from .carrying import Carrier
from .instance import Place
from .organizations import access_of, administrator, require_access, set_access
from .permissions import check_permissions
from .refusals import InvalidOperation
from .registry import stack_sets_of
from .requests import PAGES, StackSetRequests
from .source import check_source, source_of
from .stack_set import Roles, Source, StackSet
from .targets import targets

TEMPLATES: Final = ("ExecutionRoleTemplateBody", "ExecutionRoleTemplateUrl")
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
    "AutoDeployment",
    "ManagedExecution",
    "CallAs",
    *TEMPLATES,
)
WHERE: Final = ("Accounts", "Regions", "DeploymentTargets")
HOW: Final = ("OperationPreferences", "OperationId")
DEFAULT_ROLE: Final = "UseAdminExecutionRole"


class StackSetApi(StackSetRequests):
    """The operations on stack sets, beside those on stacks and change sets."""

    def create_stack_set(self) -> ActionResult:
        given = self._given(*WHAT)
        require_stack_name(given["StackSetName"], "stackSetName")
        model = given.get("PermissionModel", "SELF_MANAGED")
        account = self.current_account
        if model == "SERVICE_MANAGED":
            account = administrator(account, given.get("CallAs", "SELF"))
            require_access(account)
        made = StackSet(
            given["StackSetName"],
            account,
            self.region,
            source_of(self._text(given, None), given),
            self._roles(given, Roles()),
            model,
            given.get("Description"),
            given.get("AutoDeployment"),
            given.get("ManagedExecution", {}).get("Active", False),
        )
        check_permissions(made)
        check_source(made, made.source)
        added = stack_sets_of(backend(account, self.region)).add(made, given)
        return ActionResult({"StackSetId": added.id})

    def update_stack_set(self) -> ActionResult:
        given = self._given(*WHAT, *WHERE, *HOW, "UsePreviousTemplate", DEFAULT_ROLE)
        stack_sets, found = self._found(given)
        text = found.source.text if given.get("UsePreviousTemplate") else None
        if text is None or any(given.get(name) for name in ("TemplateBody", "TemplateURL")):
            text = self._text(given, None)
        source = source_of(text, given, found.source)
        changed = _changed(found, given, source, self._roles(given, found.roles))
        check_permissions(changed)
        check_source(changed, source)
        places = self._places(found, given)

        def take_over() -> None:
            for name in ("model", "roles", "description", "auto_deployment", "managed_execution"):
                setattr(found, name, getattr(changed, name))
            if source != found.source or _names_source(given):
                found.outdate(found.instances)
            found.source = source

        operation = Carrier(stack_sets, found, given).update(places, prepare=take_over)
        return ActionResult({"OperationId": operation.id})

    def _roles(self, given: Mapping[str, Any], before: Roles) -> Roles:
        """The roles that a call names, with the template of a customized execution role."""
        if given.get(DEFAULT_ROLE):
            return Roles()
        body, url = (given.get(name) for name in TEMPLATES)
        text = before.execution_template
        if body and url:
            raise ValidationError(f"You can specify {' or '.join(TEMPLATES)}, but not both")
        if body or url:
            text = self._text({"TemplateBody": body, "TemplateURL": url}, None)
        return Roles(
            given.get("AdministrationRoleARN", before.administration),
            given.get("ExecutionRoleName", before.execution),
            text,
        )

    def _places(self, found: StackSet, given: Mapping[str, Any]) -> list[Place]:
        """The instances that an update reaches: all of them, unless some are named."""
        named = [name for name in WHERE if given.get(name)]
        if not named:
            return [*found.instances]
        if "AutoDeployment" in given:
            raise ValidationError(
                "If you specify AutoDeployment, don't specify DeploymentTargets or Regions"
            )
        if "Regions" not in named or len(named) == 1:
            raise ValidationError("If you specify accounts, you must also specify regions")
        return [*targets(found, given)]

    def describe_stack_set(self) -> ActionResult:
        _, found = self._found(self._given("StackSetName", "CallAs"))
        return ActionResult({"StackSet": found.shown()})

    def list_stack_sets(self) -> ActionResult:
        given = self._given("Status", "CallAs", *PAGES)
        everyone = self._sets(given).everyone.values()
        wanted = given.get("Status")
        delegated = given.get("CallAs") == "DELEGATED_ADMIN"
        found = [
            one
            for one in everyone
            if wanted in {None, one.status} and not (delegated and one.model != "SERVICE_MANAGED")
        ]
        return ActionResult(
            self._listed(given, found, lambda one: one.id, lambda one: one.summary())
        )

    def delete_stack_set(self) -> EmptyResult:
        given = self._given("StackSetName", "CallAs")
        self._sets(given).delete(given["StackSetName"])
        return EmptyResult()

    def activate_organizations_access(self) -> EmptyResult:
        self._given()
        set_access(self.current_account, enabled=True)
        return EmptyResult()

    def deactivate_organizations_access(self) -> EmptyResult:
        self._given()
        set_access(self.current_account, enabled=False)
        return EmptyResult()

    def describe_organizations_access(self) -> ActionResult:
        given = self._given("CallAs")
        account = administrator(self.current_account, given.get("CallAs", "SELF"))
        return ActionResult({"Status": access_of(account)})


def _changed(found: StackSet, given: Mapping[str, Any], source: Source, roles: Roles) -> StackSet:
    """The stack set as the call wants it."""
    model = given.get("PermissionModel", found.model)
    managed = given.get("ManagedExecution", {}).get("Active", found.managed_execution)
    if model != found.model and found.instances:
        raise ValidationError(
            "PermissionModel cannot be modified if there are stack instances associated with "
            "the stack set"
        )
    if managed != found.managed_execution and found.current_operations:
        raise InvalidOperation(
            "ManagedExecution cannot be modified while there are running or queued operations"
        )
    return replace(
        found,
        model=model,
        source=source,
        roles=roles,
        description=given.get("Description", found.description),
        auto_deployment=given.get("AutoDeployment", found.auto_deployment),
        managed_execution=managed,
    )


def _names_source(given: Mapping[str, Any]) -> bool:
    return any(given.get(name) for name in ("TemplateBody", "TemplateURL", "Parameters"))
