"""What a person chooses for every stack of a deployment, beside settings and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, kw_only=True)
class StackOptions:
    """Options of CloudFormation's operations; the defaults are CloudFormation's."""

    tags: Mapping[str, str] = field(default_factory=dict)
    """Tags beside those of the settings; a tag of the same key takes its place."""
    role_arn: str | None = None
    """The role that CloudFormation assumes, for this and all later operations on the stack."""
    notification_arns: tuple[str, ...] = ()
    """SNS topics that get the stack's events; without any, those of a deployed stack stay."""
    keep_on_failure: bool = False
    """Leave what was created and changed where a deployment fails, instead of rolling back."""
    revert_drift: bool = False
    """Bring a deployed stack back to its template where somebody has changed it by hand."""
    express: bool = False
    """End when the configuration is applied, without waiting until resources are ready."""

    def of_change_set(self) -> dict[str, Any]:
        """Return the arguments of CreateChangeSet."""
        arguments: dict[str, Any] = {}
        if self.role_arn is not None:
            arguments["RoleARN"] = self.role_arn
        if self.notification_arns:
            arguments["NotificationARNs"] = list(self.notification_arns)
        if self.express:
            arguments["DeploymentConfig"] = {"Mode": "EXPRESS"}
        return arguments

    def of_update(self) -> dict[str, Any]:
        """Return the arguments of CreateChangeSet for a stack that is deployed."""
        return {"DeploymentMode": "REVERT_DRIFT"} if self.revert_drift else {}

    def of_execution(self) -> dict[str, Any]:
        """Return the arguments of ExecuteChangeSet."""
        return {"DisableRollback": True} if self.keep_on_failure else {}


USUAL: Final = StackOptions()
