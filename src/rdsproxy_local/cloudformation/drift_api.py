"""CloudFormation's API for drift, which moto lacks."""

from __future__ import annotations

import threading
from typing import Final

from moto.core.responses import ActionResult

from ..live import READERS
from .change_set_api import ChangeSetApi
from .drift import Detection, drift_of, run
from .pace import present
from .refusals import ValidationError
from .stack import Stack
from .statuses import status_of

CHECKABLE: Final = frozenset(
    {
        "CREATE_COMPLETE",
        "IMPORT_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "UPDATE_ROLLBACK_FAILED",
    }
)
MOST: Final = 100
"""The most resources on a page."""


class DriftApi(ChangeSetApi):
    """The operations on drift, beside those on stacks and change sets."""

    def detect_stack_drift(self) -> ActionResult:
        given = self._given("StackName", "LogicalResourceIds")
        wanted = frozenset(given.get("LogicalResourceIds", ()))
        with self.stacks.turn:
            stack = self._checkable(given["StackName"])
            if strange := sorted(wanted - set(stack.deployed)):
                raise ValidationError(
                    f"Resource {', '.join(strange)} does not exist for stack {stack.name}"
                )
            if any(
                one.stack is stack and one.operation.in_progress
                for one in [*self.stacks.detections.values()]
            ):
                raise ValidationError(
                    f"Drift detection is already in progress for stack [{stack.id}]"
                )
            detection = Detection(stack)
            self.stacks.detections[detection.id] = detection
        name = f"DETECT_DRIFT {stack.id}"
        threading.Thread(target=run, args=(detection, wanted), name=name, daemon=True).start()
        return ActionResult({"StackDriftDetectionId": detection.id})

    def detect_stack_resource_drift(self) -> ActionResult:
        given = self._given("StackName", "LogicalResourceId")
        stack, logical_id = self._checkable(given["StackName"]), given["LogicalResourceId"]
        if (deployed := stack.deployed.get(logical_id)) is None:
            raise ValidationError(f"Resource {logical_id} does not exist for stack {stack.name}")
        if deployed.type not in READERS:
            raise ValidationError("Drift detection is not supported for the specified ResourceType")
        found = drift_of(stack, deployed)
        if found.reason is not None:
            raise ValidationError(found.reason)
        stack.drifts[logical_id], stack.drift_checked = found, found.at
        return ActionResult({"StackResourceDrift": found.shown()})

    def describe_stack_drift_detection_status(self) -> ActionResult:
        wanted = self._given("StackDriftDetectionId")["StackDriftDetectionId"]
        if (detection := self.stacks.detections.get(wanted)) is None:
            raise ValidationError(f"Drift detection {wanted} does not exist")
        if not self._is_engine:
            detection.operation.wait(present.pace.patience)
        return ActionResult(detection.shown())

    def describe_stack_resource_drifts(self) -> ActionResult:
        given = self._given(
            "StackName", "StackResourceDriftStatusFilters", "NextToken", "MaxResults"
        )
        stack = self.stacks.find(given["StackName"])
        wanted = given.get("StackResourceDriftStatusFilters")
        found = [
            one
            for name, one in [*stack.drifts.items()]
            if name in stack.deployed and (not wanted or one.status in wanted)
        ]
        most = min(given.get("MaxResults", MOST), present.pace.page)
        page, token = self._page(found, lambda one: one.logical_id, most)
        shown = [one.shown() for one in page]
        return ActionResult({"StackResourceDrifts": shown, "NextToken": token})

    def _checkable(self, name: str) -> Stack:
        if (stack := self.stacks.named(name)) is None:
            raise ValidationError(f"Stack [{name}] does not exist")
        if (status := status_of(stack)) not in CHECKABLE:
            raise ValidationError(
                f"Drift detection cannot be performed on stack [{stack.id}] "
                f"while it is in [{status}] state"
            )
        return stack
