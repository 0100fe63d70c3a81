"""Values of a resource that other resources of its stack have put there.

CloudFormation takes them into account within one stack only:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from .resource import DeployedResource
from .stack import Stack


def without_attached(
    stack: Stack, deployed: DeployedResource, actual: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the present values without those that others of the stack have attached."""
    attached = ATTACHED.get(deployed.type)
    if attached is None:
        return actual
    left = dict(actual)
    for name, is_attached in attached(stack, deployed):
        if name in left:
            left[name] = [one for one in left[name] if not is_attached(one)]
    return left


Attached = Iterator[tuple[str, Callable[[Any], bool]]]


def _rules(stack: Stack, group: DeployedResource) -> Attached:
    for way in ("Ingress", "Egress"):
        for one in list(stack.deployed.values()):
            if one.type == f"AWS::EC2::SecurityGroup{way}":
                rule = {
                    name: str(value)
                    for name, value in one.properties.items()
                    if name not in {"Description", "GroupId"}
                }
                if one.properties.get("GroupId") == group.physical_id:
                    yield f"SecurityGroup{way}", _having(rule)


def _policies(stack: Stack, role: DeployedResource) -> Attached:
    for one in list(stack.deployed.values()):
        roles = [*one.properties.get("Roles", ()), one.properties.get("RoleName")]
        if role.physical_id not in roles:
            continue
        if one.type == "AWS::IAM::ManagedPolicy":
            yield "ManagedPolicyArns", one.physical_id.__eq__
        elif one.type in {"AWS::IAM::Policy", "AWS::IAM::RolePolicy"}:
            yield "Policies", _having({"PolicyName": one.properties["PolicyName"]})


def _subscriptions(stack: Stack, topic: DeployedResource) -> Attached:
    for one in list(stack.deployed.values()):
        given = one.properties
        if one.type == "AWS::SNS::Subscription" and given["TopicArn"] == topic.physical_id:
            ends = {name: str(given.get(name)) for name in ("Endpoint", "Protocol")}
            yield "Subscription", _having(ends)


def _having(wanted: Mapping[str, str]) -> Callable[[Any], bool]:
    return lambda one: all(str(one.get(name)) == value for name, value in wanted.items())


ATTACHED: Final[Mapping[str, Callable[[Stack, DeployedResource], Attached]]] = {
    "AWS::EC2::SecurityGroup": _rules,
    "AWS::IAM::Role": _policies,
    "AWS::SNS::Topic": _subscriptions,
}
