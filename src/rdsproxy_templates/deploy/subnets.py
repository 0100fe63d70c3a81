"""Changes that would take a subnet away from a database."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Problem
from .change_sets import Change, ChangeSet

REFUSAL = (
    "RDS removes no subnet from a database's subnet group, so address ranges, zones and subnets "
    "cannot change after creation; to move the data, restore a snapshot in another deployment"
)


def removed_subnets(change_set: ChangeSet) -> Iterator[Problem]:
    """Yield the changes that RDS would refuse, but only after all earlier ones were made."""
    changes = change_set.resources
    groups = [one for one in changes if _changes_subnets(one)]
    if not groups:
        return
    gone = [one for one in changes if _removes_subnet(one)]
    for subnet in gone:
        yield Problem(subnet.path, f"would be deleted or replaced, and {REFUSAL}")
    network = any(one.type.startswith("AWS::EC2::") for one in changes)
    for group in groups:
        # Where the network changes, its outputs count as changing whether they do or not.
        if not network and "SubnetIds" not in group.uncertain:
            yield Problem(group.path, f"would get other subnets, and {REFUSAL}")


def _changes_subnets(change: Change) -> bool:
    return (
        change.type == "AWS::RDS::DBSubnetGroup"
        and change.action == "Modify"
        and "SubnetIds" in change.properties
    )


def _removes_subnet(change: Change) -> bool:
    replaced = change.action == "Modify" and change.replacement != "False"
    return change.type == "AWS::EC2::Subnet" and (replaced or change.action == "Remove")
