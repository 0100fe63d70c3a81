"""AWS WAF's sets of IP addresses, and what they share with web ACLs."""

from __future__ import annotations

import ipaddress
from typing import Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType

SERVICE: Final = "wafv2"
GLOBAL: Final = "CLOUDFRONT"
VERSIONS: Final = {"IPV4": 4, "IPV6": 6}


def _create_ip_set(context: Context, properties: Properties) -> Made:
    require_scope(context, properties["Scope"])
    _check_addresses(properties)
    settings = {"Name": context.name(128), **properties}
    made = context.call(SERVICE, "create_ip_set", **settings)["Summary"]
    physical_id = "|".join((made["Name"], made["Id"], properties["Scope"]))
    return Made(physical_id, {"Arn": made["ARN"], "Id": made["Id"]})


def _update_ip_set(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changed = properties.changed_from(deployed, resets=("Tags",))
    if "IPAddressVersion" in changed:
        raise Failure("the local cloud cannot change IPAddressVersion in place")
    _check_addresses(properties)
    identity = identity_of(deployed)
    token = context.call(SERVICE, "get_ip_set", **identity)["LockToken"]
    settings = properties.without("Name", "Scope", "IPAddressVersion", "Tags")
    context.call(SERVICE, "update_ip_set", **identity, **settings, LockToken=token)
    retag(context, deployed, properties)
    return Made(deployed.physical_id, deployed.attributes)


def _delete_ip_set(context: Context, deployed: DeployedResource) -> None:
    identity = identity_of(deployed)
    token = context.call(SERVICE, "get_ip_set", **identity)["LockToken"]
    context.call(SERVICE, "delete_ip_set", **identity, LockToken=token)


def _check_addresses(properties: Properties) -> None:
    """Only CIDRs of the set's version, and none of them everybody."""
    version = VERSIONS[properties["IPAddressVersion"]]
    for address in properties["Addresses"]:
        try:
            network = ipaddress.ip_network(address, strict=False)
        except ValueError:
            raise _no_cidr(address, properties) from None
        if "/" not in address or network.version != version or not network.prefixlen:
            raise _no_cidr(address, properties)


def _no_cidr(address: str, properties: Properties) -> Failure:
    version = properties["IPAddressVersion"]
    return Failure(f"WAFInvalidParameterException: {address} is no {version} CIDR but /0")


def require_scope(context: Context, scope: str) -> None:
    """Refuse a scope that the stack's region does not have."""
    if scope == GLOBAL and context.region != "us-east-1":
        raise Failure(
            "WAFInvalidParameterException: Error reason: The scope is not valid., "
            f"field: SCOPE_VALUE, parameter: {scope}"
        )


def identity_of(deployed: DeployedResource) -> dict[str, str]:
    """The parameters by which the API finds a deployed resource."""
    name, identifier, scope = deployed.physical_id.split("|")
    return {"Name": name, "Id": identifier, "Scope": scope}


def retag(context: Context, deployed: DeployedResource, properties: Properties) -> None:
    """Bring the tags of a deployed resource to those of its template."""
    arn, tags = deployed.attributes["Arn"], properties.get("Tags", [])
    kept = [tag["Key"] for tag in tags]
    old = [tag["Key"] for tag in deployed.properties.get("Tags", [])]
    if gone := [key for key in old if key not in kept]:
        context.call(SERVICE, "untag_resource", ResourceARN=arn, TagKeys=gone)
    if tags:
        context.call(SERVICE, "tag_resource", ResourceARN=arn, Tags=tags)


TYPES: Final = [
    ResourceType("AWS::WAFv2::IPSet", _create_ip_set, _delete_ip_set, _update_ip_set),
]
