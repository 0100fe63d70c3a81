"""Stacks created and updated by change sets, as people's tools do it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
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


def put_stack(
    account: Account,
    bucket: PackageBucket,
    name: str,
    template: str,
    parameters: Mapping[str, str],
) -> None:
    """Create or update the stack *name*; raise :class:`DeploymentError` with every failure."""
    try:
        _put(account, name, template, parameters, bucket)
    except ClientError as error:
        message = error.response["Error"]["Message"]
        raise DeploymentError([Problem(name, message)]) from None


def failures(account: Account, stack: str) -> list[Problem]:
    """Return the innermost resources that failed, with AWS's reasons."""
    return list(dict.fromkeys(_failures(account, stack, ())))


def _put(
    account: Account,
    name: str,
    template: str,
    parameters: Mapping[str, str],
    bucket: PackageBucket,
) -> None:
    api = account.client("cloudformation")
    kind = "UPDATE" if _exists(api, name) else "CREATE"
    key = f"root-{name}-{time.time_ns()}.template"
    place = bucket.upload(key, template.encode())
    created = api.create_change_set(
        StackName=name,
        ChangeSetName=f"local-{time.time_ns()}",
        ChangeSetType=kind,
        Capabilities=list(CAPABILITIES),
        TemplateURL=f"https://s3.{account.region}.amazonaws.com/{place}/{key}",
        Parameters=[
            {"ParameterKey": one, "ParameterValue": value} for one, value in parameters.items()
        ],
    )
    change_set = created["Id"]
    while (found := api.describe_change_set(ChangeSetName=change_set))["Status"].endswith(
        ("_PENDING", "_IN_PROGRESS")
    ):
        time.sleep(PAUSE)
    if found["Status"] == "FAILED":
        api.delete_change_set(ChangeSetName=change_set)
        reason = found.get("StatusReason", "AWS gives no reason")
        if any(one in reason for one in NO_CHANGES):
            return
        raise DeploymentError([Problem(name, reason)])
    api.execute_change_set(ChangeSetName=change_set)
    while (status := account.stack(name)["StackStatus"]).endswith("_IN_PROGRESS"):
        time.sleep(PAUSE)
    if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        found_failures = failures(account, name)
        raise DeploymentError(found_failures or [Problem("", f"is {status}")], within=name)


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
