"""Identity and Access Management: policies as resources, and their holders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any, Final, NamedTuple

from ..cloudformation.failure import Failure
from ..cloudformation.resource import (
    Context,
    DeployedResource,
    Made,
    Properties,
    ResourceType,
    attributes_in,
)
from .steps import undone_on_failure

MOST_VERSIONS: Final = 5


class Holder(NamedTuple):
    """An owner of policies; ``kind`` is the API's word for it."""

    kind: str
    name: str

    def call(self, context: Context, verb: str, **parameters: Any) -> None:
        """*verb* the holder's policy: put, delete, attach or detach it."""
        names = {f"{self.kind.title()}Name": self.name, **parameters}
        context.call("iam", f"{verb}_{self.kind}_policy", **names)


def _holders(properties: Mapping[str, Any]) -> Iterator[Holder]:
    for listed, kind in (("Groups", "group"), ("Roles", "role"), ("Users", "user")):
        for name in properties.get(listed, ()):
            yield Holder(kind, name)


def _create_policy(context: Context, properties: Properties) -> Made:
    policy_id = context.name()
    _put(context, _some_holders(properties), properties)
    return Made(policy_id, {"Id": policy_id})


def _update_policy(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    holders = _some_holders(properties)
    _put(context, holders, properties)
    name = deployed.properties["PolicyName"]
    renamed = name != properties["PolicyName"]
    for holder in _holders(deployed.properties):
        if renamed or holder not in holders:
            holder.call(context, "delete", PolicyName=name)
    return Made(deployed.physical_id, deployed.attributes)


def _delete_policy(context: Context, deployed: DeployedResource) -> None:
    for holder in _holders(deployed.properties):
        holder.call(context, "delete", PolicyName=deployed.properties["PolicyName"])


def _some_holders(properties: Mapping[str, Any]) -> list[Holder]:
    if holders := list(_holders(properties)):
        return holders
    raise Failure("At least one of [Groups,Roles,Users] must be non-empty.")


def _put(context: Context, holders: Iterable[Holder], properties: Mapping[str, Any]) -> None:
    """Give the policy to all of them or to none."""
    name, document = properties["PolicyName"], properties["PolicyDocument"]
    with ExitStack() as undo:
        for holder in holders:
            holder.call(context, "put", PolicyName=name, PolicyDocument=document)
            undo.callback(holder.call, context, "delete", PolicyName=name)
        undo.pop_all()


def _create_role_policy(context: Context, properties: Properties) -> Made:
    context.call("iam", "put_role_policy", **properties)
    return Made(f"{properties['PolicyName']}|{properties['RoleName']}", {})


def _update_role_policy(
    context: Context, deployed: DeployedResource, properties: Properties
) -> Made:
    context.call("iam", "put_role_policy", **properties)
    return Made(deployed.physical_id, deployed.attributes)


def _delete_role_policy(context: Context, deployed: DeployedResource) -> None:
    names = {name: deployed.properties[name] for name in ("PolicyName", "RoleName")}
    context.call("iam", "delete_role_policy", **names)


def _create_managed(context: Context, properties: Properties) -> Made:
    policy = context.call(
        "iam",
        "create_policy",
        PolicyName=properties.get("ManagedPolicyName") or context.name(128),
        PolicyDocument=properties["PolicyDocument"],
        Description=properties.get("Description"),
        Path=properties.get("Path"),
    )["Policy"]
    arn = policy["Arn"]
    with undone_on_failure(lambda: context.call("iam", "delete_policy", PolicyArn=arn)):
        _attach(context, arn, _holders(properties))
    return _managed(context, arn)


def _update_managed(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    arn = deployed.physical_id
    before, after = set(_holders(deployed.properties)), set(_holders(properties))
    _attach(context, arn, sorted(after - before))
    for holder in sorted(before - after):
        holder.call(context, "detach", PolicyArn=arn)
    if properties["PolicyDocument"] != deployed.properties["PolicyDocument"]:
        _replace_oldest_version(context, arn, properties["PolicyDocument"])
    return _managed(context, arn)


def _delete_managed(context: Context, deployed: DeployedResource) -> None:
    arn = deployed.physical_id
    for holder in _holders(deployed.properties):
        holder.call(context, "detach", PolicyArn=arn)
    if context.call("iam", "get_policy", PolicyArn=arn)["Policy"]["AttachmentCount"]:
        raise Failure("Cannot delete a policy attached to entities.")
    for version in _other_versions(context, arn):
        context.call("iam", "delete_policy_version", PolicyArn=arn, VersionId=version)
    context.call("iam", "delete_policy", PolicyArn=arn)


def _managed(context: Context, arn: str) -> Made:
    policy = context.call("iam", "get_policy", PolicyArn=arn)["Policy"]
    names = ["AttachmentCount", "DefaultVersionId", "IsAttachable", "PolicyId"]
    return Made(arn, {"PolicyArn": arn, **attributes_in(policy, names)})


def _attach(context: Context, arn: str, holders: Iterable[Holder]) -> None:
    """Attach the policy to all of them or to none."""
    with ExitStack() as undo:
        for holder in holders:
            holder.call(context, "attach", PolicyArn=arn)
            undo.callback(holder.call, context, "detach", PolicyArn=arn)
        undo.pop_all()


def _replace_oldest_version(context: Context, arn: str, document: Any) -> None:
    """Make *document* the policy's default version; IAM keeps five."""
    others = _other_versions(context, arn)
    if len(others) == MOST_VERSIONS - 1:
        context.call("iam", "delete_policy_version", PolicyArn=arn, VersionId=others[0])
    context.call(
        "iam", "create_policy_version", PolicyArn=arn, PolicyDocument=document, SetAsDefault=True
    )


def _other_versions(context: Context, arn: str) -> list[str]:
    """All versions but the default, the oldest first."""
    versions = context.call("iam", "list_policy_versions", PolicyArn=arn)["Versions"]
    others = [one["VersionId"] for one in versions if not one["IsDefaultVersion"]]
    return sorted(others, key=lambda version: int(version.removeprefix("v")))


TYPES: Final = [
    ResourceType("AWS::IAM::Policy", _create_policy, _delete_policy, _update_policy),
    ResourceType(
        "AWS::IAM::RolePolicy", _create_role_policy, _delete_role_policy, _update_role_policy
    ),
    ResourceType("AWS::IAM::ManagedPolicy", _create_managed, _delete_managed, _update_managed),
]
