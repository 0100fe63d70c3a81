"""Actions that AWS's managed policies allow, for those that functions and proxies often have.

From the policies' documents as moto 5.2.5 carries them, 2026-11-26.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_INTERFACES: Final = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)

ALLOWED: Final[Mapping[str, tuple[str, ...]]] = {
    "AdministratorAccess": ("*",),
    "PowerUserAccess": ("*",),
    "AWSLambdaBasicExecutionRole": (),
    "AWSLambdaVPCAccessExecutionRole": _INTERFACES,
    "AWSLambdaENIManagementAccess": _INTERFACES,
    "AWSLambdaMSKExecutionRole": (*_INTERFACES, "kafka:*"),
    "AWSLambdaDynamoDBExecutionRole": ("dynamodb:*",),
    "AWSLambdaKinesisExecutionRole": ("kinesis:*",),
    "AWSLambdaSQSQueueExecutionRole": ("sqs:*",),
    "AWSLambdaRole": ("lambda:InvokeFunction",),
    "AWSLambda_ReadOnlyAccess": (),
    "AWSXRayDaemonWriteAccess": ("xray:*",),
    "AWSXrayWriteOnlyAccess": ("xray:*",),
    "AmazonRDSEnhancedMonitoringRole": (),
    "AmazonRDSFullAccess": ("rds:*",),
    "AmazonRDSReadOnlyAccess": (),
    "AmazonSSMManagedInstanceCore": ("ssm:*", "ssmmessages:*", "ec2messages:*"),
    "AmazonSSMReadOnlyAccess": (),
    "AmazonS3ReadOnlyAccess": ("s3:*",),
    "AmazonS3FullAccess": ("s3:*",),
    "AmazonSQSFullAccess": ("sqs:*",),
    "AmazonDynamoDBFullAccess": ("dynamodb:*",),
    "CloudWatchLambdaInsightsExecutionRolePolicy": (),
    "CloudWatchLambdaApplicationSignalsExecutionRolePolicy": ("xray:*",),
    "CloudWatchFullAccess": (),
    "CloudWatchLogsFullAccess": (),
    "ReadOnlyAccess": (),
    "SecretsManagerReadWrite": ("secretsmanager:*",),
    "AWSSecretsManagerClientReadOnlyAccess": ("secretsmanager:*",),
}
"""Actions beside logs, metrics and descriptions, by the name of the policy."""

NOWHERE_ELSE: Final = ("rds-db:connect",)
"""Actions that no other managed policy for people's own roles allows."""
