"""Resource Access Manager: resources that an account shares with others."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .ec2 import picked
from .steps import refuse_others

SETTINGS: Final = {"AllowExternalPrincipals": "allowExternalPrincipals", "Name": "name"}
MEMBERS: Final = {"Principals": "principals", "ResourceArns": "resourceArns"}


def _create(context: Context, properties: Properties) -> Made:
    names = {**SETTINGS, **MEMBERS}
    given = {names[name]: value for name, value in picked(properties, names).items()}
    tags = [{"key": tag["Key"], "value": tag["Value"]} for tag in properties.get("Tags", ())]
    share = context.call("ram", "create_resource_share", tags=tags, **given)["resourceShare"]
    return Made(share["resourceShareArn"], _attributes(share))


def _update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changed = properties.changed_from(deployed, resets=MEMBERS)
    refuse_others(changed, [*SETTINGS, *MEMBERS])
    share = {"resourceShareArn": deployed.physical_id}
    settings = {SETTINGS[name]: value for name, value in picked(properties, SETTINGS).items()}
    context.call("ram", "update_resource_share", **share, **settings)
    before, after = _members(deployed.properties), _members(properties)
    if gone := _missing(before, after):
        context.call("ram", "disassociate_resource_share", **share, **gone)
    if added := _missing(after, before):
        context.call("ram", "associate_resource_share", **share, **added)
    return Made(deployed.physical_id, deployed.attributes)


def _delete(context: Context, deployed: DeployedResource) -> None:
    context.call("ram", "delete_resource_share", resourceShareArn=deployed.physical_id)


def _attributes(share: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Arn": share["resourceShareArn"],
        "OwningAccountId": share["owningAccountId"],
        "Status": share["status"],
    }


def _members(properties: Mapping[str, Any]) -> Mapping[str, frozenset[str]]:
    return MappingProxyType(
        {asked: frozenset(properties.get(name, ())) for name, asked in MEMBERS.items()}
    )


def _missing(
    these: Mapping[str, frozenset[str]], those: Mapping[str, frozenset[str]]
) -> dict[str, list[str]]:
    """The members of *these* that are not in *those*."""
    return {name: sorted(these[name] - those[name]) for name in these if these[name] - those[name]}


TYPES: Final = [ResourceType("AWS::RAM::ResourceShare", _create, _delete, _update)]
