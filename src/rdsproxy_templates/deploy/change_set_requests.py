"""Change sets of a root stack: requested, read with those of nested stacks, and discarded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final

from .change_sets import Change, ChangeSet, is_stack, read_change, says_nothing_changes
from .faults import carried_out, outlasting, polls
from .objections import NONE, Objections, is_mentioned, objections
from .operation import REVIEW, new_token

UNFINISHED: Final = ("CREATE_PENDING", "CREATE_IN_PROGRESS")
"""Statuses of a change set that is being created."""

NOT_FOUND: Final = ("ChangeSetNotFound", "ChangeSetNotFoundException", "ValidationError")
"""Codes for a change set, or a stack, that does not exist."""

CHANGE_SET: Final = re.compile(r"arn:\S+:changeSet/\S+")
"""The ARN of a change set in CloudFormation's reasons."""

Resources = Callable[[str], Iterator[Mapping[str, Any]]]
"""Yields the resources of the stack with an ID, without those in its nested stacks."""


class ChangeSetRequests:
    """The change sets that are requested for the stack *name*."""

    def __init__(self, api: Any, name: str, resources: Resources) -> None:
        self._api, self._name, self._resources = api, name, resources
        self._nested: dict[str, dict[str, Any]] = {}

    def for_creation(self, wanted: Mapping[str, Any], *, is_new: bool) -> ChangeSet:
        """Request a change set that creates the stack, which is *new* or under review."""
        with self._left_if_whole(is_new=is_new) as begin:
            found = self._created(begin(), ChangeSetType="CREATE", **wanted)
            return replace(self._read(found), creates_stack=is_new)

    def for_update(self, wanted: Mapping[str, Any]) -> ChangeSet:
        """Request a change set that updates the stack, with those of nested stacks if possible."""
        wanted = {"ChangeSetType": "UPDATE", **wanted}
        with self._left_if_whole(is_new=False) as begin:
            found = self._created(begin(), IncludeNestedStacks=True, **wanted)
            if (reason := _failure(found)) is None or says_nothing_changes(reason):
                return self._read(found)
            hidden_reason = self._innermost_reason(reason)
            if is_mentioned(hidden_reason):
                return replace(self._read(found), reason=hidden_reason)
            # Nested change sets fail where updates succeed, such as at parts of values that are not
            # known yet:
            # https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/759
            self._api.delete_change_set(ChangeSetName=found["ChangeSetId"])
            shallow = self._read(self._created(begin(), **wanted))
            return replace(shallow, hidden_reason=hidden_reason)

    def discard(self, name_or_id: str, *, is_new: bool) -> None:
        """Delete a change set; its stack, too, where that *is new* and under review only for it."""
        self._api.delete_change_set(ChangeSetName=name_or_id, StackName=self._name)
        if not is_new:
            return
        stack = self._api.describe_stacks(StackName=self._name)["Stacks"][0]
        pages = self._api.get_paginator("list_change_sets").paginate(StackName=stack["StackId"])
        left = [one for page in pages for one in page["Summaries"]]
        # The change set's own deletion may take a moment.
        others = [
            one for one in left if name_or_id not in (one["ChangeSetId"], one["ChangeSetName"])
        ]
        if stack["StackStatus"] == REVIEW and not others:
            self._api.delete_stack(StackName=stack["StackId"])

    def execution(self, change_set: ChangeSet) -> str:
        """Return the status of its execution."""
        found = self._api.describe_change_set(ChangeSetName=change_set.id)
        return str(found["ExecutionStatus"])

    def waiting(self, change_set_id: str) -> ChangeSet | None:
        """Read a change set that can still be executed; None where it is gone or obsolete."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

        try:
            found = outlasting(lambda: self._change_set(change_set_id))
        except ClientError as error:
            if error.response["Error"]["Code"] in NOT_FOUND:
                return None
            raise
        if found["ExecutionStatus"] != "AVAILABLE":
            return None
        stack = self._api.describe_stacks(StackName=found["StackId"])["Stacks"][0]
        return replace(self._read(found), creates_stack=stack["StackStatus"] == REVIEW)

    @contextmanager
    def _left_if_whole(self, *, is_new: bool) -> Iterator[Callable[[], str]]:
        """Yield a maker of names, and discard the change sets of those where the block raises."""
        names: list[str] = []

        def begin() -> str:
            names.append(new_token())
            return names[-1]

        try:
            yield begin
        except BaseException:  # Ctrl-C, too
            for name in names:
                with suppress(Exception):
                    self.discard(name, is_new=is_new)
            raise

    def _created(self, name: str, **wanted: Any) -> dict[str, Any]:
        """Create a change set, and wait until CloudFormation has finished it."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

        named = {"ChangeSetName": name, "StackName": self._name}

        def look() -> str | None:
            try:
                return str(self._api.describe_change_set(**named)["ChangeSetId"])
            except ClientError as error:
                if error.response["Error"]["Code"] in NOT_FOUND:
                    return None
                raise

        change_set_id = carried_out(
            lambda: str(self._api.create_change_set(ClientToken=name, **named, **wanted)["Id"]),
            look,
        )
        for _ in polls():
            found = outlasting(lambda: self._change_set(change_set_id))
            if found["Status"] not in UNFINISHED:
                return found
        raise AssertionError  # polls have no end

    def _read(self, found: Mapping[str, Any]) -> ChangeSet:
        return ChangeSet(
            id=found["ChangeSetId"],
            stack_id=found["StackId"],
            reason=_failure(found),
            changes=tuple(self._changes(found)),
            objections=self._objections(found),
        )

    def _objections(self, found: Mapping[str, Any], within: str = "") -> Objections:
        """Return what validation objects to in a change set and in those of nested stacks."""
        if says_nothing_changes(_failure(found)):
            return NONE
        own = objections(self._api, within, ChangeSetName=found["ChangeSetId"])
        untold, everything = own.untold, [*own.found]
        for one in (change["ResourceChange"] for change in found["Changes"]):
            if "ChangeSetId" in one and not untold:
                nested = self._inside(one["ChangeSetId"])
                inside = self._objections(nested, f"{within}{one['LogicalResourceId']}.")
                untold, everything = inside.untold, [*everything, *inside.found]
        return Objections(found=tuple(everything), untold=untold)

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
                nested = self._inside(one["ChangeSetId"])
                if not says_nothing_changes(_failure(nested)):
                    inside = tuple(self._changes(nested, f"{change.path}."))
                    yield replace(change, inside=inside)
            else:
                yield replace(change, hidden=change.action != "Add")

    def _removed(self, stack_id: str, within: str) -> Iterator[Change]:
        """Yield the removal of every resource in a nested stack."""
        for resource in self._resources(stack_id):
            path = within + resource["LogicalResourceId"]
            change = Change(action="Remove", path=path, type=resource["ResourceType"])
            if is_stack(resource):
                inside = tuple(self._removed(resource["PhysicalResourceId"], f"{path}."))
                change = replace(change, inside=inside)
            yield change

    def _inside(self, change_set_id: str) -> dict[str, Any]:
        """Describe a nested change set, which is finished as the root is."""
        if change_set_id not in self._nested:
            self._nested[change_set_id] = self._change_set(change_set_id)
        return self._nested[change_set_id]

    def _change_set(self, change_set_id: str) -> dict[str, Any]:
        paginator = self._api.get_paginator("describe_change_set")
        pages = [*paginator.paginate(ChangeSetName=change_set_id, IncludePropertyValues=True)]
        changes = [change for page in pages for change in page.get("Changes", ())]
        return {**pages[-1], "Changes": changes}


def _failure(change_set: Mapping[str, Any]) -> str | None:
    """Return the reason why a change set failed; None where it did not."""
    if change_set["Status"] != "FAILED":
        return None
    return str(change_set.get("StatusReason", "AWS gives no reason"))
