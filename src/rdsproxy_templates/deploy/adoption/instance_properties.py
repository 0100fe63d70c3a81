"""Descriptions of DB instances as the properties of CloudFormation's `AWS::RDS::DBInstance`.

An import changes an instance to its template, and so does what the template leaves out: without its
source a replica is promoted, without log types their export ends, without roles they are taken
away. So everything that RDS tells is here.
"""

from __future__ import annotations

from typing import Any, Final

from .properties import (
    DATABASE,
    Described,
    Properties,
    Read,
    each,
    properties,
    renamed,
    same,
    unless,
)

STRIPED_FROM: Final = {"oracle": 200, "sqlserver": 0}
"""GiB from which gp3 takes IOPS and throughput; RDS tells those of smaller storage, too.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage
"""
STRIPED_FROM_ELSE: Final = 400
PERFORMANCE: Final = ("Iops", "StorageThroughput")
INHERITED: Final = ("MasterUsername", "StorageEncrypted")
"""What a replica has from its source, and no template may tell of it."""
SOURCES: Final = ("ReadReplicaSourceDBInstanceIdentifier", "ReadReplicaSourceDBClusterIdentifier")
DEFAULT_OPTIONS: Final = "default:"


def _zone(found: Described) -> Any:
    return None if found.get("MultiAZ") else found.get("AvailabilityZone")


def _options(found: Described) -> Any:
    name = (found.get("OptionGroupMemberships") or [{}])[0].get("OptionGroupName")
    # AWS's own differs between major versions, and follows an upgrade only where nobody names it.
    return None if name is None or name.startswith(DEFAULT_OPTIONS) else name


def _port(found: Described) -> Any:
    port = found.get("DbInstancePort") or found.get("Endpoint", {}).get("Port")
    return str(port) if port else None


def _domain(name: str) -> Read:
    return lambda found: (found.get("DomainMemberships") or [{}])[0].get(name)


def _parameter_group(found: Described) -> Any:
    return (found.get("DBParameterGroups") or [{}])[0].get("DBParameterGroupName")


def is_replica(found: Described) -> bool:
    return any(found.get(name) for name in SOURCES)


def _source_region(found: Described) -> Any:
    """Return the Region of the source, which RDS names by its ARN where it is another one."""
    source = str(found.get(SOURCES[0]))
    return source.split(":")[3] if source.startswith("arn:") else None


def _volumes(found: Described) -> Any:
    names = ("VolumeName", "StorageType", "MaxAllocatedStorage", "StorageThroughput")
    return [
        {
            **{name: one[name] for name in names if one.get(name)},
            "AllocatedStorage": str(one["AllocatedStorage"]),
            **({"Iops": one["IOPS"]} if one.get("IOPS") else {}),
        }
        for one in found.get("AdditionalStorageVolumes", ())
    ]


MEMBER: Final[dict[str, Read]] = {
    **same(
        "DBInstanceIdentifier",
        "DBClusterIdentifier",
        "Engine",
        "DBInstanceClass",
        "AutoMinorVersionUpgrade",
        "PubliclyAccessible",
        "PromotionTier",
        "PreferredMaintenanceWindow",
        "CACertificateIdentifier",
        "MonitoringRoleArn",
        "PerformanceInsightsKMSKeyId",
        "PerformanceInsightsRetentionPeriod",
    ),
    "AvailabilityZone": _zone,
    "DBParameterGroupName": _parameter_group,
    "EnablePerformanceInsights": renamed("PerformanceInsightsEnabled"),
    "MonitoringInterval": unless("MonitoringInterval", 0),
    "AssociatedRoles": DATABASE["AssociatedRoles"],
    "Tags": DATABASE["Tags"],
}
INSTANCE: Final[dict[str, Read]] = {
    **DATABASE,
    **{name: read for name, read in MEMBER.items() if name != "DBClusterIdentifier"},
    **same(
        "DBName",
        "MultiAZ",
        "Iops",
        "StorageThroughput",
        "StorageType",
        "MaxAllocatedStorage",
        "LicenseModel",
        "CharacterSetName",
        "NcharCharacterSetName",
        "Timezone",
        "TdeCredentialArn",
        "ReplicaMode",
    ),
    "AllocatedStorage": lambda found: str(found["AllocatedStorage"]),
    "AdditionalStorageVolumes": _volumes,
    "DedicatedLogVolume": lambda found: found.get("DedicatedLogVolume") or None,
    "Port": _port,
    "BackupTarget": unless("BackupTarget", "region"),
    "CustomIAMInstanceProfile": renamed("CustomIamInstanceProfile"),
    "DBSubnetGroupName": lambda found: found.get("DBSubnetGroup", {}).get("DBSubnetGroupName"),
    "DomainAuthSecretArn": _domain("AuthSecretArn"),
    "DomainDnsIps": _domain("DnsIps"),
    "DomainFqdn": _domain("FQDN"),
    "DomainOu": _domain("OU"),
    "OptionGroupName": _options,
    "ProcessorFeatures": lambda found: found.get("ProcessorFeatures"),
    "SourceDBInstanceIdentifier": renamed(SOURCES[0]),
    "SourceDBClusterIdentifier": renamed(SOURCES[1]),
    "SourceRegion": _source_region,
    "VPCSecurityGroups": each("VpcSecurityGroups", "VpcSecurityGroupId"),
}


def instance_properties(found: Described) -> Properties:
    """Return the properties of an instance without a cluster, as a template may state them."""
    values = properties(INSTANCE, found)
    left_out = {*_not_to_be_said(found)}
    return {name: value for name, value in values.items() if name not in left_out}


def _not_to_be_said(found: Described) -> list[str]:
    names: list[str] = []
    if not takes_performance(found):
        names += PERFORMANCE
    if is_replica(found):
        # A key of another Region's source is another one.
        names += INHERITED if _source_region(found) else (*INHERITED, "KmsKeyId")
    return names


def takes_performance(found: Described) -> bool:
    """Tell if the storage takes IOPS of one's own: every later change would be refused else.

    https://github.com/pulumi/pulumi-aws-native/issues/968
    """
    if found.get("StorageType") != "gp3":
        return found.get("StorageType") in {"io1", "io2"}
    kind = str(found.get("Engine")).removeprefix("custom-").partition("-")[0]
    return bool(found["AllocatedStorage"] >= STRIPED_FROM.get(kind, STRIPED_FROM_ELSE))
