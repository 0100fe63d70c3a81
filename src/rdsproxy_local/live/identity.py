"""Roles, keys and secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from ..cloudformation.resource import Context, DeployedResource
from .reading import Gone, Reader, described, known, picked, reads

PENDING: Final = "PendingDeletion"


@reads(
    "AssumeRolePolicyDocument",
    "Description",
    "ManagedPolicyArns",
    "MaxSessionDuration",
    "Path",
    "PermissionsBoundary",
    "Policies",
    "RoleName",
    "Tags",
)
def _role(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    name = deployed.physical_id
    role = context.call("iam", "get_role", RoleName=name)["Role"]
    attached = context.call("iam", "list_attached_role_policies", RoleName=name)
    names = context.call("iam", "list_role_policies", RoleName=name)["PolicyNames"]
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return {
        **picked(role, "Description", "MaxSessionDuration", "Path", "RoleName"),
        **known(PermissionsBoundary=boundary),
        "AssumeRolePolicyDocument": _document(role["AssumeRolePolicyDocument"]),
        "ManagedPolicyArns": [one["PolicyArn"] for one in attached["AttachedPolicies"]],
        "Policies": [
            {"PolicyName": policy, "PolicyDocument": _inline(context, name, policy)}
            for policy in names
        ],
        "Tags": role.get("Tags", []),
    }


def _inline(context: Context, role: str, policy: str) -> Any:
    found = context.call("iam", "get_role_policy", RoleName=role, PolicyName=policy)
    return _document(found["PolicyDocument"])


def _document(written: Any) -> Any:
    return json.loads(unquote(written)) if isinstance(written, str) else written


@reads("Path", "InstanceProfileName", "Roles")
def _profile(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    found = context.call("iam", "get_instance_profile", InstanceProfileName=deployed.physical_id)[
        "InstanceProfile"
    ]
    roles = [role["RoleName"] for role in found["Roles"]]
    return {**picked(found, "InstanceProfileName", "Path"), "Roles": roles}


@reads("Description", "EnableKeyRotation", "Enabled", "KeyPolicy", "KeySpec", "KeyUsage", "Tags")
def _key(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    key = {"KeyId": deployed.physical_id}
    found = context.call("kms", "describe_key", **key)["KeyMetadata"]
    if found["KeyState"] == PENDING:
        raise Gone
    policy = context.call("kms", "get_key_policy", **key, PolicyName="default")["Policy"]
    rotation = context.call("kms", "get_key_rotation_status", **key)["KeyRotationEnabled"]
    tags = context.call("kms", "list_resource_tags", **key)["Tags"]
    return {
        **picked(found, "Description", "Enabled", "KeySpec", "KeyUsage"),
        "EnableKeyRotation": rotation,
        "KeyPolicy": json.loads(policy),
        "Tags": [{"Key": tag["TagKey"], "Value": tag["TagValue"]} for tag in tags],
    }


@reads("Description", "Name", "ReplicaRegions", "Tags")
def _secret(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    found = context.call("secretsmanager", "describe_secret", SecretId=deployed.physical_id)
    if found.get("DeletedDate"):
        raise Gone
    replicas = [{"Region": one["Region"]} for one in found.get("ReplicationStatus", ())]
    return {
        **picked(found, "Description", "Name"),
        "ReplicaRegions": replicas,
        "Tags": found.get("Tags", []),
    }


READERS: Final[Mapping[str, Reader]] = {
    "AWS::IAM::InstanceProfile": _profile,
    "AWS::IAM::Role": _role,
    "AWS::KMS::Key": _key,
    "AWS::SSM::Parameter": described(
        "ssm", "get_parameter", "Name", "Parameter", {"Name": "Name", "Value": "Value"}
    ),
    "AWS::SecretsManager::Secret": _secret,
}
