"""Replacements that depend on how a property changes: schemas say only that there may be one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

Properties = Mapping[str, Any]
Condition = Callable[[Properties, Properties], bool]
"""True if the change from the first properties to the second replaces the resource."""


def changed(name: str) -> Condition:
    """A property that replaces whenever it changes."""
    return lambda old, new: old.get(name) != new.get(name)


def given_anew(name: str) -> Condition:
    """A property that replaces when it gets a value, and not when it loses it."""
    return lambda old, new: bool(new.get(name)) and old.get(name) != new.get(name)


def taken_away(name: str) -> Condition:
    """A property that replaces when it had a value, and not when it gets the first."""
    return lambda old, new: bool(old.get(name)) and old.get(name) != new.get(name)


def became(name: str, value: str) -> Condition:
    """A property that replaces only where it changes to this value."""
    return lambda old, new: new.get(name) == value and old.get(name) != value


def _other_volumes(old: Properties, new: Properties) -> bool:
    return _volumes(old) != _volumes(new)


def _volumes(properties: Properties) -> list[Any]:
    """The devices without what an instance can change while it runs."""
    return [
        {
            **device,
            "Ebs": {
                name: value
                for name, value in device.get("Ebs", {}).items()
                if name != "DeleteOnTermination"
            },
        }
        for device in properties.get("BlockDeviceMappings", ())
    ]


# RDS: `ImmutabilityHelper` of aws-cloudformation/aws-cloudformation-resource-providers-rds, read on
# 2026-11-26, and "Update requires: Replacement" where the reference of a type says more:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbcluster.html
CONDITIONS: Final[Mapping[str, tuple[Condition, ...]]] = {
    "AWS::EC2::Instance": (_other_volumes,),
    "AWS::EC2::VPC": (became("InstanceTenancy", "dedicated"),),
    "AWS::RDS::DBCluster": (
        changed("AvailabilityZones"),
        changed("Engine"),
        changed("MasterUsername"),
        given_anew("GlobalClusterIdentifier"),
    ),
    "AWS::RDS::DBInstance": (
        changed("AvailabilityZone"),
        changed("DBSnapshotIdentifier"),
        changed("Engine"),
        taken_away("PerformanceInsightsKMSKeyId"),
        given_anew("DBClusterSnapshotIdentifier"),
        given_anew("RestoreTime"),
        # Without a source, a replica is promoted.
        given_anew("SourceDBClusterIdentifier"),
        given_anew("SourceDBInstanceAutomatedBackupsArn"),
        given_anew("SourceDBInstanceIdentifier"),
        given_anew("SourceDbiResourceId"),
        given_anew("UseLatestRestorableTime"),
    ),
}


def replaces(type_name: str, old: Properties, new: Properties) -> bool:
    """True if a conditional property makes the change a replacement."""
    return any(condition(old, new) for condition in CONDITIONS.get(type_name, ()))
