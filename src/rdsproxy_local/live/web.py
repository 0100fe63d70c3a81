"""CloudFront's distributions, and the web ACLs and IP sets of AWS WAF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource
from ..types.distributions import RENAMED
from ..types.ip_sets import identity_of
from ..types.web_acls import KEPT
from .reading import Gone, Reader, picked, reads
from .wording import in_words_of

OF_WEB_ACL: Final = (*KEPT, "Name", "Rules")
OF_IP_SET: Final = ("Addresses", "Description", "IPAddressVersion", "Name")
OF_LOGGING: Final = ("LogDestinationConfigs", "LoggingFilter", "RedactedFields", "ResourceArn")


def _tags_of_waf(context: Context, arn: str) -> Any:
    answer = context.call("wafv2", "list_tags_for_resource", ResourceARN=arn)
    return answer["TagInfoForResource"]["TagList"]


@reads(*OF_WEB_ACL, "Scope", "Tags")
def _web_acl(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    identity = identity_of(deployed)
    found = context.call("wafv2", "get_web_acl", **identity)["WebACL"]
    return {
        **in_words_of(dict(deployed.properties), picked(found, *OF_WEB_ACL)),
        "Scope": identity["Scope"],
        "Tags": _tags_of_waf(context, found["ARN"]),
    }


@reads(*OF_IP_SET, "Scope", "Tags")
def _ip_set(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    identity = identity_of(deployed)
    found = context.call("wafv2", "get_ip_set", **identity)["IPSet"]
    return {
        **picked(found, *OF_IP_SET),
        "Scope": identity["Scope"],
        "Tags": _tags_of_waf(context, found["ARN"]),
    }


@reads(*OF_LOGGING)
def _logging(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    answer = context.call("wafv2", "get_logging_configuration", ResourceArn=deployed.physical_id)
    return picked(answer["LoggingConfiguration"], *OF_LOGGING)


@reads("DistributionConfig", "Tags")
def _distribution(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    found = context.call("cloudfront", "get_distribution", Id=deployed.physical_id)["Distribution"]
    stated = deployed.properties["DistributionConfig"]
    present = _cached_methods_apart(found["DistributionConfig"])
    answer = context.call("cloudfront", "list_tags_for_resource", Resource=found["ARN"])
    return {
        "DistributionConfig": in_words_of(stated, present, RENAMED),
        "Tags": answer["Tags"].get("Items", []),
    }


def _cached_methods_apart(value: Any) -> Any:
    """Put the cached methods of each cache behavior beside the allowed ones, not among them."""
    match value:
        case {"AllowedMethods": {"CachedMethods": cached, **allowed}, **behavior}:
            return {**behavior, "AllowedMethods": allowed, "CachedMethods": cached}
        case Mapping():
            return {name: _cached_methods_apart(one) for name, one in value.items()}
        case list():
            return [_cached_methods_apart(one) for one in value]
    return value


@reads("ResourceArn", "WebACLArn")
def _association(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    resource = deployed.properties["ResourceArn"]
    answer = context.call("wafv2", "get_web_acl_for_resource", ResourceArn=resource)
    if (found := answer.get("WebACL")) is None:
        raise Gone
    return {"ResourceArn": resource, "WebACLArn": found["ARN"]}


READERS: Final[Mapping[str, Reader]] = {
    "AWS::CloudFront::Distribution": _distribution,
    "AWS::WAFv2::IPSet": _ip_set,
    "AWS::WAFv2::LoggingConfiguration": _logging,
    "AWS::WAFv2::WebACL": _web_acl,
    "AWS::WAFv2::WebACLAssociation": _association,
}
