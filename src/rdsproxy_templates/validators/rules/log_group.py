"""Rule of log groups: logs end some day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.documentation import CLOUDWATCH_LOGS_GUIDE
from ...model.references import references
from ..graph import FUNCTION_TYPES, Graph
from ..rule import Violation, as_rule
from ..texts import is_certain, literal, shown, text_of
from ..values import simple


@as_rule(
    "function/log-retention",
    level="opinion",
    title="Logs have a retention period.",
    why="Logs without one are kept, and paid for, forever.",
    remedy="Add a log group with RetentionInDays.",
    source=f"{CLOUDWATCH_LOGS_GUIDE}Working-with-log-groups-and-streams.html",
)
def log_retention(graph: Graph) -> Iterator[Violation]:
    groups = dict(graph.of_type("AWS::Logs::LogGroup"))
    for name, body in groups.items():
        if "RetentionInDays" not in body:
            yield Violation(
                name, "RetentionInDays", "it keeps logs forever", "Set RetentionInDays, such as 30"
            )
    kept = any("RetentionInDays" in groups[name] for name in _of_functions(graph, groups))
    for function, body in graph.of_type(*FUNCTION_TYPES) if kept else ():
        # Other logs of the template expire; a group that Lambda makes never does.
        own = literal(text_of(graph, body.get("FunctionName"))) or function
        named = [
            text_of(graph, one["LogGroupName"]) for one in groups.values() if "LogGroupName" in one
        ]
        is_named = any(
            not is_certain(name) or function in shown(name) or own in shown(name) for name in named
        )
        if _log_group(body) is None and not is_named:
            yield Violation(
                function,
                "LoggingConfig",
                "it writes to a log group that Lambda makes, which keeps logs forever",
                "Name a log group with a retention in LoggingConfig",
            )


def _of_functions(graph: Graph, groups: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the log groups that are meant for functions: named by one, or by nobody."""
    functions = [body for _, body in graph.of_type(*FUNCTION_TYPES)]
    named = {graph.target(simple(_log_group(body))) for body in functions}
    used = {one for body in graph.template.resources.values() for one in references(dict(body))}
    for name, body in groups.items():
        is_default = "/aws/lambda/" in shown(text_of(graph, body.get("LogGroupName", "")))
        if name in named or is_default or (name not in used and "LogGroupName" not in body):
            yield name


def _log_group(body: Mapping[str, Any]) -> Any:
    logging = body.get("LoggingConfig")
    return logging.get("LogGroup") if isinstance(logging, Mapping) else logging
