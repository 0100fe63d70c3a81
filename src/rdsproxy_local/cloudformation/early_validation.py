"""Validation before a deployment, of change sets and of stacks that are changed directly.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from ..types import is_custom
from . import policies
from .change import Change
from .changes import Preview, known_properties
from .invalidities import Invalidity
from .schemas import schema
from .scope import Exports
from .stack import Plan, Stack

UNSUPPORTED: Final = frozenset(
    {
        "AWS::ApiGatewayV2::Stage",
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::CloudFormation::CustomResource",
        "AWS::CloudFormation::Stack",
        "AWS::CodeDeploy::DeploymentGroup",
        "AWS::EC2::FlowLog",
        "AWS::EC2::PrefixList",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::KMS::Alias",
        "AWS::KMS::Key",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Logs::LogGroup",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBClusterParameterGroup",
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBParameterGroup",
        "AWS::RDS::DBProxy",
        "AWS::RDS::DBProxyTargetGroup",
        "AWS::RDS::DBSubnetGroup",
        "AWS::RDS::OptionGroup",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
        "AWS::SecretsManager::SecretTargetAttachment",
        "AWS::WAFv2::IPSet",
        "AWS::WAFv2::WebACL",
        "AWS::WAFv2::WebACLAssociation",
    }
)
"""Types that AWS does not validate, among those of the local cloud.

Retrieved 2026-11-27 from the page above, "Resource limitations".
"""
BUCKET: Final = "AWS::S3::Bucket"
NAMED: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "AWS::Lambda::Function": ("FunctionName", "lambda", "get_function", "FunctionName"),
    BUCKET: ("BucketName", "s3", "head_bucket", "Bucket"),
    "AWS::SQS::Queue": ("QueueName", "sqs", "get_queue_url", "QueueName"),
    "AWS::SSM::Parameter": ("Name", "ssm", "get_parameter", "Name"),
    "AWS::SecretsManager::Secret": ("Name", "secretsmanager", "describe_secret", "SecretId"),
}
"""Types by the property that names them, with the call, and its parameter, that finds one."""
NOT_EMPTY: Final = (
    "The bucket '{}' is not empty. You must either delete all objects and versions or use the "
    "deletion policy to retain it, otherwise the delete operation will fail."
)


def invalidities(
    stack: Stack,
    plan: Plan,
    exports: Exports,
    found: Iterable[Change | str],
    *,
    directly: bool = False,
) -> list[Invalidity]:
    """Everything that is wrong with what would change, as far as its values are known.

    What only gives a warning is looked for in change sets, and not where stacks are changed
    *directly*.
    """
    changes = [one for one in found if isinstance(one, Change)]
    preview = Preview(stack, plan, exports)
    for change in changes:
        preview.expect(change)
    wrong: list[Invalidity] = []
    for change in changes:
        if change.action == "Remove":
            wrong += () if directly else _emptiness(stack, change)
        elif change.action != "Import" and _is_validated(change.type):
            resource = plan.template.resources[change.logical_id]
            known, unknown = known_properties(preview, resource)
            wrong += _properties(change, known, unknown)
            if change.action == "Add":
                wrong += _name_conflict(stack, change, known)
    return wrong


def _is_validated(type_name: str) -> bool:
    return type_name not in UNSUPPORTED and not is_custom(type_name)


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
    name = known.get(NAMED.get(change.type, ("",))[0])
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
