"""Progress of a deployment: nested stacks, elapsed times, and what is waited for."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from rich.console import Console

from rdsproxy_templates import cache
from rdsproxy_templates.cli.following import JsonEvents, Lines, table_of
from rdsproxy_templates.deploy import durations, stack_events
from rdsproxy_templates.deploy.console import Begun
from rdsproxy_templates.deploy.durations import shown, usual
from rdsproxy_templates.deploy.progress import Progress, Work
from rdsproxy_templates.deploy.stack_events import NestedEvents, StackEvent, until
from rdsproxy_templates.errors import DeploymentError

CLUSTER = "AWS::RDS::DBCluster"
PROXY = "AWS::RDS::DBProxy"
STACK = "AWS::CloudFormation::Stack"


class Clock:
    """A clock that stands still unless it is told to go on."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(autouse=True)
def kept(monkeypatch):
    """Durations that are kept in memory instead of in the user's cache."""
    found = {}
    monkeypatch.setattr(cache, "remembered", lambda kind, key: found.get((kind, key)))
    monkeypatch.setattr(
        cache, "remember", lambda kind, key, result: found.update({(kind, key): result})
    )


def event(status, path="RDSStack.DBCluster", type_=CLUSTER, reason=""):
    return StackEvent(status=status, path=path, type=type_, reason=reason)


BEGUN = Begun(
    operation="deletion",
    step="base",
    stack="shop-base",
    stack_id="arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-base/1",
    account="111122223333",
    region="eu-west-1",
)


class TestBegun:
    def test_a_deletion_is_watched_by_the_id_of_its_stack_and_ends_with_a_status(self, capsys):
        Lines().begun(BEGUN)
        said = capsys.readouterr().out
        assert "ends with status 0 once it is deleted, or with 5 where it was before" in said
        assert f"describe-stacks --region eu-west-1 --stack-name {BEGUN.stack_id}`" in said
        assert "in the end DELETE_COMPLETE or DELETE_FAILED" in said

    def test_a_deployment_is_watched_by_its_name(self, capsys):
        Lines().begun(replace(BEGUN, operation="deployment"))
        said = capsys.readouterr().out
        assert "describe-stacks --region eu-west-1 --stack-name shop-base`" in said
        assert "deleted" not in said


class TestLines:
    def test_a_line_says_how_long_something_took(self, clock, capsys):
        lines = Lines(clock)
        lines(event("CREATE_IN_PROGRESS"))
        clock.now += 370
        lines(event("CREATE_COMPLETE"))

        first, second = capsys.readouterr().out.splitlines()
        assert first.split() == ["CREATE_IN_PROGRESS", "RDSStack.DBCluster"]
        assert second.split(maxsplit=2) == ["CREATE_COMPLETE", "RDSStack.DBCluster", "6 min 10 s"]

    def test_a_quiet_minute_says_what_is_waited_for(self, clock, capsys):
        lines = Lines(clock)
        lines(event("CREATE_IN_PROGRESS", "RDSStack", STACK))
        lines(event("CREATE_IN_PROGRESS"))
        lines(event("CREATE_IN_PROGRESS", "VPCStack.NAT", "AWS::EC2::NatGateway"))
        capsys.readouterr()
        clock.now += 59
        lines(None)
        assert capsys.readouterr().out == ""
        clock.now += 1
        lines(None)

        assert (
            capsys.readouterr().out == "  … RDSStack.DBCluster: creating, 1 min 0 s, and 1 more\n"
        )

    def test_a_failure_carries_its_reason(self, clock, capsys):
        Lines(clock)(event("CREATE_FAILED", reason="No capacity"))

        assert capsys.readouterr().out.endswith("RDSStack.DBCluster: No capacity\n")

    def test_the_summary_is_by_nested_stack(self, clock, capsys):
        lines = Lines(clock)
        for path in ("RDSStack.DBCluster", "RDSStack.Group", "Own"):
            lines(event("CREATE_IN_PROGRESS", path))
            clock.now += 30
            lines(event("CREATE_COMPLETE", path))
        capsys.readouterr()
        lines.end()

        assert capsys.readouterr().out == "  RDSStack: 2 resources in 1 min 0 s\n"


