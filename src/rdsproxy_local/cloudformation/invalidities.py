"""What a validation before a deployment found, and what that makes of the operation.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Mode = Literal["FAIL", "WARN"]
HOOKS: Final[Mapping[str, str]] = {
    "NAME_CONFLICT_VALIDATION": "AWS::EarlyValidation::ResourceExistenceCheck",
    "PROPERTY_VALIDATION": "AWS::EarlyValidation::PropertyValidation",
}
"""Validations that fail a change set, and their names in its reason."""
OF_STACK: Final = "Validation failure detected. See the operation's FAILED event for details. "
"""The reason of a stack's own operation, as AWS was seen to give it."""


@dataclass(frozen=True, kw_only=True)
class Invalidity:
    """Something that a validation found."""

    validation: str
    mode: Mode
    logical_id: str
    type: str
    reason: str
    path: str
    physical_id: str = ""

    def shown(self) -> dict[str, Any]:
        """What an event of the API says of it."""
        return {
            "EventType": "VALIDATION_ERROR",
            "LogicalResourceId": self.logical_id,
            "PhysicalResourceId": self.physical_id,
            "ResourceType": self.type,
            "ValidationFailureMode": self.mode,
            "ValidationName": self.validation,
            "ValidationStatus": "FAILED",
            "ValidationStatusReason": self.reason,
            "ValidationPath": self.path,
        }


def failing(found: Iterable[Invalidity]) -> str | None:
    """The reason of a change set that *found* makes fail; None where nothing does."""
    hooks = sorted({HOOKS[one.validation] for one in found if one.mode == "FAIL"})
    if not hooks:
        return None
    return (
        f"The following hook(s)/validation failed: [{', '.join(hooks)}]. To troubleshoot Early "
        "Validation errors, use the DescribeEvents API for detailed failure information."
    )
