"""A stack set in CloudFormation, as it is read: every list in pages, throttling outlasted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from ..deploy.faults import outlasting
from ..errors import NoSuchStackError, Problem
from .place import Place

CallAs = Literal["SELF", "DELEGATED_ADMIN"]
PAGE: Final = 100
"""Entries of a page, the most that the API gives."""
UNFINISHED: Final = ("QUEUED", "RUNNING", "STOPPING")
"""Statuses of an operation that goes on."""


@dataclass(frozen=True, kw_only=True)
class StackInstance:
    """A stack set's stack in one place, or the failure to have one."""

    place: Place
    stack_id: str | None = None
    status: str = "OUTDATED"
    """``CURRENT``, ``OUTDATED`` or ``INOPERABLE``."""
    detailed_status: str | None = None
    """Outcome of the last operation, such as ``SUCCEEDED`` or ``RUNNING``."""
    reason: str | None = None
    drift_status: str | None = None
    drift_checked: Any = None
    """Time of the last look at its drift."""
    operation_id: str | None = None
    organizational_unit: str | None = None

    @property
    def is_current(self) -> bool:
        """True where it is as the stack set says."""
        return self.status == "CURRENT" and self.detailed_status in {None, "SUCCEEDED"}

    @property
    def is_outdated(self) -> bool:
        """True where the stack set has changed since, or the last operation on it has failed."""
        return self.status == "OUTDATED"

    @property
    def is_inoperable(self) -> bool:
        """True where a deletion has failed, after which StackSets leave it out."""
        return self.status == "INOPERABLE"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """Work of a stack set on some of its instances."""

    id: str
    action: str
    """``CREATE``, ``UPDATE``, ``DELETE`` or ``DETECT_DRIFT``."""
    status: str
    reason: str | None = None
    began: Any = None
    ended: Any = None
    failed: int = 0
    """Instances at which it has failed."""

    @property
    def is_unfinished(self) -> bool:
        """True while it goes on, or waits for another."""
        return self.status in UNFINISHED


@dataclass(frozen=True, kw_only=True)
class Result:
    """What an operation has done in one place."""

    place: Place
    status: str
    """``PENDING``, ``RUNNING``, ``SUCCEEDED``, ``FAILED`` or ``CANCELLED``."""
    reason: str | None = None


class StackSet:
    """The stack set *name* of the administrator, whose client of CloudFormation is *api*."""

    def __init__(self, api: Any, name: str, call_as: CallAs = "SELF") -> None:
        self.api, self.name, self.call_as = api, name, call_as

    def description(self) -> Mapping[str, Any] | None:
        """Describe the stack set; None where it does not exist."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

        try:
            found: Mapping[str, Any] = self.ask("describe_stack_set")["StackSet"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "StackSetNotFoundException":
                return None
            raise
        return None if found["Status"] == "DELETED" else found

    def existing(self) -> Mapping[str, Any]:
        """Describe the stack set; raises :class:`NoSuchStackError` where it does not exist."""
        if (found := self.description()) is None:
            sentence = "does not exist; `fleet apply` creates it, or --region names another Region"
            raise NoSuchStackError([Problem(f"stack set {self.name}", sentence)])
        return found

    def instances(self, **filters: str) -> Iterator[StackInstance]:
        """Yield every instance, or those that *filters* let through, a page at a time.

        They are those of the API, such as ``DRIFT_STATUS="DRIFTED"``.
        """
        given = [{"Name": name, "Values": value} for name, value in filters.items()]
        wanted = {"Filters": given} if given else {}
        return map(_instance, self.entries("list_stack_instances", **wanted))

    def overrides(self, place: Place) -> dict[str, str]:
        """Return the parameters that the instance in *place* has instead of the stack set's."""
        found = self.ask(
            "describe_stack_instance",
            StackInstanceAccount=place.account,
            StackInstanceRegion=place.region,
        )["StackInstance"]
        return {
            one["ParameterKey"]: one.get("ParameterValue", "")
            for one in found.get("ParameterOverrides", ())
        }

    def operations(self) -> Iterator[Operation]:
        """Yield the operations, the newest first."""
        return map(_operation, self.entries("list_stack_set_operations"))

    def operation(self, operation_id: str) -> Operation:
        """Describe one operation."""
        answer = self.ask("describe_stack_set_operation", OperationId=operation_id)
        return _operation(answer["StackSetOperation"])

    def results(self, operation_id: str) -> Iterator[Result]:
        """Yield what an operation has done in each place, so far."""
        return map(
            _result, self.entries("list_stack_set_operation_results", OperationId=operation_id)
        )

    def ask(self, method: str, **arguments: Any) -> Any:
        """Return the answer to a call that only reads, however long its faults take to pass."""
        call = self.named(method)
        return outlasting(lambda: call(**arguments))

    def entries(self, method: str, **arguments: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the summaries of all pages; a page is asked for when it is reached."""
        more: dict[str, Any] = {"MaxResults": PAGE}
        while True:
            page = self.ask(method, **arguments, **more)
            yield from page["Summaries"]
            if not (token := page.get("NextToken")):
                return
            more["NextToken"] = token

    def named(self, method: str) -> Callable[..., Any]:
        """Return the call of the API *method*, which names the stack set."""

        def call(**arguments: Any) -> Any:
            as_who = {} if self.call_as == "SELF" else {"CallAs": self.call_as}
            return getattr(self.api, method)(StackSetName=self.name, **as_who, **arguments)

        return call


def _instance(shown: Mapping[str, Any]) -> StackInstance:
    return StackInstance(
        place=Place(shown["Account"], shown["Region"]),
        stack_id=shown.get("StackId") or None,
        status=shown["Status"],
        detailed_status=shown.get("StackInstanceStatus", {}).get("DetailedStatus"),
        reason=shown.get("StatusReason") or None,
        drift_status=shown.get("DriftStatus"),
        drift_checked=shown.get("LastDriftCheckTimestamp"),
        operation_id=shown.get("LastOperationId"),
        organizational_unit=shown.get("OrganizationalUnitId"),
    )


def _operation(shown: Mapping[str, Any]) -> Operation:
    return Operation(
        id=shown["OperationId"],
        action=shown["Action"],
        status=shown["Status"],
        reason=shown.get("StatusReason") or None,
        began=shown.get("CreationTimestamp"),
        ended=shown.get("EndTimestamp"),
        failed=shown.get("StatusDetails", {}).get("FailedStackInstancesCount", 0),
    )


def _result(shown: Mapping[str, Any]) -> Result:
    return Result(
        place=Place(shown["Account"], shown["Region"]),
        status=shown["Status"],
        reason=shown.get("StatusReason") or None,
    )
