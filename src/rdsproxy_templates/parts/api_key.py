"""The key of an API, in a secret: it stands in no template, parameter or output."""

from __future__ import annotations

from typing import Final

from troposphere import AWSHelperFn, secretsmanager

from ..kinds import SecretArn
from .database import from_secret

HEADER: Final = "x-api-key"
"""The header in which API Gateway wants a key to be shown."""
NAME: Final = "key"


def api_key(length: int) -> secretsmanager.Secret:
    """``APIKeySecret``: JSON with the generated key, letters and digits."""
    return secretsmanager.Secret(
        "APIKeySecret",
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        Description="Key of the API, which CloudFront shows it",
        GenerateSecretString=secretsmanager.GenerateSecretString(
            SecretStringTemplate="{}",
            GenerateStringKey=NAME,
            PasswordLength=length,
            ExcludePunctuation=True,
        ),
    )


def key_of(secret: SecretArn) -> AWSHelperFn:
    """The key itself, which CloudFormation reads and never shows."""
    return from_secret(secret, NAME)
