"""CloudFormation's API for the drift of stack sets, stack by stack."""

from __future__ import annotations

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult

from ..cloudformation.drift import detect
from .carrying import Carrier
from .instance import Place
from .instance_api import StackInstanceApi
from .operation import Result
from .requests import PAGES
from .roles import NotAllowed
from .stack_set import StackSet
from .stack_set_api import HOW
from .work import checkable


class StackSetDriftApi(StackInstanceApi):
    """The operations on drift, beside all others on stack sets."""

    def detect_stack_set_drift(self) -> ActionResult:
        given = self._given("StackSetName", "CallAs", *HOW)
        stack_sets, found = self._found(given)
        operation = Carrier(stack_sets, found, given).begin(
            "DETECT_DRIFT", [*found.instances.values()], lambda result: _detect(found, result)
        )
        return ActionResult({"OperationId": operation.id})

    def list_stack_instance_resource_drifts(self) -> ActionResult:
        place = ("StackInstanceAccount", "StackInstanceRegion")
        own = ("OperationId", "StackInstanceResourceDriftStatuses")
        given = self._given("StackSetName", "CallAs", *place, *own, *PAGES)
        _, found = self._found(given)
        instance = found.instance(Place(*(given[name] for name in place)))
        result = found.operation(given["OperationId"]).results.get(instance.place)
        wanted = given.get("StackInstanceResourceDriftStatuses")
        drifts = [
            one for one in (result.drifts if result else ()) if not wanted or one.status in wanted
        ]
        return ActionResult(
            self._listed(given, drifts, lambda one: one.logical_id, lambda one: one.shown())
        )


def _detect(stack_set: StackSet, result: Result) -> None:
    result.becomes("RUNNING")
    try:
        stack = checkable(stack_set, result.instance)
    except (NotAllowed, ServiceException) as refusal:
        result.becomes("FAILED", str(refusal))
        return
    detection = detect(stack)
    result.drifts = detection.drifts
    unread = [one for one in detection.drifts if one.status == "UNKNOWN"]
    result.instance.drift_checked = detection.at
    if unread:
        names = ", ".join(one.logical_id for one in unread)
        reason = f"Failed to detect drift on resources [{names}]: {unread[0].reason}"
        result.becomes("FAILED", reason)
        return
    result.drift = result.instance.drift = detection.stack_status
    result.becomes("SUCCEEDED")
