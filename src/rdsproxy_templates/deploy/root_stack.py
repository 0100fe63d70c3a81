"""A root stack in CloudFormation: its change sets, their execution, and its deletion."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, repeat
from typing import Any, Final

from .accounts import AccountSession
from .change_sets import Change, ChangeSet, read_change, says_nothing_changes
from .parameters import Previous

PAUSES: Final = (0.5, 1, 2, 4)
"""Seconds between polls of CloudFormation; the last value repeats."""

POLLS_WITHOUT_EVENT: Final = 10
"""Polls after which the stack itself is asked, if it has sent no event of its own."""

REVIEW: Final = "REVIEW_IN_PROGRESS"
"""The stack has a change set that would create it, and nothing else."""

UNFINISHED: Final = ("CREATE_PENDING", "CREATE_IN_PROGRESS")
"""Statuses of a change set that is being created."""

CHANGE_SET: Final = re.compile(r"arn:\S+:changeSet/\S+")
"""The ARN of a change set in CloudFormation's reasons."""

Report = Callable[[str, str], None]
"""Reports the status and the logical ID of a resource whose status has changed."""


class RootStack:
    """The stack of this name in the account and the Region of a session."""

    def __init__(self, session: AccountSession, name: str) -> None:
        self.session, self.name = session, name
        self._api = session.client("cloudformation")

    def description(self) -> Mapping[str, Any] | None:
        """Describe the stack; None where it does not exist."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

        try:
            found: Mapping[str, Any] = self._api.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in error.response["Error"]["Message"]:
                return None
            raise
        return found

    def wait_until_settled(self) -> Mapping[str, Any] | None:
        """Describe the stack once no operation is in progress."""
        pauses = _pauses()
        while (found := self.description()) and _in_progress(found["StackStatus"]):
            next(pauses)
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
    ) -> ChangeSet:
        """Create a change set for *template*, with the changes in nested stacks.

        The stack keeps its tags where *tags* is None.
        """
        stack = self.description()
        wanted: dict[str, Any] = {
            "StackName": self.name,
            "TemplateBody": template,
            "Parameters": parameters,
            "Capabilities": list(capabilities),
        }
        if tags is not None:
            wanted["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        if stack is None or stack["StackStatus"] == REVIEW:
            return self._read(self._created(ChangeSetType="CREATE", **wanted))
        found = self._created(ChangeSetType="UPDATE", IncludeNestedStacks=True, **wanted)
        if (reason := _failure(found)) is None or says_nothing_changes(reason):
            return self._read(found)
        # Nested change sets fail where updates succeed, such as at parts of values that are not
        # known yet: https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/759
        hidden_reason = self._innermost_reason(reason)
        self._api.delete_change_set(ChangeSetName=found["ChangeSetId"])
        return replace(
            self._read(self._created(ChangeSetType="UPDATE", **wanted)), hidden_reason=hidden_reason
        )

    def discard(self, change_set: ChangeSet) -> None:
        """Delete *change_set*, which nobody executes."""
        self._api.delete_change_set(ChangeSetName=change_set.id)

    def execute(self, change_set: ChangeSet, report: Report) -> str:
        """Execute *change_set*; return the status in which the stack ends."""
        before = {event["EventId"] for event in self.events(self.name)}
        self._api.execute_change_set(ChangeSetName=change_set.id)
        return self._watched(self.name, before, report)

    def delete(self, report: Report) -> str:
        """Delete the stack; return the status in which it ends."""
        stack = self.description()
        if stack is None:
            return "DELETE_COMPLETE"
        before = {event["EventId"] for event in self.events(self.name)}
        self._api.delete_stack(StackName=self.name)
        # CloudFormation finds a deleted stack only by its ID.
        return self._watched(stack["StackId"], before, report)

    def events(self, name_or_id: str) -> list[Mapping[str, Any]]:
        """Return the events of the stack, or of one nested in it, the oldest first."""
        pages = self._api.get_paginator("describe_stack_events").paginate(StackName=name_or_id)
        found = [event for page in pages for event in page["StackEvents"]]
        return found[::-1]

    def resources(self, name_or_id: str | None = None) -> Iterator[Mapping[str, Any]]:
        """Yield the resources of the stack and of its nested stacks."""
        for resource in self._own_resources(name_or_id or self.name):
            yield resource
            if is_stack(resource) and resource.get("PhysicalResourceId"):
                yield from self.resources(resource["PhysicalResourceId"])

    def _own_resources(self, name_or_id: str) -> Iterator[Mapping[str, Any]]:
        pages = self._api.get_paginator("list_stack_resources")
        for page in pages.paginate(StackName=name_or_id):
            yield from page["StackResourceSummaries"]

    def _created(self, **wanted: Any) -> dict[str, Any]:
        """Create a change set, and wait until CloudFormation has finished it."""
        name = f"rdsproxy-templates-{time.time_ns()}"
        created = self._api.create_change_set(ChangeSetName=name, **wanted)
        pauses = _pauses()
        while (found := self._change_set(created["Id"]))["Status"] in UNFINISHED:
            next(pauses)
        return found

    def _read(self, found: Mapping[str, Any]) -> ChangeSet:
        changes = tuple(self._changes(found))
        return ChangeSet(id=found["ChangeSetId"], reason=_failure(found), changes=changes)

    def _innermost_reason(self, reason: str) -> str:
        """Return the reason of the nested change set that *reason* names, or *reason* itself."""
        named = CHANGE_SET.search(reason)
        inside = _failure(self._change_set(named[0])) if named else None
        return self._innermost_reason(inside) if inside else reason

    def _changes(self, found: Mapping[str, Any], within: str = "") -> Iterator[Change]:
        """Yield the changes of a change set, without nested stacks in which nothing changes."""
        for one in (change["ResourceChange"] for change in found["Changes"]):
            change = read_change(one, within)
            if not is_stack(one):
                yield change
            elif change.action == "Remove":
                inside = tuple(self._removed(one["PhysicalResourceId"], f"{change.path}."))
                yield replace(change, inside=inside)
            elif "ChangeSetId" in one:
                nested = self._change_set(one["ChangeSetId"])
                if not says_nothing_changes(_failure(nested)):
                    inside = tuple(self._changes(nested, f"{change.path}."))
                    yield replace(change, inside=inside)
            else:
                yield replace(change, hidden=change.action != "Add")

    def _removed(self, stack_id: str, within: str) -> Iterator[Change]:
        """Yield the removal of every resource in a nested stack."""
        for resource in self._own_resources(stack_id):
            path = within + resource["LogicalResourceId"]
            change = Change(action="Remove", path=path, type=resource["ResourceType"])
            if is_stack(resource):
                inside = tuple(self._removed(resource["PhysicalResourceId"], f"{path}."))
                change = replace(change, inside=inside)
            yield change

    def _change_set(self, change_set_id: str) -> dict[str, Any]:
        pages = [
            *self._api.get_paginator("describe_change_set").paginate(ChangeSetName=change_set_id)
        ]
        changes = [change for page in pages for change in page.get("Changes", ())]
        return {**pages[-1], "Changes": changes}

    def _watched(self, name_or_id: str, seen: set[str], report: Report) -> str:
        """Report each event once; return the status when no operation is in progress.

        There is no time limit. The stack's events tell its status, because for some seconds
        after a request its description still shows the old one.
        """
        status = None
        pauses, polls = _pauses(), 0
        while True:
            polls += 1
            for event in self.events(name_or_id):
                if event["EventId"] not in seen:
                    seen.add(event["EventId"])
                    report(event["ResourceStatus"], event["LogicalResourceId"])
                    if event["PhysicalResourceId"] == event["StackId"]:
                        status = str(event["ResourceStatus"])
            if status is None and polls >= POLLS_WITHOUT_EVENT:
                stack = self._api.describe_stacks(StackName=name_or_id)["Stacks"][0]
                status = str(stack["StackStatus"])
            if status is not None and not _in_progress(status):
                return status
            next(pauses)


def is_stack(resource: Mapping[str, Any]) -> bool:
    """Tell if a resource, or the resource of an event, is a stack."""
    return bool(resource["ResourceType"] == "AWS::CloudFormation::Stack")


def _pauses() -> Iterator[None]:
    """Sleep before each item, longer and longer."""
    for seconds in chain(PAUSES, repeat(PAUSES[-1])):
        time.sleep(seconds)
        yield


def _in_progress(status: str) -> bool:
    return status.endswith("_IN_PROGRESS") and status != REVIEW


def _failure(change_set: Mapping[str, Any]) -> str | None:
    """Return the reason why a change set failed; None where it did not."""
    if change_set["Status"] != "FAILED":
        return None
    return str(change_set.get("StatusReason", "AWS gives no reason"))
