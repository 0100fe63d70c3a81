"""Deletion protection of databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from .accounts import AccountSession
from .change_sets import is_stack
from .root_stack import RootStack


class Operations(NamedTuple):
    """RDS's names for a kind of database and its operations."""

    describe: str
    modify: str
    identifier: str
    list_key: str


RETAINED: Final = ("Retain", "RetainExceptOnCreate")
"""Policies with which a resource outlives its stack."""
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

    session: AccountSession
    logical_id: str
    path: str
    """The logical ID, after those of the nested stacks around it."""
    name: str
    operations: Operations

    def unprotect(self) -> bool:
        """Turn its deletion protection off, which RDS does at once; False where it is gone."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

        api = self.session.client("rds")
        arguments = {self.operations.identifier: self.name, "DeletionProtection": False}
        try:
            getattr(api, self.operations.modify)(**arguments)
        except ClientError as error:
            if "NotFound" in error.response["Error"]["Code"]:
                return False
            raise
        return True


def protected_databases(stack: RootStack) -> Iterator[ProtectedDatabase]:
    """Yield the protected databases that go with *stack*, and those of its nested stacks."""
    api = stack.session.client("rds")
    holders = {"": stack.name}
    for path, resource in stack.resources():
        if is_stack(resource):
            holders[f"{path}."] = resource.get("PhysicalResourceId", "")
        operations = KINDS.get(resource["ResourceType"])
        name = resource.get("PhysicalResourceId")
        if operations is None or not name or resource["ResourceStatus"] == "DELETE_COMPLETE":
            continue
        if not _described(api, operations, name).get("DeletionProtection"):
            continue
        title = resource["LogicalResourceId"]
        if not _stays(stack, holders[path.removesuffix(title)], title):
            yield ProtectedDatabase(
                session=stack.session,
                logical_id=resource["LogicalResourceId"],
                path=path,
                name=name,
                operations=operations,
            )


def _stays(stack: RootStack, holder: str, title: str) -> bool:
    """Tell if the template of the stack *holder* lets the database stay when its stack goes."""
    from ..model.yaml_reader import parsed  # noqa: PLC0415 - only for what is protected

    api = stack.session.client("cloudformation")
    body = api.get_template(StackName=holder, TemplateStage="Processed")["TemplateBody"]
    template: Any = parsed(body).value if isinstance(body, str) else body
    resource = template.get("Resources", {}).get(title, {})
    # CloudFormation ignores the policy of a replica.
    is_replica = "SourceDBInstanceIdentifier" in resource.get("Properties", {})
    return resource.get("DeletionPolicy") in RETAINED and not is_replica


def _described(api: Any, operations: Operations, name: str) -> Mapping[str, Any]:
    """Describe the database; empty where somebody deleted it by hand."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

    try:
        answer = getattr(api, operations.describe)(**{operations.identifier: name})
    except ClientError as error:
        if "NotFound" in error.response["Error"]["Code"]:
            return {}
        raise
    [found] = answer[operations.list_key]
    return dict(found)
