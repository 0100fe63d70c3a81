"""A root stack in CloudFormation: what would change, carrying it out, and deleting it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, repeat
from typing import Any, Final

from .accounts import AccountSession
from .change_sets import Change, ChangeSet, read_change, says_nothing_changes
from .parameters import Previous

PAUSES: Final = (0.5, 1, 2, 4)
"""Seconds between looks at what CloudFormation does; the last before all that follow."""

LOOKS: Final = 10
"""After as many without an event of the stack's own, there will be none."""

CAPABILITIES: Final = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
REVIEW: Final = "REVIEW_IN_PROGRESS"
"""There is a change set that would create the stack, and nothing else."""

UNFINISHED: Final = ("CREATE_PENDING", "CREATE_IN_PROGRESS")
"""Of change sets."""

CHANGE_SET: Final = re.compile(r"arn:\S+:changeSet/\S+")
"""In CloudFormation's reasons."""

Report = Callable[[str, str], None]
"""Says the status and the logical ID of a resource whose status has changed."""


class RootStack:
    """The stack of this name in an account."""

    def __init__(self, access: AccountSession, name: str) -> None:
        self.access, self.name = access, name
        self._api = access.client("cloudformation")

    def described(self) -> Mapping[str, Any] | None:
        """The stack as the API shows it; None where there is none."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

        try:
            found: Mapping[str, Any] = self._api.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in error.response["Error"]["Message"]:
                return None
            raise
        return found

    def settled(self) -> Mapping[str, Any] | None:
        """The same, once nothing is being done with the stack."""
        pauses = _pauses()
        while (found := self.described()) and _in_progress(found["StackStatus"]):
            next(pauses)
        return found

    def parameters(self) -> dict[str, Previous]:
        """Those that the stack has, by name."""
        stack = self.described()
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
        """Turn termination protection on or off; whether it was the other before."""
        if (self.described() or {}).get("EnableTerminationProtection", False) is enabled:
            return False
        self._api.update_termination_protection(
            StackName=self.name, EnableTerminationProtection=enabled
        )
        return True

    def outputs(self) -> dict[str, str]:
        """What the stack offers, by name."""
        offered = (self.described() or {}).get("Outputs", ())
        return {one["OutputKey"]: one["OutputValue"] for one in offered}

    def change_set(self, template: str, parameters: list[dict[str, Any]]) -> ChangeSet:
        """What *template* would change, in nested stacks, too."""
        stack = self.described()
        wanted = {
            "StackName": self.name,
            "TemplateBody": template,
            "Parameters": parameters,
            "Capabilities": list(CAPABILITIES),
        }
        if stack is None or stack["StackStatus"] == REVIEW:
            return self._read(self._made(ChangeSetType="CREATE", **wanted))
        found = self._made(ChangeSetType="UPDATE", IncludeNestedStacks=True, **wanted)
        if (reason := _failure(found)) is None or says_nothing_changes(reason):
            return self._read(found)
        # Nested change sets fail at what an update takes, such as parts of values that are not
        # known yet: https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/759
        unseen = self._innermost_reason(reason)
        self._api.delete_change_set(ChangeSetName=found["ChangeSetId"])
        return replace(self._read(self._made(ChangeSetType="UPDATE", **wanted)), unseen=unseen)

    def forget(self, change_set: ChangeSet) -> None:
        """Leave no change set behind that nobody carries out."""
        self._api.delete_change_set(ChangeSetName=change_set.id)

    def execute(self, change_set: ChangeSet, report: Report) -> str:
        """The status to which carrying it out leads."""
        before = {event["EventId"] for event in self.events(self.name)}
        self._api.execute_change_set(ChangeSetName=change_set.id)
        return self._watched(self.name, before, report)

    def delete(self, report: Report) -> str:
        """The status to which deletion leads."""
        stack = self.described()
        if stack is None:
            return "DELETE_COMPLETE"
        before = {event["EventId"] for event in self.events(self.name)}
        self._api.delete_stack(StackName=self.name)
        # A deleted stack is found by its ID alone.
        return self._watched(stack["StackId"], before, report)

    def events(self, name_or_id: str) -> list[Mapping[str, Any]]:
        """Those of the stack, or of one nested in it, the oldest first."""
        pages = self._api.get_paginator("describe_stack_events").paginate(StackName=name_or_id)
        found = [event for page in pages for event in page["StackEvents"]]
        return found[::-1]

    def resources(self, name_or_id: str | None = None) -> Iterator[Mapping[str, Any]]:
        """Those of the stack and of all that are nested in it."""
        for resource in self._own_resources(name_or_id or self.name):
            yield resource
            if is_stack(resource) and resource.get("PhysicalResourceId"):
                yield from self.resources(resource["PhysicalResourceId"])

    def _own_resources(self, name_or_id: str) -> Iterator[Mapping[str, Any]]:
        pages = self._api.get_paginator("list_stack_resources")
        for page in pages.paginate(StackName=name_or_id):
            yield from page["StackResourceSummaries"]

    def _made(self, **wanted: Any) -> dict[str, Any]:
        """A new change set, once CloudFormation is done with it."""
        name = f"rdsproxy-templates-{time.time_ns()}"
        made = self._api.create_change_set(ChangeSetName=name, **wanted)
        pauses = _pauses()
        while (found := self._change_set(made["Id"]))["Status"] in UNFINISHED:
            next(pauses)
        return found

    def _read(self, found: Mapping[str, Any]) -> ChangeSet:
        changes = tuple(self._changes(found))
        return ChangeSet(id=found["ChangeSetId"], reason=_failure(found), changes=changes)

    def _innermost_reason(self, reason: str) -> str:
        """That of the nested change set which a reason names, or the reason itself."""
        named = CHANGE_SET.search(reason)
        inside = _failure(self._change_set(named[0])) if named else None
        return self._innermost_reason(inside) if inside else reason

    def _changes(self, found: Mapping[str, Any], within: str = "") -> Iterator[Change]:
        """Those of a change set; a stack in which nothing changes is none."""
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
        """What goes with a nested stack."""
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
        """The status once nothing is done any more; each event is reported once.

        However long that takes. The stack's own events tell the status, because it may still
        be the old one for some seconds after work was asked for.
        """
        status = None
        pauses, looks = _pauses(), 0
        while True:
            looks += 1
            for event in self.events(name_or_id):
                if event["EventId"] not in seen:
                    seen.add(event["EventId"])
                    report(event["ResourceStatus"], event["LogicalResourceId"])
                    if event["PhysicalResourceId"] == event["StackId"]:
                        status = str(event["ResourceStatus"])
            if status is None and looks >= LOOKS:
                stack = self._api.describe_stacks(StackName=name_or_id)["Stacks"][0]
                status = str(stack["StackStatus"])
            if status is not None and not _in_progress(status):
                return status
            next(pauses)


def is_stack(resource: Mapping[str, Any]) -> bool:
    """Whether a resource, or an event's, is a stack."""
    return bool(resource["ResourceType"] == "AWS::CloudFormation::Stack")


def _pauses() -> Iterator[None]:
    """Waits each time that it is asked for the next, and longer and longer."""
    for seconds in chain(PAUSES, repeat(PAUSES[-1])):
        time.sleep(seconds)
        yield


def _in_progress(status: str) -> bool:
    return status.endswith("_IN_PROGRESS") and status != REVIEW


def _failure(change_set: Mapping[str, Any]) -> str | None:
    """Why a change set could not be made, if it could not."""
    if change_set["Status"] != "FAILED":
        return None
    return str(change_set.get("StatusReason", "no reason is given"))
