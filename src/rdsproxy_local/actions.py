"""The permissions that calls of AWS's APIs need, by the names that IAM gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.model import OperationModel, ServiceModel
from moto.iam.models import iam_backends

PREFIXES: Final = {"monitoring": "cloudwatch"}
"""IAM's names of services that sign their calls under another."""
NAMES: Final = {
    # CloudFormation reads a parameter by the operation for several.
    "ssm:GetParameter": "ssm:GetParameters",
    "cloudfront:CreateDistributionWithTags": "cloudfront:CreateDistribution",
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutBucketNotificationConfiguration": "s3:PutBucketNotification",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}
"""IAM's names of operations that the API calls otherwise."""
ROLE: Final = re.compile(r"arn:aws:iam::\d{12}:role/.+")
HAND_ON: Final = "iam:PassRole"
OWN: Final = {"iam", "sts", "cloudformation"}
"""Services to which naming a role does not pass it."""


def action_of(service: ServiceModel, operation: OperationModel) -> str:
    """The action of an operation, such as ``logs:CreateLogGroup``."""
    signed: str = service.signing_name or service.endpoint_prefix
    prefix = PREFIXES.get(signed, signed)
    if prefix == "apigateway":
        return f"{prefix}:{operation.http['method']}"
    action = f"{prefix}:{operation.name}"
    return NAMES.get(action, action)


def passed_roles(prefix: str, given: Any) -> Iterator[str]:
    """The roles that a call hands on to the service, each of which needs ``iam:PassRole``."""
    if prefix in OWN:
        return
    match given:
        case str() if ROLE.fullmatch(given):
            yield given
        case Mapping():
            for one in given.values():
                yield from passed_roles(prefix, one)
        case list() | tuple():
            for one in given:
                yield from passed_roles(prefix, one)


def iam_context(action: str, account: str, given: Mapping[str, Any]) -> dict[str, str]:
    """The keys of conditions that a call on a role has: the policy, and the role's boundary."""
    if not action.startswith("iam:"):
        return {}
    boundary = given.get("PermissionsBoundary")
    if boundary is None and (name := given.get("RoleName")) is not None:
        roles = iam_backends[account]["aws"].get_roles()
        boundary = next((one.permissions_boundary for one in roles if one.name == name), None)
    found = {
        "iam:AWSServiceName": given.get("AWSServiceName"),
        "iam:PermissionsBoundary": boundary,
        "iam:PolicyARN": given.get("PolicyArn"),
    }
    return {key: value for key, value in found.items() if value}
