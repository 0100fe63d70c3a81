"""Instances of a fleet as CloudFormation describes them, counted on their way to the reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .stack_set import Operation, StackInstance, StackSet

UNKNOWN: Final = "none"
CHECKED: Final = ("DRIFTED", "IN_SYNC")


@dataclass
class Counts:
    """Numbers of instances, by what is said of them."""

    total: int = 0
    status: Counter[str] = field(default_factory=Counter)
    """``CURRENT``, ``OUTDATED`` and ``INOPERABLE``."""
    stage: Counter[str] = field(default_factory=Counter)
    """How far the last operation came, such as ``RUNNING``."""
    drift: Counter[str] = field(default_factory=Counter)
    region: Counter[str] = field(default_factory=Counter)

    def note(self, one: StackInstance) -> None:
        """Count an instance."""
        self.total += 1
        self.status[one.status] += 1
        self.stage[one.detailed_status or UNKNOWN] += 1
        self.drift[one.drift_status or UNKNOWN] += 1
        self.region[one.place.region] += 1

    def described(self) -> dict[str, Any]:
        """Return the counts for machines."""
        return {
            "total": self.total,
            **{
                name: dict(sorted(getattr(self, name).items()))
                for name in ("status", "stage", "drift", "region")
            },
        }

    def lines(self) -> Iterator[str]:
        """Yield the counts for people."""
        yield f"{self.total} instance{'s' * (self.total != 1)}"
        for title in ("status", "stage", "drift", "region"):
            counter: Counter[str] = getattr(self, title)
            if counter:
                found = ", ".join(f"{count} {name}" for name, count in sorted(counter.items()))
                yield f"  {title}: {found}"


def needs_attention(one: StackInstance) -> bool:
    """True for an instance that is not as the stack set says, or whose resources are not."""
    return not one.is_current or one.drift_status == "DRIFTED"


def counted(instances: Iterable[StackInstance], counts: Counts) -> Iterator[StackInstance]:
    """Yield *instances*, and count them meanwhile."""
    for one in instances:
        counts.note(one)
        yield one


def described(one: StackInstance) -> dict[str, Any]:
    """Return an instance for machines."""
    return {
        "account": one.place.account,
        "region": one.place.region,
        "stack_id": one.stack_id,
        "status": one.status,
        "stage": one.detailed_status,
        "reason": one.reason,
        "drift": one.drift_status,
        "drift_checked": _time(one.drift_checked),
        "operation": one.operation_id,
        "organizational_unit": one.organizational_unit,
    }


def described_operation(one: Operation) -> dict[str, Any]:
    """Return an operation for machines."""
    return {
        "id": one.id,
        "action": one.action,
        "status": one.status,
        "reason": one.reason,
        "began": _time(one.began),
        "ended": _time(one.ended),
        "failed": one.failed,
    }


def line_of(one: StackInstance) -> str:
    """Return a row of the table."""
    drift = one.drift_status if one.drift_status in CHECKED else ""
    stage = one.detailed_status or ""
    row = f"{one.place.account:12}  {one.place.region:14}  {one.status:10}  {stage:12}  {drift:8}"
    return f"{row}  {one.reason}" if one.reason else row.rstrip()


def heading() -> str:
    """Return the first row of the table."""
    return f"{'account':12}  {'region':14}  {'status':10}  {'stage':12}  {'drift':8}  reason"


def last_operation(stack_set: StackSet) -> Operation | None:
    """Return the newest operation, which may still go on; None where there was none."""
    return next(stack_set.operations(), None)


def operation_line(one: Operation) -> str:
    """``UPDATE 1234: RUNNING since 2026-11-26 23:50:57, 2 instances failed``."""
    began, ended = _shown(one.began), _shown(one.ended)
    when = f", {began} to {ended}" if ended else f" since {began}" if began else ""
    failed = f", {one.failed} instance{'s' * (one.failed != 1)} failed" if one.failed else ""
    reason = f": {one.reason}" if one.reason else ""
    return f"{one.action} {one.id}: {one.status}{when}{failed}{reason}"


def drift_line(description: Mapping[str, Any]) -> str | None:
    """Return a sentence about the last detection of drift; None where there was none."""
    found = description.get("StackSetDriftDetectionDetails", {})
    if not (checked := _shown(found.get("LastDriftCheckTimestamp"))):
        return None
    return (
        f"drift at {checked}: {found.get('DriftedStackInstancesCount', 0)} of "
        f"{found.get('TotalStackInstancesCount', 0)} instances"
    )


def _time(value: Any) -> str | None:
    return None if value is None else str(value.isoformat())


def _shown(value: Any) -> str:
    return "" if value is None else f"{value:%Y-%m-%d %H:%M:%S}"
