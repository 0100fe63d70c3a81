"""Security groups as EC2 describes them, as a template would write them, for our rules to judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Any, Final

from ...validators.graph import GROUP

Body = Mapping[str, Any]

NOWHERE: Final = {"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}
"""The egress of a group that has none: a template without a rule would mean everywhere."""


def peers_of(groups: Mapping[str, Body]) -> set[str]:
    """Return the IDs of the groups that rules of *groups* name."""
    return {
        pair["GroupId"]
        for group in groups.values()
        for key in ("IpPermissions", "IpPermissionsEgress")
        for permission in group.get(key, ())
        for pair in permission.get("UserIdGroupPairs", ())
        if "GroupId" in pair
    }


def group_resources(
    groups: Mapping[str, Body], ranges: Sequence[Any], sources: Sequence[Any]
) -> dict[str, Any]:
    """Return *groups*, and those that their rules name, as resources by ID.

    Rules for addresses outside of *ranges*, those of the VPCs, are left out, if any are known;
    so are those that admit none of *sources*, the subnets from which anything connects.
    """
    return {name: _group({}, ranges, sources) for name in peers_of(groups)} | {
        name: _group(group, ranges, sources) for name, group in groups.items()
    }


def _group(group: Body, ranges: Sequence[Any], sources: Sequence[Any]) -> dict[str, Any]:
    return {
        "Type": GROUP,
        "Properties": {
            "SecurityGroupIngress": [*_rules(group.get("IpPermissions", ()), "Source", sources)],
            "SecurityGroupEgress": [
                *_rules(group.get("IpPermissionsEgress", ()), "Destination", ranges)
            ]
            or [NOWHERE],
        },
    }


def _rules(
    permissions: Iterable[Body], end: str, ranges: Sequence[Any]
) -> Iterator[dict[str, Any]]:
    """Yield the rules of a group as a template spells them."""
    for one in permissions:
        ports = {key: one[key] for key in ("FromPort", "ToPort") if key in one}
        common = {"IpProtocol": one["IpProtocol"], **ports}
        for pair in one.get("UserIdGroupPairs", ()):
            yield {**common, f"{end}SecurityGroupId": {"Ref": pair.get("GroupId", "")}}
        for cidr in one.get("IpRanges", ()):
            if _touches(cidr["CidrIp"], ranges):
                yield {**common, "CidrIp": cidr["CidrIp"]}
        for cidr in one.get("Ipv6Ranges", ()):
            if _touches(cidr["CidrIpv6"], ranges):
                yield {**common, "CidrIpv6": cidr["CidrIpv6"]}
        for prefixes in one.get("PrefixListIds", ()):
            yield {**common, f"{end}PrefixListId": prefixes["PrefixListId"]}


def _touches(text: str, ranges: Sequence[Any]) -> bool:
    """Tell if addresses of *text* may be in *ranges*."""
    network = ip_network(text, strict=False)
    return not ranges or any(
        network.version == one.version and network.overlaps(one) for one in ranges
    )
