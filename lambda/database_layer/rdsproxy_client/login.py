"""Login of the function: by its own token, another role's token, or a secret."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Protocol

from .aws import assumed_role, secret_value
from .environment import Misconfigured, target, variable
from .own_keys import are_renewable, current_keys, forget_keys
from .rds_token import token
from .sigv4 import Keys

MARGIN = 300
"""Seconds before their expiry at which assumed keys are renewed."""


class Token:
    """Login as the user in the environment, with a token signed by the function's role."""

    def credentials(self, host: str, port: int) -> tuple[str, str]:
        user = variable("RDS_USER")
        return user, token(host, port, user, variable("AWS_REGION"), self.keys())

    def keys(self) -> Keys:
        return current_keys()

    @property
    def pauses(self) -> Sequence[float]:
        """Seconds before each retry: the token is fresh, so only other keys may help."""
        return (0,) if are_renewable() else ()

    def renew(self) -> None:
        """Forget the keys, which may have been revoked."""
        forget_keys()


class RoleToken(Token):
    """Login with a token signed by a role of the database's account."""

    def __init__(self, role_arn: str) -> None:
        self._role_arn = role_arn
        self._keys: Keys | None = None
        self._ends = 0.0

    def keys(self) -> Keys:
        if self._keys is None or time.time() > self._ends - MARGIN:
            name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "function")[:64]
            self._keys, self._ends = assumed_role(self._role_arn, name, variable("AWS_REGION"))
        return self._keys

    pauses: Sequence[float] = (0,)

    def renew(self) -> None:
        """Assume the role again: its sessions may have been revoked before they expire."""
        self._keys = None


class Secret:
    """Login with the username and password of a secret, read on first use."""

    def __init__(self, arn: str) -> None:
        self._arn = arn
        self._content: tuple[str, str] | None = None

    def credentials(self, host: str, port: int) -> tuple[str, str]:  # noqa: ARG002
        if self._content is None:
            self.renew()
        assert self._content is not None  # noqa: S101 - it was renewed
        return self._content

    pauses: Sequence[float] = (0, 0.2, 0.5, 1, 2, 2)
    """Seconds before each retry: during a rotation, the database has the new password some
    seconds before the secret does."""

    def renew(self) -> None:
        """Read the secret again."""
        try:
            content = secret_value(self._arn)
            self._content = (content["username"], content["password"])
        except (ValueError, KeyError, TypeError):
            wanted = "JSON with a username and a password"
            raise Misconfigured(f"The secret {self._arn} must be {wanted}.") from None


class UrlLogin:
    """Login as ``DATABASE_URL`` says, on a laptop."""

    def credentials(self, host: str, port: int) -> tuple[str, str]:  # noqa: ARG002
        said = target(port)
        return said.user, said.password

    pauses: Sequence[float] = ()

    def renew(self) -> None:
        """Change nothing: the URL stays what it is."""


class Login(Protocol):
    """Login that returns user and password, and what to do when they are refused."""

    @property
    def pauses(self) -> Sequence[float]:
        """Seconds before each retry with a renewed login."""
        ...

    def credentials(self, host: str, port: int) -> tuple[str, str]: ...
    def renew(self) -> None: ...


def chosen_login() -> Login:
    """Choose the login that the environment configures."""
    if os.environ.get("DATABASE_URL"):
        return UrlLogin()
    if arn := os.environ.get("RDS_SECRET_ARN"):
        return Secret(arn)
    if arn := os.environ.get("RDS_CONNECT_ROLE_ARN"):
        return RoleToken(arn)
    return Token()
