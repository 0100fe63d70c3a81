"""RDS: what an instance has of its cluster, and may not say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

NOT_OF_AURORA: Final = (
    *("CharacterSetName", "DedicatedLogVolume", "Iops", "MaxAllocatedStorage"),
    "StorageThroughput",
)
"""Settings that do not apply to Amazon Aurora, whose cluster has the volume."""
STORAGE: Final = ("aurora", "aurora-iopt1")


def member_problems(cluster: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each setting that is the cluster's, or other than it."""
    encrypted = bool(cluster.get("StorageEncrypted"))
    if given.get("StorageEncrypted") not in (None, encrypted):
        yield _of_cluster("storage encrypted")
    if given.get("PreferredBackupWindow"):
        yield _of_cluster("backup window")
    engine = str(cluster["Engine"])
    version, wanted = str(cluster.get("EngineVersion", "")), given.get("EngineVersion")
    if wanted and version and not f"{version}.".startswith(f"{wanted}."):
        yield (
            f"The engine version that you requested for your DB instance ({wanted}) does not "
            f"match the engine version of your DB cluster ({version})."
        )
    group = given.get("DBSubnetGroupName")
    if group and cluster.get("DBSubnetGroup") not in (None, "default", group):
        yield (
            f"The DB subnet group {group} is not that of the DB cluster, {cluster['DBSubnetGroup']}"
        )
    if not engine.startswith("aurora"):
        return
    for name in NOT_OF_AURORA:
        if given.get(name):
            yield f"{name} isn't supported for DB engine {engine}"
    if given.get("StorageType", STORAGE[0]) not in STORAGE:
        yield f"Invalid storage type: {given['StorageType']} isn't supported for {engine}"


def _of_cluster(setting: str) -> str:
    return (
        f"The requested DB Instance will be a member of a DB Cluster. Set {setting} for the "
        "DB Cluster."
    )
