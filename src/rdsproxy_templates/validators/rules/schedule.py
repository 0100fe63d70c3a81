"""Rule of schedules, of rules of EventBridge and of its Scheduler."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.documentation import EVENTBRIDGE_GUIDE
from ...aws.schedules import schedule_problem, scheduler_problem
from ..graph import Graph
from ..rule import Violation, as_rule
from ..texts import literal, text_of


@as_rule(
    "function/schedule",
    title="A schedule is an expression that EventBridge accepts.",
    why="EventBridge refuses the rule.",
    remedy="Write rate(1 hour), rate(5 minutes) or a cron expression.",
    source=f"{EVENTBRIDGE_GUIDE}eb-scheduled-rule-pattern.html",
)
def schedule(graph: Graph) -> Iterator[Violation]:
    for name, key, expression in _schedules(graph):
        text = literal(text_of(graph, expression)) if expression is not None else None
        if text and (problem := schedule_problem(text)):
            yield Violation(name, key, f"its schedule {problem}", "Write rate(1 hour) or cron(…)")
    for name, key, expression in _scheduler_expressions(graph):
        text = literal(text_of(graph, expression)) if expression is not None else None
        if text and (problem := scheduler_problem(text)):
            sentence = f"its schedule {problem}"
            yield Violation(name, key, sentence, "Write rate(1 hour), cron(…) or at(…)")


def _schedules(graph: Graph) -> Iterator[tuple[str, str, Any]]:
    yield from _events(graph, "Schedule", "Schedule")
    for rule, body in graph.of_type("AWS::Events::Rule"):
        yield rule, "ScheduleExpression", body.get("ScheduleExpression")


def _scheduler_expressions(graph: Graph) -> Iterator[tuple[str, str, Any]]:
    yield from _events(graph, "ScheduleV2", "ScheduleExpression")
    for schedule_, body in graph.of_type("AWS::Scheduler::Schedule"):
        yield schedule_, "ScheduleExpression", body.get("ScheduleExpression")


def _events(graph: Graph, kind: str, key: str) -> Iterator[tuple[str, str, Any]]:
    for function, body in graph.of_type("AWS::Serverless::Function"):
        events = body.get("Events")
        for event in events.values() if isinstance(events, Mapping) else ():
            properties = event.get("Properties") if isinstance(event, Mapping) else None
            if isinstance(properties, Mapping) and event.get("Type") == kind:
                yield function, "Events", properties.get(key)
