"""IAM's policies that are resources of their own, and what else may call or scale something."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource
from ..types.scaling import WHERE
from .reading import Reader, named, only, picked, reads


@reads("Description", "ManagedPolicyName", "Path", "PolicyDocument")
def _managed(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    arn = deployed.physical_id
    found = context.call("iam", "get_policy", PolicyArn=arn)["Policy"]
    version = context.call(
        "iam", "get_policy_version", PolicyArn=arn, VersionId=found["DefaultVersionId"]
    )["PolicyVersion"]
    return {
        **picked(found, "Description", "Path"),
        "ManagedPolicyName": found["PolicyName"],
        "PolicyDocument": _document(version["Document"]),
    }


@reads("PolicyDocument", "PolicyName", "RoleName")
def _of_role(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    whose = {name: deployed.properties[name] for name in ("PolicyName", "RoleName")}
    found = context.call("iam", "get_role_policy", **whose)
    return {**whose, "PolicyDocument": _document(found["PolicyDocument"])}


def _document(written: Any) -> Any:
    return json.loads(written) if isinstance(written, str) else written


@reads("Action", "Principal", "SourceAccount", "SourceArn")
def _permission(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    function = deployed.properties["FunctionName"]
    policy = context.call("lambda", "get_policy", FunctionName=function)["Policy"]
    found = named(json.loads(policy)["Statement"], "Sid", deployed.physical_id)
    principal, conditions = found["Principal"], found.get("Condition", {})
    source = conditions.get("ArnLike", {}).get("AWS:SourceArn")
    account = conditions.get("StringEquals", {}).get("AWS:SourceAccount")
    read = {
        "Action": found["Action"],
        "Principal": only(principal.values()) if isinstance(principal, dict) else principal,
        "SourceAccount": account,
        "SourceArn": source,
    }
    return picked(read, *read)


@reads("MaxCapacity", "MinCapacity", "SuspendedState", *WHERE)
def _scalable(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    where = dict(zip(WHERE, deployed.physical_id.split("|"), strict=True))
    answer = context.call(
        "application-autoscaling",
        "describe_scalable_targets",
        ServiceNamespace=where["ServiceNamespace"],
        ResourceIds=[where["ResourceId"]],
    )
    dimension = where["ScalableDimension"]
    found = named(answer["ScalableTargets"], "ScalableDimension", dimension)
    return {**picked(found, "MaxCapacity", "MinCapacity", "SuspendedState"), **where}


READERS: Final[Mapping[str, Reader]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": _scalable,
    "AWS::IAM::ManagedPolicy": _managed,
    "AWS::IAM::RolePolicy": _of_role,
    "AWS::Lambda::Permission": _permission,
}
