"""Identity and Access Management: roles and instance profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.resource import (
    Context,
    DeployedResource,
    Made,
    Properties,
    ResourceType,
    attributes_in,
)
from .steps import Setter, change_each, gone_tags, set_by, set_each, undone_on_failure


def _create_role(context: Context, properties: Properties) -> Made:
    _require_policy(context, properties.get("PermissionsBoundary"))
    name = properties.get("RoleName") or context.name(64)
    role = context.call(
        "iam", "create_role", RoleName=name, **properties.without("RoleName", *ROLE_POLICIES)
    )["Role"]
    with undone_on_failure(lambda: _remove_role(context, name, properties)):
        set_each(ROLE_POLICIES, context, name, properties)
    return Made(name, attributes_in(role, ["Arn", "RoleId"]))


def _update_role(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    change_each(ROLE_SETTERS, context, deployed, properties)
    return Made(deployed.physical_id, deployed.attributes)


def _delete_role(context: Context, deployed: DeployedResource) -> None:
    _set_policies(context, deployed.physical_id, deployed.properties.get("Policies"), None)
    _set_managed(context, deployed.physical_id, deployed.properties.get("ManagedPolicyArns"), None)
    context.call("iam", "delete_role", RoleName=deployed.physical_id)


def _remove_role(context: Context, role: str, properties: Mapping[str, Any]) -> None:
    """Remove a role of whose policies only some may have been put."""
    put = context.call("iam", "list_role_policies", RoleName=role)["PolicyNames"]
    attached = context.call("iam", "list_attached_role_policies", RoleName=role)
    _set_policies(context, role, [{"PolicyName": name} for name in put], None)
    _set_managed(context, role, [one["PolicyArn"] for one in attached["AttachedPolicies"]], None)
    context.call("iam", "delete_role", RoleName=role)


def _require_policy(context: Context, policy: str | None) -> None:
    if policy is not None:
        context.as_service().call("iam", "get_policy", PolicyArn=policy)


def _set_policies(context: Context, role: str, old: Any, new: Any) -> None:
    wanted = {policy["PolicyName"]: policy["PolicyDocument"] for policy in new or ()}
    for policy in old or ():
        if policy["PolicyName"] not in wanted:
            context.call(
                "iam", "delete_role_policy", RoleName=role, PolicyName=policy["PolicyName"]
            )
    for name, document in wanted.items():
        context.call(
            "iam",
            "put_role_policy",
            RoleName=role,
            PolicyName=name,
            PolicyDocument=document,
        )


def _set_managed(context: Context, role: str, old: Any, new: Any) -> None:
    before, after = set(old or ()), set(new or ())
    for arn in sorted(before - after):
        context.call("iam", "detach_role_policy", RoleName=role, PolicyArn=arn)
    for arn in sorted(after - before):
        context.call("iam", "attach_role_policy", RoleName=role, PolicyArn=arn)


def _set_boundary(context: Context, role: str, _: Any, new: str | None) -> None:
    if new is None:
        context.call("iam", "delete_role_permissions_boundary", RoleName=role)
        return
    _require_policy(context, new)
    context.call("iam", "put_role_permissions_boundary", RoleName=role, PermissionsBoundary=new)


def _set_description(context: Context, role: str, _: Any, new: str | None) -> None:
    context.call("iam", "update_role_description", RoleName=role, Description=new or "")


def _set_duration(context: Context, role: str, _: Any, new: int | None) -> None:
    # moto's UpdateRole forgets the description unless it is given again.
    description = context.call("iam", "get_role", RoleName=role)["Role"].get("Description")
    context.call(
        "iam",
        "update_role",
        RoleName=role,
        Description=description,
        MaxSessionDuration=3600 if new is None else new,
    )


def _set_role_tags(context: Context, role: str, old: Any, new: Any) -> None:
    if gone := gone_tags(old, new):
        context.call("iam", "untag_role", RoleName=role, TagKeys=gone)
    if new:
        context.call("iam", "tag_role", RoleName=role, Tags=new)


ROLE_POLICIES: Final[Mapping[str, Setter]] = {
    "ManagedPolicyArns": _set_managed,
    "Policies": _set_policies,
}
ROLE_SETTERS: Final[Mapping[str, Setter]] = {
    **ROLE_POLICIES,
    "AssumeRolePolicyDocument": set_by(
        "iam", "update_assume_role_policy", "RoleName", "PolicyDocument"
    ),
    "Description": _set_description,
    "MaxSessionDuration": _set_duration,
    "PermissionsBoundary": _set_boundary,
    "Tags": _set_role_tags,
}


def _create_profile(context: Context, properties: Properties) -> Made:
    name = properties.get("InstanceProfileName") or context.name(128)
    profile = context.call(
        "iam", "create_instance_profile", InstanceProfileName=name, Path=properties.get("Path")
    )["InstanceProfile"]
    with undone_on_failure(
        lambda: context.call("iam", "delete_instance_profile", InstanceProfileName=name)
    ):
        _set_profile_roles(context, name, None, properties["Roles"])
    return Made(name, {"Arn": profile["Arn"]})


def _update_profile(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    change_each({"Roles": _set_profile_roles}, context, deployed, properties)
    return Made(deployed.physical_id, deployed.attributes)


def _delete_profile(context: Context, deployed: DeployedResource) -> None:
    _set_profile_roles(context, deployed.physical_id, deployed.properties["Roles"], None)
    context.call("iam", "delete_instance_profile", InstanceProfileName=deployed.physical_id)


def _set_profile_roles(context: Context, profile: str, old: Any, new: Any) -> None:
    before, after = set(old or ()), set(new or ())
    for operation, roles in (
        ("remove_role_from_instance_profile", before - after),
        ("add_role_to_instance_profile", after - before),
    ):
        for role in sorted(roles):
            context.call("iam", operation, InstanceProfileName=profile, RoleName=role)


TYPES: Final = [
    ResourceType("AWS::IAM::Role", _create_role, _delete_role, _update_role),
    ResourceType("AWS::IAM::InstanceProfile", _create_profile, _delete_profile, _update_profile),
]
