"""An operation on a stack, followed by its events from the request to its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from ..errors import DeploymentError, Problem
from .faults import carried_out, outlasting, polls
from .stack_events import NestedEvents, Report, StackEvent, event_of

REVIEW: Final = "REVIEW_IN_PROGRESS"
"""The stack has a change set that would create it, and nothing else."""

MARK: Final = "rdsproxy-templates-"
"""What each of our tokens begins with; change sets are named by them."""

BEGINS_WITHIN: Final = 300
"""Seconds within which an operation shows a sign of itself."""


def new_token() -> str:
    """Return a token by which CloudFormation, and we, know a request again."""
    return f"{MARK}{uuid4()}"


@dataclass(kw_only=True)
class Operation:
    """An operation that is about to be requested; its events carry its token."""

    api: Any
    stack: str
    """Name or ID; a stack that is being deleted is found only by its ID."""
    report: Report
    ended: Callable[[], str | None] = lambda: None
    """Returns the stack's status if the operation has ended without an event of its own."""
    token: str = field(default_factory=new_token)
    _seen: set[str] = field(default_factory=set)
    _nested: NestedEvents = field(init=False)

    def __post_init__(self) -> None:
        self._nested = NestedEvents(lambda stack_id: iter(self._pages(stack_id)))
        first = outlasting(lambda: next(iter(self._pages())))
        self._seen = {event["EventId"] for event in first["StackEvents"]}

    def request(self, name: str, **more: Any) -> None:
        """Call the operation of this *name* for the stack, once, even where its answer is lost."""
        request = {"StackName": self.stack, "ClientRequestToken": self.token, **more}
        carried_out(
            lambda: getattr(self.api, name)(**request),
            lambda: self.has_begun() or self.ended() or None,
        )

    def wait(self) -> str:
        """Report each event once; return the status in which the stack ends.

        There is no time limit. The stack's description does not tell its status, because for some
        seconds after a request it shows the old one.
        """
        shown, begins_by = None, time.monotonic() + BEGINS_WITHIN
        for _ in polls():
            for event in outlasting(self.new_events, self._note):
                self._nested.learn(event)
                self.report(event_of(event))
                if is_own(event) and (shown or self._is_ours(event)):
                    shown = str(event["ResourceStatus"])
            for nested in outlasting(self._nested.new, self._note):
                self.report(nested)
            self.report(None)
            status = shown or outlasting(self.ended)
            if status is not None and not in_progress(status):
                return status
            if status is None and time.monotonic() > begins_by:
                sentence = (
                    f"CloudFormation took the request {BEGINS_WITHIN} s ago and shows no sign of "
                    "it; look at the stack, and run the same command again"
                )
                raise DeploymentError([Problem("", sentence)])
        raise AssertionError  # polls have no end

    def new_events(self) -> list[Mapping[str, Any]]:
        """Return the events since the last time, the oldest first."""
        found: list[Mapping[str, Any]] = []
        for page in self._pages():
            new = [one for one in page["StackEvents"] if one["EventId"] not in self._seen]
            found += new
            if len(new) < len(page["StackEvents"]):
                break
        self._seen |= {event["EventId"] for event in found}
        return found[::-1]

    def has_begun(self) -> bool:
        """Tell if the stack has an event of this operation."""
        first = next(iter(self._pages()))["StackEvents"]
        return any(event.get("ClientRequestToken") == self.token for event in first)

    def _pages(self, stack: str = "") -> Any:
        paginator = self.api.get_paginator("describe_stack_events")
        return paginator.paginate(StackName=stack or self.stack)

    def _is_ours(self, event: Mapping[str, Any]) -> bool:
        # Events of a request without a token have none.
        return bool(event.get("ClientRequestToken", self.token) == self.token)

    def _note(self, error: Exception) -> None:
        self.report(StackEvent(status="no answer yet, asking again", path=f"({error})"))


def takes(api: Any, operation: str, parameter: str) -> bool:
    """Tell if the installed boto3 knows a *parameter*, which may be newer than it."""
    model = api.meta.service_model.operation_model(operation)
    return parameter in model.input_shape.members


def is_own(event: Mapping[str, Any]) -> bool:
    """Tell if an event is of the stack itself."""
    return bool(event.get("PhysicalResourceId") == event["StackId"])


def in_progress(status: str) -> bool:
    """Tell if an operation of this status goes on."""
    return status.endswith("_IN_PROGRESS") and status != REVIEW
