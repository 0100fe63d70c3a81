"""A root stack in CloudFormation: what would change, carrying it out, and deleting it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .access import Access

SECONDS: Final = 3
"""Between two looks at what CloudFormation does."""

CAPABILITIES: Final = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
UNMADE: Final = "ROLLBACK_COMPLETE"
"""Nothing is left of the stack but its name; it can only be deleted."""

HALF: Final = ("ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")
"""It can only be deleted, too, and something is left that may hold data."""

NO_CHANGES: Final = ("didn't contain changes", "No updates are to be performed")

Report = Callable[[str, str], None]
"""Says the status and the logical ID of a resource whose status has changed."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a change set would do with a resource."""

    action: str
    logical_id: str
    type: str
    replacement: str

    def __str__(self) -> str:
        replaced = " (replaced)" if self.replacement == "True" else ""
        return f"{self.action.lower():8} {self.logical_id}  {self.type}{replaced}"


@dataclass(frozen=True, kw_only=True)
class ChangeSet:
    """What is ready to be carried out, or why it is not."""

    id: str
    reason: str | None
    """Why CloudFormation could not make it."""
    changes: tuple[Change, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the stack is already what it should be."""
        return self.reason is not None and any(one in self.reason for one in NO_CHANGES)


class RootStack:
    """The stack of this name in an account."""

    def __init__(self, access: Access, name: str) -> None:
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
        while (found := self.described()) and _in_progress(found["StackStatus"]):
            time.sleep(SECONDS)
        return found

    def parameters(self) -> set[str]:
        """The names of those that the stack has."""
        return {one["ParameterKey"] for one in (self.described() or {}).get("Parameters", ())}

    def outputs(self) -> dict[str, str]:
        """What the stack offers, by name."""
        offered = (self.described() or {}).get("Outputs", ())
        return {one["OutputKey"]: one["OutputValue"] for one in offered}

    def change_set(self, template: str, parameters: list[dict[str, Any]]) -> ChangeSet:
        """What *template* would change."""
        stack = self.described()
        exists = stack is not None and stack["StackStatus"] != "REVIEW_IN_PROGRESS"
        made = self._api.create_change_set(
            StackName=self.name,
            ChangeSetName=f"rdsproxy-templates-{time.time_ns()}",
            ChangeSetType="UPDATE" if exists else "CREATE",
            TemplateBody=template,
            Parameters=parameters,
            Capabilities=list(CAPABILITIES),
        )
        while (found := self._change_set(made["Id"]))["Status"].startswith("CREATE_") and (
            found["Status"] != "CREATE_COMPLETE"
        ):
            time.sleep(SECONDS)
        reason = found.get("StatusReason") if found["Status"] == "FAILED" else None
        return ChangeSet(id=made["Id"], reason=reason, changes=tuple(_changes(found)))

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
        pages = self._api.get_paginator("list_stack_resources")
        for page in pages.paginate(StackName=name_or_id or self.name):
            for resource in page["StackResourceSummaries"]:
                yield resource
                if is_stack(resource) and resource.get("PhysicalResourceId"):
                    yield from self.resources(resource["PhysicalResourceId"])

    def _change_set(self, change_set_id: str) -> dict[str, Any]:
        pages = [
            *self._api.get_paginator("describe_change_set").paginate(ChangeSetName=change_set_id)
        ]
        changes = [change for page in pages for change in page.get("Changes", ())]
        return {**pages[-1], "Changes": changes}

    def _watched(self, name_or_id: str, seen: set[str], report: Report) -> str:
        """The status once nothing is done any more; each event is reported once."""
        while True:
            status: str = self._api.describe_stacks(StackName=name_or_id)["Stacks"][0][
                "StackStatus"
            ]
            for event in self.events(name_or_id):
                if event["EventId"] not in seen:
                    seen.add(event["EventId"])
                    report(event["ResourceStatus"], event["LogicalResourceId"])
            if not _in_progress(status):
                return status
            time.sleep(SECONDS)


def is_stack(resource: Mapping[str, Any]) -> bool:
    """Whether a resource, or an event's, is a stack."""
    return bool(resource["ResourceType"] == "AWS::CloudFormation::Stack")


def _in_progress(status: str) -> bool:
    return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"


def _changes(found: Mapping[str, Any]) -> Iterator[Change]:
    for change in found["Changes"]:
        one = change["ResourceChange"]
        yield Change(
            action=one["Action"],
            logical_id=one["LogicalResourceId"],
            type=one["ResourceType"],
            replacement=one.get("Replacement", "False"),
        )
