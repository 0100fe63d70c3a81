"""AWS's limits on values, and the length that values can reach."""

from __future__ import annotations

from typing import Final

PARAMETER_BYTES: Final = 4_096
"""Limit of a parameter's value, in bytes. CloudFormation's quotas, read in November 2026:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
DYNAMIC_REFERENCES: Final = 60
"""Limit of ``{{resolve:…}}`` references in one template; same page."""
ROLE_POLICIES: Final = 10_240
"""Limit of all inline policies of a role, in characters without white space, read in November 2026:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

LONGEST: Final = {
    "AWS::AccountId": len("111122223333"),
    "AWS::Partition": len("aws-us-gov"),
    "AWS::Region": len("ap-southeast-1"),
    "AWS::StackName": 128,
    "AWS::URLSuffix": len("amazonaws.com.cn"),
}
"""Longest value of each pseudo parameter, in characters, in Regions open to every account."""


def secret_arn_length(logical_id: str) -> int:
    """Longest ARN, in characters, of a secret that CloudFormation names after *logical_id*.

    CloudFormation adds twelve random characters to the name, Secrets Manager six.
    """
    name = f"{logical_id}-123456789012-123456"
    return len(f"arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:{name}")
