"""The permissions of a stack set, as far as a call may choose them."""

from __future__ import annotations

from typing import Final

from ..cloudformation.capabilities import NAMED_IAM
from ..cloudformation.refusals import InsufficientCapabilitiesException, ValidationError, refusals
from ..cloudformation.template import read
from .stack_set import StackSet

PREFIX: Final = "stacksets-exec-custom-"
ROLE: Final = "AWS::IAM::Role"
MOST_BEFORE: Final = 10
"""Stack sets that one may depend on for automatic deployment."""


def check_permissions(stack_set: StackSet) -> None:
    """Refuse settings that are not those of the stack set's permission model."""
    if stack_set.model == "SELF_MANAGED":
        if stack_set.auto_deployment:
            raise ValidationError(
                "AutoDeployment is not supported with SELF_MANAGED permission model"
            )
        if stack_set.has_custom_role:
            raise ValidationError(
                "ExecutionRoleTemplateBody and ExecutionRoleTemplateUrl are not supported with "
                "SELF_MANAGED permission model"
            )
        return
    if stack_set.roles.administration:
        raise ValidationError(
            "AdministrationRoleARN is not supported with SERVICE_MANAGED permission model"
        )
    _check_auto_deployment(stack_set)
    _check_custom_role(stack_set)


def _check_auto_deployment(stack_set: StackSet) -> None:
    automatic = stack_set.automation
    if "RetainStacksOnAccountRemoval" in automatic and not automatic.get("Enabled"):
        raise ValidationError(
            "RetainStacksOnAccountRemoval can be specified only if AutoDeployment is enabled"
        )
    if len(automatic.get("DependsOn", ())) > MOST_BEFORE:
        raise ValidationError(f"A stack set can depend on at most {MOST_BEFORE} stack sets")
    if stack_set.arn in automatic.get("DependsOn", ()):
        raise ValidationError("A stack set cannot depend on itself")


def _check_custom_role(stack_set: StackSet) -> None:
    name, template = stack_set.roles.execution, stack_set.roles.execution_template
    if template is None:
        if name is not None:
            raise ValidationError(
                "ExecutionRoleName is supported with SERVICE_MANAGED permission model only with an "
                "execution role template"
            )
        return
    if name is None or not name.startswith(PREFIX):
        raise ValidationError(
            f"ExecutionRoleName must begin with {PREFIX} with SERVICE_MANAGED permission model"
        )
    if NAMED_IAM not in stack_set.source.capabilities:
        raise InsufficientCapabilitiesException(f"Requires capabilities : [{NAMED_IAM}]")
    with refusals():
        resources = read(template, {}, stack_set.region).resources.values()
    names = [one.get("Properties", {}).get("RoleName") for one in resources if one["Type"] == ROLE]
    if name not in names and all(isinstance(one, str | None) for one in names):
        raise ValidationError(f"The execution role template has no role with the name {name}")
