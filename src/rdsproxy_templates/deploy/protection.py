"""Databases that refuse to be deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from .accounts import AccountSession
from .root_stack import RootStack


class Operations(NamedTuple):
    """What RDS calls a kind of database, and the operations on it."""

    describe: str
    modify: str
    identifier: str
    listed: str


KINDS: Final[Mapping[str, Operations]] = {
    "AWS::RDS::DBCluster": Operations(
        "describe_db_clusters", "modify_db_cluster", "DBClusterIdentifier", "DBClusters"
    ),
    "AWS::RDS::DBInstance": Operations(
        "describe_db_instances", "modify_db_instance", "DBInstanceIdentifier", "DBInstances"
    ),
}


@dataclass(frozen=True, kw_only=True)
class ProtectedDatabase:
    """A cluster or an instance whose deletion protection is on."""

    access: AccountSession
    logical_id: str
    name: str
    operations: Operations

    def unprotect(self) -> None:
        """Let it be deleted; RDS applies this at once."""
        api = self.access.client("rds")
        given = {self.operations.identifier: self.name, "DeletionProtection": False}
        getattr(api, self.operations.modify)(**given)


def protected_databases(stack: RootStack) -> Iterator[ProtectedDatabase]:
    """Those of the stack, and of all that are nested in it."""
    api = stack.access.client("rds")
    for resource in stack.resources():
        operations = KINDS.get(resource["ResourceType"])
        name = resource.get("PhysicalResourceId")
        if operations is None or not name or resource["ResourceStatus"] == "DELETE_COMPLETE":
            continue
        if _described(api, operations, name).get("DeletionProtection"):
            yield ProtectedDatabase(
                access=stack.access,
                logical_id=resource["LogicalResourceId"],
                name=name,
                operations=operations,
            )


def _described(api: Any, operations: Operations, name: str) -> Mapping[str, Any]:
    """The database as RDS shows it; nothing where somebody deleted it by hand."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

    try:
        answer = getattr(api, operations.describe)(**{operations.identifier: name})
    except ClientError as error:
        if "NotFound" in error.response["Error"]["Code"]:
            return {}
        raise
    [found] = answer[operations.listed]
    return dict(found)