class TestJson:
    def test_each_event_and_message_is_an_object_on_a_line(self, clock, capsys):
        events = JsonEvents(clock)
        events.say("  nothing to change")
        events(event("CREATE_IN_PROGRESS"))
        events(None)
        events.outputs({"ApiUrl": "https://example"})
        events.conclude("base is deployed")

        found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [one["type"] for one in found] == ["message", "event", "outputs", "message"]
        assert found[1] == {
            "type": "event",
            "status": "CREATE_IN_PROGRESS",
            "path": "RDSStack.DBCluster",
            "resource_type": CLUSTER,
            "reason": None,
            "seconds": None,
        }


class TestDurations:
    def test_what_others_report_is_told_with_its_source(self):
        assert usual(PROXY, "DELETE") == "usually up to 60 min"
        assert all(one.source.startswith("https://") for one in durations.REPORTED.values())

    def test_what_it_took_here_is_told_instead(self, clock):
        progress = Progress(clock)
        for seconds in (300, 482):
            progress.note(event("DELETE_IN_PROGRESS", type_=PROXY))
            clock.now += seconds
            progress.note(event("DELETE_COMPLETE", type_=PROXY))

        assert usual(PROXY, "DELETE") == "took 5 min 0 s to 8 min 2 s"

    def test_failures_and_moments_teach_nothing(self, clock):
        progress = Progress(clock)
        for seconds, status in ((300, "CREATE_FAILED"), (3, "CREATE_COMPLETE")):
            progress.note(event("CREATE_IN_PROGRESS"))
            clock.now += seconds
            progress.note(event(status))

        assert usual(CLUSTER, "CREATE") == ""

    @pytest.mark.parametrize(
        ("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (60, "1 min 0 s"), (3700, "61 min 40 s")]
    )
    def test_they_are_written_in_minutes_and_seconds(self, seconds, text):
        assert shown(seconds) == text


def api_event(number, stack, logical_id, status, nested=None):
    """An event of the API, about a cluster or about the nested stack of this ID."""
    return {
        "EventId": f"{stack}-{number}",
        "StackId": stack,
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": nested or "some",
        "ResourceType": STACK if nested else CLUSTER,
        "ResourceStatus": status,
        "Timestamp": number,
    }


class TestNestedEvents:
    def test_stacks_in_stacks_are_found_and_each_event_is_told_once(self):
        pages = {
            "one": [
                api_event(1, "one", "Old", "CREATE_COMPLETE"),
                api_event(6, "one", "Two", "UPDATE_IN_PROGRESS", "two"),
                api_event(7, "one", "one", "UPDATE_IN_PROGRESS", "one"),
            ],
            "two": [api_event(8, "two", "Cluster", "UPDATE_IN_PROGRESS")],
        }
        nested = NestedEvents(lambda stack: iter([{"StackEvents": pages[stack][::-1]}]))
        nested.learn(api_event(5, "root", "One", "UPDATE_IN_PROGRESS", "one"))

        told = [*nested.new(), *nested.new(), *nested.new()]

        assert [(one.path, one.status) for one in told] == [
            ("One.Two", "UPDATE_IN_PROGRESS"),
            ("One.Two.Cluster", "UPDATE_IN_PROGRESS"),
        ]


class TestTimeLimit:
    def test_waiting_ends_at_a_poll_after_it(self, clock, monkeypatch):
        monkeypatch.setattr(stack_events.time, "monotonic", clock)
        told = []
        report = until(clock.now + 60, told.append)
        report(None)
        clock.now += 60
        report(event("CREATE_COMPLETE"))

        with pytest.raises(DeploymentError, match="goes on; run the same command again"):
            report(None)
        assert [one.status for one in told if one] == ["CREATE_COMPLETE"]


def test_the_live_table_shows_no_markup_where_lines_are_printed_above_it(capsys):
    work = Work(path="RDSStack.DBCluster", type=CLUSTER, verb="CREATE", began=0)
    Console(markup=False).print(table_of([work], 3))
    assert capsys.readouterr().out.split() == ["RDSStack.DBCluster", "creating", "3", "s"]
