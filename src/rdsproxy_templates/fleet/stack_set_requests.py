"""What is asked of a stack set: every request can be repeated, and none is carried out twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from ..deploy.faults import carried_out, outlasting, polls
from .batches import Batch, Values
from .fleet_settings import FleetSettings
from .stack_set import StackSet
from .tolerance import ToleranceSettings

MARK: Final = "fleet-"
"""What each of our operations' IDs begins with."""
GONE: Final = "StackSetNotFoundException"
BUSY: Final = ("OperationInProgressException", "StaleRequestException")
"""Codes with which a stack set refuses an operation because of another."""


@dataclass(frozen=True, kw_only=True)
class StackSetRequests:
    """Requests for *stack_set*, with the permissions and the tolerance of *settings*."""

    stack_set: StackSet
    settings: FleetSettings

    def create(self, content: Mapping[str, Any]) -> None:
        """Create the stack set, without an instance."""
        token = f"{MARK}{uuid4()}"
        call = self.stack_set.named("create_stack_set")
        carried_out(
            lambda: call(
                **content,
                **self._permissions(),
                **self._auto_deployment(),
                PermissionModel=self.settings.permissions.replace("-", "_").upper(),
                ClientRequestToken=token,
            ),
            self.stack_set.description,
        )

    def update(self, content: Mapping[str, Any], batch: Batch | None, units: Sequence[str]) -> str:
        """Update the stack set, and its instances in *batch*; return the operation's ID.

        Instances elsewhere become ``OUTDATED`` where *content* changes anything. Without a
        *batch* every instance is updated, which is for stack sets without one.
        """
        preferences = self._preferences(batch.regions) if batch else {}
        targets = self._targets(batch, units) if batch else {}
        return self._begun(
            "update_stack_set", **content, **self._permissions(), **targets, **preferences
        )

    def change_auto_deployment(self, unchanged: Mapping[str, Any]) -> str:
        """Turn automatic deployment on or off; a call for that names no instance."""
        return self._begun(
            "update_stack_set", **unchanged, **self._permissions(), **self._auto_deployment()
        )

    def create_instances(
        self, batch: Batch, units: Sequence[str], left_out: Sequence[str] | None = None
    ) -> str:
        """Create the stacks of *batch*; return the operation's ID.

        With *left_out* the batch is all of *units* but these accounts, and so are accounts that
        join: those StackSets deploy to automatically, where that is on, and to no others.
        """
        overrides = {"ParameterOverrides": described(batch.overrides)} if batch.overrides else {}
        targets = self._targets(batch, units)
        if left_out is not None:
            named = {"Accounts": list(left_out), "AccountFilterType": "DIFFERENCE"}
            targets["DeploymentTargets"] = {
                "OrganizationalUnitIds": list(units),
                **(named if left_out else {}),
            }
        return self._begun(
            "create_stack_instances",
            **targets,
            **self._preferences(batch.regions),
            **overrides,
        )

    def update_instances(self, batch: Batch, units: Sequence[str], *, values: bool) -> str:
        """Bring the stacks of *batch* to what the stack set says; return the operation's ID.

        With *values* they get the batch's overrides, and no others; else they keep theirs.
        """
        overrides = {"ParameterOverrides": described(batch.overrides)} if values else {}
        return self._begun(
            "update_stack_instances",
            **self._targets(batch, units),
            **self._preferences(batch.regions),
            **overrides,
        )

    def delete_instances(self, batch: Batch, units: Sequence[str], *, retain: bool) -> str:
        """Delete the stacks of *batch*, or let them go; return the operation's ID."""
        return self._begun(
            "delete_stack_instances",
            **self._targets(batch, units),
            **self._preferences(batch.regions),
            RetainStacks=retain,
        )

    def stop(self, operation_id: str) -> None:
        """Stop an operation: what is in progress ends, and nothing more begins."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

        call = self.stack_set.named("stop_stack_set_operation")
        try:
            outlasting(lambda: call(OperationId=operation_id))
        except ClientError as error:  # it has ended since
            if error.response["Error"]["Code"] != "InvalidOperationException":
                raise

    def delete(self) -> None:
        """Delete the stack set, which has no instance left."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

        call = self.stack_set.named("delete_stack_set")
        try:
            outlasting(call)
        except ClientError as error:
            if error.response["Error"]["Code"] != GONE:
                raise

    def _begun(self, method: str, **arguments: Any) -> str:
        """Begin an operation, once others let it; return its ID, which is also its token."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

        call, operation_id = self.stack_set.named(method), f"{MARK}{uuid4()}"

        def look() -> str | None:
            try:
                return self.stack_set.operation(operation_id).id
            except ClientError as error:
                if error.response["Error"]["Code"] == "OperationNotFoundException":
                    return None
                raise

        for _ in polls():
            try:
                carried_out(
                    lambda: str(call(OperationId=operation_id, **arguments)["OperationId"]), look
                )
            except ClientError as error:
                if error.response["Error"]["Code"] not in BUSY:
                    raise
            else:
                return operation_id
        raise AssertionError  # polls have no end

    def _permissions(self) -> dict[str, Any]:
        """Return what a stack set is told of permissions, each time."""
        chosen = self.settings
        found: dict[str, Any] = {"ManagedExecution": {"Active": True}}
        if chosen.administration_role:
            found["AdministrationRoleARN"] = chosen.administration_role
        if chosen.execution_role:
            found["ExecutionRoleName"] = chosen.execution_role
        return found

    def _auto_deployment(self) -> dict[str, Any]:
        if self.settings.permissions == "self-managed":
            return {}
        return {"AutoDeployment": self.settings.api_auto_deployment}

    def _targets(self, batch: Batch, units: Sequence[str]) -> dict[str, Any]:
        regions = {"Regions": list(batch.regions)}
        if not units:
            return {"Accounts": list(batch.accounts), **regions}
        targets = {
            "OrganizationalUnitIds": list(units),
            "Accounts": list(batch.accounts),
            "AccountFilterType": "INTERSECTION",
        }
        return {"DeploymentTargets": targets, **regions}

    def _preferences(self, regions: Sequence[str]) -> dict[str, Any]:
        return {"OperationPreferences": preferences(self.settings.tolerance, regions)}


def preferences(tolerance: ToleranceSettings, regions: Sequence[str]) -> dict[str, Any]:
    """Return the API's form of *tolerance*."""
    return {
        "RegionConcurrencyType": tolerance.regions.upper(),
        "RegionOrder": list(regions),
        "ConcurrencyMode": f"{tolerance.mode.upper()}_FAILURE_TOLERANCE",
        **_share("FailureTolerance", tolerance.failures),
        **_share("MaxConcurrent", tolerance.concurrent),
    }


def described(values: Values) -> list[dict[str, str]]:
    """Return parameters as the API takes them."""
    return [
        {"ParameterKey": name, "ParameterValue": value} for name, value in sorted(values.items())
    ]


def _share(name: str, share: int | str) -> dict[str, int]:
    if isinstance(share, int):
        return {f"{name}Count": share}
    return {f"{name}Percentage": int(share.rstrip("%"))}
