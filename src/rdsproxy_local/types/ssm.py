"""Systems Manager's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType

RESETS: Final = ("AllowedPattern", "Description", "Tags")


def _create(context: Context, properties: Properties) -> Made:
    name = properties.get("Name") or context.name(1011)
    return _put(context, name, properties, Tags=_listed(properties.get("Tags")))


def _update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    properties.changed_from(deployed, resets=RESETS)
    if deployed.properties.get("Tier") == "Advanced" and properties.get("Tier") == "Standard":
        raise Failure(
            "An advanced parameter can't be changed to a standard parameter. Delete and create it."
        )
    _retag(context, deployed, properties.get("Tags"))
    return _put(context, deployed.physical_id, properties, Overwrite=True)


def _delete(context: Context, deployed: DeployedResource) -> None:
    context.call("ssm", "delete_parameter", Name=deployed.physical_id)


def _put(context: Context, name: str, properties: Properties, **more: Any) -> Made:
    settings = properties.without("Name", "Tags")
    context.call("ssm", "put_parameter", Name=name, **settings, **more)
    arn = f"arn:aws:ssm:{context.region}:{context.account}:parameter/{name.removeprefix('/')}"
    return Made(name, {"Arn": arn, "Name": name, "Value": properties["Value"]})


def _retag(context: Context, deployed: DeployedResource, tags: Mapping[str, str] | None) -> None:
    parameter = {"ResourceType": "Parameter", "ResourceId": deployed.physical_id}
    if gone := sorted(set(deployed.properties.get("Tags") or ()) - set(tags or ())):
        context.call("ssm", "remove_tags_from_resource", **parameter, TagKeys=gone)
    if tags:
        context.call("ssm", "add_tags_to_resource", **parameter, Tags=_listed(tags))


def _listed(tags: Mapping[str, str] | None) -> list[dict[str, str]] | None:
    return [{"Key": key, "Value": value} for key, value in tags.items()] if tags else None


TYPES: Final = [ResourceType("AWS::SSM::Parameter", _create, _delete, _update)]
