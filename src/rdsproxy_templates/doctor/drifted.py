"""What somebody has changed by hand on the way from a function to its database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ..deploy.attached_rules import without_attached
from ..deploy.drift import NOT_REVERTED, Drift, detected_drift
from ..deploy.root_stack import RootStack
from .diagnosis import Diagnosis

ANYTHING: Final = frozenset[str]()
"""All properties of a type."""
ON_THE_WAY: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "AWS::EC2::SecurityGroup": (
        "security group",
        frozenset({"SecurityGroupEgress", "SecurityGroupIngress"}),
    ),
    "AWS::EC2::Subnet": ("subnet", ANYTHING),
    "AWS::EC2::VPC": ("VPC", ANYTHING),
    "AWS::IAM::Role": (
        "role",
        frozenset(
            {"AssumeRolePolicyDocument", "ManagedPolicyArns", "PermissionsBoundary", "Policies"}
        ),
    ),
    "AWS::KMS::Key": ("key", frozenset({"Enabled", "KeyPolicy"})),
    "AWS::Lambda::Function": (
        "function",
        frozenset({"Environment", "Handler", "Layers", "Role", "Runtime", "Timeout", "VpcConfig"}),
    ),
    "AWS::RDS::DBCluster": (
        "cluster",
        frozenset(
            {"DBClusterParameterGroupName", "EnableIAMDatabaseAuthentication", "Port"}
            | {"VpcSecurityGroupIds"}
        ),
    ),
    "AWS::RDS::DBClusterParameterGroup": ("parameter group", frozenset({"Parameters"})),
    "AWS::RDS::DBInstance": (
        "instance",
        frozenset(
            {"DBParameterGroupName", "EnableIAMDatabaseAuthentication", "Port"}
            | {"VPCSecurityGroups"}
        ),
    ),
    "AWS::RDS::DBParameterGroup": ("parameter group", frozenset({"Parameters"})),
    "AWS::RDS::DBProxy": ("proxy", ANYTHING),
    "AWS::RDS::DBProxyEndpoint": ("proxy endpoint", ANYTHING),
    "AWS::RDS::DBSubnetGroup": ("subnet group", frozenset({"SubnetIds"})),
    "AWS::SecretsManager::Secret": ("secret", ANYTHING),
}
"""Types between a function and its database: words for them, and the properties that matter."""
BY_HAND: Final = (
    "Set it back by hand: a change set that reverts drift would also revoke rules that one nested "
    "stack adds to a security group of another"
)
NOT_BY_IT: Final = "Set it back by hand, or change the settings: CloudFormation does not revert it"
SHOWN: Final = 3
"""The most properties that a sentence names; the evidence has all."""


def drift_diagnoses(stack: RootStack, revert: str) -> Iterator[Diagnosis]:
    """Yield a diagnosis for each resource on the way that is not as its template says.

    *revert* is the command that brings it back, where it would revert nothing else.
    """
    drift, attached = without_attached(stack, detected_drift(stack))
    for one in drift.found:
        yield from _diagnoses(one, None if attached else revert)
    for path, reason in drift.unread:
        yield Diagnosis(
            resource=f"stack {stack.name}",
            severity="skipped",
            reason="drift",
            sentence=f"{path} could not be compared with its template",
            remedy="",
            evidence=(reason,),
        )


def _diagnoses(one: Drift, revert: str | None) -> Iterator[Diagnosis]:
    if one.type not in ON_THE_WAY:
        return
    kind, names = ON_THE_WAY[one.type]
    values = [
        value
        for value in one.values
        if (name := value.path.partition(".")[0]) != "Tags" and (not names or name in names)
    ]
    resource = f"{kind} {one.physical_id}"
    if one.status == "DELETED":
        yield Diagnosis(
            resource=resource,
            severity="error",
            reason="drift",
            sentence=f"it was deleted by hand, and the template has it as {one.path}",
            remedy=f"Create it again by `{revert}`" if revert else BY_HAND,
        )
    elif values:
        paths = [value.path for value in values]
        more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
        remedy = f"Set it back by `{revert}`" if revert else BY_HAND
        if one.type in NOT_REVERTED:
            remedy = NOT_BY_IT
        yield Diagnosis(
            resource=resource,
            severity="warning",
            reason="drift",
            sentence=f"{', '.join(paths[:SHOWN])}{more} of {one.path} was changed by hand",
            remedy=remedy,
            evidence=tuple(
                f"{value.path}: {value.shown(value.before)} in the template, "
                f"{value.shown(value.after)} now"
                for value in values
            ),
        )
