"""Drift: what somebody has changed or deleted of a deployed stack, as CloudFormation detects it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from .change_sets import ChangeSet, is_stack
from .faults import outlasting, polls
from .operation import REVIEW
from .property_values import PropertyValue
from .root_stack import RootStack

STATUSES: Final = ("DELETED", "MODIFIED")
NOTHING: Final = "null"
"""CloudFormation's value of a property that is not there."""
BUSY: Final = "already in progress"
"""Part of the refusal of a second detection."""
NOT_NOW: Final = "cannot be performed"
"""Part of the refusal of a stack in a status without detection."""
NOT_REVERTED: Final = ("AWS::RDS::DBProxy",)
"""Types that change sets compare only with their last deployment.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html
"""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One resource that is not as its template says."""

    path: str
    """The logical ID, after the logical IDs of the stacks around it."""
    type: str
    physical_id: str
    status: Literal["DELETED", "MODIFIED"]
    values: tuple[PropertyValue, ...] = ()
    """What differs: ``before`` is the template's value, ``after`` is the present one."""

    def lines(self, *, whole: bool = False) -> Iterator[str]:
        """Yield it for people, with *whole* values or the beginnings of long ones."""
        how = "was deleted by hand" if self.status == "DELETED" else "was changed by hand"
        yield f"drift    {self.path}  {self.type}  {how}"
        for one in self.values:
            template, now = (one.shown(value, whole=whole) for value in (one.before, one.after))
            yield f"           {one.path}: {template} in the template, {now} now"

    def staying(self, change_set: ChangeSet) -> Iterator[str]:
        """Yield what *change_set*, which reverts drift, does not bring back."""
        change = next((one for one in change_set.resources if one.path == self.path), None)
        if self.status == "DELETED":
            if change is None:
                yield f"stays    {self.path}: CloudFormation does not create it again"
            return
        changed = change.properties if change else frozenset[str]()
        for one in self.values:
            name = one.path.partition(".")[0]
            if name not in changed:
                yield f"stays    {self.path}: {one.path}: {self._why(name)}; set it back by hand"

    def _why(self, name: str) -> str:
        if self.type in NOT_REVERTED:
            return f"CloudFormation compares {self.type} only with its last deployment"
        if name == "Tags":
            return "CloudFormation leaves tags that the template does not have"
        return "CloudFormation leaves what AWS manages, and what only a replacement changes"

    def record(self) -> dict[str, Any]:
        """Return it for the file of a plan."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class StackDrift:
    """The drift of a stack and of those nested in it."""

    found: tuple[Drift, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    """Resources or stacks that CloudFormation could not check, by their paths, with its reason."""

    def lines(self, *, whole: bool = False) -> Iterator[str]:
        """Yield everything for people, with *whole* values or the beginnings of long ones."""
        for one in self.found:
            yield from one.lines(whole=whole)
        for path, reason in self.unread:
            yield f"drift    {path}  could not be checked: {reason}"

    def staying(self, change_set: ChangeSet) -> Iterator[str]:
        """Yield what *change_set*, which reverts drift, does not bring back."""
        for one in self.found:
            yield from one.staying(change_set)


NO_DRIFT: Final = StackDrift()


def detected_drift(stack: RootStack) -> StackDrift:
    """Detect the drift of *stack* and of all stacks nested in it, side by side, and wait for it.

    A detection reads only, and takes CloudFormation seconds to minutes.
    """
    root = stack.description()
    if root is None or root["StackStatus"] == REVIEW:
        return NO_DRIFT
    stacks = {"": root["StackId"]}
    for path, resource in stack.resources():
        if is_stack(resource) and resource.get("PhysicalResourceId"):
            stacks[f"{path}."] = resource["PhysicalResourceId"]
    api = stack.session.client("cloudformation")
    found: list[Drift] = []
    unread: list[tuple[str, str]] = []
    begun = {within: _begun(api, stack_id) for within, stack_id in stacks.items()}
    for within, detection in begun.items():
        if detection is None:
            status = api.describe_stacks(StackName=stacks[within])["Stacks"][0]["StackStatus"]
            unread.append((within.rstrip(".") or stack.name, f"the stack is {status}"))
            continue
        unread += [
            ((within + name).rstrip("."), reason)
            for name, reason in _failures(_ended(api, detection))
        ]
        found += [_read(one, within) for one in _drifted(api, stacks[within])]
    return StackDrift(found=tuple(found), unread=tuple(unread))


def _drifted(api: Any, stack_id: str) -> Iterator[Mapping[str, Any]]:
    """Yield the drifted resources of a stack, for which boto3 has no paginator."""
    more: dict[str, str] = {}
    while True:
        page = api.describe_stack_resource_drifts(
            StackName=stack_id, StackResourceDriftStatusFilters=[*STATUSES], **more
        )
        yield from page["StackResourceDrifts"]
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}


def _begun(api: Any, stack_id: str) -> str | None:
    """Begin a detection, after that of somebody else; return its ID, None where there is none."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

    for _ in polls():
        try:
            answer = outlasting(lambda: api.detect_stack_drift(StackName=stack_id))
            return str(answer["StackDriftDetectionId"])
        except ClientError as error:
            message = error.response["Error"]["Message"]
            if NOT_NOW in message:
                return None
            if BUSY not in message:
                raise
    raise AssertionError  # polls have no end


def _ended(api: Any, detection: str) -> Mapping[str, Any]:
    """Wait for the end of a detection."""
    for _ in polls():
        found: Mapping[str, Any] = outlasting(
            lambda: api.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        )
        if found["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            return found
    raise AssertionError  # polls have no end


def _failures(detection: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a detection could not read, by logical IDs: its reason is JSON."""
    if detection["DetectionStatus"] != "DETECTION_FAILED":
        return []
    reason = detection.get("DetectionStatusReason", "AWS gives no reason")
    try:
        failures = json.loads(reason)["Failures"]
        return [(one["Resource"], one["FailureReason"]) for one in failures]
    except (KeyError, TypeError, ValueError):
        return [("", reason)]


def _read(shown: Mapping[str, Any], within: str) -> Drift:
    return Drift(
        path=within + shown["LogicalResourceId"],
        type=shown["ResourceType"],
        physical_id=shown.get("PhysicalResourceId", ""),
        status=shown["StackResourceDriftStatus"],
        values=tuple(_value(one) for one in shown.get("PropertyDifferences", ())),
    )


def _value(shown: Mapping[str, Any]) -> PropertyValue:
    before, after = (
        None if shown[key] == NOTHING else shown[key] for key in ("ExpectedValue", "ActualValue")
    )
    path = shown["PropertyPath"].removeprefix("/").replace("/", ".")
    return PropertyValue(path=path, before=before, after=after).masked()
