"""Addresses of AWS's guides, to which settings and rules link."""

from __future__ import annotations

from typing import Final

_DOCS: Final = "https://docs.aws.amazon.com/"

API_GATEWAY_GUIDE: Final = f"{_DOCS}apigateway/latest/developerguide/"
AURORA_GUIDE: Final = f"{_DOCS}AmazonRDS/latest/AuroraUserGuide/"
AUTO_SCALING_GUIDE: Final = f"{_DOCS}autoscaling/application/userguide/"
CLOUDFRONT_GUIDE: Final = f"{_DOCS}AmazonCloudFront/latest/DeveloperGuide/"
CLOUDFORMATION_GUIDE: Final = f"{_DOCS}AWSCloudFormation/latest/UserGuide/"
CLOUDWATCH_LOGS_GUIDE: Final = f"{_DOCS}AmazonCloudWatch/latest/logs/"
EC2_GUIDE: Final = f"{_DOCS}AWSEC2/latest/UserGuide/"
EVENTBRIDGE_GUIDE: Final = f"{_DOCS}eventbridge/latest/userguide/"
IAM_GUIDE: Final = f"{_DOCS}IAM/latest/UserGuide/"
KMS_GUIDE: Final = f"{_DOCS}kms/latest/developerguide/"
LAMBDA_GUIDE: Final = f"{_DOCS}lambda/latest/dg/"
PRIVATELINK_GUIDE: Final = f"{_DOCS}vpc/latest/privatelink/"
RAM_GUIDE: Final = f"{_DOCS}ram/latest/userguide/"
RDS_API: Final = f"{_DOCS}AmazonRDS/latest/APIReference/"
RDS_GUIDE: Final = f"{_DOCS}AmazonRDS/latest/UserGuide/"
SAM_GUIDE: Final = f"{_DOCS}serverless-application-model/latest/developerguide/"
SCHEDULER_GUIDE: Final = f"{_DOCS}scheduler/latest/UserGuide/"
SECRETS_MANAGER_GUIDE: Final = f"{_DOCS}secretsmanager/latest/userguide/"
SQS_GUIDE: Final = f"{_DOCS}AWSSimpleQueueService/latest/SQSDeveloperGuide/"
SYSTEMS_MANAGER_GUIDE: Final = f"{_DOCS}systems-manager/latest/userguide/"
VPC_GUIDE: Final = f"{_DOCS}vpc/latest/userguide/"
WAF_GUIDE: Final = f"{_DOCS}waf/latest/developerguide/"
