"""A secret as RDS and RDS Proxy read it: JSON with ``username`` and ``password``."""

from __future__ import annotations

import json
from typing import Final

from troposphere import AWSHelperFn, secretsmanager

from ..aws.kinds import Command, DatabaseUser, KeyArn, SecretArn
from ..model import sub
from .optional_properties import without_none

REFUSED_IN_PASSWORDS: Final = '"@/\\'
"""Characters that RDS refuses in a master password, and the backslash, which shells remove."""


def login_secret(
    title: str,
    *,
    username: DatabaseUser | str,
    description: str,
    password_length: int,
    key: KeyArn | None = None,
) -> secretsmanager.Secret:
    """Secret *title*: *username* and a generated password of *password_length* characters.

    *key* encrypts it in place of the account's own key.
    """
    return secretsmanager.Secret(
        title,
        # The secret is of no use without the database: a snapshot keeps its own password.
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        Description=description,
        **without_none(KmsKeyId=key),
        # CloudFormation generates another password whenever any of this changes, and the
        # database keeps the old one; tests/unit/test_generated_secrets.py holds it unchanged.
        # https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2210
        GenerateSecretString=secretsmanager.GenerateSecretString(
            SecretStringTemplate=_template(username),
            GenerateStringKey="password",
            PasswordLength=password_length,
            ExcludeCharacters=REFUSED_IN_PASSWORDS,
        ),
    )


def get_secret_value(secret: SecretArn | AWSHelperFn) -> Command:
    """A command line that prints *secret*."""
    return Command(
        sub(
            "aws secretsmanager get-secret-value --region ${AWS::Region} "
            "--secret-id ${secret} --query SecretString --output text",
            secret=secret,
        )
    )


def _template(username: DatabaseUser | str) -> AWSHelperFn | str:
    if isinstance(username, str):
        return json.dumps({"username": username})
    return sub('{"username": "${username}"}', username=username)
