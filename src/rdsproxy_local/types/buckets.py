"""S3: buckets, and their policies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .steps import Setter, change_each, set_by, set_each, undone_on_failure

HOME: Final = "us-east-1"
"""The region that S3 does not take as the place of a new bucket."""


def make(context: Context, bucket: str) -> None:
    """An empty bucket in the stack's region."""
    place = {"LocationConstraint": context.region} if context.region != HOME else None
    context.call("s3", "create_bucket", Bucket=bucket, CreateBucketConfiguration=place)


def remove(context: Context, bucket: str) -> None:
    """Delete a bucket, which must be empty."""
    context.call("s3", "delete_bucket", Bucket=bucket)


def _create(context: Context, properties: Properties) -> Made:
    bucket = properties.get("BucketName") or context.name(lower=True)
    make(context, bucket)
    with undone_on_failure(lambda: remove(context, bucket)):
        set_each(SETTERS, context, bucket, properties)
    return Made(bucket, _attributes(bucket, context.region))


def _update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    change_each(SETTERS, context, deployed, properties)
    return Made(deployed.physical_id, deployed.attributes)


def _delete(context: Context, deployed: DeployedResource) -> None:
    remove(context, deployed.physical_id)


def _attributes(bucket: str, region: str) -> dict[str, str]:
    return {
        "Arn": f"arn:aws:s3:::{bucket}",
        "DomainName": f"{bucket}.s3.amazonaws.com",
        "DualStackDomainName": f"{bucket}.s3.dualstack.{region}.amazonaws.com",
        "RegionalDomainName": f"{bucket}.s3.{region}.amazonaws.com",
    }


def _set_encryption(context: Context, bucket: str, _: Any, new: Mapping[str, Any] | None) -> None:
    if new is None:
        context.call("s3", "delete_bucket_encryption", Bucket=bucket)
        return
    rules = [_rule(context, one) for one in new["ServerSideEncryptionConfiguration"]]
    context.call(
        "s3",
        "put_bucket_encryption",
        Bucket=bucket,
        ServerSideEncryptionConfiguration={"Rules": rules},
    )


def _rule(context: Context, given: Mapping[str, Any]) -> dict[str, Any]:
    """One rule as the API takes it; its key must be there."""
    default = given.get("ServerSideEncryptionByDefault", {})
    if key := default.get("KMSMasterKeyID"):
        context.as_service().call("kms", "describe_key", KeyId=key)
    renamed = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}
    return {renamed.get(name, name): value for name, value in given.items()}


def _set_access(context: Context, bucket: str, _: Any, new: Mapping[str, bool] | None) -> None:
    if new is None:
        context.call("s3", "delete_public_access_block", Bucket=bucket)
        return
    context.call("s3", "put_public_access_block", Bucket=bucket, PublicAccessBlockConfiguration=new)


def _set_tags(context: Context, bucket: str, _: Any, new: Any) -> None:
    if new:
        context.call("s3", "put_bucket_tagging", Bucket=bucket, Tagging={"TagSet": new})
    else:
        context.call("s3", "delete_bucket_tagging", Bucket=bucket)


def _set_ownership(context: Context, bucket: str, _: Any, new: Mapping[str, Any] | None) -> None:
    if new is None:
        context.call("s3", "delete_bucket_ownership_controls", Bucket=bucket)
        return
    context.call("s3", "put_bucket_ownership_controls", Bucket=bucket, OwnershipControls=new)


def _set_lifecycle(context: Context, bucket: str, _: Any, new: Mapping[str, Any] | None) -> None:
    if new is None:
        context.call("s3", "delete_bucket_lifecycle", Bucket=bucket)
        return
    rules = [_lifecycle_rule(one) for one in new["Rules"]]
    context.call(
        "s3",
        "put_bucket_lifecycle_configuration",
        Bucket=bucket,
        LifecycleConfiguration={"Rules": rules},
    )


