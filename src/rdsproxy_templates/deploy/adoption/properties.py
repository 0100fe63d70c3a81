"""Descriptions of RDS's API as the properties of CloudFormation's resources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

Described = Mapping[str, Any]
Properties = dict[str, Any]
Read = Callable[[Described], Any]


def _same(*names: str) -> dict[str, Read]:
    return {name: lambda found, name=name: found.get(name) for name in names}  # type: ignore[misc]


def _from(name: str) -> Read:
    return lambda found: found.get(name)


def _each(name: str, key: str) -> Read:
    return lambda found: [one[key] for one in found.get(name, ())]


def _unless(name: str, usual: object) -> Read:
    """Leave *usual* out: CloudFormation has it untold, and not every engine takes it."""
    return lambda found: None if found.get(name) == usual else found.get(name)


def _managed_key(found: Described) -> Any:
    key = found.get("MasterUserSecret", {}).get("KmsKeyId")
    return {"KmsKeyId": key} if key else None


def _serverless(found: Described) -> Any:
    scaling = found.get("ServerlessV2ScalingConfiguration", {})
    names = ("MinCapacity", "MaxCapacity", "SecondsUntilAutoPause")
    return {name: scaling[name] for name in names if name in scaling}


def tags(found: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return a person's tags; AWS's own begin with ``aws:``, which no template may set."""
    return [dict(one) for one in found if not one["Key"].startswith("aws:")]


_DATABASE: Final[dict[str, Read]] = {
    **_same(
        "Engine",
        "EngineVersion",
        "MasterUsername",
        "BackupRetentionPeriod",
        "PreferredBackupWindow",
        "PreferredMaintenanceWindow",
        "StorageEncrypted",
        "KmsKeyId",
        "CopyTagsToSnapshot",
        "DeletionProtection",
    ),
    "EngineLifecycleSupport": _from("EngineLifecycleSupport"),
    "EnableIAMDatabaseAuthentication": _from("IAMDatabaseAuthenticationEnabled"),
    "EnableCloudwatchLogsExports": _from("EnabledCloudwatchLogsExports"),
    "ManageMasterUserPassword": lambda found: "MasterUserSecret" in found or None,
    "MasterUserSecret": _managed_key,
    "NetworkType": _unless("NetworkType", "IPV4"),
    "DatabaseInsightsMode": _from("DatabaseInsightsMode"),
    "MonitoringInterval": _unless("MonitoringInterval", 0),
    "MonitoringRoleArn": _from("MonitoringRoleArn"),
    "Tags": lambda found: tags(found.get("TagList", ())),
}
CLUSTER: Final[dict[str, Read]] = {
    **_same("DBClusterIdentifier", "DatabaseName", "Port"),
    **_DATABASE,
    "EngineMode": _unless("EngineMode", "provisioned"),
    "StorageType": _unless("StorageType", "aurora"),
    "DBSubnetGroupName": _from("DBSubnetGroup"),
    "DBClusterParameterGroupName": _from("DBClusterParameterGroup"),
    "VpcSecurityGroupIds": _each("VpcSecurityGroups", "VpcSecurityGroupId"),
    "EnableHttpEndpoint": lambda found: found.get("HttpEndpointEnabled") or None,
    "BacktrackWindow": _unless("BacktrackWindow", 0),
    "ServerlessV2ScalingConfiguration": _serverless,
}
MEMBER: Final[dict[str, Read]] = {
    **_same(
        "DBInstanceIdentifier",
        "DBClusterIdentifier",
        "Engine",
        "DBInstanceClass",
        "AutoMinorVersionUpgrade",
        "PubliclyAccessible",
        "PromotionTier",
        "PreferredMaintenanceWindow",
    ),
    "CACertificateIdentifier": _from("CACertificateIdentifier"),
    "DBParameterGroupName": lambda found: (found.get("DBParameterGroups") or [{}])[0].get(
        "DBParameterGroupName"
    ),
    "EnablePerformanceInsights": _from("PerformanceInsightsEnabled"),
    "Tags": lambda found: tags(found.get("TagList", ())),
}
INSTANCE: Final[dict[str, Read]] = {
    **_DATABASE,
    **{name: read for name, read in MEMBER.items() if name != "DBClusterIdentifier"},
    **_same("DBName", "MultiAZ", "Iops", "StorageType", "MaxAllocatedStorage", "LicenseModel"),
    "AllocatedStorage": lambda found: str(found["AllocatedStorage"]),
    "StorageThroughput": _unless("StorageThroughput", 0),
    "Port": lambda found: str(found["Endpoint"]["Port"]),
    "DBSubnetGroupName": lambda found: found.get("DBSubnetGroup", {}).get("DBSubnetGroupName"),
    "VPCSecurityGroups": _each("VpcSecurityGroups", "VpcSecurityGroupId"),
}
PROXY: Final[dict[str, Read]] = {
    **_same(
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
    "DefaultAuthScheme": _unless("DefaultAuthScheme", "NONE"),
    "EndpointNetworkType": _unless("EndpointNetworkType", "IPV4"),
    "TargetConnectionNetworkType": _unless("TargetConnectionNetworkType", "IPV4"),
}
SUBNET_GROUP: Final[dict[str, Read]] = {
    **_same("DBSubnetGroupName", "DBSubnetGroupDescription"),
    "SubnetIds": _each("Subnets", "SubnetIdentifier"),
}


def properties(table: Mapping[str, Read], found: Described) -> Properties:
    """Return the properties that *found* has, without those that say nothing."""
    read = {name: reads(found) for name, reads in table.items()}
    return {name: value for name, value in read.items() if value not in (None, "", [], {})}
