"""Rules of what databases record: insights, and logs in CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.documentation import AURORA_GUIDE, RDS_GUIDE
from ...aws.engines import ENGINES, Engine
from ...aws.features import ADVANCED_RETENTION, insights_problem
from ...aws.log_exports import EXPORTS
from ..graph import CLUSTER, INSTANCE, Graph
from ..rule import Violation, as_rule
from ..values import is_literal, is_true, number

_SWITCHES = {CLUSTER: "PerformanceInsightsEnabled", INSTANCE: "EnablePerformanceInsights"}


@as_rule(
    "database/insights",
    title="A database's Performance Insights and class fit its mode of Database Insights.",
    why="RDS refuses the database.",
    remedy="Choose a retention and a class that the mode of Database Insights allows.",
    source=f"{AURORA_GUIDE}USER_DatabaseInsights.Considerations.html",
)
def insights(graph: Graph) -> Iterator[Violation]:
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        switch = _SWITCHES[graph.type(database)]
        if body.get("DatabaseInsightsMode") == "advanced":
            days = number(body.get("PerformanceInsightsRetentionPeriod", 0))
            is_recorded = is_true(body.get(switch)) or isinstance(body.get(switch), dict)
            if not is_recorded or (days is not None and days < ADVANCED_RETENTION):
                yield Violation(
                    database,
                    "DatabaseInsightsMode",
                    f"its Advanced mode needs {switch}, and {ADVANCED_RETENTION} days or more",
                    f"Set {switch} to true and PerformanceInsightsRetentionPeriod to "
                    f"{ADVANCED_RETENTION}",
                )
        engine = _engine(body)
        if engine and is_true(body.get(switch)):
            for instance in graph.instances_of(database) or [database]:
                given = graph.properties(instance).get("DBInstanceClass")
                problem = insights_problem(engine, given) if is_literal(given) else None
                if problem:
                    yield Violation(
                        instance,
                        "DBInstanceClass",
                        f"Performance Insights {problem}",
                        f"Choose another class, or leave {switch} out",
                    )


@as_rule(
    "database/logs",
    title="A database exports logs that its engine has.",
    why="RDS refuses the database.",
    remedy="Name logs that the engine exports.",
    source=f"{RDS_GUIDE}USER_LogAccess.Procedural.UploadtoCloudWatch.html",
)
def logs(graph: Graph) -> Iterator[Violation]:
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        engine = _engine(body)
        exports = body.get("EnableCloudwatchLogsExports")
        if engine is None or not isinstance(exports, list):
            continue
        known = EXPORTS[engine.name]
        unknown = [log for log in exports if is_literal(log) and log not in known]
        if unknown:
            yield Violation(
                database,
                "EnableCloudwatchLogsExports",
                f"{engine.name} has no log {', '.join(unknown)}",
                f"Export logs of {engine.name}: {', '.join(known)}",
            )


def _engine(body: Mapping[str, Any]) -> Engine | None:
    return ENGINES.get(str(body.get("Engine")))
