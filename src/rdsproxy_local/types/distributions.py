"""CloudFront's distributions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import botocore.session
from botocore.exceptions import ClientError
from botocore.model import ListShape, ServiceModel, Shape, StructureShape

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType

SERVICE: Final = "cloudfront"
RENAMED: Final = {
    "IPV6Enabled": "IsIPV6Enabled",
    "Locations": "Items",
    "OriginCustomHeaders": "CustomHeaders",
}
"""Names that are other words in the API; all others differ only in the case of letters."""
FILLED: Final[Mapping[str, Mapping[str, Any]]] = {
    "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443},
    "DistributionConfig": {
        "Comment": "",
        "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
    },
    "ForwardedValues": {"Cookies": {"Forward": "none"}},
    "LoggingConfig": {"Enabled": True, "IncludeCookies": False, "Prefix": ""},
    "S3OriginConfig": {"OriginAccessIdentity": ""},
}
"""Members that the API requires and a template may leave out, by the API's shape."""
POLICIES: Final = {
    "CachePolicyId": "get_cache_policy",
    "OriginRequestPolicyId": "get_origin_request_policy",
    "ResponseHeadersPolicyId": "get_response_headers_policy",
}


@cache
def _model() -> ServiceModel:
    return botocore.session.get_session().get_service_model(SERVICE)


