"""Rules of parameter and option groups: they are those of the database's engine and version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.documentation import AURORA_GUIDE, RDS_GUIDE
from ...aws.engines import ENGINES, Engine
from ..graph import CLUSTER, INSTANCE, Graph
from ..rule import Violation, as_rule
from ..values import is_literal

GROUPS = {
    "DBClusterParameterGroupName": "AWS::RDS::DBClusterParameterGroup",
    "DBInstanceParameterGroupName": "AWS::RDS::DBParameterGroup",
    "DBParameterGroupName": "AWS::RDS::DBParameterGroup",
}
"""The properties that name a parameter group, and the type that each of them takes."""
DEFAULT = re.compile(r"default(?:\.cluster)?[.:]([a-z-]+[0-9][0-9.]*)")
FAMILY = re.compile(r"([a-z-]+)[0-9.]+")


@as_rule(
    "database/parameter-group",
    title="A database's parameter group is for its engine and its major version.",
    why="RDS refuses the database.",
    remedy="Choose the family of the engine and its major version.",
    source=f"{AURORA_GUIDE}USER_WorkingWithParamGroups.html",
)
def parameter_group(graph: Graph) -> Iterator[Violation]:
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        engine, version = engine_of(graph, body)
        for key, kind in GROUPS.items():
            group = graph.target(body.get(key))
            if group and graph.type(group).startswith("AWS::RDS::") and graph.type(group) != kind:
                yield Violation(
                    database,
                    key,
                    f"{group} is of type {graph.type(group)}",
                    f"Name a resource of type {kind}",
                )
                continue
            family = _family(graph, body.get(key))
            if engine is None or family is None:
                continue
            wanted = engine.parameter_family(version) if version else f"{engine.name}…"
            named = FAMILY.fullmatch(family)
            if family != wanted if version else named and named[1] != engine.name:
                yield Violation(
                    group or database,
                    "Family" if group else key,
                    f"its family is {family}, and {database} is {_shown(engine, version)}",
                    f"Take a group of the family {wanted}",
                )


def engine_of(graph: Graph, body: Mapping[str, Any]) -> tuple[Engine | None, str | None]:
    """Return engine and version of a database, an instance's from its cluster."""
    cluster = graph.named(body.get("DBClusterIdentifier"), CLUSTER)
    owner = graph.properties(cluster) if cluster else body
    version = owner.get("EngineVersion")
    known = isinstance(version, int | float) or is_literal(version)
    return ENGINES.get(str(owner.get("Engine"))), str(version) if known else None


def _family(graph: Graph, expression: object) -> str | None:
    """Return the family of a parameter group that the graph creates, or of a default one."""
    if group := graph.target(expression):
        family = graph.properties(group).get("Family")
        return family if is_literal(family) else None
    match = DEFAULT.fullmatch(expression) if is_literal(expression) else None
    return match[1] if match else None


def _shown(engine: Engine, version: str | None) -> str:
    return f"{engine.name} {version}" if version else engine.name


@as_rule(
    "database/option-group",
    title="A database's option group is for its engine and its major version.",
    why="RDS refuses the database.",
    remedy="Choose the engine and the major version of the database.",
    source=f"{RDS_GUIDE}USER_WorkingWithOptionGroups.html",
)
def option_group(graph: Graph) -> Iterator[Violation]:
    for database, body in graph.of_type(INSTANCE):
        group = graph.target(body.get("OptionGroupName"))
        engine, version = engine_of(graph, body)
        if group is None or engine is None:
            continue
        options = graph.properties(group)
        wanted = {"EngineName": engine.name}
        if version:
            wanted["MajorEngineVersion"] = engine.major(version)
        for key, value in wanted.items():
            given = options.get(key)
            is_known = isinstance(given, int | float) or is_literal(given)
            if is_known and str(given) != value:
                yield Violation(
                    group,
                    key,
                    f"it is for {given}, and {database} is {_shown(engine, version)}",
                    f"Set {key} to {value}",
                )
