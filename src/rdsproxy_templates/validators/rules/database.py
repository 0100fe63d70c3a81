"""Databases: versions, classes, names and capacity that RDS refuses."""

from __future__ import annotations

from collections.abc import Iterator

from ...aws.engines import ENGINES
from ..graph import CLUSTER, INSTANCE, PROXY, Graph, Violation
from ..values import is_literal, is_true, number

DISABLED = "open-source-rds-extended-support-disabled"


def version(graph: Graph) -> Iterator[Violation]:
    """A database is created in a version that is known, and supported as it asks for."""
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        engine, given = ENGINES.get(str(body.get("Engine"))), body.get("EngineVersion")
        if engine is None or (not isinstance(given, int | float) and not is_literal(given)):
            continue
        version, enrolled = str(given), body.get("EngineLifecycleSupport") != DISABLED
        lifecycle = engine.lifecycle(version)
        if problem := engine.version_problem(version):
            quotes = "" if isinstance(given, str) else ", as text in quotes"
            yield Violation(database, "EngineVersion", problem, f"Choose a current version{quotes}")
        elif lifecycle and (refusal := lifecycle.refusal(enrolled=enrolled)):
            yield Violation(
                database,
                "EngineVersion",
                f"{version!r} {refusal}",
                f"Choose a current version: {engine.current_versions}",
            )


def instance_class(graph: Graph) -> Iterator[Violation]:
    """An instance has a class that its engine offers."""
    for instance, body in graph.of_type(INSTANCE):
        engine, given = ENGINES.get(str(body.get("Engine"))), body.get("DBInstanceClass")
        if engine and is_literal(given):
            for problem in engine.class_problems(given, ()):
                yield Violation(
                    instance, "DBInstanceClass", problem, "Choose a class of the engine"
                )


def names(graph: Graph) -> Iterator[Violation]:
    """The first database and the master user have names that RDS takes."""
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        engine = ENGINES.get(str(body.get("Engine")))
        if engine is None:
            continue
        rules = {
            "DatabaseName": engine.database,
            "DBName": engine.database,
            "MasterUsername": engine.master,
        }
        for key, rule in rules.items():
            given = graph.read(body.get(key))
            problem = rule.problem(given, engine.reserved_words) if is_literal(given) else None
            if problem:
                yield Violation(database, key, f"{key} {problem}", "Choose another name")


def capacity(graph: Graph) -> Iterator[Violation]:
    """Serverless v2 scales within 0.5 to 256 ACU, and does not pause behind a proxy."""
    proxied = {name for proxy, _ in graph.of_type(PROXY) for name in graph.databases_of(proxy)}
    for cluster, body in graph.of_type(CLUSTER):
        scaling = body.get("ServerlessV2ScalingConfiguration", {})
        least, most = number(scaling.get("MinCapacity")), number(scaling.get("MaxCapacity"))
        if least is None or most is None:
            continue
        halves = (least * 2).is_integer() and (most * 2).is_integer()
        if not 0 <= least <= most <= 256 or most < 1 or not halves:  # noqa: PLR2004 - the bounds
            yield Violation(
                cluster,
                "ServerlessV2ScalingConfiguration",
                f"it cannot scale from {least:g} to {most:g} ACU",
                "Scale from 0.5 or more to at most 256 in halves, the smaller number first",
            )
        if least == 0 and cluster in proxied:
            yield Violation(
                cluster,
                "ServerlessV2ScalingConfiguration",
                "it is to pause at 0 ACU, and stands behind a proxy, which keeps it awake",
                "Set MinCapacity to 0.5 or more",
            )


def public(graph: Graph) -> Iterator[Violation]:
    """An instance has no address in the internet."""
    for instance, body in graph.of_type(INSTANCE):
        if is_true(body.get("PubliclyAccessible")):
            yield Violation(
                instance,
                "PubliclyAccessible",
                "it has an address in the internet",
                "Set PubliclyAccessible to false, and reach it from inside its VPC",
            )