def _lifecycle_rule(given: Mapping[str, Any]) -> dict[str, Any]:
    """One rule as the API takes it."""
    asked = dict(LIFECYCLE[name](value) for name, value in given.items() if name in LIFECYCLE)
    return {"Filter": _filter(given), "Status": given["Status"], **asked}


def _filter(given: Mapping[str, Any]) -> dict[str, Any]:
    """The filter of a rule, which the API wants in "And" if it has several parts."""
    parts: dict[str, Any] = {
        FILTERS[name]: int(value) if name.startswith("ObjectSize") else value
        for name, value in given.items()
        if name in FILTERS
    }
    if not parts:
        return {"Prefix": ""}
    tags = parts.get("Tags", [])
    if len(parts) + len(tags[1:]) > 1:
        return {"And": parts}
    return {"Tag": tags[0]} if tags else parts


def _moved(given: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Transitions in the words of the API."""
    names = {"TransitionDate": "Date", "TransitionInDays": "Days"}
    return [{names.get(name, name): value for name, value in one.items()} for one in given]


def _later(given: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Transitions of noncurrent versions in the words of the API."""
    names = {"TransitionInDays": "NoncurrentDays"}
    return [{names.get(name, name): value for name, value in one.items()} for one in given]


LIFECYCLE: Final[Mapping[str, Callable[[Any], tuple[str, Any]]]] = {
    "AbortIncompleteMultipartUpload": lambda given: ("AbortIncompleteMultipartUpload", given),
    "ExpirationDate": lambda date: ("Expiration", {"Date": date}),
    "ExpirationInDays": lambda days: ("Expiration", {"Days": days}),
    "ExpiredObjectDeleteMarker": lambda marker: (
        "Expiration",
        {"ExpiredObjectDeleteMarker": marker},
    ),
    "Id": lambda name: ("ID", name),
    "NoncurrentVersionExpiration": lambda given: ("NoncurrentVersionExpiration", given),
    "NoncurrentVersionExpirationInDays": lambda days: (
        "NoncurrentVersionExpiration",
        {"NoncurrentDays": days},
    ),
    "NoncurrentVersionTransition": lambda given: (
        "NoncurrentVersionTransitions",
        _later([given]),
    ),
    "NoncurrentVersionTransitions": lambda given: ("NoncurrentVersionTransitions", _later(given)),
    "Transition": lambda given: ("Transitions", _moved([given])),
    "Transitions": lambda given: ("Transitions", _moved(given)),
}
"""The API's name and value for a part of a lifecycle rule."""
FILTERS: Final[Mapping[str, str]] = {
    "ObjectSizeGreaterThan": "ObjectSizeGreaterThan",
    "ObjectSizeLessThan": "ObjectSizeLessThan",
    "Prefix": "Prefix",
    "TagFilters": "Tags",
}
"""The API's names for the parts of a rule's filter."""

SETTERS: Final[Mapping[str, Setter]] = {
    "BucketEncryption": _set_encryption,
    "LifecycleConfiguration": _set_lifecycle,
    "OwnershipControls": _set_ownership,
    "PublicAccessBlockConfiguration": _set_access,
    "Tags": _set_tags,
    "VersioningConfiguration": set_by(
        "s3", "put_bucket_versioning", "Bucket", "VersioningConfiguration"
    ),
}


def _put_policy(context: Context, properties: Properties) -> Made:
    bucket = properties["Bucket"]
    context.call("s3", "put_bucket_policy", Bucket=bucket, Policy=properties["PolicyDocument"])
    return Made(bucket, {})


def _put_policy_again(context: Context, _: DeployedResource, properties: Properties) -> Made:
    return _put_policy(context, properties)


def _delete_policy(context: Context, deployed: DeployedResource) -> None:
    context.call("s3", "delete_bucket_policy", Bucket=deployed.physical_id)


TYPES: Final = [
    ResourceType("AWS::S3::Bucket", _create, _delete, _update),
    ResourceType("AWS::S3::BucketPolicy", _put_policy, _delete_policy, _put_policy_again),
]
