"""Stacks created and updated by change sets, as people's tools do it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.exceptions import ClientError

from rdsproxy_templates.errors import DeploymentError, Problem

from ..local_cloud import Account
from .bucket import PackageBucket

CAPABILITIES: Final = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
PAUSE: Final = 0.05
"""Seconds between two polls of a machine that answers in milliseconds."""
NO_CHANGES: Final = ("didn't contain changes", "No updates are to be performed")
STACK: Final = "AWS::CloudFormation::Stack"


@dataclass(frozen=True, kw_only=True)
class WantedStack:
    """A stack as somebody wants it to be."""

    name: str
    template: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] | None = None
    """None keeps the tags that a deployed stack has."""


def put_stack(account: Account, bucket: PackageBucket, wanted: WantedStack) -> None:
    """Create or update a stack; raise :class:`DeploymentError` with every failure."""
    try:
        _put(account, bucket, wanted)
    except ClientError as error:
        message = error.response["Error"]["Message"]
        raise DeploymentError([Problem(wanted.name, message)]) from None


def failures(account: Account, stack: str) -> list[Problem]:
    """Return the innermost resources that failed, with AWS's reasons."""
    return list(dict.fromkeys(_failures(account, stack, ())))


def _put(account: Account, bucket: PackageBucket, wanted: WantedStack) -> None:
    api, name = account.client("cloudformation"), wanted.name
    key = f"root-{name}-{time.time_ns()}.template"
    place = bucket.upload(key, wanted.template.encode())
    tags = {"Tags": _pairs("", wanted.tags)} if wanted.tags is not None else {}
    created = api.create_change_set(
        StackName=name,
        ChangeSetName=f"local-{time.time_ns()}",
        ChangeSetType="UPDATE" if _exists(api, name) else "CREATE",
        Capabilities=list(CAPABILITIES),
        TemplateURL=f"https://s3.{account.region}.amazonaws.com/{place}/{key}",
        Parameters=_pairs("Parameter", wanted.parameters),
        **tags,
    )
    change_set = created["Id"]
    while (found := api.describe_change_set(ChangeSetName=change_set))["Status"].endswith(
        ("_PENDING", "_IN_PROGRESS")
    ):
        time.sleep(PAUSE)
    if found["Status"] == "FAILED":
        invalid = [*_invalid(api, change_set)]
        api.delete_change_set(ChangeSetName=change_set)
        reason = found.get("StatusReason", "AWS gives no reason")
        if any(one in reason for one in NO_CHANGES):
            return
        raise DeploymentError(invalid or [Problem("", reason)], within=name)
    api.execute_change_set(ChangeSetName=change_set)
    while (status := account.stack(name)["StackStatus"]).endswith("_IN_PROGRESS") or _lags(
        api, change_set
    ):
        time.sleep(PAUSE)
    if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        found_failures = failures(account, name)
        raise DeploymentError(found_failures or [Problem("", f"is {status}")], within=name)


def _invalid(api: Any, change_set: str) -> Iterable[Problem]:
    """Yield what the validation of a change set has found."""
    failed = api.describe_events(ChangeSetName=change_set, Filters={"FailedEvents": True})
    for event in reversed(failed["OperationEvents"]):
        if event["EventType"] == "VALIDATION_ERROR":
            sentence = f"{event['ValidationStatusReason']} (at {event['ValidationPath']})"
            yield Problem(event["LogicalResourceId"], sentence)


def _lags(api: Any, change_set: str) -> bool:
    """Tell if the execution of a change set has not ended, or not even begun."""
    found = api.describe_change_set(ChangeSetName=change_set)
    return found["ExecutionStatus"] in {"AVAILABLE", "EXECUTE_IN_PROGRESS"}


def _pairs(word: str, values: Mapping[str, str]) -> list[dict[str, str]]:
    """Return *values* as AWS's APIs take them."""
    return [{f"{word}Key": key, f"{word}Value": value} for key, value in values.items()]


def _exists(api: Any, name: str) -> bool:
    """Tell if the stack can be updated; remains of a failed creation are deleted first."""
    try:
        found = api.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return False
        raise
    if found["StackStatus"] == "ROLLBACK_COMPLETE":
        api.delete_stack(StackName=name)
        api.get_waiter("stack_delete_complete").wait(
            StackName=found["StackId"], WaiterConfig={"Delay": 0.1, "MaxAttempts": 600}
        )
        return False
    return str(found["StackStatus"]) != "REVIEW_IN_PROGRESS"


def _failures(account: Account, stack: str, within: tuple[str, ...]) -> Iterable[Problem]:
    events = account.events(stack)
    inside = {
        event["LogicalResourceId"]: event["PhysicalResourceId"]
        for event in events
        if event["ResourceType"] == STACK and event["PhysicalResourceId"] != event["StackId"]
    }
    for event in events:
        logical_id, reason = event["LogicalResourceId"], event.get("ResourceStatusReason", "")
        own = event["PhysicalResourceId"] == event["StackId"]
        if own or not event["ResourceStatus"].endswith("_FAILED") or "cancelled" in reason:
            continue
        nested = inside.get(logical_id)
        deeper = [*_failures(account, nested, (*within, logical_id))] if nested else []
        yield from deeper or [Problem(".".join((*within, logical_id)), reason)]
