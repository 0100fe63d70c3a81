"""Failures of a stack: the innermost resource, AWS's reason, and a remedy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..errors import Problem
from .change_sets import is_stack
from .function_logs import function_of, last_lines
from .objections import is_mentioned
from .operation import is_own
from .root_stack import RootStack

BEGINS: Final = {
    "deploy": ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"),
    "destroy": ("DELETE_IN_PROGRESS",),
    "roll back": ("UPDATE_ROLLBACK_IN_PROGRESS",),
}
CANCELLED: Final = ("cancelled", "Cancelled")
"""Parts of the reason of a resource that failed only because another did."""

SHARING: Final = (
    "both accounts must belong to one organization that allows sharing; to allow it, run "
    "`aws ram enable-sharing-with-aws-organization` in the management account"
)
ADVICE: Final[Mapping[str, str]] = {
    "within your AWS Organization": SHARING,
    "does not allow external principals": SHARING,
    "disable deletion protection": "`rdsproxy-templates destroy` asks, and turns it off",
    "still contains DB instances": "`reader_scaling` created readers outside the stack: delete "
    "them by `aws rds delete-db-instance`, and begin again",
    "/aws/rds/": "RDS created this log group itself when it first wrote the log: delete the group, "
    "or leave out `rds.logs.groups` or `rds.proxy.log`",
    "by stack policy": "where the loss is meant, accept it by --accept-data-loss-of, for which "
    "`deploy` lifts its own policy",
    "' already exists": "this stack has not created it: delete it, or choose another name",
    "Timed out waiting for target group": "the proxy could not log in to the database: check "
    "that the secret's user exists, and that the security groups let the proxy in",
}
"""Remedies, by a part of AWS's reason."""


def failures(stack: RootStack, name_or_id: str, work: str) -> list[Problem]:
    """Return the resources at which the last *work*, ``deploy`` or ``destroy``, failed."""
    found = [
        Problem(".".join(path), f"{reason}{advice(reason)}{written}")
        for path, reason, written in _innermost(stack, name_or_id, work)
    ]
    return list(dict.fromkeys(found))


def failures_or_status(stack: RootStack, name_or_id: str, work: str, status: str) -> list[Problem]:
    """Return every resource that failed, or the stack's status where none did."""
    found = failures(stack, name_or_id, work)
    return found or [Problem("", f"the stack {stack.name} is {status}")]


def advice(reason: str) -> str:
    """Return the remedy for *reason* as the end of its sentence, or nothing."""
    return next((f" - {do}" for part, do in ADVICE.items() if part in reason), "")


def _innermost(
    stack: RootStack, name_or_id: str, work: str
) -> Iterator[tuple[list[str], str, str]]:
    """Yield the path of each, AWS's reason, and what its function wrote."""
    events = stack.events(name_or_id)
    ids = {
        event["LogicalResourceId"]: event["PhysicalResourceId"]
        for event in events
        if is_stack(event) and event.get("PhysicalResourceId")
    }
    last = _since(events, work)
    objected = next((one for one in last if is_own(one) and is_mentioned(_reason(one))), None)
    for one in stack.objections(objected).stopping if objected else ():
        yield one.path.split("."), one.sentence, ""
    for event in _failed(last):
        reason = _reason(event)
        nested = ids.get(event["LogicalResourceId"])
        inside = [*_innermost(stack, nested, work)] if nested else []
        for path, why, written in inside:
            yield [event["LogicalResourceId"], *path], why, written
        if not inside and not any(word in reason for word in CANCELLED):
            yield [event["LogicalResourceId"]], reason, _written(stack, event, last)


def _since(events: list[Mapping[str, Any]], work: str) -> list[Mapping[str, Any]]:
    """Return the events since the stack's last work of that kind began."""
    last: list[Mapping[str, Any]] = []
    for event in events:
        if is_own(event) and event["ResourceStatus"] in BEGINS[work]:
            last = []
        last.append(event)
    return last


def _failed(events: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the failures of resources."""
    return [
        event
        for event in events
        if not is_own(event) and event["ResourceStatus"].endswith("_FAILED")
    ]


def _written(stack: RootStack, event: Mapping[str, Any], last: list[Mapping[str, Any]]) -> str:
    """Return, as the end of a sentence, what the function of a custom resource wrote."""
    try:
        function = function_of(json.loads(event.get("ResourceProperties") or "{}"))
    except ValueError:
        return ""
    if function is None:
        return ""
    begins = min(
        one["Timestamp"] for one in last if one["LogicalResourceId"] == event["LogicalResourceId"]
    )
    lines = last_lines(stack.session, function, begins, event["Timestamp"])
    return "".join(f"\n    {line}" for line in [f"{function} wrote:", *lines]) if lines else ""


def _reason(event: Mapping[str, Any]) -> str:
    return str(event.get("ResourceStatusReason", "AWS gives no reason"))
