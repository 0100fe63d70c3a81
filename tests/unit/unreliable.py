"""CloudFormation for one stack, in virtual time: it lags, throttles and loses its answers."""

# ruff: noqa: N803 - parameters are spelled as CloudFormation spells them

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError, ConnectionClosedError

from rdsproxy_templates.deploy import faults, operation
from rdsproxy_templates.deploy.accounts import AccountSession, AccountSettings
from rdsproxy_templates.deploy.root_stack import RootStack

STACK_ID = "arn:aws:cloudformation:eu-west-1:1:stack/shop-base/1"
RECORDS = 2
"""Events on a page."""

Fault = Callable[[str, int], str | None]
"""Says of the call of an operation, and its number, if it is throttled, or its answer is lost."""


def refusal(code: str, message: str = "no", status: int = 400) -> ClientError:
    answer = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "AnyOperation")


class Unreliable:
    """The API, the stack behind it, and the clock."""

    def __init__(
        self, status: str | None = None, *, lag: float = 0, fault: Fault = lambda *_: None
    ) -> None:
        self.now, self.lag, self.fault = 0.0, lag, fault
        self.events: list[dict[str, Any]] = []
        self.change_sets: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.resources: dict[str, list[dict[str, Any]]] = {}
        self.tags: list[dict[str, str]] = []
        self.executed: str | None = None
        self.token: str | None = None
        self.outcomes: dict[str, tuple[str, ...]] = {}
        """The statuses through which the stack goes when an operation is requested."""
        self.protected = False
        self._planned: list[tuple[float, Callable[[], None]]] = []
        self._numbers = count()
        if status is not None:
            self.becomes(status)

    def patch(self, monkeypatch: Any) -> RootStack:
        """Let the clock of the library be this one; return the stack."""
        clock = SimpleNamespace(monotonic=lambda: self.now, sleep=self._sleep)
        monkeypatch.setattr(faults, "time", clock)
        monkeypatch.setattr(operation, "time", clock)
        session = SimpleNamespace(client=lambda *_, **__: self)
        here = AccountSession(
            name="app",
            settings=AccountSettings(),
            id="1",
            session=session,
            region="eu-west-1",
        )
        return RootStack(here, "shop-base")

    @property
    def status(self) -> str | None:
        own = [one["ResourceStatus"] for one in self.events if one["LogicalResourceId"] == "shop"]
        return own[-1] if own else None

    def becomes(self, status: str, reason: str | None = None) -> None:
        self.notes("shop", status, reason, STACK_ID)

    def notes(
        self, logical_id: str, status: str, reason: str | None = None, physical_id: str = "x"
    ) -> None:
        """An event of a resource."""
        event = {
            "EventId": str(next(self._numbers)),
            "StackId": STACK_ID,
            "LogicalResourceId": logical_id,
            "PhysicalResourceId": physical_id,
            "ResourceType": "AWS::Any::Thing",
            "ResourceStatus": status,
        }
        event |= {"ResourceStatusReason": reason} if reason else {}
        event |= {"ClientRequestToken": self.token} if self.token else {}
        self.events.append(event)

    def names(self) -> list[str]:
        """The operations that were called, and not refused."""
        return [name for name, _ in self.calls]

    def asked(self, name: str) -> list[dict[str, Any]]:
        """The arguments of an operation's calls."""
        return [given for called, given in self.calls if called == name]

    def get_paginator(self, name: str) -> Any:
        return SimpleNamespace(paginate=lambda **given: self._paged(name, given))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__") or f"_{name}" not in dir(type(self)):
            raise AttributeError(name)
        return lambda **given: self._called(name, given)

    def _called(self, name: str, given: dict[str, Any]) -> Any:
        self._let_time_work()
        number = len([one for one, _ in self.calls if one == name])
        kind = self.fault(name, number)
        if kind == "throttled":
            self.calls.append((f"{name} refused", given))
            raise refusal("Throttling", "Rate exceeded")
        if kind == "down":
            self.calls.append((f"{name} refused", given))
            raise refusal("503", "Service Unavailable", 503)
        self.calls.append((name, given))
        answer = getattr(self, f"_{name}")(**given)
        if kind == "lost":
            raise ConnectionClosedError(endpoint_url="https://cloudformation")
        return answer

    def _paged(self, name: str, given: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if name == "describe_stack_events":
            self._called("describe_stacks", {"StackName": given["StackName"], "_any": True})
            newest = self.events[::-1]
            for start in range(0, max(len(newest), 1), RECORDS):
                self.calls.append(("page", {}))
                yield {"StackEvents": newest[start : start + RECORDS]}
        else:
            yield self._called(name, given)

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def _let_time_work(self) -> None:
        due = [(at, do) for at, do in self._planned if at <= self.now]
        self._planned = [(at, do) for at, do in self._planned if at > self.now]
        for _, do in sorted(due, key=lambda one: one[0]):
            do()

    def _begin(self, name: str, token: str | None) -> None:
        """Go through the statuses of an operation, a second each, after the lag."""

        def begun(status: str) -> Callable[[], None]:
            def does() -> None:
                self.token = token
                self.becomes(status)

            return does

        for number, status in enumerate(self.outcomes[name]):
            self._planned.append((self.now + self.lag + number, begun(status)))

    def _describe_stacks(self, StackName: str, *, _any: bool = False) -> dict[str, Any]:
        gone = self.status in {None, "DELETE_COMPLETE"}
        if gone and not _any and StackName != STACK_ID:
            raise refusal("ValidationError", f"Stack with id {StackName} does not exist")
        stack = {
            "StackName": "shop-base",
            "StackId": STACK_ID,
            "StackStatus": self.status,
            "Tags": self.tags,
            "EnableTerminationProtection": self.protected,
        }
        return {"Stacks": [stack | ({"ChangeSetId": self.executed} if self.executed else {})]}

    def _create_change_set(self, **given: Any) -> dict[str, Any]:
        name = given["ChangeSetName"]
        if name in self.change_sets:
            raise refusal("AlreadyExistsException", f"ChangeSet {name} cannot be created")
        if given["ChangeSetType"] == "CREATE" and self.status in {None, "DELETE_COMPLETE"}:
            self.becomes("REVIEW_IN_PROGRESS")
        self.change_sets[name] = {
            "ChangeSetName": name,
            "ChangeSetId": f"arn:aws:cloudformation:eu-west-1:1:changeSet/{name}/1",
            "StackId": STACK_ID,
            "Status": "CREATE_COMPLETE",
            "ExecutionStatus": "AVAILABLE",
            "Changes": [],
        }
        return {"Id": self.change_sets[name]["ChangeSetId"]}

    def _describe_events(self, **_: Any) -> dict[str, Any]:
        return {"OperationEvents": []}

    def _describe_change_set(self, ChangeSetName: str, **_: Any) -> dict[str, Any]:
        return self._change_set(ChangeSetName)

    def _execute_change_set(self, ChangeSetName: str, ClientRequestToken: str) -> None:
        found = self._change_set(ChangeSetName)
        if found["ExecutionStatus"] != "AVAILABLE":
            status = found["ExecutionStatus"]
            message = f"ChangeSet cannot be executed in its current status of [{status}]"
            raise refusal("InvalidChangeSetStatus", message)
        found["ExecutionStatus"] = "EXECUTE_IN_PROGRESS"
        self._begin("execute_change_set", ClientRequestToken)

    def _delete_change_set(self, ChangeSetName: str, **_: Any) -> None:
        del self.change_sets[self._change_set(ChangeSetName)["ChangeSetName"]]

    def _list_change_sets(self, StackName: str) -> dict[str, Any]:
        return {"Summaries": [*self.change_sets.values()]}

    def _delete_stack(
        self, StackName: str, ClientRequestToken: str | None = None, **_: Any
    ) -> None:
        if self.status == "REVIEW_IN_PROGRESS":
            self.becomes("DELETE_COMPLETE")
        elif self.status != "DELETE_COMPLETE":
            self._begin("delete_stack", ClientRequestToken)

    def _continue_update_rollback(self, StackName: str, ClientRequestToken: str, **_: Any) -> None:
        self._begin("continue_update_rollback", ClientRequestToken)

    def _rollback_stack(self, StackName: str, ClientRequestToken: str) -> None:
        self._begin("rollback_stack", ClientRequestToken)

    def _list_stack_resources(self, StackName: str) -> dict[str, Any]:
        return {"StackResourceSummaries": self.resources.get(StackName, [])}

    def _update_termination_protection(
        self, *, EnableTerminationProtection: bool, **_: Any
    ) -> None:
        self.protected = EnableTerminationProtection

    def _get_template(self, StackName: str, TemplateStage: str) -> dict[str, Any]:
        assert TemplateStage == "Processed"
        return {"TemplateBody": {"Resources": {}}}

    def _get_template_summary(self, StackName: str) -> dict[str, Any]:
        return {"Parameters": []}

    def _change_set(self, name_or_id: str) -> dict[str, Any]:
        for one in self.change_sets.values():
            if name_or_id in {one["ChangeSetName"], one["ChangeSetId"]}:
                return one
        raise refusal("ChangeSetNotFound", f"ChangeSet [{name_or_id}] does not exist")
