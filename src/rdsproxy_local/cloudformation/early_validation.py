"""Validation of a change set before it can be executed, and its findings.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from botocore.exceptions import ClientError

from ..types import is_custom
from . import policies
from .change import Change
from .changes import Preview, known_properties
from .schemas import schema
from .scope import Exports
from .stack import STACK, Plan, Stack

Mode = Literal["FAIL", "WARN"]
HOOKS: Final[Mapping[str, str]] = {
    "NAME_CONFLICT_VALIDATION": "AWS::EarlyValidation::ResourceExistenceCheck",
    "PROPERTY_VALIDATION": "AWS::EarlyValidation::PropertyValidation",
}
"""Validations that fail a change set, and their names in its reason."""
BUCKET: Final = "AWS::S3::Bucket"
NAMED: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "AWS::IAM::Role": ("RoleName", "iam", "get_role", "RoleName"),
    "AWS::Lambda::Function": ("FunctionName", "lambda", "get_function", "FunctionName"),
    "AWS::RDS::DBCluster": (
        "DBClusterIdentifier",
        "rds",
        "describe_db_clusters",
        "DBClusterIdentifier",
    ),
    "AWS::RDS::DBInstance": (
        "DBInstanceIdentifier",
        "rds",
        "describe_db_instances",
        "DBInstanceIdentifier",
    ),
    "AWS::RDS::DBProxy": ("DBProxyName", "rds", "describe_db_proxies", "DBProxyName"),
    BUCKET: ("BucketName", "s3", "head_bucket", "Bucket"),
    "AWS::SQS::Queue": ("QueueName", "sqs", "get_queue_url", "QueueName"),
    "AWS::SSM::Parameter": ("Name", "ssm", "get_parameter", "Name"),
    "AWS::SecretsManager::Secret": ("Name", "secretsmanager", "describe_secret", "SecretId"),
}
"""Types by the property that names them, with the call, and its parameter, that finds one."""
GROUP: Final = "AWS::Logs::LogGroup"
NOT_EMPTY: Final = (
    "The bucket '{}' is not empty. You must either delete all objects and versions or use the "
    "deletion policy to retain it, otherwise the delete operation will fail."
)


@dataclass(frozen=True, kw_only=True)
class Invalidity:
    """Something that a validation found."""

    validation: str
    mode: Mode
    logical_id: str
    type: str
    reason: str
    path: str
    physical_id: str = ""


def invalidities(
    stack: Stack, plan: Plan, exports: Exports, found: Iterable[Change | str]
) -> list[Invalidity]:
    """Everything that is wrong with what would change, as far as its values are known."""
    changes = [one for one in found if isinstance(one, Change)]
    preview = Preview(stack, plan, exports)
    for change in changes:
        preview.expect(change)
    wrong: list[Invalidity] = []
    for change in changes:
        if change.action == "Remove":
            wrong += _emptiness(stack, change)
        elif change.action != "Import" and change.type != STACK and not is_custom(change.type):
            resource = plan.template.resources[change.logical_id]
            known, unknown = known_properties(preview, resource)
            wrong += _properties(change, known, unknown)
            if change.action == "Add":
                wrong += _name_conflict(stack, change, known)
    return wrong


def failing(found: Iterable[Invalidity]) -> str | None:
    """The reason of a change set that *found* makes fail; None where nothing does."""
    hooks = sorted({HOOKS[one.validation] for one in found if one.mode == "FAIL"})
    if not hooks:
        return None
    return (
        f"The following hook(s)/validation failed: [{', '.join(hooks)}]. To troubleshoot Early "
        "Validation errors, use the DescribeEvents API for detailed failure information."
    )


def _properties(
    change: Change, known: Mapping[str, Any], unknown: set[str]
) -> Iterator[Invalidity]:
    declared = schema(change.type)
    assert declared is not None
    for place, sentence in declared.early_problems(known, unknown):
        steps = ("Resources", change.logical_id, "Properties", *place)
        yield Invalidity(
            validation="PROPERTY_VALIDATION",
            mode="FAIL",
            logical_id=change.logical_id,
            type=change.type,
            reason=f"#{''.join(f'/{one}' for one in place)}: {sentence}",
            path="".join(f"/{one}" for one in steps),
        )


def _name_conflict(stack: Stack, change: Change, known: Mapping[str, Any]) -> Iterator[Invalidity]:
    name = known.get("LogGroupName" if change.type == GROUP else NAMED.get(change.type, ("",))[0])
    if isinstance(name, str) and _exists(stack, change.type, name):
        yield Invalidity(
            validation="NAME_CONFLICT_VALIDATION",
            mode="FAIL",
            logical_id=change.logical_id,
            type=change.type,
            reason=f"Resource of type '{change.type}' with identifier '{name}' already exists.",
            path=f"/Resources/{change.logical_id}",
            physical_id=name,
        )


def _exists(stack: Stack, kind: str, name: str) -> bool:
    if kind == GROUP:
        groups = stack.call("logs", "describe_log_groups", logGroupNamePrefix=name)["logGroups"]
        return any(one["logGroupName"] == name for one in groups)
    _, service, operation, parameter = NAMED[kind]
    try:
        stack.call(service, operation, **{parameter: name})
    except ClientError:
        return False
    return True


def _emptiness(stack: Stack, change: Change) -> Iterator[Invalidity]:
    resource = stack.plan.template.resources[change.logical_id]
    if change.type != BUCKET or policies.on_deletion(resource) != "Delete":
        return
    name = str(change.physical_id)
    if stack.call("s3", "list_objects_v2", Bucket=name, MaxKeys=1).get("Contents"):
        yield Invalidity(
            validation="BUCKET_EMPTINESS_VALIDATION",
            mode="WARN",
            logical_id=change.logical_id,
            type=change.type,
            reason=NOT_EMPTY.format(name),
            path=f"/Resources/{change.logical_id}",
            physical_id=name,
        )
