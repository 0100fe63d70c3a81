"""Rules that one nested stack adds to a security group of another: no drift, whatever AWS says.

CloudFormation takes them for drift, and a change set that reverts drift would revoke them.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ..errors import Problem
from .drift import Drift, StackDrift
from .property_values import PropertyValue
from .root_stack import RootStack

GROUP: Final = "AWS::EC2::SecurityGroup"
RULES: Final = ("AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress")
PEERS: Final = (
    "CidrIp",
    "CidrIpv6",
    "DestinationPrefixListId",
    "DestinationSecurityGroupId",
    "SourcePrefixListId",
    "SourceSecurityGroupId",
)
ANY_PORT: Final = -1


REFUSAL: Final = (
    "has a rule of {owner}, a resource of another nested stack, which CloudFormation takes for "
    "drift, as it compares each stack by itself: --revert-drift, which reverts all or nothing, "
    "would revoke the rule; nothing was reverted: set back by hand what is listed above, and leave "
    "the option out"
)


@dataclass(frozen=True, kw_only=True)
class AttachedRule:
    """A rule that is a resource of its own, in another stack than its group."""

    path: str
    group: str
    key: tuple[str, ...]
    """What tells it from other rules of the group."""


def without_attached(stack: RootStack, drift: StackDrift) -> tuple[StackDrift, list[Problem]]:
    """Return the drift that is one, and why the rest must not be reverted."""
    if not any(one.type == GROUP for one in drift.found):
        return drift, []
    attached = {(one.group, *one.key): one.path for one in _attached_rules(stack)}
    left: list[Drift] = []
    problems = []
    for one in drift.found:
        values = []
        for value in one.values:
            owner = attached.get((one.physical_id, *_key_of(value))) if one.type == GROUP else None
            if owner is None:
                values.append(value)
            else:
                problems.append(Problem(one.path, REFUSAL.format(owner=owner)))
        if values or one.status == "DELETED":
            left.append(replace(one, values=tuple(values)))
    return replace(drift, found=tuple(left)), problems


def _attached_rules(stack: RootStack) -> Iterator[AttachedRule]:
    """Yield the rules that are resources, as EC2 has them."""
    paths = {
        one["PhysicalResourceId"]: path
        for path, one in stack.resources()
        if one["ResourceType"] in RULES and one.get("PhysicalResourceId")
    }
    if not paths:
        return
    pages = stack.session.client("ec2").get_paginator("describe_security_group_rules")
    ids = [*paths]
    for page in pages.paginate(Filters=[{"Name": "security-group-rule-id", "Values": ids}]):
        for rule in page["SecurityGroupRules"]:
            yield AttachedRule(
                path=paths[rule["SecurityGroupRuleId"]],
                group=rule["GroupId"],
                key=(
                    "SecurityGroupEgress" if rule["IsEgress"] else "SecurityGroupIngress",
                    rule["IpProtocol"],
                    *(str(rule.get(name, ANY_PORT)) for name in ("FromPort", "ToPort")),
                    rule.get("ReferencedGroupInfo", {}).get("GroupId")
                    or rule.get("CidrIpv4")
                    or rule.get("CidrIpv6")
                    or rule.get("PrefixListId", ""),
                ),
            )


def _key_of(value: PropertyValue) -> tuple[str, ...]:
    """Return what tells a rule that was added to a group from others, or nothing."""
    if value.before is not None or value.after is None:
        return ()
    try:
        rule: Mapping[str, Any] = json.loads(value.after)
    except ValueError:
        return ()
    peer = next((str(rule[name]) for name in PEERS if name in rule), "")
    ports = (str(rule.get(name, ANY_PORT)) for name in ("FromPort", "ToPort"))
    return (value.path.partition(".")[0], str(rule.get("IpProtocol")), *ports, peer)
