"""The number of a security group's rules, as EC2 counts them.

https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from moto.ec2.exceptions import RulesPerSecurityGroupLimitExceededError
from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule

from .surround import mend

MOST_RULES: Final = 60
FAMILIES: Final = ("IPv4", "IPv6")
OF_AWS: Final = "com.amazonaws."
# https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
WEIGHTS: Final[Mapping[str, int]] = {
    "cloudfront.origin-facing": 55,
    "ec2-instance-connect": 2,
    "groundstation": 5,
    "route53-healthchecks": 25,
    "s3express": 6,
    "vpc-lattice": 10,
}
"""The rules that a prefix list of AWS counts as, by the end of its name; others count as one."""


def install() -> None:
    mend(
        EC2Backend,
        "_verify_group_will_respect_rule_count_limit",
        _unverified,
        moto="rules for IPv4 and IPv6 share the 60 of a group, and a prefix list counts as none",
        aws="each family has 60, and a prefix list counts as its MaxEntries, or as AWS weighs it",
        source="https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html",
    )


def require_room(
    backend: EC2Backend,
    group: SecurityGroup,
    known: Iterable[SecurityGroupRule],
    rule: Mapping[str, Any],
) -> None:
    """Refuse a *rule* that gives a *group* of a network more than its quota with those *known*."""
    if not group.vpc_id:
        return
    peers = [(one.ip_range, one.prefix_list_id) for one in known]
    peers += [(one, None) for one in rule["ip_ranges"]]
    peers += [({}, None) for _ in rule.get("source_groups") or []]
    peers += [({}, one["PrefixListId"]) for one in rule.get("prefix_list_ids") or []]
    for family in FAMILIES:
        if sum(_weight(backend, family, *peer) for peer in peers) > MOST_RULES:
            raise RulesPerSecurityGroupLimitExceededError


def _weight(
    backend: EC2Backend, family: str, ip_range: Mapping[str, Any], prefix_list_id: str | None
) -> int:
    """The number of rules of a family that a peer of a group counts as."""
    if ip_range:
        return int(("CidrIpv6" in ip_range) == (family == "IPv6"))
    found = backend.managed_prefix_lists.get(prefix_list_id or "")
    if found is None:
        # A group has addresses of both.
        return 1
    if found.address_family != family:
        return 0
    name = str(found.prefix_list_name)
    if not name.startswith(OF_AWS):
        return int(found.max_entries or 1)
    return next((number for end, number in WEIGHTS.items() if name.endswith(end)), 1)


def _unverified(*_: Any, **__: Any) -> None:
    """Leave the count to :func:`require_room`, which knows the prefix lists."""
