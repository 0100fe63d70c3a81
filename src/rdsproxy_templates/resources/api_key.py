"""What CloudFront shows the API: generated secrets that stand in no template or output."""

from __future__ import annotations

from typing import Final

from troposphere import AWSHelperFn, secretsmanager

from ..aws.kinds import SecretArn
from .database import from_secret

HEADER: Final = "x-api-key"
"""The header in which API Gateway wants a key to be shown."""
ORIGIN_HEADER: Final = "x-origin-verify"
"""The header that the web ACL in front of the API wants."""
NAME: Final = "key"


def generated_secret(title: str, description: str, length: int) -> secretsmanager.Secret:
    """The secret *title*: JSON with one generated value, letters and digits."""
    return secretsmanager.Secret(
        title,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        Description=description,
        GenerateSecretString=secretsmanager.GenerateSecretString(
            SecretStringTemplate="{}",
            GenerateStringKey=NAME,
            PasswordLength=length,
            ExcludePunctuation=True,
        ),
    )


def value_of(secret: SecretArn) -> AWSHelperFn:
    """The value itself, which CloudFormation reads and never shows."""
    return from_secret(secret, NAME)
