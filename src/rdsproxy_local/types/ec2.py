"""EC2's pattern: one call creates, one deletes, an ID names the resource, tags come along."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import (
    Context,
    DeployedResource,
    Made,
    Properties,
    ResourceType,
    attributes_in,
)
from ..cloudformation.schemas import schema
from .steps import Setter, change_each, gone_tags, set_each, undone_on_failure

NONE: Final[Mapping[str, Any]] = MappingProxyType({})


def ec2_type(
    name: str,
    noun: str,
    parameters: Iterable[str],
    *,
    tagged: str | None = None,
    answer: str | None = None,
    defaults: Mapping[str, Any] = NONE,
    later: Mapping[str, Setter] = NONE,
    in_place: Mapping[str, Setter] = NONE,
    more: Callable[[Context, str], Mapping[str, Any]] = lambda *_: NONE,
    delete: Callable[[Context, str], object] | None = None,
) -> ResourceType:
    """The type of what ``create_noun`` creates and ``delete_noun`` deletes.

    Those of its properties that are *parameters* of the first call are given to it; *later*
    ones are set by other calls, once it is there. *in_place* says what else can change, *more*
    which attributes the first answer does not have. Tags are of the resource type *tagged*.
    """
    answer = answer or _camel(noun)
    identifier = f"{answer}Id"
    setters = {**later, **in_place, **({"Tags": set_tags} if tagged else {})}

    def create(context: Context, properties: Properties) -> Made:
        made = context.call(
            "ec2",
            f"create_{noun}",
            TagSpecifications=tag_specifications(tagged, properties),
            **{**defaults, **picked(properties, parameters)},
        )[answer]
        physical_id = made[identifier]
        with undone_on_failure(lambda: remove(context, physical_id)):
            set_each(later, context, physical_id, properties)
            known = _attributes(name, physical_id, made, properties)
            return Made(physical_id, {**known, **more(context, physical_id)})

    def update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
        change_each(setters, context, deployed, properties)
        known = {one: value for one, value in deployed.attributes.items() if one not in properties}
        return Made(deployed.physical_id, {**known, **more(context, deployed.physical_id)})

    def remove(context: Context, physical_id: str) -> None:
        if delete:
            delete(context, physical_id)
        else:
            context.call("ec2", f"delete_{noun}", **{identifier: physical_id})

    def remove_live(context: Context, deployed: DeployedResource) -> None:
        remove(context, deployed.physical_id)

    return ResourceType(name, create, remove_live, update if setters else None)


def _attributes(
    name: str, physical_id: str, made: Mapping[str, Any], properties: Iterable[str]
) -> dict[str, Any]:
    """The attributes of a new resource, from the answer, beside its *properties*."""
    declared = schema(name)
    assert declared is not None
    read = attributes_in(made, declared.attributes - {"Tags", *properties})
    return {declared.identifiers[0]: physical_id, **read}


def picked(properties: Properties, names: Iterable[str]) -> dict[str, Any]:
    """The properties among *names* that the template gives; any other fails the resource."""
    return {name: properties[name] for name in names if name in properties}


def set_value_by(operation: str, identifier: str, name: str) -> Setter:
    """The setter of an attribute that EC2 takes as ``{"Value": ...}``, one a call."""

    def set_value(context: Context, physical_id: str, _: Any, new: Any) -> None:
        if new is None:
            raise Failure(f"the local cloud cannot remove {name} in place")
        context.call("ec2", operation, **{identifier: physical_id, name: {"Value": new}})

    return set_value


def tag_specifications(tagged: str | None, properties: Properties) -> list[Any] | None:
    """The Tags of a resource that is created, as EC2 takes them."""
    if tagged and (tags := properties.get("Tags")):
        return [{"ResourceType": tagged, "Tags": tags}]
    return None


def set_tags(context: Context, physical_id: str, old: Any, new: Any) -> None:
    if gone := gone_tags(old, new):
        keys = [{"Key": key} for key in gone]
        context.call("ec2", "delete_tags", Resources=[physical_id], Tags=keys)
    if new:
        context.call("ec2", "create_tags", Resources=[physical_id], Tags=new)


def require_success(answer: Mapping[str, Any]) -> None:
    """EC2 answers 200 to a call for several things of which some failed."""
    if failed := answer.get("Unsuccessful"):
        raise Failure("; ".join(one["Error"]["Message"] for one in failed))


def _camel(noun: str) -> str:
    return noun.title().replace("_", "")
