"""The values of secrets, for identities that may read them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.kms.models import kms_backends
from moto.secretsmanager.models import secretsmanager_backends

from ..servers.server import Credentials
from . import identities
from .policies import trusts

RDS = "rds.amazonaws.com"


def login_of(arn: str) -> Credentials | None:
    """The username and password in a secret; None if it has none, or is to be deleted."""
    _, _, _, region, account, *_ = arn.split(":")
    backend = secretsmanager_backends[account][region]
    try:
        content = json.loads(backend.get_secret_value(arn, "", "AWSCURRENT")["SecretString"])
        return Credentials(content["username"], content["password"])
    except (JsonRESTError, ServiceException, KeyError, TypeError, ValueError):
        return None


def login_for_role(arn: str, role_arn: str) -> Credentials | None:
    """The same, as RDS reads it in this role: with its permissions, and those for its key."""
    _, _, _, region, *_ = arn.split(":")
    if not identities.role_may(role_arn, RDS, "secretsmanager:GetSecretValue", arn):
        return None
    key = key_of(arn)
    via = {"kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}
    if key and not (
        identities.role_may(role_arn, RDS, "kms:Decrypt", key, **via)
        and _key_trusts(key, role_arn, via)
    ):
        return None
    return login_of(arn)


def _key_trusts(key: str, role_arn: str, context: Mapping[str, str]) -> bool:
    """True if the key's own policy names the role, or leaves the decision to its account."""
    _, partition, _, region, account, resource = key.split(":", 5)
    backend = kms_backends[account][region]
    known = backend.keys.get(backend.get_key_id(resource.removeprefix("key/")))
    if known is None:
        return False
    policy = json.loads(known.policy)
    whole = (f"arn:{partition}:iam::{role_arn.split(':')[4]}:root", role_arn.split(":")[4])
    return any(trusts(policy, who, "kms:Decrypt", **context) for who in (*whole, role_arn))


def key_of(arn: str) -> str | None:
    """The ARN of the secret's own key; None for AWS's, which everybody in the account may use."""
    _, _, _, region, account, *_ = arn.split(":")
    secret: Any = secretsmanager_backends[account][region].secrets.get(arn)
    key: str | None = secret.kms_key_id if secret is not None else None
    if key is None or key.endswith("alias/aws/secretsmanager"):
        return None
    return key if key.startswith("arn:") else f"arn:aws:kms:{region}:{account}:key/{key}"
