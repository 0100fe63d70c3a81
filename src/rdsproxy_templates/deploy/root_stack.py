"""A root stack in CloudFormation: its change sets, their execution, and its deletion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ..errors import DeploymentError, Problem
from .accounts import AccountSession
from .change_set_requests import ChangeSetRequests
from .change_sets import ChangeSet, is_stack
from .completion import completing, was_never_whole
from .faults import CONFLICTS, carried_out, outlasting, polls
from .objections import Objections, objections
from .operation import REVIEW, Operation, in_progress, takes
from .parameters import Previous
from .stack_events import Report
from .stack_options import USUAL, StackOptions

EXECUTED: Final = ("EXECUTE_COMPLETE", "EXECUTE_FAILED")
"""Execution statuses of a change set whose execution has ended."""

GONE: Final = {"StackStatus": "DELETE_COMPLETE"}
OVERTAKEN: Final = (
    "was changed by somebody else since this change set was created; run the same command again, "
    "which shows the changes anew"
)


class RootStack:
    """The stack of this name in the account and the Region of a session."""

    def __init__(self, session: AccountSession, name: str) -> None:
        self.session, self.name = session, name
        self._api = session.client("cloudformation")
        self._change_sets = ChangeSetRequests(self._api, name, self.own_resources)

    def description(self, name_or_id: str | None = None) -> Mapping[str, Any] | None:
        """Describe the stack; None where it does not exist, or was deleted and has this ID."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

        try:
            answer = self._api.describe_stacks(StackName=name_or_id or self.name)
        except ClientError as error:
            if "does not exist" in error.response["Error"]["Message"]:
                return None
            raise
        found: Mapping[str, Any] = answer["Stacks"][0]
        return None if found["StackStatus"] == "DELETE_COMPLETE" else found

    def wait_until_settled(self, report: Report | None = None) -> Mapping[str, Any] | None:
        """Describe the stack once no operation is in progress; *report* its events until then."""
        found = outlasting(self.description)
        if report and found and in_progress(found["StackStatus"]):
            stack_id = found["StackId"]

            def status() -> str:
                return str((self.description(stack_id) or GONE)["StackStatus"])

            Operation(api=self._api, stack=stack_id, report=report, ended=status).wait()
        for _ in polls():
            found = outlasting(self.description)
            if found is None or not in_progress(found["StackStatus"]):
                break
        return found

    def parameters(self) -> dict[str, Previous]:
        """Return the stack's parameters by name."""
        stack = self.description()
        if stack is None or stack["StackStatus"] == REVIEW:
            return {}
        template = self._api.get_template_summary(StackName=self.name)
        defaults = {one["ParameterKey"]: one.get("DefaultValue") for one in template["Parameters"]}
        return {
            name: Previous(one["ParameterValue"], defaults.get(name))
            for one in stack.get("Parameters", ())
            for name in [one["ParameterKey"]]
        }

    def protect(self, *, enabled: bool) -> bool:
        """Turn termination protection on or off; True where that changes it."""
        if (self.description() or {}).get("EnableTerminationProtection", False) is enabled:
            return False
        self._api.update_termination_protection(
            StackName=self.name, EnableTerminationProtection=enabled
        )
        return True

    def outputs(self) -> dict[str, str]:
        """Return the stack's outputs by name."""
        outputs = (self.description() or {}).get("Outputs", ())
        return {one["OutputKey"]: one["OutputValue"] for one in outputs}

    def change_set(
        self,
        template: str,
        parameters: list[dict[str, Any]],
        capabilities: Sequence[str],
        tags: Mapping[str, str] | None = None,
        options: StackOptions = USUAL,
    ) -> ChangeSet:
        """Create a change set for *template*, with the changes in nested stacks.

        The stack keeps its tags where *tags* is None. Nothing is left of an interrupted call.
        """
        stack = self.description()
        wanted: dict[str, Any] = {
            "TemplateBody": template,
            "Parameters": parameters,
            "Capabilities": list(capabilities),
            **options.of_change_set(),
        }
        if tags is not None:
            wanted["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        if stack is None or stack["StackStatus"] == REVIEW:
            return self._change_sets.for_creation(wanted, is_new=stack is None)
        found = self._change_sets.for_update({**wanted, **options.of_update()})
        return completing(found, self.resources()) if was_never_whole(stack, self.events) else found

    def was_never_whole(self) -> bool:
        """Tell if the stack's creation has failed, and nothing has completed it since."""
        return was_never_whole(self.description(), self.events)

    def change_set_names(self) -> list[str]:
        """Return the names of the stack's change sets."""
        pages = self._api.get_paginator("list_change_sets").paginate(StackName=self.name)
        return [one["ChangeSetName"] for page in pages for one in page["Summaries"]]

    def discard(self, change_set: ChangeSet) -> None:
        """Delete *change_set*, which nobody executes, and the stack that exists only for it."""
        self._change_sets.discard(change_set.id, is_new=change_set.creates_stack)

    def planned(self, change_set_id: str) -> ChangeSet | None:
        """Read a change set that waits for its execution; None where it no longer does."""
        found = self._change_sets.waiting(change_set_id)
        return completing(found, self.resources()) if found and self.was_never_whole() else found

    def execute(self, change_set: ChangeSet, report: Report, options: StackOptions = USUAL) -> str:
        """Execute *change_set*; return the status in which the stack ends."""
        return self.begin(change_set, report, options).wait()

    def begin(
        self, change_set: ChangeSet, report: Report, options: StackOptions = USUAL
    ) -> Operation:
        """Begin to execute *change_set*, which goes on by itself."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

        stack = change_set.stack_id or self.name

        def ended() -> str | None:
            if self._change_sets.execution(change_set) not in EXECUTED:
                return None
            return str(self._api.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])

        def begun() -> bool | None:
            done = ("EXECUTE_IN_PROGRESS", *EXECUTED)
            return operation.has_begun() or self._change_sets.execution(change_set) in done or None

        operation = Operation(api=self._api, stack=stack, report=report, ended=ended)
        request = {
            "ChangeSetName": change_set.id,
            "ClientRequestToken": operation.token,
            **options.of_execution(),
            **({} if change_set.rolls_back else {"DisableRollback": True}),
        }
        try:
            carried_out(lambda: self._api.execute_change_set(**request), begun)
        except ClientError as error:
            if error.response["Error"]["Code"] in CONFLICTS:
                raise DeploymentError([Problem("", OVERTAKEN)]) from error
            raise
        return operation

    def delete(self, report: Report, retain: Sequence[str] = (), stack_id: str = "") -> str:
        """Delete the stack, or the nested one of *stack_id*; return the status in which it ends.

        Resources to *retain* stay in the account; CloudFormation takes them in DELETE_FAILED only.
        """
        stack = self.description(stack_id or None)
        if stack is None:
            return "DELETE_COMPLETE"
        # CloudFormation finds a deleted stack only by its ID, and by its name a new one.
        return self.begin_deletion(stack["StackId"], report, retain).wait()

    def begin_deletion(
        self, stack_id: str, report: Report, retain: Sequence[str] = ()
    ) -> Operation:
        """Begin to delete the stack of this ID, which goes on by itself."""

        def ended() -> str | None:
            return None if self.description(stack_id) else "DELETE_COMPLETE"

        kept = {"RetainResources": list(retain)} if retain else {}
        operation = Operation(api=self._api, stack=stack_id, report=report, ended=ended)
        operation.request("delete_stack", **kept)
        return operation

    def continue_rollback(
        self, report: Report, skip: Sequence[str] = (), *, skips_all: bool = False
    ) -> str:
        """Continue a rollback that failed, without resources to *skip*; return the last status.

        With *skips_all* CloudFormation itself finds what they are, if boto3 knows how to say so.
        """
        skipped: dict[str, Any] = {"ResourcesToSkip": list(skip)} if skip else {}
        if skips_all and takes(self._api, "ContinueUpdateRollback", "ForceRollback"):
            skipped = {"ForceRollback": True}
        return self._requested("continue_update_rollback", report, **skipped)

    def roll_back(self, report: Report) -> str:
        """Roll a failed update back; return the status in which the stack ends."""
        return self._requested("rollback_stack", report)

    def _requested(self, name: str, report: Report, **more: Any) -> str:
        stack_id = self._api.describe_stacks(StackName=self.name)["Stacks"][0]["StackId"]
        operation = Operation(api=self._api, stack=stack_id, report=report)
        operation.request(name, **more)
        return operation.wait()

    def events(self, name_or_id: str) -> list[Mapping[str, Any]]:
        """Return the events of the stack, or of one nested in it, the oldest first."""
        pages = self._api.get_paginator("describe_stack_events").paginate(StackName=name_or_id)
        found = [event for page in pages for event in page["StackEvents"]]
        return found[::-1]

    def objections(self, event: Mapping[str, Any]) -> Objections:
        """Return what validation objected to in the operation of a stack's *event*."""
        operation = event.get("OperationId")
        whose = {"OperationId": operation} if operation else {"StackName": event["StackId"]}
        return objections(self._api, **whose)

    def resources(
        self, name_or_id: str | None = None, within: str = ""
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the resources of the stack and of its nested stacks, each after its path."""
        for resource in self.own_resources(name_or_id or self.name):
            path = within + resource["LogicalResourceId"]
            yield path, resource
            if is_stack(resource) and resource.get("PhysicalResourceId"):
                yield from self.resources(resource["PhysicalResourceId"], f"{path}.")

    def own_resources(self, name_or_id: str) -> Iterator[Mapping[str, Any]]:
        """Yield the resources of the stack of this name or ID, without those inside others."""
        pages = self._api.get_paginator("list_stack_resources")
        for page in pages.paginate(StackName=name_or_id):
            yield from page["StackResourceSummaries"]
