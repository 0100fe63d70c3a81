"""Addresses of AWS's guides, which rules name as their sources."""

from __future__ import annotations

from typing import Final

_DOCS: Final = "https://docs.aws.amazon.com"
API_GATEWAY: Final = f"{_DOCS}/apigateway/latest/developerguide"
AURORA: Final = f"{_DOCS}/AmazonRDS/latest/AuroraUserGuide"
CLOUDFORMATION: Final = f"{_DOCS}/AWSCloudFormation/latest/UserGuide"
IAM: Final = f"{_DOCS}/IAM/latest/UserGuide"
LAMBDA: Final = f"{_DOCS}/lambda/latest/dg"
RDS: Final = f"{_DOCS}/AmazonRDS/latest/UserGuide"
SECRETS_MANAGER: Final = f"{_DOCS}/secretsmanager/latest/userguide"
VPC: Final = f"{_DOCS}/vpc/latest/userguide"
