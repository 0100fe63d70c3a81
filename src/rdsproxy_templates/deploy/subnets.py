"""Subnets that a database is in, and that a change set would take from it."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Problem
from .change_sets import Change, ChangeSet

NEVER = (
    "a database's subnet group loses no subnet, so address ranges, zones and subnets are decided "
    "at creation; to move the data, restore a snapshot in another deployment"
)


def lost_subnets(change_set: ChangeSet) -> Iterator[Problem]:
    """What RDS would refuse only after everything before it was changed."""
    changes = change_set.resources
    groups = [one for one in changes if _takes_other_subnets(one)]
    if not groups:
        return
    gone = [one for one in changes if _goes(one)]
    for subnet in gone:
        yield Problem(subnet.path, f"would be deleted or replaced, and {NEVER}")
    network = any(one.type.startswith("AWS::EC2::") for one in changes)
    for group in groups:
        # Where the network changes, its outputs count as changing whether they do or not.
        if not network and "SubnetIds" not in group.uncertain:
            yield Problem(group.path, f"would get other subnets, and {NEVER}")


def _takes_other_subnets(change: Change) -> bool:
    return (
        change.type == "AWS::RDS::DBSubnetGroup"
        and change.action == "Modify"
        and "SubnetIds" in change.properties
    )


def _goes(change: Change) -> bool:
    replaced = change.action == "Modify" and change.replacement != "False"
    return change.type == "AWS::EC2::Subnet" and (replaced or change.action == "Remove")
