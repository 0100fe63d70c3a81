"""RDS: how CloudFormation restores clusters and instances: a restore, then a modification.

The properties are split as aws-cloudformation-resource-providers-rds does it (``Translator.java``
of both types, read 2026-11-26); what neither call takes is refused here, and ignored there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context


class Restore(NamedTuple):
    """A call that restores, the parameters that it takes, and those of the modification."""

    call: str
    takes: frozenset[str]
    modifies: frozenset[str]
    identifier: str


_CLUSTER_MODIFICATION: Final = frozenset({
    "AutoMinorVersionUpgrade", "BacktrackWindow", "BackupRetentionPeriod", "CopyTagsToSnapshot",
    "DBClusterParameterGroupName", "DatabaseInsightsMode", "DeletionProtection",
    "EnableIAMDatabaseAuthentication", "EnablePerformanceInsights", "ManageMasterUserPassword",
    "MasterUserPassword", "MasterUserSecretKmsKeyId", "MonitoringInterval", "MonitoringRoleArn",
    "NetworkType", "PerformanceInsightsKMSKeyId", "PerformanceInsightsRetentionPeriod",
    "PreferredBackupWindow", "PreferredMaintenanceWindow", "StorageType",
})  # fmt: skip
_CLUSTER_AT_TIME: Final = frozenset({
    "CopyTagsToSnapshot", "DBSubnetGroupName", "EnableCloudwatchLogsExports",
    "EngineLifecycleSupport", "KmsKeyId", "NetworkType", "Port", "RestoreToTime", "RestoreType",
    "ServerlessV2ScalingConfiguration", "SourceDBClusterIdentifier", "SourceDbClusterResourceId",
    "StorageType", "Tags", "UseLatestRestorableTime", "VpcSecurityGroupIds",
})  # fmt: skip
_OF_THE_SOURCE: Final = frozenset({"Engine", "EngineVersion"})
"""Properties that a cluster at a time has of its source, and a template names nevertheless."""
_CLUSTER_SNAPSHOT: Final = (
    _CLUSTER_AT_TIME
    - {
        "RestoreToTime", "RestoreType", "SourceDBClusterIdentifier", "SourceDbClusterResourceId",
        "UseLatestRestorableTime",
    }
    | {
        "AvailabilityZones", "BacktrackWindow", "DBClusterParameterGroupName", "DatabaseName",
        "DeletionProtection", "EnableIAMDatabaseAuthentication", "Engine", "EngineVersion",
        "SnapshotIdentifier",
    }
)  # fmt: skip
_INSTANCE: Final = frozenset({
    "AllocatedStorage", "AutoMinorVersionUpgrade", "AvailabilityZone", "CopyTagsToSnapshot",
    "DBInstanceClass", "DBParameterGroupName", "DBSubnetGroupName", "DedicatedLogVolume",
    "DeletionProtection", "EnableCloudwatchLogsExports", "EnableIAMDatabaseAuthentication",
    "Engine", "EngineLifecycleSupport", "Iops", "LicenseModel", "MultiAZ", "NetworkType",
    "OptionGroupName", "Port", "PubliclyAccessible", "StorageThroughput", "StorageType", "Tags",
    "VpcSecurityGroupIds",
})  # fmt: skip
_INSTANCE_MODIFICATION: Final = frozenset({
    "AllowMajorVersionUpgrade", "BackupRetentionPeriod", "CACertificateIdentifier",
    "DBParameterGroupName", "DatabaseInsightsMode", "DeletionProtection",
    "EnablePerformanceInsights", "EngineVersion", "ManageMasterUserPassword", "MasterUserPassword",
    "MasterUserSecretKmsKeyId", "MaxAllocatedStorage", "MonitoringInterval", "MonitoringRoleArn",
    "PerformanceInsightsKMSKeyId", "PerformanceInsightsRetentionPeriod", "PreferredBackupWindow",
    "PreferredMaintenanceWindow",
})  # fmt: skip
_TIMES: Final = frozenset({
    "RestoreTime", "SourceDBInstanceAutomatedBackupsArn", "SourceDBInstanceIdentifier",
    "SourceDbiResourceId", "UseLatestRestorableTime",
})  # fmt: skip


def cluster_restore(named: Mapping[str, Any]) -> Restore | None:
    """The way to restore a cluster with these parameters; None for a new one."""
    at_time = {"SourceDBClusterIdentifier", "SourceDbClusterResourceId"} & named.keys()
    if "SnapshotIdentifier" in named:
        _refuse(named, {"MasterUsername", "StorageEncrypted", "RestoreType", *at_time})
        return Restore(
            "restore_db_cluster_from_snapshot",
            _CLUSTER_SNAPSHOT,
            _CLUSTER_MODIFICATION,
            "DBClusterIdentifier",
        )
    if at_time:
        _refuse(named, {"MasterUsername", "StorageEncrypted", "DatabaseName"})
        return Restore(
            "restore_db_cluster_to_point_in_time",
            _CLUSTER_AT_TIME,
            _CLUSTER_MODIFICATION,
            "DBClusterIdentifier",
        )
    return None


def instance_restore(named: Mapping[str, Any]) -> Restore | None:
    """The way to restore an instance with these parameters; None for a new one."""
    at_time = _TIMES & named.keys()
    if "DBSnapshotIdentifier" in named:
        _refuse(named, {"DBName", "KmsKeyId", "MasterUsername", "StorageEncrypted", *at_time})
        return Restore(
            "restore_db_instance_from_db_snapshot",
            _INSTANCE | {"DBSnapshotIdentifier"},
            _INSTANCE_MODIFICATION,
            "DBInstanceIdentifier",
        )
    if at_time:
        if not {"RestoreTime", "UseLatestRestorableTime"} & at_time:
            raise Failure("the local cloud makes no read replicas")
        _refuse(named, {"DBName", "KmsKeyId", "MasterUsername", "StorageEncrypted"})
        return Restore(
            "restore_db_instance_to_point_in_time",
            _INSTANCE | _TIMES,
            _INSTANCE_MODIFICATION,
            "TargetDBInstanceIdentifier",
        )
    return None


def restored(
    context: Context, how: Restore, name: str, named: Mapping[str, Any], kind: str
) -> Mapping[str, Any]:
    """Restore the database *name*, a ``DBCluster`` or ``DBInstance``, and modify it."""
    ignored = named.keys() - how.takes - how.modifies - _OF_THE_SOURCE
    if ignored:
        raise Failure(f"CloudFormation ignores {', '.join(sorted(ignored))} when it restores")
    taken = {key: value for key, value in named.items() if key in how.takes}
    context.call("rds", how.call, **{how.identifier: name}, **taken)
    later = {key: value for key, value in named.items() if key in how.modifies}
    change = "modify_db_cluster" if kind == "DBCluster" else "modify_db_instance"
    answer = context.call(
        "rds", change, **{f"{kind}Identifier": name}, ApplyImmediately=True, **later
    )
    found: Mapping[str, Any] = answer[kind]
    return found


def _refuse(named: Mapping[str, Any], excluded: set[str]) -> None:
    if wrong := sorted(excluded & named.keys()):
        raise Failure(f"a database that is restored takes no {', '.join(wrong)}")
