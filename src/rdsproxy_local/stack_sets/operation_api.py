"""CloudFormation's API for operations on stack sets, in the place of moto's."""

from __future__ import annotations

from moto.core.responses import ActionResult, EmptyResult

from ..cloudformation.pace import present
from .operation import Result
from .progress import drift_details, regional
from .requests import PAGES
from .stack_set_api import StackSetApi


class OperationApi(StackSetApi):
    """The operations on operations, beside those on stack sets."""

    def describe_stack_set_operation(self) -> ActionResult:
        given = self._given("StackSetName", "OperationId", "CallAs")
        _, found = self._found(given)
        operation = found.operation(given["OperationId"])
        # The engine waits as long as it takes, others as long as nothing is slow on purpose.
        operation.wait(None if self._is_engine else present.pace.patience)
        detects = operation.action == "DETECT_DRIFT"
        shown = {
            **operation.shown(),
            "RegionalStatusDetails": regional(operation),
            "StackSetDriftDetectionDetails": drift_details(operation) if detects else None,
        }
        return ActionResult({"StackSetOperation": shown})

    def list_stack_set_operations(self) -> ActionResult:
        given = self._given("StackSetName", "CallAs", *PAGES)
        _, found = self._found(given)
        newest_first = [*found.operations.values()][::-1]
        return ActionResult(
            self._listed(given, newest_first, lambda one: one.id, lambda one: one.summary())
        )

    def list_stack_set_operation_results(self) -> ActionResult:
        given = self._given("StackSetName", "OperationId", "Filters", "CallAs", *PAGES)
        _, found = self._found(given)
        wanted = [one["Values"].split(",") for one in given.get("Filters", [])]
        results = [
            one
            for one in found.operation(given["OperationId"]).results.values()
            if all(one.status in statuses for statuses in wanted)
        ]
        return ActionResult(self._listed(given, results, _place, lambda one: one.shown()))

    def stop_stack_set_operation(self) -> EmptyResult:
        given = self._given("StackSetName", "OperationId", "CallAs")
        stack_sets, found = self._found(given)
        stack_sets.stop(found, given["OperationId"])
        return EmptyResult()


def _place(result: Result) -> str:
    return "/".join(result.instance.place)
