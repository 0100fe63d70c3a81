"""Groups of parameters and options, and snapshots, against the database that the stack makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...aws.engines import ENGINES
from ...errors import Problem
from .database import family_of
from .values import Given

PARAMETER_GROUPS: Final[Mapping[str, str]] = {
    "describe_db_cluster_parameter_groups": "DBClusterParameterGroups",
    "describe_db_parameter_groups": "DBParameterGroups",
}
SNAPSHOTS: Final[Mapping[str, str]] = {
    "describe_db_cluster_snapshots": "DBClusterSnapshots",
    "describe_db_snapshots": "DBSnapshots",
}
OPTION_GROUPS: Final = "describe_option_groups"


def fit_problems(
    database: Mapping[str, Any], one: Given, operation: str, answer: Mapping[str, Any]
) -> Iterator[Problem]:
    """Report what is for another engine or version than *database*, or not to be used yet."""
    engine, version = database.get("Engine"), database.get("EngineVersion")
    known = ENGINES.get(engine) if isinstance(engine, str) else None
    if key := PARAMETER_GROUPS.get(operation):
        (group,) = answer[key]
        family = known.parameter_family(version) if known and isinstance(version, str) else None
        offered = group.get("DBParameterGroupFamily", family)
        if family and offered != family:
            sentence = f"is {one.text} of the family {offered}, and the database has {family}"
            yield Problem(one.place, f"{sentence}; give a group of that family")
    elif key := SNAPSHOTS.get(operation):
        (snapshot,) = answer[key]
        yield from _snapshot(one, snapshot, str(engine))
    elif operation == OPTION_GROUPS and known and isinstance(version, str):
        (group,) = answer["OptionGroupsList"]
        offered = group.get("EngineName", engine), group.get("MajorEngineVersion", "")
        if offered[0] != engine or not f"{version}.".startswith(f"{offered[1]}."):
            sentence = f"is {one.text} for {' '.join(offered)}, and the database is {engine}"
            yield Problem(one.place, f"{sentence} {version}; give a group for that")


def _snapshot(one: Given, snapshot: Mapping[str, Any], engine: str) -> Iterator[Problem]:
    if (status := snapshot.get("Status", "available")) != "available":
        sentence = f"is {one.text}, which is {status}; wait until it is available, or give another"
        yield Problem(one.place, sentence)
    made_by = snapshot.get("Engine", engine)
    if family_of(made_by) != family_of(engine):
        yield Problem(one.place, f"is {one.text} of {made_by}, and rds.engine is {engine}")
