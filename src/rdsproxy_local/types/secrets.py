"""Secrets Manager: secrets, and their values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from ..limits.keys import is_usable
from .steps import Setter, change_each, gone_tags, set_by

OF_AWS: Final = "alias/aws/"


def _create_secret(context: Context, properties: Properties) -> Made:
    _require_one_value(properties)
    _require_key(context, properties.get("KmsKeyId"))
    secret = context.call(
        "secretsmanager",
        "create_secret",
        Name=properties.get("Name") or context.name(512),
        Description=properties.get("Description"),
        KmsKeyId=properties.get("KmsKeyId"),
        SecretString=_value(context, properties),
        AddReplicaRegions=properties.get("ReplicaRegions"),
        Tags=properties.get("Tags"),
    )
    return made(secret["ARN"])


def _update_secret(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    _require_one_value(properties)
    change_each(SECRET_SETTERS, context, deployed, properties)
    return made(deployed.physical_id)


def _delete_secret(context: Context, deployed: DeployedResource) -> None:
    _set_replicas(context, deployed.physical_id, deployed.properties.get("ReplicaRegions"), None)
    context.call(
        "secretsmanager",
        "delete_secret",
        SecretId=deployed.physical_id,
        ForceDeleteWithoutRecovery=True,
    )


def made(secret: str) -> Made:
    """The record of a secret, by ARN, or of a resource that belongs to one."""
    return Made(secret, {"Id": secret})


def _require_one_value(properties: Mapping[str, Any]) -> None:
    if "SecretString" in properties and "GenerateSecretString" in properties:
        raise Failure("a secret has either SecretString or GenerateSecretString, not both")


def _require_key(context: Context, key: str | None) -> None:
    """The key must be there, this Region's, enabled and symmetric, and none of another service."""
    if key is None:
        return
    context.as_service().call("kms", "describe_key", KeyId=key)
    is_own = key.rpartition(OF_AWS)[2] == "secretsmanager"
    if not (is_own if OF_AWS in key else is_usable(context.as_service(), key)):
        raise Failure(
            "Secrets Manager can't encrypt the protected secret text using the provided KMS key. "
            "Check that the KMS key is available, enabled, and not in an invalid state."
        )


def _value(context: Context, properties: Properties) -> str | None:
    if "GenerateSecretString" in properties:
        return _generated(context, properties["GenerateSecretString"])
    return properties.get("SecretString")


def _generated(context: Context, wanted: Mapping[str, Any]) -> str:
    """A new password, by itself or as one field of a template."""
    template, field = wanted.get("SecretStringTemplate"), wanted.get("GenerateStringKey")
    if (template is None) != (field is None):
        raise Failure("SecretStringTemplate and GenerateStringKey need each other")
    own = ("SecretStringTemplate", "GenerateStringKey")
    options = {name: value for name, value in wanted.items() if name not in own}
    answer = context.call("secretsmanager", "get_random_password", **options)
    password = str(answer["RandomPassword"])
    if template is None:
        return password
    return json.dumps(json_object(template, "SecretStringTemplate") | {field: password})


def json_object(text: str | None, what: str) -> dict[Any, Any]:
    """*text* as a JSON object; the failure does not show it, for it may be secret."""
    try:
        fields = json.loads(text or "")
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Failure(f"{what} is not a JSON object")
    return fields


def _set_key(context: Context, secret: str, _: Any, new: str | None) -> None:
    if new is None:
        raise Failure("the local cloud cannot remove KmsKeyId in place")
    _require_key(context, new)
    context.call("secretsmanager", "update_secret", SecretId=secret, KmsKeyId=new)


def _set_value(context: Context, secret: str, _: Any, new: str | None) -> None:
    if new is not None:
        context.call("secretsmanager", "update_secret", SecretId=secret, SecretString=new)


def _set_generated(context: Context, secret: str, _: Any, new: Mapping[str, Any] | None) -> None:
    if new is not None:
        _set_value(context, secret, None, _generated(context, new))


def _set_replicas(context: Context, secret: str, old: Any, new: Any) -> None:
    before = {replica["Region"] for replica in old or ()}
    after = {replica["Region"] for replica in new or ()}
    if gone := sorted(before - after):
        context.call(
            "secretsmanager",
            "remove_regions_from_replication",
            SecretId=secret,
            RemoveReplicaRegions=gone,
        )
    if added := [replica for replica in new or () if replica["Region"] not in before]:
        context.call(
            "secretsmanager",
            "replicate_secret_to_regions",
            SecretId=secret,
            AddReplicaRegions=added,
        )


def _set_tags(context: Context, secret: str, old: Any, new: Any) -> None:
    if gone := gone_tags(old, new):
        context.call("secretsmanager", "untag_resource", SecretId=secret, TagKeys=gone)
    if new:
        context.call("secretsmanager", "tag_resource", SecretId=secret, Tags=new)


SECRET_SETTERS: Final[Mapping[str, Setter]] = {
    "Description": set_by("secretsmanager", "update_secret", "SecretId", "Description"),
    "KmsKeyId": _set_key,
    "SecretString": _set_value,
    "GenerateSecretString": _set_generated,
    "ReplicaRegions": _set_replicas,
    "Tags": _set_tags,
}


TYPES: Final = [
    ResourceType("AWS::SecretsManager::Secret", _create_secret, _delete_secret, _update_secret),
]
