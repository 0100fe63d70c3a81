"""The resources that a stack may take over, and the call that finds each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.exceptions import ClientError

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, Made, attributes_in
from .databases import cluster_made, instance_made
from .proxies import proxy_made


@dataclass(frozen=True)
class Importable:
    """A type that CloudFormation imports, and the API's words for it."""

    type: str
    identifier: str
    """The property, and the parameter of the API, that names a resource."""
    operation: str
    answer: str
    made: Callable[[Mapping[str, Any]], Made]
    ended: Mapping[str, str] = field(default_factory=dict)
    """Properties that an import ends where the template has none, and the API's words for them."""

    def read(self, context: Context, name: str) -> tuple[Made, Mapping[str, Any]]:
        """The resource of that name, with the API's description of it."""
        try:
            found = context.call("rds", self.operation, **{self.identifier: name})[self.answer]
        except ClientError as error:
            raise Failure(f"{self._absent(name)} ({error})") from error
        if not found:
            raise Failure(self._absent(name))
        return self.made(found[0]), found[0]

    def _absent(self, name: str) -> str:
        return f"Resource of type '{self.type}' with identifier '{name}' was not found."


def _named(identifier: str, *attributes: str) -> Callable[[Mapping[str, Any]], Made]:
    return lambda found: Made(found[identifier], attributes_in(found, attributes))


def _group(kind: str, operation: str, *attributes: str) -> Importable:
    name = f"{kind}Name"
    made = _named(name, *attributes)
    return Importable(f"AWS::RDS::{kind}", name, operation, f"{kind}s", made)


ENDED: Final = {
    "AssociatedRoles": "AssociatedRoles",
    "AutomaticBackupReplicationRegion": "DBInstanceAutomatedBackupsReplications",
    "EnableCloudwatchLogsExports": "EnabledCloudwatchLogsExports",
    "ManageMasterUserPassword": "MasterUserSecret",
    "MaxAllocatedStorage": "MaxAllocatedStorage",
    "SourceDBInstanceIdentifier": "ReadReplicaSourceDBInstanceIdentifier",
}
"""What the update of an instance takes away: CloudFormation updates an instance that it imports.

https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-rds (2025-07-29)
"""
_ALL: Final = (
    Importable(
        "AWS::RDS::DBCluster",
        "DBClusterIdentifier",
        "describe_db_clusters",
        "DBClusters",
        cluster_made,
    ),
    Importable(
        "AWS::RDS::DBInstance",
        "DBInstanceIdentifier",
        "describe_db_instances",
        "DBInstances",
        instance_made,
        ENDED,
    ),
    Importable("AWS::RDS::DBProxy", "DBProxyName", "describe_db_proxies", "DBProxies", proxy_made),
    _group("DBSubnetGroup", "describe_db_subnet_groups", "DBSubnetGroupArn"),
    _group("DBClusterParameterGroup", "describe_db_cluster_parameter_groups"),
    _group("DBParameterGroup", "describe_db_parameter_groups", "DBParameterGroupArn"),
)


@dataclass(frozen=True)
class Unreadable(Importable):
    """A type whose read handler fails, and imports with it."""

    reason: str = ""

    def read(self, context: Context, name: str) -> tuple[Made, Mapping[str, Any]]:
        raise Failure(self.reason)


# https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2132
NO_PROXY_NAME: Final = (
    "1 validation error detected: Value null at 'dBProxyName' failed to satisfy constraint: "
    "Member must not be null"
)
_TARGET_GROUP: Final = Unreadable(
    "AWS::RDS::DBProxyTargetGroup",
    "TargetGroupArn",
    "describe_db_proxy_target_groups",
    "TargetGroups",
    _named("TargetGroupArn"),
    reason=NO_PROXY_NAME,
)
IMPORTABLE: Final[Mapping[str, Importable]] = {one.type: one for one in (*_ALL, _TARGET_GROUP)}
