"""RDS: instances, and the members of clusters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from botocore.exceptions import ClientError

from ..cloudformation.resource import Context
from .check import Check
from .database_classes import class_problems
from .database_members import member_problems
from .database_settings import (
    CERTIFICATES,
    LIFECYCLES,
    LONGEST_PASSWORD,
    NETWORKS,
    SHORTEST_PASSWORD,
    blank_problems,
    default_group_problems,
    login_problems,
    name_problems,
    network_problems,
    password_problems,
    port_problems,
    public_problems,
    window_problems,
)
from .engine_settings import engine_problems

RETENTIONS: Final = range(36)
LICENSES: Final = {
    "aurora-mysql": "general-public-license",
    "aurora-postgresql": "postgresql-license",
    "mariadb": "general-public-license",
    "mysql": "general-public-license",
    "postgres": "postgresql-license",
}


class Storage(NamedTuple):
    """The sizes, in GiB, and the provisioned IOPS of a kind of storage."""

    sizes: range
    iops: range | None = None
    ratio: float = 0
    """IOPS for each GiB, at most."""


# CreateDBInstance, AllocatedStorage, of MariaDB, MySQL and PostgreSQL, and "Amazon RDS DB instance
# storage": https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
STORAGE: Final = {
    "gp2": Storage(range(20, 65537)),
    "gp3": Storage(range(20, 65537), range(12000, 64001), 500),
    "io1": Storage(range(100, 65537), range(1000, 256001), 50),
    "io2": Storage(range(100, 65537), range(1000, 256001), 1000),
    "standard": Storage(range(5, 3073)),
}
PROVISIONED: Final = ("io1", "io2")
LEAST_RATIO: Final = 0.5
LEAST_GROWTH: Final = 110
"""Percent of the size, of the size that storage may grow to."""
MOST_RATE: Final = 0.25
"""MiB/s of gp3 for each of its IOPS, at most."""
STRIPED: Final = 400
"""The size in GiB from which gp3 has settings of its own."""
THROUGHPUT: Final = range(500, 4001)
NEEDS: Final = {
    "MasterUserSecret": "ManageMasterUserPassword",
    "PerformanceInsightsKMSKeyId": "EnablePerformanceInsights",
}
KNOWN: Final = ("mariadb", "mysql", "postgres")


def _settings(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    engine = str(given.get("Engine", ""))
    if engine in KNOWN:
        yield from name_problems("DBName", engine, given.get("DBName"))
        password = given.get("MasterUserPassword")
        yield from password_problems(password, LONGEST_PASSWORD[engine], SHORTEST_PASSWORD)
        yield from login_problems(given)
        yield from _storage(given)
    for name, needed in NEEDS.items():
        if given.get(name) and not given.get(needed):
            yield f"You can't specify {name} unless {needed} is true"
    if given.get("MultiAZ") is True and engine.startswith("aurora"):
        yield f"VPC Multi-AZ DB Instances are not available for engine: {engine}"
    yield from port_problems(given.get("Port"))
    yield from window_problems(given)
    group, version = given.get("DBParameterGroupName"), given.get("EngineVersion")
    yield from default_group_problems(group, engine, version, "Parameter Group")
    retention = given.get("BackupRetentionPeriod")
    if retention is not None and retention not in RETENTIONS:
        yield f"Invalid backup retention period: {retention}. Must be between 0 and 35"
    certificate = given.get("CACertificateIdentifier")
    if certificate is not None and certificate not in CERTIFICATES:
        yield f"Certificate not found: {certificate}"
    if given.get("NetworkType", NETWORKS[0]) not in NETWORKS:
        yield f"Invalid NetworkType: {given['NetworkType']}. Valid values: {', '.join(NETWORKS)}"
    lifecycle = given.get("EngineLifecycleSupport")
    if lifecycle is not None and lifecycle not in LIFECYCLES:
        yield f"Invalid EngineLifecycleSupport: {lifecycle}. Valid values: {', '.join(LIFECYCLES)}"
    yield from engine_problems(engine, given)
    yield from blank_problems(given)
    license_model = given.get("LicenseModel")
    if license_model is not None and license_model != LICENSES.get(engine, license_model):
        yield f"Invalid license model '{license_model}' for engine '{engine}'"


def _storage(given: Mapping[str, Any]) -> Iterator[str]:
    kind = given.get("StorageType") or ("io1" if given.get("Iops") else "gp2")
    storage, size = STORAGE.get(kind), given.get("AllocatedStorage")
    if storage is None:
        yield f"Invalid storage type: {kind}"
        return
    if not size or not int(size):
        return
    size, iops = int(size), given.get("Iops")
    if size not in storage.sizes:
        yield (
            f"Invalid storage size for engine name {given['Engine']} and storage type {kind}: "
            f"{size}"
        )
    yield from _growth(kind, storage, size, given.get("MaxAllocatedStorage"))
    if given.get("DedicatedLogVolume") is True and kind not in PROVISIONED:
        yield f"A dedicated log volume is not supported for storage type {kind}"
    if kind in PROVISIONED and iops is None:
        yield f"Iops must be specified for storage type {kind}"
    yield from _iops(kind, storage, size, iops)
    throughput = given.get("StorageThroughput")
    if throughput is not None and (kind != "gp3" or size < STRIPED or throughput not in THROUGHPUT):
        yield (
            f"You can't specify the storage throughput {throughput} for {size} GiB of {kind}: "
            f"it is {THROUGHPUT.start} to {THROUGHPUT.stop - 1}, for gp3 from {STRIPED} GiB"
        )
        return
    provisioned = iops or (storage.iops.start if storage.iops else 0)
    if throughput is not None and throughput > MOST_RATE * provisioned:
        yield f"The storage throughput {throughput} is more than {MOST_RATE} of {provisioned} IOPS"


def _growth(kind: str, storage: Storage, size: int, most: Any) -> Iterator[str]:
    """Refuse a limit that storage cannot grow to.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
    """
    if most is None or int(most) == 0:
        return
    if int(most) <= size:
        yield "Max storage size must be greater than storage size"
    elif int(most) * 100 < LEAST_GROWTH * size or int(most) not in storage.sizes:
        yield (
            f"Invalid max storage size for storage type {kind}: {most}. It must be at least 10% "
            f"more than {size}, and at most {storage.sizes.stop - 1}"
        )


def _iops(kind: str, storage: Storage, size: int, iops: int | None) -> Iterator[str]:
    if iops is None:
        return
    if storage.iops is None or (kind == "gp3" and size < STRIPED):
        yield (
            "You can't specify IOPS or storage throughput for storage type "
            f"{kind} and a storage size of {size}"
        )
    elif iops not in storage.iops or not LEAST_RATIO * size <= iops <= storage.ratio * size:
        yield (
            f"Invalid IOPS {iops} for {size} GiB of {kind}: {storage.iops.start} to "
            f"{storage.iops.stop - 1}, and {LEAST_RATIO} to {storage.ratio} for each GiB"
        )


def _network(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    cluster = _cluster_of(context, given)
    is_scaled = cluster is None or bool(cluster.get("ServerlessV2ScalingConfiguration"))
    if given.get("DBInstanceClass") == "db.serverless" and not is_scaled:
        yield (
            "Set the Serverless v2 scaling configuration on the parent DB cluster before "
            "creating a Serverless v2 DB instance."
        )
    if cluster is not None:
        yield from member_problems(cluster, given)
    found = cluster or given
    engine, version = str(found.get("Engine", "")), str(found.get("EngineVersion", ""))
    yield from class_problems(engine, version, str(given.get("DBInstanceClass", "")))
    if given.get("PubliclyAccessible") is True:
        group = cluster.get("DBSubnetGroup") if cluster else given.get("DBSubnetGroupName")
        yield from public_problems(context, None if group == "default" else group)


def _cluster_of(context: Context, given: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The cluster of a member; None for others, and for one that RDS will not find."""
    name = given.get("DBClusterIdentifier")
    if name is None:
        return None
    try:
        found = context.call("rds", "describe_db_clusters", DBClusterIdentifier=name)
    except ClientError:
        return None
    cluster: Mapping[str, Any] = found["DBClusters"][0]
    return cluster


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::RDS::DBInstance": (_settings, _network, network_problems),
}
