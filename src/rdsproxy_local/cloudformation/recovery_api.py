"""CloudFormation's API for operations that failed, or that somebody no longer wants."""

from __future__ import annotations

from moto.core.responses import ActionResult, EmptyResult

from .event_api import EventApi
from .refusals import ValidationError


class RecoveryApi(EventApi):
    """The ways out of an update or a failure, beside the operations on stacks."""

    def cancel_update_stack(self) -> EmptyResult:
        name = self._given("StackName")["StackName"]
        self._once(lambda: self.stacks.cancel_update(name))
        return EmptyResult()

    def continue_update_rollback(self) -> EmptyResult:
        given = self._given("StackName", "RoleARN", "ResourcesToSkip", "ForceRollback")
        skip, force = given.get("ResourcesToSkip", []), given.get("ForceRollback", False)
        if skip and force:
            raise ValidationError("ForceRollback and ResourcesToSkip are mutually exclusive")
        name, token = given["StackName"], self.token
        self._once(lambda: self.stacks.continue_rollback(name, skip, token, force=force))
        return EmptyResult()

    def rollback_stack(self) -> ActionResult:
        given = self._given("StackName", "RoleARN")
        stack = self._once(lambda: self.stacks.roll_back(given["StackName"], self.token))
        return ActionResult({"StackId": stack.id, "OperationId": stack.operation.id})
