"""Drift: what has been changed or deleted of a stack's resources behind CloudFormation's back.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

from ..live import READERS
from ..live.reading import Gone
from .attachments import without_attached
from .background import Operation
from .differences import Comparison, Difference
from .expectations import Expectation, comparable, expected_of, veiled
from .handlers import declaration, reason_of
from .pace import present
from .resource import DeployedResource
from .stack import Stack

Status = Literal["DELETED", "IN_SYNC", "MODIFIED", "UNKNOWN"]
StackStatus = Literal["DRIFTED", "IN_SYNC", "UNKNOWN"]
DRIFTED: Final = frozenset({"DELETED", "MODIFIED"})


@dataclass(frozen=True)
class ResourceDrift:
    """One resource as a detection has found it."""

    stack_id: str
    logical_id: str
    physical_id: str
    type: str
    status: Status
    expected: Mapping[str, Any] | None = None
    actual: Mapping[str, Any] | None = None
    differences: tuple[Difference, ...] = ()
    reason: str | None = None
    """The reason why the resource could not be read."""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def shown(self) -> dict[str, Any]:
        """The drift as the API shows it."""
        return {
            "StackId": self.stack_id,
            "LogicalResourceId": self.logical_id,
            "PhysicalResourceId": self.physical_id,
            "ResourceType": self.type,
            "ExpectedProperties": None if self.expected is None else json.dumps(self.expected),
            "ActualProperties": None if self.actual is None else json.dumps(self.actual),
            "PropertyDifferences": [one.shown() for one in self.differences],
            "StackResourceDriftStatus": self.status,
            "Timestamp": self.at,
            "DriftStatusReason": self.reason,
        }


@dataclass(eq=False)
class Detection:
    """One detection of a stack's drift."""

    stack: Stack
    drifts: tuple[ResourceDrift, ...] = ()
    """What was found; nothing while it goes on."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.operation = Operation(self.stack.id, "DETECT_DRIFT")

    @property
    def drifted(self) -> int:
        """The number of resources that have drifted."""
        return sum(1 for one in self.drifts if one.status in DRIFTED)

    @property
    def stack_status(self) -> StackStatus:
        return status_of(self.drifts)

    def shown(self) -> dict[str, Any]:
        """The detection as the API shows it."""
        about = {
            "StackId": self.stack.id,
            "StackDriftDetectionId": self.id,
            "Timestamp": self.at,
        }
        if self.operation.in_progress:
            return about | {
                "DetectionStatus": "DETECTION_IN_PROGRESS",
                "DetectionStatusReason": "User Initiated",
            }
        failed = [one for one in self.drifts if one.status == "UNKNOWN"]
        return about | {
            "DetectionStatus": "DETECTION_FAILED" if failed else "DETECTION_COMPLETE",
            "DetectionStatusReason": _reason(failed) if failed else None,
            "StackDriftStatus": self.stack_status,
            "DriftedStackResourceCount": self.drifted,
        }


def detect(stack: Stack, wanted: Iterable[str] = ()) -> Detection:
    """Compare the stack's resources, or those *wanted*, with what there is; wait for the result.

    Resources of types that CloudFormation does not check, and those of nested stacks, are left out.
    """
    detection = Detection(stack)
    run(detection, frozenset(wanted))
    return detection


def run(detection: Detection, wanted: frozenset[str] = frozenset()) -> None:
    """Carry the detection out; the stack remembers what was found."""
    stack = detection.stack
    try:
        time.sleep(present.pace.lag)
        checked = [
            one
            for one in list(stack.deployed.values())
            if one.type in READERS and (not wanted or one.logical_id in wanted)
        ]
        detection.drifts = tuple(drift_of(stack, one) for one in checked)
        stack.drifts.update({one.logical_id: one for one in detection.drifts})
        stack.drift_checked = detection.at
    finally:
        detection.operation.end()


def drift_of(stack: Stack, deployed: DeployedResource) -> ResourceDrift:
    """Compare one resource, of a type that has a reader, with what there is."""

    def found(status: Status, **more: Any) -> ResourceDrift:
        return ResourceDrift(
            stack.id, deployed.logical_id, deployed.physical_id, deployed.type, status, **more
        )

    expectation = expected_of(stack, deployed)
    try:
        actual = actual_of(stack, deployed, expectation)
    except Gone:
        return found("DELETED")
    except Exception as error:  # noqa: BLE001 - whatever it is, the detection says it
        return found("UNKNOWN", reason=reason_of(error))
    schema = declaration(deployed.type).document
    expected = {name: one for name, one in expectation.values.items() if name in actual.known}
    differences = tuple(Comparison(schema).differences(expected, actual.values))
    return found(
        "MODIFIED" if differences else "IN_SYNC",
        expected=expected,
        actual=veiled(expected, actual.values),
        differences=differences,
    )


@dataclass(frozen=True)
class Actual:
    """The present values of the properties that a template states."""

    values: Mapping[str, Any]
    known: frozenset[str]
    """Names of the properties that were read: the service may have none for some of them."""


def actual_of(stack: Stack, deployed: DeployedResource, expectation: Expectation) -> Actual:
    """Read the stated properties; raise :class:`~rdsproxy_local.live.reading.Gone`."""
    reader = READERS[deployed.type]
    read = reader.read(stack.context(deployed.logical_id), deployed)
    known = frozenset(reader.names) & expectation.values.keys()
    values = {name: one for name, one in read.items() if name in known}
    return Actual(comparable(without_attached(stack, deployed, values), stack, expectation), known)


def status_of(drifts: Iterable[ResourceDrift]) -> StackStatus:
    """The status of a stack with these resources."""
    statuses = {one.status for one in drifts}
    if statuses & DRIFTED:
        return "DRIFTED"
    return "UNKNOWN" if "UNKNOWN" in statuses else "IN_SYNC"


def _reason(failed: list[ResourceDrift]) -> str:
    """The reason of a failed detection: JSON, as CloudFormation was seen to answer."""
    names = ", ".join(one.logical_id for one in failed)
    return json.dumps(
        {
            "Summary": f"Failed to detect drift on resources [{names}]",
            "Failures": [
                {"Resource": one.logical_id, "FailureReason": one.reason} for one in failed
            ],
        }
    )
