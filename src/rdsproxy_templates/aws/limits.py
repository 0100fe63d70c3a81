"""What AWS lets values come to at most, and how long they get."""

from __future__ import annotations

from typing import Final

PARAMETER_BYTES: Final = 4_096
"""The value of a parameter, of a nested stack too. CloudFormation's quotas, read in November 2026:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
DYNAMIC_REFERENCES: Final = 60
"""``{{resolve:…}}`` in one template; the same page."""
ROLE_POLICIES: Final = 10_240
"""Characters of all inline policies of a role, white space not counted, read in November 2026:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

LONGEST: Final = {
    "AWS::AccountId": len("111122223333"),
    "AWS::Partition": len("aws-us-gov"),
    "AWS::Region": len("ap-southeast-1"),
    "AWS::StackName": 128,
    "AWS::URLSuffix": len("amazonaws.com.cn"),
}
"""Pseudo parameters, at their longest in any region that is open to everybody."""


def secret_arn_length(logical_id: str) -> int:
    """How long the ARN of a secret gets that CloudFormation names after *logical_id*.

    It adds twelve characters to the name, and Secrets Manager six.
    """
    name = f"{logical_id}-123456789012-123456"
    return len(f"arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:{name}")
