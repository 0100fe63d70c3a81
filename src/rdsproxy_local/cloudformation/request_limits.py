"""Requests to CloudFormation that break the constraints of its own service model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from botocore.model import ServiceModel
from moto.core.utils import get_service_model

from ..apis.roles import may_assume
from ..constraints import refusal
from ..limits.tags import problems as tag_problems
from .refusals import ValidationError
from .stacks import StackBackend

CLOUDFORMATION: Final = "AWS::CloudFormation::Stack"


TOPIC: Final = re.compile(r"arn:[^:]+:sns:[a-z0-9-]+:\d{12}:.+")


@cache
def _model() -> ServiceModel:
    return get_service_model("cloudformation")


def require_allowed(stacks: StackBackend, action: str, given: Mapping[str, Any]) -> None:
    """Refuse values out of range, tags that nobody may give, and a role that is not there."""
    shape = _model().operation_model(action).input_shape
    # The operations have their own sentence about a new stack's name.
    others = {name: value for name, value in given.items() if name != "StackName"}
    if refused := refusal(shape, others):
        raise ValidationError(refused)
    for problem in tag_problems(CLOUDFORMATION, given):
        raise ValidationError(problem)
    for arn in given.get("NotificationARNs") or ():
        if not TOPIC.fullmatch(str(arn)):
            raise ValidationError(f"Invalid notification ARN, which is no topic of SNS: {arn}")
    role = given.get("RoleARN")
    if role and not may_assume(stacks, role, "cloudformation.amazonaws.com"):
        raise ValidationError(f"Role {role} is invalid or cannot be assumed")
