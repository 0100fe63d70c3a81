"""RDS: databases, and the groups that they refer to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource
from .reading import Reader, described, only, picked, reads, same

OF_BOTH: Final = {
    **same(
        "AutoMinorVersionUpgrade",
        "BackupRetentionPeriod",
        "CopyTagsToSnapshot",
        "DatabaseInsightsMode",
        "DeletionProtection",
        "Engine",
        "EngineVersion",
        "Iops",
        "MonitoringInterval",
        "MonitoringRoleArn",
        "NetworkType",
        "PerformanceInsightsEnabled",
        "PerformanceInsightsRetentionPeriod",
        "PreferredBackupWindow",
        "PreferredMaintenanceWindow",
        "StorageEncrypted",
        "StorageType",
    ),
    "EnableCloudwatchLogsExports": "EnabledCloudwatchLogsExports",
    "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
    "MasterUsername": "MasterUsername",
    "Tags": "TagList",
}
CLUSTER: Final = {
    **OF_BOTH,
    **same(
        "BacktrackWindow",
        "DBClusterInstanceClass",
        "DBClusterIdentifier",
        "DatabaseName",
        "EngineMode",
        "Port",
        "ServerlessV2ScalingConfiguration",
    ),
    "DBClusterParameterGroupName": "DBClusterParameterGroup",
    "DBSubnetGroupName": "DBSubnetGroup",
    "EnableHttpEndpoint": "HttpEndpointEnabled",
    "VpcSecurityGroupIds": "VpcSecurityGroups[].VpcSecurityGroupId",
}
INSTANCE: Final = {
    **OF_BOTH,
    **same(
        "AvailabilityZone",
        "CACertificateIdentifier",
        "DBClusterIdentifier",
        "DBInstanceClass",
        "DBInstanceIdentifier",
        "DBName",
        "DedicatedLogVolume",
        "MaxAllocatedStorage",
        "MultiAZ",
        "PromotionTier",
        "PubliclyAccessible",
        "StorageThroughput",
    ),
    "AllocatedStorage": "to_string(AllocatedStorage)",
    "EnablePerformanceInsights": "PerformanceInsightsEnabled",
    "DBParameterGroupName": "DBParameterGroups[0].DBParameterGroupName",
    "DBSubnetGroupName": "DBSubnetGroup.DBSubnetGroupName",
    "OptionGroupName": "OptionGroupMemberships[0].OptionGroupName",
    "Port": "to_string(Endpoint.Port)",
    "VPCSecurityGroups": "VpcSecurityGroups[].VpcSecurityGroupId",
}


def _tags(context: Context, arn: str) -> Any:
    return context.call("rds", "list_tags_for_resource", ResourceName=arn)["TagList"]


@reads("DBSubnetGroupDescription", "DBSubnetGroupName", "SubnetIds", "Tags")
def _subnet_group(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    found = only(
        context.call("rds", "describe_db_subnet_groups", DBSubnetGroupName=deployed.physical_id)[
            "DBSubnetGroups"
        ]
    )
    return {
        **picked(found, "DBSubnetGroupDescription", "DBSubnetGroupName"),
        "SubnetIds": [subnet["SubnetIdentifier"] for subnet in found["Subnets"]],
        "Tags": _tags(context, found["DBSubnetGroupArn"]),
    }


def _parameter_group(kind: str, groups: str, parameters: str) -> Reader:
    """Make the reader of groups that two operations describe."""
    name = f"{kind}Name"

    @reads(name, "Description", "Family", "Parameters", "Tags")
    def look(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
        identifier = {name: deployed.physical_id}
        found = only(context.call("rds", groups, **identifier)[f"{kind}s"])
        stated = deployed.properties.get("Parameters", {})
        values = context.call("rds", parameters, **identifier)["Parameters"]
        return {
            **picked(found, name, "Description"),
            "Family": found["DBParameterGroupFamily"],
            "Parameters": {
                one["ParameterName"]: one["ParameterValue"]
                for one in values
                if one.get("Source") == "user" or one["ParameterName"] in stated
                if "ParameterValue" in one
            },
            "Tags": _tags(context, found[f"{kind}Arn"]),
        }

    return look


READERS: Final[Mapping[str, Reader]] = {
    "AWS::RDS::DBCluster": described(
        "rds", "describe_db_clusters", "DBClusterIdentifier", "DBClusters[0]", CLUSTER
    ),
    "AWS::RDS::DBClusterParameterGroup": _parameter_group(
        "DBClusterParameterGroup",
        "describe_db_cluster_parameter_groups",
        "describe_db_cluster_parameters",
    ),
    "AWS::RDS::DBInstance": described(
        "rds", "describe_db_instances", "DBInstanceIdentifier", "DBInstances[0]", INSTANCE
    ),
    "AWS::RDS::DBParameterGroup": _parameter_group(
        "DBParameterGroup", "describe_db_parameter_groups", "describe_db_parameters"
    ),
    "AWS::RDS::DBSubnetGroup": _subnet_group,
}
