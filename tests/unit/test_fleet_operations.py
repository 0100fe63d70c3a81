"""Operations of a fleet: begun once, as many as may go on, told place by place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rdsproxy_templates.cli.following import JsonEvents
from rdsproxy_templates.deploy.console import Console
from rdsproxy_templates.deploy.stack_events import StackEvent
from rdsproxy_templates.errors import DeploymentError
from rdsproxy_templates.fleet import fleet_operations
from rdsproxy_templates.fleet.batches import Batch
from rdsproxy_templates.fleet.fleet_operations import FleetOperations
from rdsproxy_templates.fleet.fleet_settings import FleetSettings
from rdsproxy_templates.fleet.operation_watch import OperationWatch
from rdsproxy_templates.fleet.stack_set import StackSet
from rdsproxy_templates.fleet.stack_set_requests import StackSetRequests

ACCOUNTS = [str(number) * 12 for number in range(1, 5)]
IRELAND = "eu-west-1"
SETTINGS = FleetSettings.parse(
    {
        "variant": "base",
        "permissions": "self-managed",
        "tolerance": {"concurrent": 2},
        "targets": {"waves": [{"name": "a", "accounts": ACCOUNTS, "regions": [IRELAND]}]},
    },
    "fleet.yaml",
)
BATCHES = [Batch(accounts=(one,), regions=(IRELAND,)) for one in ACCOUNTS]


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "UpdateStackInstances")


class Api:
    """StackSets whose operations end after some looks at them."""

    def __init__(self, *, looks: int = 2, failing: tuple[str, ...] = ()) -> None:
        self._looks, self._failing = looks, failing
        self.refusals: list[str] = []
        self.left: dict[str, int] = {}
        self.accounts: dict[str, list[str]] = {}
        self.stopped: list[str] = []
        self.most = 0

    def update_stack_instances(self, **given: Any) -> dict[str, str]:
        operation_id: str = given["OperationId"]
        if operation_id in self.left:
            raise refused("OperationIdAlreadyExistsException")
        if self.refusals:
            raise refused(self.refusals.pop())
        self.left[operation_id] = self._looks
        self.accounts[operation_id] = given["Accounts"]
        self.most = max(self.most, sum(1 for left in self.left.values() if left))
        return {"OperationId": operation_id}

    def describe_stack_set_operation(self, *, OperationId: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        if OperationId not in self.left:
            raise refused("OperationNotFoundException")
        self.left[OperationId] = max(0, self.left[OperationId] - 1)
        status = "RUNNING"
        if not self.left[OperationId]:
            status = "FAILED" if self._fails(OperationId) else "SUCCEEDED"
        shown = {"OperationId": OperationId, "Action": "UPDATE", "Status": status}
        return {"StackSetOperation": shown}

    def list_stack_set_operation_results(self, *, OperationId: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        status = "RUNNING"
        if not self.left[OperationId]:
            status = "FAILED" if self._fails(OperationId) else "SUCCEEDED"
        return {
            "Summaries": [
                {"Account": one, "Region": IRELAND, "Status": status, "StatusReason": "because"}
                for one in self.accounts[OperationId]
            ]
        }

    def stop_stack_set_operation(self, *, OperationId: str, **_: Any) -> None:  # noqa: N803
        self.stopped.append(OperationId)

    def _fails(self, operation_id: str) -> bool:
        return any(one in self._failing for one in self.accounts[operation_id])


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rdsproxy_templates.deploy.faults.PAUSES", (0,))


def operations(api: Api, said: list[str], sleep: Any = lambda _: None) -> FleetOperations:
    return FleetOperations(
        settings=SETTINGS,
        sessions=None,  # type: ignore[arg-type]  # nobody is read
        stack_set=StackSet(api, "shop"),
        console=Console(say=said.append, confirm=lambda _: True),
        sleep=sleep,
    )


def begin(operations: FleetOperations) -> list[Any]:
    """What begins an update of each batch."""
    return [
        (batch, lambda batch=batch: operations.requests.update_instances(batch, (), values=False))
        for batch in BATCHES
    ]


def test_as_many_operations_go_on_at_once_as_the_tolerance_says() -> None:
    api = Api()
    some = operations(api, [])
    assert some.run(begin(some), accounts=4) == []
    assert (api.most, len(api.left)) == (2, 4)


def test_no_operation_begins_after_a_failure_that_stops() -> None:
    api = Api(failing=(ACCOUNTS[0],))
    some = operations(api, [])
    failed = some.run(begin(some), accounts=4, stops=bool)
    assert [one.place.account for one in failed] == [ACCOUNTS[0]]
    assert len(api.left) == 2


@pytest.mark.parametrize("code", ["OperationInProgressException", "StaleRequestException"])
def test_an_operation_waits_for_another(code: str) -> None:
    api = Api()
    api.refusals = [code, code]
    requests = StackSetRequests(stack_set=StackSet(api, "shop"), settings=SETTINGS)
    requests.update_instances(BATCHES[0], (), values=True)
    assert len(api.left) == 1


def test_an_operation_whose_answer_was_lost_is_not_begun_twice() -> None:
    class Lossy(Api):
        def update_stack_instances(self, **given: Any) -> dict[str, str]:
            super().update_stack_instances(**given)
            if len(self.left) == 1 and not self.stopped:
                self.stopped.append("lost once")
                raise refused("ThrottlingException")
            return {"OperationId": given["OperationId"]}

    api = Lossy()
    requests = StackSetRequests(stack_set=StackSet(api, "shop"), settings=SETTINGS)
    assert [requests.update_instances(BATCHES[0], (), values=True)] == [*api.left]


def interrupted(times: int) -> Iterator[None]:
    """Raise an interrupt at the first calls of ``sleep``."""
    for _ in range(times):
        yield


@pytest.mark.parametrize(("times", "stopped"), [(1, 0), (2, 2)])
def test_a_second_interrupt_stops_the_operations(times: int, stopped: int) -> None:
    api, said = Api(looks=9), []
    left = interrupted(times)

    def sleep(_: float) -> None:
        if next(left, left) is None:
            raise KeyboardInterrupt

    some = operations(api, said, sleep)
    with pytest.raises(KeyboardInterrupt):
        some.run(begin(some), accounts=4)
    assert len(api.stopped) == stopped
    assert f"Ctrl-C within {fleet_operations.SECOND_THOUGHTS} s stops it" in said[-1 - stopped // 2]


def test_an_operation_that_somebody_stopped_is_said() -> None:
    class Stopped(Api):
        def describe_stack_set_operation(self, **given: Any) -> dict[str, Any]:
            answer = super().describe_stack_set_operation(**given)
            answer["StackSetOperation"]["Status"] = "STOPPED"
            return answer

    some = operations(Stopped(), [])
    with pytest.raises(DeploymentError, match="was stopped; the same command goes on"):
        some.run(begin(some)[:1])


def test_machines_are_told_each_change_of_a_place_once(capsys: pytest.CaptureFixture[str]) -> None:
    api, shown = Api(failing=(ACCOUNTS[0],)), JsonEvents()

    def report(event: StackEvent | None) -> None:
        shown(event)

    api.update_stack_instances(OperationId="x", Accounts=ACCOUNTS[:1])
    watch = OperationWatch(stack_set=StackSet(api, "shop"), operation_id="x", report=report)
    for _ in range(3):
        watch.poll()
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["status"], one["path"], one["reason"]) for one in events] == [
        ("UPDATE_IN_PROGRESS", f"{ACCOUNTS[0]} {IRELAND}", "because"),
        ("UPDATE_FAILED", f"{ACCOUNTS[0]} {IRELAND}", "because"),
    ]
