"""Resource types as the engine calls them: held to their schemas, their failures put in words."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ..limits.tags import together_problem
from ..types import find, is_custom
from .failure import Failure
from .resource import Context, DeployedResource, Made, Properties, ResourceType
from .schemas import Schema, schema
from .stack import Stack


def updated(
    stack: Stack,
    deployed: DeployedResource,
    properties: Mapping[str, Any],
    written: Mapping[str, Any],
) -> DeployedResource:
    """A resource after an update in place."""
    require_tags(stack, properties)
    read = Properties(properties)
    made = in_place(deployed.type)(stack.context(deployed.logical_id), deployed, read)
    changed = {name for name in read.unread if deployed.properties.get(name) != properties[name]}
    if changed:
        raise Failure(f"The local cloud ignores {', '.join(sorted(changed))} of {deployed.type}")
    if made.physical_id != deployed.physical_id and not is_custom(deployed.type):
        raise Failure(f"An update in place made another {deployed.type}: {made.physical_id}")
    return as_deployed(deployed, made, properties, written)


def require_tags(stack: Stack, properties: Mapping[str, Any]) -> None:
    """Refuse more tags than a resource has, as it gets those of its stack, too."""
    if problem := together_problem(properties, stack.tags):
        raise Failure(f'Resource handler returned message: "{problem}"')


def in_place(type_name: str) -> Callable[[Context, DeployedResource, Properties], Made]:
    """The function that updates a resource of a type."""
    update = known(type_name).update
    if update is None:
        raise Failure(f"The local cloud cannot update {type_name} in place")
    return update


def as_deployed(
    thing: DeployedResource, made: Made, properties: Mapping[str, Any], written: Mapping[str, Any]
) -> DeployedResource:
    return DeployedResource(
        thing.logical_id, thing.type, made.physical_id, properties, made.attributes, written
    )


def require_another_name(deployed: DeployedResource, properties: Mapping[str, Any]) -> None:
    """Refuse a replacement of the same name: both resources would exist at once."""
    names = declaration(deployed.type).identifiers
    if names and all(properties.get(n, deployed) == deployed.properties.get(n) for n in names):
        raise Failure(
            "CloudFormation cannot update a stack when a custom-named resource requires "
            f"replacing. Rename {deployed.physical_id} and update the stack again."
        )


def known(type_name: str) -> ResourceType:
    """The resource type, which checks found to be one."""
    found = find(type_name)
    assert found is not None
    return found


def declaration(type_name: str) -> Schema:
    """The schema, which checks found to be there."""
    found = schema(type_name)
    assert found is not None
    return found


def property_problems(type_name: str, properties: Mapping[str, Any]) -> list[str]:
    """Properties that AWS would refuse; only its function judges those of a custom resource."""
    if is_custom(type_name):
        return [] if "ServiceToken" in properties else ["'ServiceToken' is a required property"]
    return declaration(type_name).problems(properties)


def reason_of(error: Exception) -> str:
    """The reason of a failure, as events state it."""
    if isinstance(error, Failure):
        return str(error)
    if isinstance(error, ClientError | BotoCoreError):
        return f'Resource handler returned message: "{error}"'
    # A mistake in the local cloud itself: its log says where.
    traceback.print_exception(error)
    return f'Resource handler returned message: "{type(error).__name__}: {error}"'