def _asked(shape_name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation's configuration as the API takes it."""
    asked: dict[str, Any] = _converted(_model().shape_for(shape_name), given)
    return asked


def _converted(shape: Shape, value: Any) -> Any:
    match shape, value:
        case StructureShape(), Mapping():
            return _structure(shape, value)
        case StructureShape(), list() if "Items" in shape.members:
            return _structure(shape, {"Items": value})
        case ListShape(), list():
            return [_converted(shape.member, one) for one in value]
    return value


def _structure(shape: StructureShape, given: Mapping[str, Any]) -> dict[str, Any]:
    names = {name.lower(): name for name in shape.members}
    named = {RENAMED.get(name, names.get(name.lower(), name)): one for name, one in given.items()}
    named = {**FILLED.get(shape.name, {}), **_methods_together(shape, named)}
    counted = {**_counted(shape, named), **named}
    return {
        name: _converted(shape.members[name], one) if name in shape.members else one
        for name, one in counted.items()
    }


def _counted(shape: StructureShape, named: Mapping[str, Any]) -> dict[str, Any]:
    """The members that the API adds to a list beside its items."""
    items = named.get("Items", [])
    said = {"Quantity": len(items), "Enabled": bool(items)}
    if "Quantity" not in shape.members:
        return {}
    return {name: value for name, value in said.items() if name in shape.members}


def _methods_together(shape: StructureShape, named: Mapping[str, Any]) -> dict[str, Any]:
    """The API has the cached methods of a cache behavior among its allowed methods."""
    if "AllowedMethods" not in shape.members:
        return dict(named)
    allowed = named.get("AllowedMethods", ["GET", "HEAD"])
    cached = named.get("CachedMethods", ["GET", "HEAD"])
    rest = {name: one for name, one in named.items() if name != "CachedMethods"}
    return {**rest, "AllowedMethods": {"Items": allowed, "CachedMethods": cached}}


def _create(context: Context, properties: Properties) -> Made:
    config = _distribution_config(context, properties, context.name(128))
    _check_aliases(context, properties["DistributionConfig"], None)
    tags = {"Items": properties.get("Tags", [])}
    made = context.call(
        SERVICE,
        "create_distribution_with_tags",
        DistributionConfigWithTags={"DistributionConfig": config, "Tags": tags},
    )["Distribution"]
    return Made(made["Id"], {"Id": made["Id"], "DomainName": made["DomainName"]})


def _update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    current = context.call(SERVICE, "get_distribution", Id=deployed.physical_id)
    reference = current["Distribution"]["DistributionConfig"]["CallerReference"]
    config = _distribution_config(context, properties, reference)
    _check_aliases(context, properties["DistributionConfig"], deployed.physical_id)
    context.call(
        SERVICE,
        "update_distribution",
        Id=deployed.physical_id,
        IfMatch=current["ETag"],
        DistributionConfig=config,
    )
    _tag(context, current["Distribution"]["ARN"], deployed, properties)
    return Made(deployed.physical_id, deployed.attributes)


def _delete(context: Context, deployed: DeployedResource) -> None:
    """CloudFront deletes only what is disabled, and CloudFormation sees to that."""
    current = context.call(SERVICE, "get_distribution_config", Id=deployed.physical_id)
    disabled = {**current["DistributionConfig"], "Enabled": False}
    updated = context.call(
        SERVICE,
        "update_distribution",
        Id=deployed.physical_id,
        IfMatch=current["ETag"],
        DistributionConfig=disabled,
    )
    context.call(SERVICE, "delete_distribution", Id=deployed.physical_id, IfMatch=updated["ETag"])


def _distribution_config(
    context: Context, properties: Properties, reference: str
) -> dict[str, Any]:
    """The configuration for the API, once everything that it names exists."""
    given = properties["DistributionConfig"]
    for behavior in (given["DefaultCacheBehavior"], *given.get("CacheBehaviors", [])):
        _check_behavior(context, behavior)
    for origin in given.get("Origins", []):
        if control := origin.get("OriginAccessControlId"):
            context.as_service().call(SERVICE, "get_origin_access_control", Id=control)
    _check_web_acl(context, given.get("WebACLId", ""))
    _check_log(context, given.get("Logging", {}).get("Bucket", ""))
    _check_certificate(given)
    return {"CallerReference": reference, **_asked("DistributionConfig", given)}


def _check_behavior(context: Context, behavior: Mapping[str, Any]) -> None:
    if "CachePolicyId" not in behavior and "ForwardedValues" not in behavior:
        raise Failure("A cache behavior must include either a CachePolicyId or ForwardedValues")
    for name, operation in POLICIES.items():
        if name in behavior:
            context.as_service().call(SERVICE, operation, Id=behavior[name])


def _check_web_acl(context: Context, arn: str) -> None:
    if not arn:
        return
    if not re.fullmatch(rf"arn:[^:]+:wafv2:us-east-1:{context.account}:global/webacl/.+", arn):
        raise Failure(f"InvalidWebACLId: {arn} is no web ACL for CloudFront of this account")
    context.as_service().call("wafv2", "get_web_acl", ARN=arn, Scope="CLOUDFRONT")


def _check_log(context: Context, address: str) -> None:
    """A log goes to a bucket with ACLs, which new buckets do not have."""
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-s3-permissions.html
    if not address:
        return
    bucket = re.sub(r"\.s3([.-][a-z0-9-]+)?\.amazonaws\.com$", "", address)
    try:
        controls = context.as_service().call("s3", "get_bucket_ownership_controls", Bucket=bucket)
        ownership = controls["OwnershipControls"]["Rules"][0]["ObjectOwnership"]
    except ClientError as error:
        ownership = error.response["Error"]["Code"]
    if bucket == address or ownership not in ("BucketOwnerPreferred", "ObjectWriter"):
        raise Failure(
            f"InvalidArgument: The S3 bucket {address} for CloudFront's logs does not exist "
            f"or does not enable ACL access ({ownership})"
        )


def _check_certificate(given: Mapping[str, Any]) -> None:
    certificate = given.get("ViewerCertificate", {})
    arn = certificate.get("AcmCertificateArn", "")
    if given.get("Aliases") and not (arn or certificate.get("IamCertificateId")):
        raise Failure("InvalidViewerCertificate: an alias needs a certificate that covers it")
    if arn and arn.split(":")[3] != "us-east-1":
        raise Failure(f"InvalidViewerCertificate: {arn} is not in us-east-1")


def _check_aliases(context: Context, given: Mapping[str, Any], own: str | None) -> None:
    """An alternate name belongs to one distribution."""
    if not given.get("Aliases"):
        return
    listed = context.as_service().call(SERVICE, "list_distributions")["DistributionList"]
    for one in listed.get("Items", []):
        taken = set(one.get("Aliases", {}).get("Items", [])) & set(given["Aliases"])
        if taken and one["Id"] != own:
            raise Failure(
                "CNAMEAlreadyExists: One or more of the CNAMEs you provided are already associated "
                f"with a different resource: {', '.join(sorted(taken))}"
            )


def _tag(context: Context, arn: str, deployed: DeployedResource, properties: Properties) -> None:
    tags = properties.get("Tags", [])
    kept = [tag["Key"] for tag in tags]
    old = [tag["Key"] for tag in deployed.properties.get("Tags", [])]
    gone = [key for key in old if key not in kept]
    if gone:
        context.call(SERVICE, "untag_resource", Resource=arn, TagKeys={"Items": gone})
    if tags:
        context.call(SERVICE, "tag_resource", Resource=arn, Tags={"Items": tags})


TYPES: Final = [
    ResourceType("AWS::CloudFront::Distribution", _create, _delete, _update),
]
