"""EC2: the security groups of a network interface, whichever resource has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

MOST: Final = 5
"""https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups"""
NAMES: Final = ("SecurityGroupIds", "VPCSecurityGroups", "VpcSecurityGroupIds")


def problems(given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse more groups than an interface has."""
    for name in NAMES:
        groups = given.get(name)
        if isinstance(groups, list) and len(set(groups)) > MOST:
            yield (
                "SecurityGroupsPerInterfaceLimitExceeded: The maximum number of security groups "
                f"per interface has been reached: {len(set(groups))}, and {MOST} are allowed"
            )
