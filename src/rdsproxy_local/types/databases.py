"""RDS: database clusters and instances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import ClientError

from ..cloudformation.failure import Failure
from ..cloudformation.resource import (
    Context,
    DeployedResource,
    Made,
    Properties,
    ResourceType,
    attributes_in,
)
from .database_groups import set_rds_tags
from .restored_databases import cluster_restore, instance_restore, restored

API_NAMES: Final = {
    "PerformanceInsightsEnabled": "EnablePerformanceInsights",
    "PerformanceInsightsKmsKeyId": "PerformanceInsightsKMSKeyId",
    "VPCSecurityGroups": "VpcSecurityGroupIds",
}
"""Names in the API of the properties that have another name there."""

IGNORED: Final = {
    "Domain",
    "DomainAuthSecretArn",
    "DomainDnsIps",
    "DomainFqdn",
    "DomainIAMRoleName",
    "DomainOu",
}
"""Parameters that the API accepts and moto forgets."""

LOGIN: Final = {
    "MasterUserPassword": None,
    "ManageMasterUserPassword": False,
    "MasterUserAuthenticationType": "password",
}
"""Alternatives in a template, each with the API's value for the one that was removed."""

REPLICATES: Final = "ReplicationSourceIdentifier"
ONLY_FOR_DELETION: Final = "DeleteAutomatedBackups"
FOR_UPGRADES: Final = "DBInstanceParameterGroupName"
"""CloudFormation sends it with another version only."""
ONLY_FOR_CHANGES: Final = ("AllowMajorVersionUpgrade", "ApplyImmediately")


def _create_cluster(context: Context, properties: Properties) -> Made:
    name = properties.get("DBClusterIdentifier") or context.name(lower=True)
    given = properties.without("DBClusterIdentifier", ONLY_FOR_DELETION, FOR_UPGRADES)
    _note(properties, ONLY_FOR_DELETION, FOR_UPGRADES)
    named = _named(given)
    if named.get(REPLICATES):
        raise Failure(f"the local cloud has no replicas of clusters: {REPLICATES}")
    if how := cluster_restore(named):
        return cluster_made(restored(context, how, name, named, "DBCluster"))
    answer = context.call("rds", "create_db_cluster", DBClusterIdentifier=name, **named)
    return cluster_made(answer["DBCluster"])


