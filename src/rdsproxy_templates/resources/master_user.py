"""Login of the database's master user."""

from __future__ import annotations

from typing import Any

from troposphere import AWSHelperFn

from ..aws.kinds import SecretArn
from ..model import sub


def master_login(master: SecretArn) -> dict[str, Any]:
    """Name and password of the master user, as dynamic references to the secret *master*."""
    return {
        "MasterUsername": from_secret(master, "username"),
        "MasterUserPassword": from_secret(master, "password"),
    }


def from_secret(secret: SecretArn, key: str) -> AWSHelperFn:
    """A dynamic reference to *key* of *secret*, which CloudFormation resolves at deployment."""
    return sub("{{resolve:secretsmanager:${secret}:SecretString:" + key + "}}", secret=secret)
