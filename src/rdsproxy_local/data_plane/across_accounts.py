"""Access to roles and secrets, within an account and across two.

Across accounts both must allow it: the caller's by its policies, the other by those of role,
secret and key. Within one, a function reads what its role's policies or the secret's allow.
Administrators, who have no policies, may assume any role and read any secret of their account, and
the roles of others that trust them. Keys that nobody has, as at first, may assume any role.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from unittest import mock

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.responses import ActionResult
from moto.kms.models import kms_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.secretsmanager.responses import SecretsManagerResponse
from moto.sts.responses import TokenResponse

from . import identities, secret_values
from .identities import Identity
from .policies import trusts

READ: Final = "secretsmanager:GetSecretValue"
DECRYPT: Final = "kms:Decrypt"


class AccessDenied(ServiceException):
    """The caller lacks permission, or is not trusted."""

    code = "AccessDenied"


@contextmanager
def guarded() -> Iterator[None]:
    """Moto's STS and Secrets Manager ask these rules while the ``with`` block runs."""
    assume, read = TokenResponse.assume_role, SecretsManagerResponse.get_secret_value
    with (
        mock.patch.object(TokenResponse, "assume_role", _assuming(assume)),
        mock.patch.object(SecretsManagerResponse, "get_secret_value", _reading(read)),
    ):
        yield


def _assuming(assume: Callable[..., ActionResult]) -> Callable[..., ActionResult]:
    def assume_role(response: TokenResponse) -> ActionResult:
        caller = identities.find(response.access_key)
        role: str = response._get_param("RoleArn")
        external = response._get_param("ExternalId")
        context = {"sts:ExternalId": external} if external else {}
        if caller is not None and not _may_assume(caller, role, context):
            raise AccessDenied(
                f"User: {caller.arn} is not authorized to perform: sts:AssumeRole "
                f"on resource: {role}"
            )
        return assume(response)

    return assume_role


def _may_assume(caller: Identity, role: str, context: Mapping[str, str]) -> bool:
    if caller.policies is None and _account(role) == caller.account:
        return True
    is_let = caller.policies is None or caller.may("sts:AssumeRole", role)
    return is_let and identities.role_trusts_account_of(role, caller.role or caller.arn, **context)


def _reading(read: Callable[..., str]) -> Callable[..., str]:
    def get_secret_value(response: SecretsManagerResponse) -> str:
        secret: str = response._get_param("SecretId")
        caller = identities.find(response.access_key)
        if not secret.startswith("arn:") or _account(secret) == response.current_account:
            own = secretsmanager_backends[response.current_account][response.region]
            if caller is not None and not _may_read_own(caller, own.secrets.get(secret)):
                raise _denied(caller, secret)
            return read(response)
        if caller is None or not _may_read(caller, secret):
            raise _denied(caller, secret)
        owner = secretsmanager_backends[_account(secret)][_region(secret)]
        return json.dumps(owner.get_secret_value(secret, "", "AWSCURRENT"))

    return get_secret_value


def _denied(caller: Identity | None, secret: str) -> JsonRESTError:
    name = caller.arn if caller else "somebody"
    says = f"User: {name} is not authorized to perform: {READ} on resource: {secret}"
    return JsonRESTError("AccessDeniedException", says)


def _may_read_own(caller: Identity, found: Any) -> bool:
    """True if *caller* may read a secret of its own account, or there is none to read."""
    if found is None or caller.policies is None:
        return True
    lent = found.policy and trusts(json.loads(found.policy), caller.role, READ)
    return caller.may(READ, found.arn) or bool(lent)


def _may_read(caller: Identity, secret: str) -> bool:
    """True if another account's *caller* may read *secret*, which needs a key of its own."""
    backend: Any = secretsmanager_backends[_account(secret)][_region(secret)]
    found = backend.secrets.get(secret)
    key = secret_values.key_of(secret)
    if found is None or found.policy is None or key is None:
        return False
    lent = trusts(json.loads(found.policy), caller.role, READ)
    return caller.may(READ, secret) and lent and _may_decrypt(caller, key)


def _may_decrypt(caller: Identity, key: str) -> bool:
    via = {"kms:ViaService": f"secretsmanager.{_region(key)}.amazonaws.com"}
    found: Any = kms_backends[_account(key)][_region(key)].keys.get(key.rpartition("/")[2])
    if found is None:
        return False
    lent = trusts(json.loads(found.policy), caller.role, DECRYPT, **via)
    return caller.may(DECRYPT, key, **via) and lent


def _account(arn: str) -> str:
    return arn.split(":")[4]


def _region(arn: str) -> str:
    return arn.split(":")[3]
