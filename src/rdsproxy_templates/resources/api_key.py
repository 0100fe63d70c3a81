"""Generated secrets that CloudFront sends to the API, absent from every template and output."""

from __future__ import annotations

from typing import Final

from troposphere import AWSHelperFn, secretsmanager

from ..aws.kinds import KeyArn, SecretArn
from .master_user import from_secret
from .optional_properties import without_none

HEADER: Final = "x-api-key"
"""The header in which API Gateway expects an API key."""
ORIGIN_HEADER: Final = "x-origin-verify"
"""The header that the web ACL in front of the API expects."""
NAME: Final = "key"


def generated_secret(
    title: str, description: str, length: int, key: KeyArn | None = None
) -> secretsmanager.Secret:
    """Secret *title*: JSON with one generated value of *length* letters and digits.

    *key* encrypts it in place of the account's own key.
    """
    return secretsmanager.Secret(
        title,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        Description=description,
        **without_none(KmsKeyId=key),
        GenerateSecretString=secretsmanager.GenerateSecretString(
            SecretStringTemplate="{}",
            GenerateStringKey=NAME,
            PasswordLength=length,
            ExcludePunctuation=True,
        ),
    )


def value_of(secret: SecretArn) -> AWSHelperFn:
    """A dynamic reference to the generated value, which CloudFormation resolves and never shows."""
    return from_secret(secret, NAME)
