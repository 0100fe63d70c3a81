"""Descriptions of RDS's API as the properties of CloudFormation's resources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

Described = Mapping[str, Any]
Properties = dict[str, Any]
Read = Callable[[Described], Any]


def same(*names: str) -> dict[str, Read]:
    return {name: lambda found, name=name: found.get(name) for name in names}  # type: ignore[misc]


def renamed(name: str) -> Read:
    return lambda found: found.get(name)


def each(name: str, key: str) -> Read:
    return lambda found: [one[key] for one in found.get(name, ())]


def unless(name: str, usual: object) -> Read:
    """Leave *usual* out: CloudFormation has it untold, and not every engine takes it."""
    return lambda found: None if found.get(name) == usual else found.get(name)


def _managed_key(found: Described) -> Any:
    key = found.get("MasterUserSecret", {}).get("KmsKeyId")
    return {"KmsKeyId": key} if key else None


def _serverless(found: Described) -> Any:
    scaling = found.get("ServerlessV2ScalingConfiguration", {})
    names = ("MinCapacity", "MaxCapacity", "SecondsUntilAutoPause")
    return {name: scaling[name] for name in names if name in scaling}


def _roles(found: Described) -> Any:
    names = ("RoleArn", "FeatureName")
    return [
        {name: one[name] for name in names if one.get(name)}
        for one in found.get("AssociatedRoles", ())
    ]


def _domain(name: str) -> Read:
    """Read the directory that the database has joined."""
    return lambda found: (found.get("DomainMemberships") or [{}])[0].get(name)


def is_multi_az_cluster(found: Described) -> bool:
    """Tell if the instances of the cluster are RDS's own: a Multi-AZ DB cluster, not Aurora's."""
    return bool(found.get("DBClusterInstanceClass"))


def _of_multi_az_cluster(name: str) -> Read:
    """Read what only such a cluster has; Aurora tells a size of 1, and takes none."""
    return lambda found: found.get(name) if is_multi_az_cluster(found) else None


def tags(found: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return a person's tags; AWS's own begin with ``aws:``, which no template may set."""
    return [dict(one) for one in found if not one["Key"].startswith("aws:")]


DATABASE: Final[dict[str, Read]] = {
    **same(
        "Engine",
        "EngineVersion",
        "MasterUsername",
        "AutoMinorVersionUpgrade",
        "BackupRetentionPeriod",
        "PreferredBackupWindow",
        "PreferredMaintenanceWindow",
        "StorageEncrypted",
        "CopyTagsToSnapshot",
        "DeletionProtection",
        "EngineLifecycleSupport",
        "DatabaseInsightsMode",
        "MonitoringRoleArn",
    ),
    # A key without encryption is nobody's.
    "KmsKeyId": lambda found: found.get("KmsKeyId") if found.get("StorageEncrypted") else None,
    "EnableIAMDatabaseAuthentication": renamed("IAMDatabaseAuthenticationEnabled"),
    "EnableCloudwatchLogsExports": renamed("EnabledCloudwatchLogsExports"),
    "ManageMasterUserPassword": lambda found: "MasterUserSecret" in found or None,
    "MasterUserSecret": _managed_key,
    "NetworkType": unless("NetworkType", "IPV4"),
    "MonitoringInterval": unless("MonitoringInterval", 0),
    "AssociatedRoles": _roles,
    "Domain": _domain("Domain"),
    "DomainIAMRoleName": _domain("IAMRoleName"),
    "Tags": lambda found: tags(found.get("TagList", ())),
}
"""Of clusters and of instances without one, as CloudFormation's own handlers read them.

https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-rds (2025-07-29)
"""
CLUSTER: Final[dict[str, Read]] = {
    **same("DBClusterIdentifier", "DatabaseName", "Port"),
    **DATABASE,
    "EnableIAMDatabaseAuthentication": lambda found: (
        # A template of a Multi-AZ DB cluster may not even say that it is off.
        found.get("IAMDatabaseAuthenticationEnabled")
        or (None if is_multi_az_cluster(found) else False)
    ),
    "EngineMode": unless("EngineMode", "provisioned"),
    "StorageType": unless("StorageType", "aurora"),
    **{
        name: _of_multi_az_cluster(name)
        for name in ("DBClusterInstanceClass", "AllocatedStorage", "Iops", "PubliclyAccessible")
    },
    "DBSubnetGroupName": renamed("DBSubnetGroup"),
    "DBClusterParameterGroupName": renamed("DBClusterParameterGroup"),
    "VpcSecurityGroupIds": each("VpcSecurityGroups", "VpcSecurityGroupId"),
    "EnableHttpEndpoint": lambda found: found.get("HttpEndpointEnabled") or None,
    "BacktrackWindow": unless("BacktrackWindow", 0),
    "ServerlessV2ScalingConfiguration": _serverless,
    "PerformanceInsightsEnabled": lambda found: found.get("PerformanceInsightsEnabled") or None,
    "PerformanceInsightsKmsKeyId": renamed("PerformanceInsightsKMSKeyId"),
    "PerformanceInsightsRetentionPeriod": renamed("PerformanceInsightsRetentionPeriod"),
    "EnableLocalWriteForwarding": lambda found: (
        found.get("LocalWriteForwardingStatus") in {"enabled", "enabling", "requested"} or None
    ),
    "EnableGlobalWriteForwarding": lambda found: (
        found.get("GlobalWriteForwardingRequested") or None
    ),
    "GlobalClusterIdentifier": renamed("GlobalClusterIdentifier"),
    "ReplicationSourceIdentifier": renamed("ReplicationSourceIdentifier"),
}
PROXY: Final[dict[str, Read]] = {
    **same(
        "DBProxyName",
        "EngineFamily",
        "RoleArn",
        "VpcSubnetIds",
        "VpcSecurityGroupIds",
        "RequireTLS",
        "IdleClientTimeout",
        "DebugLogging",
    ),
    "Auth": lambda found: [
        {name: value for name, value in one.items() if value} for one in found.get("Auth", ())
    ],
    "DefaultAuthScheme": unless("DefaultAuthScheme", "NONE"),
    "EndpointNetworkType": unless("EndpointNetworkType", "IPV4"),
    "TargetConnectionNetworkType": unless("TargetConnectionNetworkType", "IPV4"),
}
SUBNET_GROUP: Final[dict[str, Read]] = {
    **same("DBSubnetGroupName", "DBSubnetGroupDescription"),
    "SubnetIds": each("Subnets", "SubnetIdentifier"),
}


def properties(table: Mapping[str, Read], found: Described) -> Properties:
    """Return the properties that *found* has, without those that say nothing."""
    read = {name: reads(found) for name, reads in table.items()}
    return {name: value for name, value in read.items() if value not in (None, "", [], {})}
