"""EC2: security groups and their rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .ec2 import set_tags, tag_specifications
from .steps import Setter, change_each, refuse_others, undone_on_failure

INGRESS: Final = "ingress"
EGRESS: Final = "egress"
INLINE: Final = {"SecurityGroupIngress": INGRESS, "SecurityGroupEgress": EGRESS}

WHAT: Final = ("IpProtocol", "FromPort", "ToPort")
PEERS: Final = {
    "CidrIp": ("IpRanges", "CidrIp"),
    "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "DestinationPrefixListId": ("PrefixListIds", "PrefixListId"),
    "DestinationSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    "SourcePrefixListId": ("PrefixListIds", "PrefixListId"),
    "SourceSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
}
"""The peers of a rule: the rule's property, and the place in the API."""
BESIDE: Final = {"Description": "Description", "SourceSecurityGroupOwnerId": "UserId"}
"""Properties that may stand beside a peer."""


def _create_group(context: Context, properties: Properties) -> Made:
    group_id = context.call(
        "ec2",
        "create_security_group",
        GroupName=properties.get("GroupName") or context.name(255),
        Description=properties["GroupDescription"],
        VpcId=properties.get("VpcId"),
        TagSpecifications=tag_specifications("security-group", properties),
    )["GroupId"]
    group = {"GroupId": group_id}
    with undone_on_failure(lambda: context.call("ec2", "delete_security_group", **group)):
        made = _group(context, group_id)
        if properties.get("SecurityGroupEgress"):
            _revoke(context, group_id, EGRESS, made["IpPermissionsEgress"])
        for name, way in INLINE.items():
            for rule in properties.get(name, ()):
                _authorize(context, group_id, way, rule)
    read = {name: made[name] for name in ("GroupId", "GroupName", "VpcId")}
    return Made(group_id, {"Id": group_id, **read})


def _update_group(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changeable = {
        "SecurityGroupEgress": _set_rules(EGRESS),
        "SecurityGroupIngress": _set_rules(INGRESS),
    }
    change_each({**changeable, "Tags": set_tags}, context, deployed, properties)
    return Made(deployed.physical_id, deployed.attributes)


def _delete_group(context: Context, deployed: DeployedResource) -> None:
    context.call("ec2", "delete_security_group", GroupId=deployed.physical_id)


def _group(context: Context, group_id: str) -> Mapping[str, Any]:
    answer = context.call("ec2", "describe_security_groups", GroupIds=[group_id])
    found: Mapping[str, Any] = answer["SecurityGroups"][0]
    return found


def _set_rules(way: str) -> Setter:
    # CloudFormation revokes what changed before it adds, and leaves no default rule where all
    # egress rules are taken away:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-securitygroup.html
    def set_rules(context: Context, group_id: str, old: Any, new: Any) -> None:
        if way == EGRESS and not old:
            raise Failure("the local cloud does not know what becomes of the default egress rule")
        before, after = old or [], new or []
        if gone := [_permission(rule) for rule in before if rule not in after]:
            _revoke(context, group_id, way, gone)
        for rule in after:
            if rule not in before:
                _authorize(context, group_id, way, rule)

    return set_rules


def _authorize(context: Context, group_id: str, way: str, rule: Mapping[str, Any]) -> str:
    """The ID of the rule."""
    answer = context.call(
        "ec2",
        f"authorize_security_group_{way}",
        GroupId=group_id,
        IpPermissions=[_permission(rule)],
    )
    (made,) = answer["SecurityGroupRules"]
    return str(made["SecurityGroupRuleId"])


def _revoke(context: Context, group_id: str, way: str, permissions: list[Any]) -> None:
    context.call("ec2", f"revoke_security_group_{way}", GroupId=group_id, IpPermissions=permissions)


def _permission(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule in the words of the API."""
    _refuse_unknown(rule)
    peers = [name for name in PEERS if name in rule]
    if len(peers) != 1:
        raise Failure(f"Exactly one of {', '.join(PEERS)} must be specified and not empty")
    listed, named = PEERS[peers[0]]
    beside = {asked: rule[name] for name, asked in BESIDE.items() if name in rule}
    what = {name: rule[name] for name in WHAT if name in rule}
    return {**what, listed: [{named: rule[peers[0]], **beside}]}


def _refuse_unknown(rule: Mapping[str, Any]) -> None:
    """Fail at anything in a rule that the schema allows and nobody here reads."""
    if unknown := sorted(set(rule) - {*WHAT, *PEERS, *BESIDE}):
        raise Failure(f"the local cloud does not know {', '.join(unknown)} in a rule")


def _rule_type(name: str, way: str) -> ResourceType:
    """The type of a rule that is a resource of its own."""

    def create(context: Context, properties: Properties) -> Made:
        rule = properties.without("GroupId")
        rule_id = _authorize(context, properties["GroupId"], way, rule)
        return Made(rule_id, {"Id": rule_id})

    def update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
        refuse_others(properties.changed_from(deployed), ["Description"])
        context.call(
            "ec2",
            f"update_security_group_rule_descriptions_{way}",
            GroupId=properties["GroupId"],
            IpPermissions=[_permission(properties.without("GroupId"))],
        )
        return Made(deployed.physical_id, deployed.attributes)

    def delete(context: Context, deployed: DeployedResource) -> None:
        context.call(
            "ec2",
            f"revoke_security_group_{way}",
            GroupId=deployed.properties["GroupId"],
            SecurityGroupRuleIds=[deployed.physical_id],
        )

    return ResourceType(name, create, delete, update)


TYPES: Final = [
    ResourceType("AWS::EC2::SecurityGroup", _create_group, _delete_group, _update_group),
    _rule_type("AWS::EC2::SecurityGroupIngress", INGRESS),
    _rule_type("AWS::EC2::SecurityGroupEgress", EGRESS),
]
