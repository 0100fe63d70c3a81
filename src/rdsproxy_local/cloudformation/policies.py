"""The fate of a resource that leaves its stack: DeletionPolicy and UpdateReplacePolicy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Policy = Literal["Delete", "Retain", "Snapshot"]


def on_deletion(resource: Mapping[str, Any]) -> Policy:
    """The policy once the stack, or the resource in its template, is gone."""
    if _is_replica(resource):
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html
        return "Delete"
    match resource.get("DeletionPolicy", _default(resource)):
        case "Retain" | "RetainExceptOnCreate":
            return "Retain"
        case "Snapshot":
            return "Snapshot"
    return "Delete"


def on_undone_creation(resource: Mapping[str, Any]) -> Policy:
    """The policy once the creation of the resource is rolled back, while nothing is in it yet."""
    return "Retain" if resource.get("DeletionPolicy") == "Retain" else "Delete"


def on_replacement(resource: Mapping[str, Any]) -> Policy:
    """The policy once another resource has replaced it."""
    match resource.get("UpdateReplacePolicy"):
        case "Retain":
            return "Retain"
        case "Snapshot":
            return "Snapshot"
    return "Delete"


def _is_replica(resource: Mapping[str, Any]) -> bool:
    """Tell if it is a read replica, whose policy CloudFormation ignores; not one restored."""
    properties = resource.get("Properties", {})
    restored = {"RestoreTime", "UseLatestRestorableTime"} & set(properties)
    return (
        resource.get("Type") == "AWS::RDS::DBInstance"
        and "SourceDBInstanceIdentifier" in properties
        and not restored
    )


def _default(resource: Mapping[str, Any]) -> str:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    match resource:
        case {"Type": "AWS::RDS::DBCluster"}:
            return "Snapshot"
        case {"Type": "AWS::RDS::DBInstance"} if "DBClusterIdentifier" not in resource.get(
            "Properties", {}
        ):
            return "Snapshot"
    return "Delete"
