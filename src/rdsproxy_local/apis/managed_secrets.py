"""Secrets that RDS manages: it rotates them itself, and nobody else changes them.

"Password management with Amazon RDS and AWS Secrets Manager" (RDS User Guide), "Managed rotation"
(Secrets Manager User Guide), both read 2026-11-26.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import Any, Final

from moto.rds.models import MasterUserSecret
from moto.secretsmanager.exceptions import InvalidRequestException
from moto.secretsmanager.models import SecretsManagerBackend

from .surround import surround

DAYS: Final = 7
"""Days between the rotations of a new secret."""

_own = threading.local()


def install() -> None:
    surround(MasterUserSecret, "_generate_secret_string", _login)
    surround(MasterUserSecret, "_create_secret", _created)
    surround(MasterUserSecret, "delete_secret", _by_rds)
    surround(MasterUserSecret, "rotate_secret", _rotated)
    for name in ("put_secret_value", "update_secret", "delete_secret"):
        surround(SecretsManagerBackend, name, _changed)
    surround(SecretsManagerBackend, "rotate_secret", _rotation)


def _login(_: Callable[..., str], secret: MasterUserSecret) -> str:
    """The login of the master user that there is; moto's is "admin" everywhere."""
    return json.dumps({"username": secret.resource.master_username, "password": token_hex(16)})


def _created(create: Callable[..., Any], owner: MasterUserSecret, *arguments: Any) -> Any:
    secret = create(owner, *arguments)
    secret.rotation_requested = secret.rotation_enabled = True
    secret.auto_rotate_after_days = DAYS
    return secret


def _rotated(_: Callable[..., None], secret: MasterUserSecret) -> None:
    """Another password at once, in the database too, which reads it from here."""
    with _as_rds():
        secret.secretsmanager.put_secret_value(
            secret.secret.arn,
            secret_string=secret._generate_secret_string(),
            secret_binary="",
            client_request_token="",
            version_stages=["AWSCURRENT"],
        )


def _by_rds(method: Callable[..., Any], *arguments: Any) -> Any:
    with _as_rds():
        return method(*arguments)


def _changed(
    change: Callable[..., Any], backend: SecretsManagerBackend, *arguments: Any, **named: Any
) -> Any:
    _refuse_others(backend, arguments, named)
    return change(backend, *arguments, **named)


def _rotation(
    rotate: Callable[..., Any], backend: SecretsManagerBackend, *arguments: Any, **named: Any
) -> Any:
    """A schedule of one's own is allowed, a function of one's own is not."""
    if named.get("rotation_lambda_arn"):
        _refuse_others(backend, arguments, named)
    return rotate(backend, *arguments, **named)


def _refuse_others(backend: SecretsManagerBackend, arguments: Any, named: Any) -> None:
    secret_id = named.get("secret_id", arguments[0] if arguments else None)
    secret = backend.secrets.get(secret_id) if secret_id else None
    owner = getattr(secret, "owning_service", None)
    if owner is not None and not getattr(_own, "active", False):
        raise InvalidRequestException(
            f"You can't change this secret: the service {owner} owns and manages it."
        )


@contextmanager
def _as_rds() -> Iterator[None]:
    _own.active = True
    try:
        yield
    finally:
        _own.active = False
