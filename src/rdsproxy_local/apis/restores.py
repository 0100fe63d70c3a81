"""Databases that begin with the data of a snapshot, or of another database.

What is inherited is the engine, the master user, the first database and the encryption; all else
is given, or has its default (``RestoreDBClusterFromSnapshot`` and its three relatives). Whatever
time is asked for, the local cloud restores the present.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from moto.rds.exceptions import (
    DBClusterNotFoundError,
    DBClusterSnapshotNotFoundError,
    DBInstanceNotFoundError,
    InvalidParameterCombination,
    InvalidParameterValue,
)
from moto.rds.models import DBCluster, DBInstance, RDSBackend

from .data_copies import copied, data_of, give
from .database_changes import require_upgrade
from .surround import surround

TYPES: Final = ("full-copy", "copy-on-write")
ABOUT_THE_SOURCE: Final = frozenset({
    "db_cluster_snapshot_identifier", "db_snapshot_identifier", "restore_time", "restore_to_time",
    "restore_type", "snapshot_identifier", "source_db_cluster_identifier",
    "source_db_cluster_resource_id", "source_db_instance_automated_backups_arn",
    "source_db_instance_identifier", "source_dbi_resource_id", "target_db_instance_identifier",
    "use_latest_restorable_time",
})  # fmt: skip
"""Parameters that say where the data come from."""


def install() -> None:
    surround(RDSBackend, "restore_db_cluster_from_snapshot", _cluster_from_snapshot)
    surround(RDSBackend, "restore_db_cluster_to_point_in_time", _cluster_at_time)
    surround(RDSBackend, "restore_db_instance_from_db_snapshot", _instance_from_snapshot)
    surround(RDSBackend, "restore_db_instance_to_point_in_time", _instance_at_time)


def _cluster_from_snapshot(
    _: Callable[..., Any], backend: RDSBackend, from_snapshot_id: str, given: Mapping[str, Any]
) -> DBCluster:
    name = _name(from_snapshot_id)
    if (
        from_snapshot_id.startswith("arn:")
        and from_snapshot_id.split(":")[3] != backend.region_name
    ):
        raise DBClusterSnapshotNotFoundError(from_snapshot_id)
    snapshot = backend.describe_db_cluster_snapshots(
        db_cluster_identifier=None, db_snapshot_identifier=name
    )[0]
    require_upgrade(snapshot.cluster.engine, snapshot.cluster.engine_version, given, allowed=True)
    return _cluster(backend, snapshot.cluster, given, data_of(snapshot))


def _cluster_at_time(_: Callable[..., Any], backend: RDSBackend, **given: Any) -> DBCluster:
    time = _required_time(given, "restore_to_time")
    if given.get("restore_type", TYPES[0]) not in TYPES:
        raise InvalidParameterValue(f"Invalid restore type: {given['restore_type']}")
    if given.get("restore_to_time") and given.get("restore_type") == "copy-on-write":
        raise InvalidParameterCombination(
            "RestoreToTime cannot be specified when RestoreType is copy-on-write"
        )
    name, resource = (
        given.get("source_db_cluster_identifier"),
        given.get("source_db_cluster_resource_id"),
    )
    for cluster in [*backend.clusters.values()]:
        if resource == cluster.db_cluster_resource_id or name in (
            cluster.db_cluster_identifier,
            cluster.db_cluster_arn,
        ):
            _require_backup(cluster, time)
            return _cluster(backend, cluster, given, copied(cluster))
    raise DBClusterNotFoundError(str(name or resource))


def _instance_from_snapshot(
    _: Callable[..., Any], backend: RDSBackend, from_snapshot_id: str, given: Mapping[str, Any]
) -> DBInstance:
    snapshot = backend.describe_db_snapshots(
        db_instance_identifier=None, db_snapshot_identifier=_name(from_snapshot_id)
    )[0]
    return _instance(backend, snapshot.database, given, data_of(snapshot))


def _instance_at_time(
    _: Callable[..., Any],
    backend: RDSBackend,
    source_db_identifier: str | None,
    target_db_identifier: str,
    given: Mapping[str, Any],
) -> DBInstance:
    time = _required_time(given, "restore_time")
    resource = given.get("source_dbi_resource_id")
    for instance in [*backend.databases.values()]:
        if source_db_identifier == instance.db_instance_identifier or (
            resource is not None and resource == instance.dbi_resource_id
        ):
            _require_backup(instance, time)
            named = {**given, "db_instance_identifier": target_db_identifier}
            return _instance(backend, instance, named, copied(instance))
    raise DBInstanceNotFoundError(str(source_db_identifier or resource))


def _cluster(
    backend: RDSBackend, source: Any, given: Mapping[str, Any], data: Path | None
) -> DBCluster:
    properties = _begun(source, given) | {"database_name": source.database_name}
    cluster = backend.create_db_cluster(properties)
    give(cluster, data)
    return cluster


def _instance(
    backend: RDSBackend, source: Any, given: Mapping[str, Any], data: Path | None
) -> DBInstance:
    size = given.get("allocated_storage", source.allocated_storage)
    if size < source.allocated_storage:
        raise InvalidParameterValue(
            "The allocated storage size can't be less than the source snapshot or backup size."
        )
    if "db_name" in given:
        raise InvalidParameterCombination("DBName is that of the source.")
    properties = _begun(source, given) | {"db_name": source.db_name, "allocated_storage": size}
    instance = backend.create_db_instance(properties)
    give(instance, data)
    return instance


def _begun(source: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a database is created with that begins with the data of *source*."""
    engine = given.get("engine", source.engine)
    if engine != source.engine:
        raise InvalidParameterCombination(
            f"The engine {engine} is not that of the source, which is {source.engine}."
        )
    others = {name: value for name, value in given.items() if name not in ABOUT_THE_SOURCE}
    return {
        "engine_version": source.engine_version,
        **others,
        "engine": engine,
        "master_username": source.master_username,
        "master_user_password": getattr(source, "_master_user_password", None) or token_hex(16),
        "storage_encrypted": source.storage_encrypted,
        **({"kms_key_id": source.kms_key_id} if source.kms_key_id else {}),
    }


def _required_time(given: Mapping[str, Any], name: str) -> datetime | None:
    """The time to restore to; None for the latest."""
    time, latest = given.get(name), given.get("use_latest_restorable_time")
    if (time is None) == (not latest):
        raise InvalidParameterCombination(
            "Either a time or UseLatestRestorableTime must be specified, and not both."
        )
    return _utc(time) if isinstance(time, datetime) else None


def _require_backup(source: Any, time: datetime | None) -> None:
    if time is not None and not _utc(source.created) <= time <= datetime.now(UTC):
        raise InvalidParameterValue(
            "The specified time is not within the range of the source's backups."
        )


def _utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _name(snapshot: str) -> str:
    return snapshot.partition("snapshot:")[2] if snapshot.startswith("arn:") else snapshot
