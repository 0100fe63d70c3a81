"""Key Management Service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .steps import Setter, change_each, gone_tags, set_by, set_each, undone_on_failure


def _create_key(context: Context, properties: Properties) -> Made:
    key = context.call(
        "kms",
        "create_key",
        Policy=properties.get("KeyPolicy"),
        Tags=_tags(properties.get("Tags")),
        **properties.without("KeyPolicy", "Tags", *SET_LATER),
    )["KeyMetadata"]
    with undone_on_failure(lambda: _schedule_deletion(context, key["KeyId"], None)):
        set_each(SET_LATER, context, key["KeyId"], properties)
    return Made(key["KeyId"], {"Arn": key["Arn"], "KeyId": key["KeyId"]})


def _update_key(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    change_each(SETTERS, context, deployed, properties)
    return Made(deployed.physical_id, deployed.attributes)


def _delete_key(context: Context, deployed: DeployedResource) -> None:
    _schedule_deletion(
        context, deployed.physical_id, deployed.properties.get("PendingWindowInDays")
    )


def _schedule_deletion(context: Context, key: str, days: int | None) -> None:
    context.call("kms", "schedule_key_deletion", KeyId=key, PendingWindowInDays=days)


def _set_policy(context: Context, key: str, _: Any, new: Any) -> None:
    if new is None:
        raise Failure("the local cloud cannot remove KeyPolicy in place")
    context.call("kms", "put_key_policy", KeyId=key, PolicyName="default", Policy=new)


def _set_enabled(context: Context, key: str, _: Any, new: Any) -> None:
    context.call("kms", "disable_key" if new is False else "enable_key", KeyId=key)


def _set_rotation(context: Context, key: str, _: Any, new: Any) -> None:
    context.call("kms", "enable_key_rotation" if new else "disable_key_rotation", KeyId=key)


def _note_window(*_: Any) -> None:
    """Do nothing: the window counts when the key is deleted."""


def _set_tags(context: Context, key: str, old: Any, new: Any) -> None:
    if gone := gone_tags(old, new):
        context.call("kms", "untag_resource", KeyId=key, TagKeys=gone)
    if new:
        context.call("kms", "tag_resource", KeyId=key, Tags=_tags(new))


def _tags(tags: Iterable[Mapping[str, str]] | None) -> list[dict[str, str]]:
    return [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags or ()]


SET_LATER: Final[Mapping[str, Setter]] = {
    "Enabled": _set_enabled,
    "EnableKeyRotation": _set_rotation,
    "PendingWindowInDays": _note_window,
}
SETTERS: Final[Mapping[str, Setter]] = {
    **SET_LATER,
    "Description": set_by("kms", "update_key_description", "KeyId", "Description"),
    "KeyPolicy": _set_policy,
    "Tags": _set_tags,
}


def _create_alias(context: Context, properties: Properties) -> Made:
    context.call("kms", "create_alias", **properties)
    return Made(properties["AliasName"], {})


def _update_alias(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    old, new = (
        context.as_service().call("kms", "describe_key", KeyId=one["TargetKeyId"])["KeyMetadata"]
        for one in (deployed.properties, properties)
    )
    if _kind(old) != _kind(new):
        raise Failure(
            "The current and new KMS key must be the same type (both symmetric or both asymmetric "
            "or both HMAC), and they must have the same key usage."
        )
    context.call("kms", "update_alias", **properties)
    return Made(deployed.physical_id, {})


def _kind(key: Mapping[str, Any]) -> tuple[str, str]:
    """What an alias's keys have in common. moto does not describe its defaults."""
    spec, usage = key.get("KeySpec", "SYMMETRIC_DEFAULT"), key.get("KeyUsage", "ENCRYPT_DECRYPT")
    if spec.startswith("HMAC"):
        return "HMAC", usage
    return "symmetric" if spec == "SYMMETRIC_DEFAULT" else "asymmetric", usage


def _delete_alias(context: Context, deployed: DeployedResource) -> None:
    context.call("kms", "delete_alias", AliasName=deployed.physical_id)


TYPES: Final = [
    ResourceType("AWS::KMS::Key", _create_key, _delete_key, _update_key),
    ResourceType("AWS::KMS::Alias", _create_alias, _delete_alias, _update_alias),
]