def _update_cluster(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    resets = ["Tags", ONLY_FOR_DELETION, FOR_UPGRADES, *LOGIN]
    changed = properties.changed_from(deployed, resets=resets)
    if "EngineVersion" not in changed:
        changed.pop(FOR_UPGRADES, None)
    answer = context.call(
        "rds",
        "modify_db_cluster",
        DBClusterIdentifier=deployed.physical_id,
        ApplyImmediately=True,
        **_modification(deployed, changed),
    )
    if "Tags" in changed:
        arn = deployed.attributes["DBClusterArn"]
        set_rds_tags(context, arn, deployed.properties.get("Tags"), changed["Tags"])
    return cluster_made(answer["DBCluster"])


def _delete_cluster(context: Context, deployed: DeployedResource) -> None:
    with _gone_already("DBClusterNotFoundFault"):
        context.call(
            "rds",
            "delete_db_cluster",
            DBClusterIdentifier=deployed.physical_id,
            DeleteAutomatedBackups=deployed.properties.get(ONLY_FOR_DELETION),
            **_ending(context),
        )


def cluster_made(cluster: Mapping[str, Any]) -> Made:
    return Made(
        cluster["DBClusterIdentifier"],
        {
            "DBClusterArn": cluster["DBClusterArn"],
            "DBClusterResourceId": cluster["DbClusterResourceId"],
            "Endpoint.Address": cluster["Endpoint"],
            "Endpoint.Port": str(cluster["Port"]),
            "ReadEndpoint.Address": cluster["ReaderEndpoint"],
            **attributes_in(cluster, ["MasterUserSecret.SecretArn"]),
        },
    )


def _create_instance(context: Context, properties: Properties) -> Made:
    name = properties.get("DBInstanceIdentifier") or context.name(lower=True)
    given = properties.without("DBInstanceIdentifier", ONLY_FOR_DELETION, *ONLY_FOR_CHANGES)
    _note(properties, ONLY_FOR_DELETION, *ONLY_FOR_CHANGES)
    named = _named(given)
    if how := instance_restore(named):
        return instance_made(restored(context, how, name, named, "DBInstance"))
    answer = context.call("rds", "create_db_instance", DBInstanceIdentifier=name, **named)
    return instance_made(answer["DBInstance"])


def _update_instance(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changed = properties.changed_from(
        deployed, resets=["Tags", ONLY_FOR_DELETION, *ONLY_FOR_CHANGES, *LOGIN]
    )
    changed.pop("ApplyImmediately", None)
    if "EngineVersion" in changed:
        changed["AllowMajorVersionUpgrade"] = properties.get("AllowMajorVersionUpgrade")
    if "Port" in changed:
        changed["DBPortNumber"] = changed.pop("Port")
    answer = context.call(
        "rds",
        "modify_db_instance",
        DBInstanceIdentifier=deployed.physical_id,
        ApplyImmediately=properties.get("ApplyImmediately", True),
        **_modification(deployed, changed),
    )
    if "Tags" in changed:
        arn = deployed.attributes["DBInstanceArn"]
        set_rds_tags(context, arn, deployed.properties.get("Tags"), changed["Tags"])
    return instance_made(answer["DBInstance"])


def _delete_instance(context: Context, deployed: DeployedResource) -> None:
    if context.final_snapshot and "DBClusterIdentifier" in deployed.properties:
        raise Failure("a member of a DB Cluster has no snapshot of its own")
    with _gone_already("DBInstanceNotFound"):
        context.call(
            "rds",
            "delete_db_instance",
            DBInstanceIdentifier=deployed.physical_id,
            DeleteAutomatedBackups=deployed.properties.get(ONLY_FOR_DELETION),
            **_ending(context),
        )


def instance_made(instance: Mapping[str, Any]) -> Made:
    names = ["DBInstanceArn", "DbiResourceId", "Endpoint.Address", "MasterUserSecret.SecretArn"]
    attributes = {
        "Endpoint.Port": str(instance["Endpoint"]["Port"]),
        **attributes_in(instance, names),
    }
    return Made(instance["DBInstanceIdentifier"], attributes)


def _note(properties: Properties, *names: str) -> None:
    """Read the properties that count later."""
    for name in names:
        properties.get(name)


def _named(given: Mapping[str, Any]) -> dict[str, Any]:
    """The properties under their names in the API; boto3 refuses names that the API lacks."""
    if ignored := sorted(IGNORED & set(given)):
        raise Failure(f"the local cloud ignores {', '.join(ignored)}")
    named = {API_NAMES.get(name, name): value for name, value in given.items()}
    managed = named.pop("MasterUserSecret", {})
    return named | ({"MasterUserSecretKmsKeyId": managed["KmsKeyId"]} if managed else {})


def _modification(deployed: DeployedResource, changed: Mapping[str, Any]) -> dict[str, Any]:
    """The change as the API's modification; log exports say what starts and what stops."""
    apart = ("EnableCloudwatchLogsExports", "Tags", ONLY_FOR_DELETION)
    told = {name: LOGIN.get(name) if new is None else new for name, new in changed.items()}
    change = _named({name: value for name, value in told.items() if name not in apart})
    if "EnableCloudwatchLogsExports" not in changed:
        return change
    before = set(deployed.properties.get("EnableCloudwatchLogsExports", ()))
    after = set(changed["EnableCloudwatchLogsExports"])
    return change | {
        "CloudwatchLogsExportConfiguration": {
            "EnableLogTypes": sorted(after - before),
            "DisableLogTypes": sorted(before - after),
        }
    }


@contextmanager
def _gone_already(code: str) -> Iterator[None]:
    """Treat a resource that is not found as deleted, as CloudFormation does."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != code:
            raise


def _ending(context: Context) -> dict[str, Any]:
    """The deletion's parameters: with a final snapshot, or without."""
    if not context.final_snapshot:
        return {"SkipFinalSnapshot": True}
    return {"SkipFinalSnapshot": False, "FinalDBSnapshotIdentifier": context.name(255, lower=True)}


TYPES: Final = [
    ResourceType("AWS::RDS::DBCluster", _create_cluster, _delete_cluster, _update_cluster),
    ResourceType("AWS::RDS::DBInstance", _create_instance, _delete_instance, _update_instance),
]
