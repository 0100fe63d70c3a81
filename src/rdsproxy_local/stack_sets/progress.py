"""The progress of an operation by Region, and what a detection of drift has found so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from .operation import Operation, Result


def regional(operation: Operation) -> dict[str, Any]:
    """The progress in each Region, as DescribeStackSetOperation shows it."""
    by_region: dict[str, list[Result]] = {}
    for place, result in operation.results.items():
        by_region.setdefault(place.region, []).append(result)
    return {
        region: {"Stages": {"RegionalStackInstancesDeployment": _deployment(operation, results)}}
        for region, results in by_region.items()
    }


def drift_details(operation: Operation | None) -> dict[str, Any] | None:
    """What a detection of drift has found, or finds."""
    if operation is None:
        return None
    results = operation.results.values()
    found = Counter(one.drift for one in results)
    unfinished = sum(one.status in {"PENDING", "RUNNING"} for one in results)
    return {
        "DriftStatus": "DRIFTED" if found["DRIFTED"] else "IN_SYNC",
        "DriftDetectionStatus": _detection(operation),
        "LastDriftCheckTimestamp": operation.ended or datetime.now(UTC),
        "TotalStackInstancesCount": len(operation.results),
        "DriftedStackInstancesCount": found["DRIFTED"],
        "InSyncStackInstancesCount": found["IN_SYNC"],
        "InProgressStackInstancesCount": unfinished,
        "FailedStackInstancesCount": len(operation.failed),
    }


def _detection(operation: Operation) -> str:
    if not operation.is_over:
        return "IN_PROGRESS"
    if operation.status != "SUCCEEDED":
        return operation.status
    return "PARTIAL_SUCCESS" if operation.failed else "COMPLETED"


def _deployment(operation: Operation, results: Collection[Result]) -> dict[str, Any]:
    if operation.action == "DETECT_DRIFT":
        return {"Status": "NOT_APPLICABLE"}
    count = Counter(one.status for one in results)
    pending = count["PENDING"] + count["RUNNING"]
    return {
        "Status": _stage(count, len(results)),
        "SucceededStackInstancesCount": count["SUCCEEDED"],
        "FailedStackInstancesCount": count["FAILED"],
        "CancelledStackInstancesCount": count["CANCELLED"],
        "SkippedStackInstancesCount": 0,
        "CompletedStackInstancesCount": len(results) - pending,
        "PendingStackInstancesCount": pending,
        "TotalStackInstancesCount": len(results),
        "PercentageCompleted": 100.0 * (len(results) - pending) / len(results),
    }


def _stage(count: Counter[Any], total: int) -> str:
    if count["PENDING"] == total:
        return "NOT_STARTED"
    if count["PENDING"] or count["RUNNING"]:
        return "IN_PROGRESS"
    if count["SUCCEEDED"] == total:
        return "SUCCEEDED"
    return "PARTIAL_SUCCESS" if count["SUCCEEDED"] else "FAILED"
