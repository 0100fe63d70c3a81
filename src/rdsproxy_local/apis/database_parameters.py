"""Parameter groups of databases: of the engine's family, and kept while a database has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from moto.rds.exceptions import (
    DBClusterParameterGroupNotFoundError,
    DBParameterGroupNotFoundError,
    InvalidParameterCombination,
    RDSClientError,
)
from moto.rds.models import DBClusterParameterGroup, DBInstance, RDSBackend

from .surround import surround

DEFAULT: Final = "default."


def install() -> None:
    surround(RDSBackend, "delete_db_parameter_group", _delete_group)
    surround(RDSBackend, "delete_db_cluster_parameter_group", _delete_cluster_group)
    surround(RDSBackend, "describe_db_cluster_parameter_groups", _describe_cluster_groups)


def default_cluster_group(engine: str, version: str) -> str:
    """Return the name of RDS's own group for a cluster; moto has one for all engines."""
    major, _, rest = version.partition(".")
    is_postgresql = engine.endswith(("postgres", "postgresql"))
    family = major if is_postgresql else f"{major}.{rest.partition('.')[0]}"
    return f"{DEFAULT}{engine}{family}"


def require_cluster_parameters(
    backend: RDSBackend, given: Mapping[str, Any], engine: str, version: str | None
) -> None:
    """The parameter group must be there, and of the engine's family."""
    name = given.get("db_cluster_parameter_group_name")
    if name is None or name.startswith(DEFAULT):
        return
    group = backend.db_cluster_parameter_groups.get(name)
    if group is None:
        raise DBClusterParameterGroupNotFoundError(name)
    _require_family(name, group.db_parameter_group_family, engine, version)


def require_instance_parameters(
    backend: RDSBackend, given: Mapping[str, Any], before: DBInstance | None = None
) -> None:
    """The instance's parameter group must be there, and of the family of its engine and version."""
    name = given.get("db_parameter_group_name")
    if name is None or name.startswith(DEFAULT):
        return
    group = backend.db_parameter_groups.get(name)
    if group is None:
        raise DBParameterGroupNotFoundError(name)
    cluster = backend.clusters.get(_cluster_of(given, before) or "")
    engine = cluster.engine if cluster else before.engine if before else given["engine"]
    version: str | None
    if cluster:
        version = cluster.engine_version
    else:
        version = given.get("engine_version") or (before.engine_version if before else None)
    family = str(getattr(group, "db_parameter_group_family", None) or group.family)
    _require_family(name, family, str(engine), version)


def _cluster_of(given: Mapping[str, Any], before: DBInstance | None) -> str | None:
    return given.get("db_cluster_identifier") or getattr(before, "db_cluster_identifier", None)


def _require_family(name: str, family: str, engine: str, version: str | None) -> None:
    major = family.removeprefix(engine)
    if major == family or not (version or major).startswith(major):
        raise InvalidParameterCombination(
            f"The parameter group {name} with DBParameterGroupFamily {family} can't be used for "
            f"this instance. Please use a Parameter Group of {engine} {version or ''}".rstrip()
        )


def _delete_group(
    delete: Callable[..., Any], backend: RDSBackend, db_parameter_group_name: str
) -> Any:
    name = db_parameter_group_name
    _refuse_used(name, (one.db_parameter_group_name for one in [*backend.databases.values()]))
    return delete(backend, name)


def _delete_cluster_group(
    delete: Callable[..., Any], backend: RDSBackend, db_cluster_parameter_group_name: str
) -> Any:
    name = db_cluster_parameter_group_name
    _refuse_used(name, (one.parameter_group for one in [*backend.clusters.values()]))
    return delete(backend, name)


def _refuse_used(name: str, used: Iterator[str | None]) -> None:
    if name in used:
        raise RDSClientError(
            "InvalidDBParameterGroupState",
            "One or more database instances are still members of this parameter group "
            f"{name}, so the group cannot be deleted",
        )


def _describe_cluster_groups(
    describe: Callable[..., Any], backend: RDSBackend, group_name: str | None = None
) -> Any:
    """Show RDS's own groups, too, where somebody asks for one by its name."""
    has = group_name in backend.db_cluster_parameter_groups
    if group_name is None or has or not group_name.startswith(DEFAULT):
        return describe(backend, group_name)
    family = group_name.removeprefix(DEFAULT)
    if family not in {
        default_cluster_group(one.engine, one.engine_version).removeprefix(DEFAULT)
        for one in [*backend.clusters.values()]
    }:
        return describe(backend, group_name)
    return [
        DBClusterParameterGroup(  # type: ignore[abstract]
            backend, group_name, f"Default cluster parameter group for {family}", family
        )
    ]
